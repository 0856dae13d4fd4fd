//! The vectors of PROTOCOL.md, to start from.

use serde_json::Value;

pub const CHAIN: &str = include_str!("../../../shared/tests/vectors/chain.json");
pub const CHANGES: &str = include_str!("../../../shared/tests/vectors/changes.json");
pub const COMPRESSED: &str = include_str!("../../../shared/tests/vectors/compressed.json");
pub const CONTENT: &str = include_str!("../../../shared/tests/vectors/content.json");
pub const DECISION: &str = include_str!("../../../shared/tests/vectors/decision.json");
pub const FACTS: &str = include_str!("../../../shared/tests/vectors/facts.json");
pub const GENESIS: &str = include_str!("../../../shared/tests/vectors/genesis.json");
pub const OBSERVATION: &str = include_str!("../../../shared/tests/vectors/observation.json");
pub const REFUSED: &str = include_str!("../../../shared/tests/vectors/refused.json");
pub const WIRE: &str = include_str!("../../../shared/tests/vectors/wire.json");

/// Shorter ones are ids, tags and salts.
const MIN_BYTES: usize = 17;

/// All bytes that the files give, wherever they stand.
pub fn all(files: &[&str]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    files.iter().for_each(|file| collect(&serde_json::from_str(file).expect("vectors are JSON"), &mut found));
    found.sort();
    found.dedup();
    found
}

fn collect(value: &Value, found: &mut Vec<Vec<u8>>) {
    match value {
        Value::String(text) => found.extend(hex::decode(text).ok().filter(|bytes| bytes.len() >= MIN_BYTES)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
