//! Requests, answers, the stream and problems.

use serde_json::{Value, json};
use shared::{
    bytes::Hash,
    cbor,
    log::FIRST_EPOCH,
    refusal::Refusal,
    time::MINUTE_MS,
    wire::{Enrol, Enrolled, LiveFrame, LogUpdate, Problem, Session, SetUp, SyncRequest, SyncResponse, Verdict, WIRE_VERSION, deflate},
};

use crate::{
    held::{encoded, held},
    observation::story,
    world::{AMARA, ORGANISATION, OWN, PHONE, RECORD, RUTH, START, device_key, organisation_key},
};

#[test]
fn the_wire_reads_as_it_is_written() {
    let story = story();
    let now = story.world.now;
    let session = Session {
        person: RUTH,
        name: "Ruth Calloray".into(),
        organisation: ORGANISATION,
        organisation_name: "Quillbrook".into(),
        organisation_key: organisation_key().public(),
        demonstration: true,
        now,
        devices: vec![
            SetUp { label: "My phone".into(), at: START, heard_at: now, here: true },
            SetUp { label: "Tablet".into(), at: START, heard_at: START, here: false },
        ],
    };
    let refusal = Refusal::new("r10_not_member", "You are not part of this relationship now.");
    let verdicts = vec![
        Verdict::Accepted { position: 8 },
        Verdict::Duplicate { position: 8 },
        Verdict::Exists { position: 5 },
        Verdict::Refused(refusal.clone()),
        Verdict::BlockedBy { change: Hash::of(b"a change") },
        Verdict::Held(refusal),
        Verdict::RetryAfter { seconds: 1 },
    ];
    let first = SyncRequest { v: WIRE_VERSION, device: PHONE, cursors: Vec::new(), rest: true, push: Vec::new() };
    let all = SyncResponse { verdicts, logs: Vec::new(), ..story.answer.clone() };
    let update = LogUpdate { log: RECORD, epoch: FIRST_EPOCH, lines: story.world.lines(RECORD)[7..8].to_vec(), more: false };
    let frames =
        [LiveFrame::Hello { now }, LiveFrame::Lines(update), LiveFrame::Moved { log: RECORD, next: 9 }, LiveFrame::Heartbeat { now: now.plus(MINUTE_MS) }];
    let stream: Vec<Value> = frames
        .iter()
        .map(|frame| {
            let body = cbor::encode(frame);
            let length = u32::try_from(body.len()).expect("short");
            json!({ "cbor": hex::encode(&body), "framed": hex::encode([&length.to_be_bytes()[..], &body].concat()) })
        })
        .collect();
    let enrol = Enrol { v: WIRE_VERSION, key: device_key().public(), label: "Ruth's phone".into() };
    let request = cbor::encode(&story.request);
    let packed = deflate::deflated(&request).expect("shorter");
    assert_eq!(deflate::inflated(&packed, request.len()).as_deref(), Ok(&request[..]));
    let problem = Problem { code: "sign_in_again".into(), title: "Sign in again to go on. Nothing you wrote is lost.".into(), status: 401 };
    held(
        "wire.json",
        &json!({
            "version": WIRE_VERSION,
            "session": encoded(&session),
            "enrol": encoded(&enrol),
            "enrolled": encoded(&Enrolled { device: PHONE, now }),
            "first_request": encoded(&first),
            "request": hex::encode(&request),
            "request_deflated": hex::encode(&packed),
            "answer": encoded(&story.answer),
            "every_verdict": encoded(&all),
            "live": stream,
            "problem": serde_json::to_string(&problem).expect("plain data"),
        }),
    );
    assert_eq!(START, story.world.lines(OWN)[0].header.received_at);
    assert!(story.world.log(RECORD).facts.is_member(AMARA, now));
}
