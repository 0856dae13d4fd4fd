//! Actors, logs and lines seen, as they are named.

use serde_json::{Value, json};
use shared::{
    change::actor::{actor, device_of},
    check_number::CheckNumber,
    key::SecretKey,
    line::Seen,
    wire::Cursor,
};

use crate::{
    held::{encoded, held},
    world::{OWN, PAIR, PHONE, RECORD, World},
};

#[test]
fn names_have_one_spelling() {
    let seen = Seen::of(&World::new().lines(OWN)[1].header);
    let actors: Vec<Value> = [0_u16, 1, 258, u16::MAX]
        .iter()
        .map(|slot| {
            let bytes = actor(*PHONE.0.as_bytes(), *slot);
            assert_eq!(device_of(&bytes), Some(*PHONE.0.as_bytes()));
            json!({ "device": PHONE.to_string(), "slot": slot, "actor": hex::encode(bytes) })
        })
        .collect();
    let logs: Vec<Value> = [OWN, PAIR, RECORD]
        .iter()
        .map(|log| {
            let cursor = Cursor { log: *log, epoch: 1, next: 300 };
            json!({ "log": log.to_string(), "cursor": { "epoch": 1, "next": 300 }, "cbor": encoded(&cursor) })
        })
        .collect();
    let numbers = [1, 2].map(|seed| SecretKey::from_seed([seed; 32]).public());
    let numbers = numbers.map(|key| json!({ "key": key.to_string(), "number": CheckNumber::of(&key).to_string() }));
    held(
        "names.json",
        &json!({ "actors": actors, "logs": logs, "check_numbers": numbers, "seen": { "position": seen.position, "tag": seen.tag, "message": seen.message(), "cbor": encoded(&seen) } }),
    );
}
