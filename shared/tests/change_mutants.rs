//! Spoiled changes: none panics the gate, and what passes is a change that Automerge loads and reads as the index does.
#![cfg(feature = "document")]

mod change_support;

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

use automerge::{Automerge, Change};
use change_support::{
    Rng, automerge_of,
    mutant::{Stock, kinds, mutant},
    read_automerge, read_index, simulate,
};
use shared::change::{Decoded, Index, Refused, actor::device_of, preparse::preparse, shield};

/// Mutants in one run; `CHANGE_MUTANTS` sets another number, `CHANGE_SEED` other ones.
fn mutants() -> usize {
    setting("CHANGE_MUTANTS").map_or(20_000, |count| count as usize)
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// An honest change with the log as it was before.
struct Sample {
    honest: Vec<u8>,
    device: [u8; 16],
    index: Index,
    document: Automerge,
}

fn samples(lines: &[Vec<u8>], every: usize) -> Vec<Sample> {
    let mut index = Index::empty();
    let mut samples = Vec::new();
    for (position, line) in lines.iter().enumerate() {
        let decoded = Decoded::parse(line).expect("an accepted line");
        if let Some(device) = decoded.actor().device().filter(|_| position % every == 0) {
            samples.push(Sample { honest: line.clone(), device, index: index.clone(), document: automerge_of(&lines[..position]) });
        }
        index.apply(&decoded, position as u64).expect("an accepted line");
    }
    samples
}

fn gate(sample: &Sample, bytes: &[u8]) -> Result<Decoded, Refused> {
    let decoded = Decoded::parse(bytes)?;
    let newest = sample.index.position().unwrap_or(0);
    shield(&sample.index, &decoded, |actor| device_of(actor) == Some(sample.device), |seen| seen.position <= newest && seen.tag == [0; 12])?;
    Ok(decoded)
}

/// What was accepted must be what both sides read, now and after saving.
fn agree(sample: &Sample, bytes: &[u8], decoded: &Decoded) {
    let mut index = sample.index.clone();
    index.apply(decoded, index.position().unwrap_or(0) + 1).expect("what the shield lets through can be applied");
    let mut document = sample.document.clone();
    let change = Change::try_from(bytes).expect("an accepted change parses");
    document.apply_changes([change]).expect("an accepted change applies");
    assert_eq!(document.get_heads().iter().map(|hash| hash.0).collect::<Vec<_>>(), index.heads().iter().map(|hash| hash.0).collect::<Vec<_>>());
    let loaded = Automerge::load(&document.save()).expect("a document with an accepted change loads");
    assert_eq!(loaded.get_heads(), document.get_heads());
    let expected = read_index(&index.now());
    assert_eq!(read_automerge(&document, None), expected);
    assert_eq!(read_automerge(&loaded, None), expected);
}

#[test]
fn no_spoiled_change_panics_the_gate_or_poisons_a_document() {
    assert!(kinds() >= 12);
    let seed = setting("CHANGE_SEED").unwrap_or(4);
    let server = simulate(seed, 4, 150);
    let samples = samples(&server.lines, 2);
    assert!(samples.len() > 20);
    let mut rng = Rng(seed ^ 0xbad);
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut tried: BTreeSet<&str> = BTreeSet::new();
    let mut distinct = BTreeSet::new();
    let count = mutants();
    for _ in 0..count {
        let sample = &samples[rng.below(samples.len())];
        let stock = Stock { lines: &server.lines, device: sample.device };
        let (name, bytes) = mutant(&sample.honest, &mut rng, &stock);
        tried.insert(name);
        let verdict = catch_unwind(AssertUnwindSafe(|| gate(sample, &bytes)));
        let verdict = verdict.unwrap_or_else(|_| panic!("'{name}' panics the gate: {}", hex::encode(&bytes)));
        match &verdict {
            Ok(decoded) if bytes != sample.honest && distinct.insert(decoded.hash()) => {
                let agreed = catch_unwind(AssertUnwindSafe(|| agree(sample, &bytes, decoded)));
                agreed.unwrap_or_else(|_| panic!("'{name}' was accepted: {}", hex::encode(&bytes)));
                *codes.entry("accepted").or_default() += 1;
            }
            Ok(_) => *codes.entry("as it was").or_default() += 1,
            Err(refused) => *codes.entry(refused.as_str()).or_default() += 1,
        }
    }
    println!("{count} mutants of {} kinds: {codes:#?}", tried.len());
    if count >= 10_000 {
        assert!(tried.len() > 60, "{tried:?}");
        for code in [
            "accepted",
            "bad_checksum",
            "compressed",
            "too_many_operations",
            "not_canonical",
            "bad_pred",
            "blocked_by",
            "bad_start_op",
            "foreign_actor",
            "bad_seq",
            "unknown_object",
            "forbidden_object",
            "bad_value",
        ] {
            assert!(codes.contains_key(code), "no mutant was {code}: {codes:?}");
        }
    }
}

#[test]
fn bytes_of_chance_never_panic() {
    let server = simulate(5, 3, 40);
    let honest = server.lines.last().expect("a line");
    let mut rng = Rng(9);
    for length in 0..honest.len() {
        assert!(preparse(&honest[..length]).is_err(), "a change cut at {length}");
    }
    for _ in 0..mutants() / 4 {
        let body: Vec<u8> = (0..rng.below(300)).map(|_| rng.next() as u8).collect();
        let bytes = if rng.one_in(4) { body } else { change_support::raw::chunk(1, &body) };
        assert!(Decoded::parse(&bytes).is_err());
    }
}
