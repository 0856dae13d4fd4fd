//! Honest phones are never refused, and the index says what Automerge says.
#![cfg(feature = "document")]

mod change_support;

use automerge::ChangeHash;
use change_support::{Phone, Rng, Server, automerge_of, document_of, read_automerge, read_index, simulate};
use shared::{
    bytes::Fixed,
    change::{Decoded, Document, Effect, Index, Refused, actor::actor, effect::effects, genesis::genesis, writer::DocumentError},
    scalar::Scalar,
};

/// Simulations in one run; `CHANGE_SIMULATIONS` sets another number.
fn simulations() -> u64 {
    std::env::var("CHANGE_SIMULATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(6)
}

fn changes_of(server: &Server) -> Vec<Decoded> {
    server.lines.iter().map(|line| Decoded::parse(line).expect("an accepted line")).collect()
}

fn theirs(heads: &[shared::bytes::Hash]) -> Vec<ChangeHash> {
    heads.iter().map(|hash| ChangeHash(hash.0)).collect()
}

#[test]
fn honest_phones_are_never_refused_and_the_index_equals_automerge_at_any_heads() {
    let (mut lines, mut several, mut settled) = (0, 0, 0);
    for seed in 0..simulations() {
        let server = simulate(seed, 6, 420);
        let decoded = changes_of(&server);
        let automerge = automerge_of(&server.lines);
        let mut rng = Rng(seed ^ 0xc0ffee);
        let now = read_index(&server.index.now());
        assert_eq!(now, read_automerge(&automerge, None));
        let document = server.document();
        assert_eq!(server.index.heads(), document.heads());
        for (record, fields) in &now {
            assert_eq!(document.record(record).as_ref(), Some(fields), "the phone's reading");
        }
        several += now.values().flat_map(|fields| fields.values()).filter(|values| values.len() > 1).count();
        settled += kept_values(&server);
        for _ in 0..25 {
            let heads: Vec<_> = (0..1 + rng.below(4)).map(|_| rng.one_of(&decoded).hash()).collect();
            let view = server.index.at(&heads).expect("accepted heads");
            assert_eq!(read_index(&view), read_automerge(&automerge, Some(&theirs(&heads))), "at {heads:?}");
        }
        for _ in 0..6 {
            let position = rng.below(server.lines.len());
            let heads = server.index.heads_at(position as u64);
            let prefix = document_of(&server.lines[..=position]);
            assert_eq!(heads, prefix.heads(), "heads at {position}");
            let fork = automerge.fork_at(&theirs(&heads)).expect("known heads");
            assert_eq!(read_index(&server.index.at(&heads).expect("accepted heads")), read_automerge(&fork, None));
        }
        lines += server.lines.len();
    }
    assert!(lines > 900, "only {lines} lines: the simulation does too little");
    assert!(several > 10, "only {several} fields with several values");
    assert!(settled > 3, "only {settled} choices of the winning value");
}

/// How many operations settle several values by deleting the losers.
fn kept_values(server: &Server) -> usize {
    let mut index = Index::empty();
    let mut kept = 0;
    for (position, line) in server.lines.iter().enumerate() {
        let decoded = Decoded::parse(line).expect("an accepted line");
        let deletions = decoded.operations().iter().filter(|op| op.action == shared::change::decoded::Action::Delete).count();
        if !index.is_empty() {
            let effects = effects(&decoded, &index).expect("an accepted change");
            let created = effects.iter().any(|effect| matches!(effect, Effect::Create { .. }));
            let deleted = effects.iter().filter(|effect| matches!(effect, Effect::Delete { .. })).count();
            kept += if created { 0 } else { deletions - deleted };
        }
        index.apply(&decoded, position as u64).expect("an accepted line");
    }
    kept
}

#[test]
fn an_index_rebuilt_from_the_lines_equals_the_one_that_grew() {
    let server = simulate(77, 5, 300);
    let mut rebuilt = Index::empty();
    for (position, line) in server.lines.iter().enumerate() {
        rebuilt.apply(&Decoded::parse(line).expect("an accepted line"), position as u64).expect("an accepted line");
    }
    assert!(rebuilt == server.index);
    assert_eq!(rebuilt.log(), change_support::LOG);
}

#[test]
fn another_causal_order_of_the_same_changes_gives_the_same_records() {
    let server = simulate(78, 5, 300);
    let mut waiting: Vec<Decoded> = changes_of(&server);
    let (mut rng, mut other, mut position) = (Rng(5), Index::empty(), 0);
    other.apply(&waiting.remove(0), 0).expect("the genesis");
    while !waiting.is_empty() {
        let ready: Vec<usize> = (0..waiting.len()).filter(|place| waiting[*place].deps().iter().all(|dep| other.contains(dep))).collect();
        let next = waiting.remove(*rng.one_of(&ready));
        position += 1 + rng.below(3) as u64;
        other.apply(&next, position).expect("its past is in");
    }
    assert!(other != server.index, "the order was the same");
    assert_eq!(other.heads(), server.index.heads());
    assert_eq!(read_index(&other.now()), read_index(&server.index.now()));
}

#[test]
fn of_two_values_the_last_one_is_automerges_winner() {
    let (mut server, mut rng) = (Server::new(), Rng(1));
    let (mut low, mut high) = (Phone::new([1; 16]), Phone::new([2; 16]));
    let record = rng.uuid();
    low.edit(|edit| edit.create(&record, "observation", "a person", &[], &[]));
    low.push(&mut server);
    high.pull(&server, 9);
    let first = low.edit(|edit| edit.put(&record, "well", &"low".into())).expect("a change");
    let second = high.edit(|edit| edit.put(&record, "well", &"high".into())).expect("a change");
    high.push(&mut server);
    low.push(&mut server);
    let values = server.index.values_at(&record, "well", &[first.hash, second.hash]).expect("accepted heads");
    assert_eq!(values.iter().map(|value| value.scalar.text()).collect::<Vec<_>>(), [Some("low"), Some("high")]);
    assert_eq!(values[1].change, second.hash);
    assert_eq!((values[0].position, values[1].position), (3, 2));
    let (winner, _) = {
        use automerge::{ROOT, ReadDoc as _};
        let document = automerge_of(&server.lines);
        let (_, records) = document.get(ROOT, "records").expect("a map").expect("records");
        let (_, object) = document.get(&records, record.as_str()).expect("a map").expect("the record");
        let (value, id) = document.get(&object, "well").expect("a map").expect("a value");
        (value.to_string(), id)
    };
    assert_eq!(winner, "\"high\"");
    // One of them picked ends it, whichever it is.
    low.pull(&server, 9);
    let picked = low.edit(|edit| edit.put(&record, "well", &"high".into())).expect("a change");
    let decoded = Decoded::parse(&picked.bytes).expect("an honest change");
    assert_eq!(effects(&decoded, &server.index), Ok(vec![Effect::Put { record: record.clone(), field: "well".into(), value: "high".into() }]));
    low.push(&mut server);
    assert_eq!(server.index.now().record(&record)["well"], [Scalar::from("high")]);
    // Older heads keep what they saw.
    assert_eq!(server.index.record_at(&record, &[first.hash]).expect("accepted")["well"], [Scalar::from("low")]);
}

#[test]
fn changed_after_signing_is_an_operation_that_the_sealed_heads_do_not_cover() {
    let (mut server, mut rng) = (Server::new(), Rng(2));
    let mut phone = Phone::new([1; 16]);
    let (record, other) = (rng.uuid(), rng.uuid());
    phone.edit(|edit| edit.create(&record, "observation", "a person", &[("well".into(), "calm".into())], &[]));
    phone.push(&mut server);
    let sealed = server.index.heads();
    phone.edit(|edit| edit.create(&other, "observation", "a person", &[], &[]));
    phone.push(&mut server);
    assert_eq!(server.index.touched_after(&record, &sealed), Ok(None));
    phone.edit(|edit| edit.put(&record, "well", &"calm and quick".into()));
    phone.edit(|edit| edit.delete(&record, "well"));
    phone.push(&mut server);
    assert_eq!(server.index.touched_after(&record, &sealed), Ok(Some(4)));
    assert_eq!(server.index.record_at(&record, &sealed).expect("accepted heads")["well"], [Scalar::from("calm")]);
    assert!(!server.index.now().record(&record).contains_key("well"));
    assert_eq!(server.index.identity(&record), Some(("observation", "a person")));
    assert_eq!(server.index.creator(&record).and_then(|actor| actor.device()), Some([1; 16]));
    assert_eq!(server.index.now().writers(&record).len(), 1);
    assert!(server.index.at(&[Fixed([9; 32])]).is_err());
}

#[test]
fn a_genesis_is_the_same_bytes_everywhere() {
    let bytes = genesis("record/x", 3);
    assert_eq!(bytes, genesis("record/x", 3));
    assert_ne!(bytes, genesis("record/x", 4));
    assert_ne!(bytes, genesis("record/y", 3));
    assert_eq!(hex::encode(&bytes[4..8]), "bd231654", "the bytes of a genesis are a contract");
}

#[test]
fn a_document_saved_and_loaded_goes_on_as_the_same() {
    let server = simulate(79, 4, 120);
    let document = server.document();
    let mut loaded = Document::load(&document.save()).expect("its own bytes");
    assert_eq!(loaded.heads(), document.heads());
    assert_eq!(loaded.log().as_deref(), Some(change_support::LOG));
    let record = loaded.records().pop().expect("a record");
    let mut confirmed = loaded.clone();
    let seen = "0:AAAAAAAAAAAAAAAA".parse().expect("a reference");
    let written = loaded.edit(actor([9; 16], 0), &seen, |edit| edit.put(&record, "well", &"once more".into())).expect("an edit").expect("a change");
    assert!(!confirmed.contains(&written.hash), "a clone goes its own way");
    confirmed.apply(&written.bytes).expect("an honest change");
    assert_eq!(confirmed.heads(), loaded.heads());
    let nothing = loaded.edit(actor([9; 16], 0), &seen, |edit| edit.put(&record, "well", &"once more".into())).expect("an edit");
    assert_eq!(nothing, None, "the same value again is no change");
    let failed = loaded.edit(actor([9; 16], 1), &seen, |edit| {
        edit.put(&record, "well", &"half".into())?;
        edit.put("00000000-0000-0000-0000-000000000000", "well", &"done".into())
    });
    assert!(failed.is_err());
    assert_eq!(loaded.values(&record, "well"), [Scalar::from("once more")], "an edit is whole or nothing");
    assert_eq!(confirmed.heads(), loaded.heads());
    let other = loaded.edit(actor([9; 16], 1), &seen, |edit| edit.put(&record, "well", &"whole".into())).expect("an edit").expect("a change");
    assert_eq!(Decoded::parse(&other.bytes).expect("an honest change").seq(), 1, "what was undone left nothing");
    confirmed.apply(&other.bytes).expect("an honest change");
    assert_eq!(Document::load(&loaded.save()).expect("its own bytes").record(&record), confirmed.record(&record));
}

#[test]
fn many_changes_at_once_are_taken_whole_or_not_at_all() {
    let server = simulate(80, 4, 120);
    let mut document = Document::from_genesis(&server.lines[0]).expect("a genesis");
    let all: Vec<&[u8]> = server.lines.iter().map(Vec::as_slice).collect();
    let gap: Vec<&[u8]> = all.iter().enumerate().filter(|(place, _)| *place != 1).map(|(_, line)| *line).collect();
    let before = document.heads();
    assert!(matches!(document.apply_all(gap), Err(DocumentError::Refused(Refused::BlockedBy(_)))));
    assert_eq!(document.heads(), before);
    document.apply_all(all.iter().chain(&all).copied()).expect("accepted lines, some of them twice");
    assert_eq!(document.heads(), server.index.heads());
    assert!(Document::from_genesis(&server.lines[1]).is_err(), "not a genesis");
}
