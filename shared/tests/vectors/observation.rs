//! One observation from the first jot to the sealed line: the worked example.

use serde_json::json;
use shared::{
    beacon::Beacon,
    bytes::Bytes,
    decision::{Act, SignedDecision},
    fact::Fact,
    log::FIRST_EPOCH,
    scalar::Scalar,
    wire::{Bundle, Cursor, Item, LogUpdate, SyncRequest, SyncResponse, Verdict, WIRE_VERSION},
};

use crate::{
    chain::{chain, verified},
    held::{encoded, held, of_signature},
    world::{
        CONTENT_SALT, DEVICE_SEED, OBSERVED, ORGANISATION, ORGANISATION_SEED, OWN, PAIR, PHONE, RECORD, RUTH, World, digest_of, observed, organisation_key,
    },
};

/// Ruth's observation from the first jot to the sealed line.
pub struct Story {
    pub world: World,
    pub jot: Vec<u8>,
    pub more: Vec<u8>,
    pub shared: Vec<u8>,
    pub submit: SignedDecision,
    pub request: SyncRequest,
    pub answer: SyncResponse,
}

pub fn word(bytes: &[u8]) -> Item {
    Item::Word(Bytes(bytes.to_vec()))
}

pub fn story() -> Story {
    let mut world = World::new();
    let captured = world.now;
    let jot = world.edit(OWN, |edit| {
        let fields = [("jot".to_owned(), "rang alone".into()), ("captured_at".to_owned(), captured.0.into())];
        edit.create(&OBSERVED.to_string(), "observation", &RUTH.to_string(), &fields, &[])
    });
    assert_eq!(world.push(OWN, &[word(&jot.bytes)]), Verdict::Accepted { position: 5 });
    world.pass();
    let more = world.edit(OWN, |edit| {
        edit.put(&OBSERVED.to_string(), "competency", &"C01".into())?;
        edit.put(&OBSERVED.to_string(), "level", &3.into())
    });
    assert_eq!(world.push(OWN, &[word(&more.bytes)]), Verdict::Accepted { position: 6 });
    world.pass();
    let before: Vec<Cursor> = [OWN, RECORD].map(|log| Cursor { log, epoch: FIRST_EPOCH, next: world.log(log).chain.next }).into();
    let fields: Vec<(String, Scalar)> = observed().into_iter().collect();
    let shared = world.edit(RECORD, |edit| edit.create(&OBSERVED.to_string(), "observation", &RUTH.to_string(), &fields, &[]));
    let (_, digest) = digest_of(&observed());
    let (_, mut submit) = world.sign(Act::Submit, digest, None);
    (submit.salt, submit.heads) = (Some(CONTENT_SALT), vec![shared.hash]);
    let items = vec![word(&shared.bytes), Item::Decision(submit.clone())];
    let request = SyncRequest {
        v: WIRE_VERSION,
        device: PHONE,
        cursors: before.clone(),
        rest: false,
        push: vec![Bundle { log: RECORD, epoch: FIRST_EPOCH, items: items.clone() }],
    };
    // The server states first when the record was typed in the own log.
    let times = [5, 6].map(|position: usize| world.lines(OWN)[position].header.received_at);
    world.fact(RECORD, Fact::Captured { record: OBSERVED, earliest: times[0], latest: times[1] });
    let verdict = world.push(RECORD, &items);
    assert_eq!(verdict, Verdict::Accepted { position: 8 });
    let fresh = world.lines(RECORD)[6..].to_vec();
    let directory = [OWN, PAIR, RECORD].map(|log| Cursor { log, epoch: FIRST_EPOCH, next: world.log(log).chain.next }).into();
    let answer = SyncResponse {
        v: WIRE_VERSION,
        now: world.now,
        verdicts: vec![verdict],
        logs: vec![LogUpdate { log: RECORD, epoch: FIRST_EPOCH, lines: fresh, more: false }],
        directory,
        beacon: Some(Beacon::of(ORGANISATION, &organisation_key(), world.now)),
    };
    Story { world, jot: jot.bytes, more: more.bytes, shared: shared.bytes, submit, request, answer }
}

#[test]
fn the_worked_example_and_its_chains_hold() {
    let story = story();
    for log in [OWN, RECORD] {
        verified(log, story.world.lines(log));
    }
    let version = story.world.log(RECORD).ledger.get(OBSERVED).and_then(|record| record.latest()).expect("it was sent");
    assert_eq!((version.sealed, version.content.clone()), (Some(8), observed()));
    let (content, digest) = digest_of(&observed());
    held(
        "observation.json",
        &json!({
            "organisation_seed": hex::encode(ORGANISATION_SEED),
            "device_seed": hex::encode(DEVICE_SEED),
            "person": RUTH.to_string(),
            "device": PHONE.to_string(),
            "record": OBSERVED.to_string(),
            "1_jot": hex::encode(&story.jot),
            "2_more": hex::encode(&story.more),
            "3_shared": hex::encode(&story.shared),
            "4_content": String::from_utf8(content).expect("JSON is UTF-8"),
            "5_content_salt": CONTENT_SALT,
            "6_digest": digest,
            "7_body": story.submit.body,
            "8_signature": of_signature(&story.submit.signature),
            "9_request": encoded(&story.request),
            "10_answer": encoded(&story.answer),
            "own_log": chain(OWN, story.world.lines(OWN)),
            "record_log": chain(RECORD, story.world.lines(RECORD)),
        }),
    );
}
