//! Signed hours, byte for byte.

use serde_json::json;
use shared::{beacon::Beacon, key::Domain, time::At};

use crate::{
    held::{encoded, held, of_key, of_signature},
    world::{ORGANISATION, ORGANISATION_SEED, organisation_key},
};

#[test]
fn an_hour_is_signed_byte_for_byte() {
    let key = organisation_key();
    let case = |at: i64| {
        let beacon = Beacon::of(ORGANISATION, &key, At(at));
        beacon.verify(ORGANISATION, &key.public()).expect("it holds");
        let message = [ORGANISATION.0.as_bytes().as_slice(), &beacon.hour.to_be_bytes()].concat();
        json!({
            "now": at,
            "hour": beacon.hour,
            "at": beacon.at().0,
            "message": hex::encode(Domain::Beacon.message(&message)),
            "signature": of_signature(&beacon.signature),
            "beacon": encoded(&beacon),
        })
    };
    held(
        "beacon.json",
        &json!({
            "organisation": ORGANISATION.to_string(),
            "seed": hex::encode(ORGANISATION_SEED),
            "key": of_key(&key.public()),
            "beacons": [case(1_778_590_920_000), case(1_778_590_800_000), case(1_778_590_799_999)],
        }),
    );
}
