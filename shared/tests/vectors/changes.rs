//! Changes of words as an honest phone writes them.

use automerge::Change;
use serde_json::{Value, json};
use shared::{
    change::{
        Decoded, Effect, Index,
        decoded::{Action, Object, OpId, Place},
        effect::effects,
    },
    id::LogId,
    log::Judged,
    wire::Verdict,
};

use crate::{
    chain::verified,
    held::held,
    observation::word,
    world::{MET, OBSERVED, OWN, PAIR, RUTH, World},
};

fn named(decoded: &Decoded, id: &OpId) -> String {
    format!("{}@{}", id.counter, hex::encode(&*decoded.actors()[usize::from(id.actor)]))
}

/// A change in words, with all that its writer has to get right.
fn told(log: &LogId, index: &Index, bytes: &[u8]) -> Value {
    let decoded = Decoded::parse(bytes).expect("an honest change");
    let operations: Vec<Value> = decoded
        .operations()
        .iter()
        .enumerate()
        .map(|(place, op)| {
            let object = match &op.object {
                Object::Root => "root".to_owned(),
                Object::Made(id) => named(&decoded, id),
            };
            let at = match &op.place {
                Place::Key(key) => json!({ "key": key }),
                Place::Start => json!("start"),
                Place::Character(id) => json!({ "character": named(&decoded, id) }),
            };
            let action = match &op.action {
                Action::Make => json!("make_map"),
                Action::MakeText => json!("make_text"),
                Action::Put(value) => json!({ "put": value }),
                Action::Insert(character) => json!({ "insert": character }),
                Action::Delete => json!("delete"),
            };
            let preds: Vec<String> = op.preds.iter().map(|id| named(&decoded, id)).collect();
            json!({ "id": named(&decoded, &decoded.id(place)), "object": object, "at": at, "action": action, "preds": preds })
        })
        .collect();
    let effects: Vec<Value> = effects(&decoded, index).expect("an honest change").iter().map(effect).collect();
    json!({
        "log": log.to_string(),
        "bytes": hex::encode(bytes),
        "hash": decoded.hash(),
        "actor": hex::encode(&*decoded.actor()),
        "seq": decoded.seq(),
        "start_op": decoded.start_op(),
        "deps": decoded.deps(),
        "message": decoded.message(),
        "operations": operations,
        "effects": effects,
    })
}

fn effect(effect: &Effect) -> Value {
    match effect {
        Effect::Create { record, kind, by, fields, prose } => {
            json!({ "create": { "record": record, "kind": kind, "by": by, "fields": fields, "prose": prose } })
        }
        Effect::Put { record, field, value } => json!({ "put": { "record": record, "field": field, "value": value } }),
        Effect::Delete { record, field } => json!({ "delete": { "record": record, "field": field } }),
        Effect::Type { record, field, inserted, deleted } => {
            json!({ "type": { "record": record, "field": field, "inserted": inserted, "deleted": deleted } })
        }
    }
}

#[test]
fn honest_changes_decode_to_what_they_mean() {
    let mut world = World::new();
    let mut cases = Vec::new();
    let mut take = |world: &mut World, log: LogId, bytes: &[u8]| {
        cases.push(told(&log, &world.log(log).index, bytes));
        assert!(world.push(log, &[word(bytes)]).is_kept());
        world.pass();
    };
    let record = OBSERVED.to_string();
    let by = RUTH.to_string();
    let create = world.edit(OWN, |edit| edit.create(&record, "observation", &by, &[("jot".to_owned(), "rang alone".into())], &[]));
    take(&mut world, OWN, &create.bytes);
    let put = world.edit(OWN, |edit| {
        edit.put(&record, "level", &3.into())?;
        edit.put(&record, "practice", &false.into())?;
        edit.put(&record, "jot", &"rang on their own".into())
    });
    take(&mut world, OWN, &put.bytes);
    let delete = world.edit(OWN, |edit| edit.delete(&record, "practice"));
    take(&mut world, OWN, &delete.bytes);
    let met = MET.to_string();
    let agenda = [("agenda".to_owned(), "To ask: lifts".to_owned()), ("notes".to_owned(), String::new())];
    let session = world.edit(PAIR, |edit| edit.create(&met, "session", &by, &[], &agenda));
    take(&mut world, PAIR, &session.bytes);
    // Inserted alone and deleted alone: there is one way to write each, however a client compares texts.
    for (reads, what) in [("To ask: lifts 😀", "typed"), ("To ask", "deleted")] {
        let written = world.edit(PAIR, |edit| edit.type_into(&met, "agenda", reads));
        take(&mut world, PAIR, &written.bytes);
        assert_eq!(world.log(PAIR).index.now().prose(&met, "agenda").as_deref(), Some(reads), "{what}");
    }
    for log in [OWN, PAIR] {
        verified(log, world.lines(log));
    }
    held("changes.json", &json!(cases));
}

#[test]
fn a_change_that_a_library_compressed_can_be_made_plain() {
    let mut world = World::new();
    let words = "Rang on your own, said what you saw and what you wanted. ".repeat(8);
    let create = world.edit(OWN, |edit| edit.create(&OBSERVED.to_string(), "observation", &RUTH.to_string(), &[("jot".to_owned(), words.into())], &[]));
    let compressed = Change::try_from(create.bytes.as_slice()).expect("an honest change").bytes().into_owned();
    assert_eq!((compressed[8], create.bytes[8]), (2, 1));
    assert!(matches!(world.judge(OWN, &[word(&compressed)]), Judged::Answer(Verdict::Refused(refusal)) if refusal.code == "compressed"));
    assert!(matches!(world.judge(OWN, &[word(&create.bytes)]), Judged::Accept(_)));
    held("compressed.json", &json!({ "compressed": hex::encode(&compressed), "plain": hex::encode(&create.bytes) }));
}
