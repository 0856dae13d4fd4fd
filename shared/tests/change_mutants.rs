//! Spoiled changes: none panics the gate, and what passes is a change that Automerge loads and reads as the index does.
#![cfg(feature = "document")]

mod change_support;

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

use change_support::{
    Rng,
    mutant::{Mutant, Stock, Told, kinds, mutant, text_kinds},
    sample::{agree, gate, samples},
    simulate,
};
use shared::change::{Decoded, Refused, preparse::preparse};

/// Mutants in one run; `CHANGE_MUTANTS` sets another number, `CHANGE_SEED` other ones.
fn mutants() -> usize {
    setting("CHANGE_MUTANTS").map_or(20_000, |count| count as usize)
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// A verdict that each kind has to reach; those that spoil what is typed name theirs beside them.
const TELLING: [(&str, &str); 75] = [
    ("actor of another length", "bad_actor"),
    ("actor that nobody names", "not_canonical"),
    ("actors gone", "bad_actor"),
    ("actors out of order", "not_canonical"),
    ("another action", "unknown_operation"),
    ("another chunk type", "not_a_change"),
    ("another first counter", "bad_start_op"),
    ("another key", "bad_pred"),
    ("another object", "unknown_object"),
    ("another predecessor", "bad_pred"),
    ("another sequence number", "bad_seq"),
    ("another slot", "bad_seq"),
    ("another time", "bad_time"),
    ("another value", "bad_value"),
    ("author among the others", "not_canonical"),
    ("byte gone", "not_a_change"),
    ("byte more", "extra_bytes"),
    ("column empty", "unknown_column"),
    ("column gone", "uneven_columns"),
    ("column of another change", "uneven_columns"),
    ("column twice", "unknown_column"),
    ("columns out of order", "unknown_column"),
    ("compressed", "compressed"),
    ("counters at the end", "bad_start_op"),
    ("cut", "not_a_change"),
    ("cut without header", "not_a_change"),
    ("deflate flag", "compressed"),
    ("dependencies out of order", "bad_dependencies"),
    ("dependency gone", "bad_dependencies"),
    ("dependency more", "blocked_by"),
    ("dependency twice", "bad_dependencies"),
    ("dependency unknown", "blocked_by"),
    ("flip", "blocked_by"),
    ("flip without checksum", "bad_checksum"),
    ("footer", "extra_bytes"),
    ("footer as Automerge writes it", "extra_bytes"),
    ("huge actor index", "bad_actor"),
    ("huge counter", "unknown_object"),
    ("huge counts of predecessors", "too_many_operations"),
    ("huge place in a text", "bad_key"),
    ("huge values", "bad_value"),
    ("insert", "unknown_operation"),
    ("insert flags", "too_many_operations"),
    ("key of a list", "unknown_operation"),
    ("key that is no text", "bad_key"),
    ("list elements", "uneven_columns"),
    ("long key", "bad_key"),
    ("long length", "not_a_change"),
    ("long message", "bad_message"),
    ("many dependencies", "bad_dependencies"),
    ("message", "bad_message"),
    ("message that is no text", "bad_message"),
    ("nested maps", "forbidden_object"),
    ("null bomb", "uneven_columns"),
    ("operation gone", "unknown_object"),
    ("operation twice", "bad_pred"),
    ("operations of another change", "bad_pred"),
    ("operations swapped", "unknown_object"),
    ("piece of another change", "not_a_change"),
    ("predecessor more", "bad_pred"),
    ("predecessor twice", "bad_pred"),
    ("predecessors gone", "bad_pred"),
    ("repeat a piece", "extra_bytes"),
    ("run as literals", "uneven_columns"),
    ("run-length bomb", "too_many_operations"),
    ("run-length bomb everywhere", "too_many_operations"),
    ("sequence at the end", "bad_seq"),
    ("set", "blocked_by"),
    ("smallest literal", "too_many_operations"),
    ("somebody else's actor", "foreign_actor"),
    ("time", "bad_time"),
    ("trailing bytes", "not_a_change"),
    ("trailing run", "uneven_columns"),
    ("two changes", "not_a_change"),
    ("unknown column", "unknown_column"),
];

/// What the process may take for any number of mutants.
#[cfg(target_os = "linux")]
const MAX_MEMORY_KB: u64 = 64 * 1024;

/// The most that this process ever had in memory.
#[cfg(target_os = "linux")]
fn most_memory_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the process has a status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the system tells the peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
fn every_kind_of_mutation_has_a_name_of_its_own() {
    assert!(kinds().len() >= 100, "{}", kinds().len());
    assert!(text_kinds().count() >= 30);
}

#[test]
fn no_spoiled_change_panics_the_gate_or_poisons_a_document() {
    let seed = setting("CHANGE_SEED").unwrap_or(4);
    let server = simulate(seed, 4, 150);
    let samples = samples(&server.lines, 2);
    assert!(samples.len() > 20);
    for sample in &samples {
        assert!(gate(sample, &sample.honest).is_ok(), "an honest change is refused");
    }
    let told = Told::all(&server.lines);
    let mut rng = Rng(seed ^ 0xbad);
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut tried: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut distinct = BTreeSet::new();
    let count = mutants();
    for _ in 0..count {
        let sample = &samples[rng.below(samples.len())];
        let stock = Stock { lines: &server.lines, told: &told, device: sample.device };
        let Mutant { name, bytes, verdicts } = mutant(&sample.honest, &mut rng, &stock);
        let verdict = catch_unwind(AssertUnwindSafe(|| gate(sample, &bytes)));
        let verdict = verdict.unwrap_or_else(|_| panic!("'{name}' panics the gate: {}", hex::encode(&bytes)));
        let code = verdict.as_ref().map_or_else(Refused::as_str, |_| "accepted");
        if let Some(verdicts) = verdicts {
            assert!(verdicts.contains(&code), "'{name}' is {code}: {}", hex::encode(&bytes));
        }
        *tried.entry(name).or_default().entry(code).or_default() += 1;
        match &verdict {
            Ok(decoded) if bytes != sample.honest && distinct.insert((decoded.hash(), sample.index.position())) => {
                let agreed = catch_unwind(AssertUnwindSafe(|| agree(sample, &bytes, decoded)));
                agreed.unwrap_or_else(|_| panic!("'{name}' was accepted: {}", hex::encode(&bytes)));
                *codes.entry("accepted").or_default() += 1;
            }
            Ok(_) => *codes.entry("as it was").or_default() += 1,
            Err(_) => *codes.entry(code).or_default() += 1,
        }
    }
    println!("{count} mutants of {} kinds: {codes:#?}", tried.len());
    if setting("CHANGE_VERDICTS").is_some() {
        println!("{tried:#?}");
    }
    for sample in &samples {
        assert!(gate(sample, &sample.honest).is_ok(), "an honest change is refused after all that");
    }
    #[cfg(target_os = "linux")]
    {
        println!("{} kB of memory at most", most_memory_kb());
        assert!(most_memory_kb() <= MAX_MEMORY_KB, "{} kB", most_memory_kb());
    }
    if count >= 10_000 {
        assert_eq!(tried.keys().copied().collect::<BTreeSet<_>>(), kinds());
        for (name, verdicts) in text_kinds() {
            assert!(tried[name].contains_key(verdicts[0]), "no '{name}' was {}: {:?}", verdicts[0], tried[name]);
        }
        for (name, code) in TELLING {
            assert!(tried[name].contains_key(code), "no '{name}' was {code}: {:?}", tried[name]);
        }
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
