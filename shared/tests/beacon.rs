//! Provable time in a quiet log: a decision quotes the hour that the organisation signed last.
#![cfg(feature = "document")]

mod ward;

use shared::{
    beacon::Beacon,
    decision::{Decision, SignedDecision},
    id::RecordId,
    key::{Domain, SecretKey},
    ledger::Mark,
    line::{Header, LineKind, Side},
    log::ReplayError,
    phone::Ask,
    role::Role,
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
    wire::{Item, SyncRequest, SyncResponse, Verdict},
};
use ward::{RUTH, Ward, log, server::organisation_key};

/// A ward whose record log is ten days quiet, and Ruth's phone, which has just talked to the server.
fn quiet() -> (Ward, usize) {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    ward.pass(10 * DAY_MS);
    ward.sync(ruth);
    (ward, ruth)
}

fn submitted(ward: &Ward, record: RecordId) -> &Mark {
    &ward.server.logs[&log()].0.ledger.get(record).expect("it was sent").versions[0].submitted
}

fn decided(ward: &Ward) -> Decision {
    let (_, lines) = &ward.server.logs[&log()];
    let line = lines.iter().rev().find(|line| line.header.kind == LineKind::Decision).expect("something was decided");
    let signed: SignedDecision = shared::cbor::decode(&line.side.as_ref().expect("it is there").bytes.0, 64 * 1024).expect("it reads");
    signed.decision().expect("it reads")
}

fn sends(ward: &mut Ward, phone: usize, record: RecordId) {
    ward.sign(phone, Ask::Send { record, to: log(), sign: true, reason: None, pin: String::new() }).expect("it may be sent");
}

#[test]
fn a_clock_that_lies_backwards_is_found_out_within_the_hour() {
    for (back_ms, is_believed) in [(0, true), (3 * HOUR_MS, false), (3 * DAY_MS, false)] {
        let (mut ward, ruth) = quiet();
        let struck = ward.now;
        ward.pass(2 * HOUR_MS);
        let record = ward.draft(ruth, "C01", 3);
        ward.phones[ruth].clock_off_ms = -back_ms;
        sends(&mut ward, ruth, record);
        ward.phones[ruth].clock_off_ms = 0;
        ward.pass(5 * HOUR_MS);
        ward.sync(ruth);
        let mark = submitted(&ward, record);
        assert!(mark.seen_at <= struck && mark.seen_at > struck.plus(-HOUR_MS), "the hour that it had heard: {mark:?}");
        assert_eq!(mark.when() == mark.at, is_believed, "{back_ms} ms back");
    }
}

#[test]
fn a_busy_log_needs_no_beacon() {
    let (mut ward, ruth) = quiet();
    for _ in 0..2 {
        let record = ward.draft(ruth, "C01", 3);
        sends(&mut ward, ruth, record);
        ward.sync(ruth);
        ward.pass(MINUTE_MS);
    }
    assert_eq!(decided(&ward).beacon, None, "the line before it says more");
}

#[test]
fn a_phone_that_was_closed_quotes_the_hour_that_it_had_heard() {
    let (mut ward, ruth) = quiet();
    let heard = Beacon::of(ward.server.organisation, &organisation_key(), ward.now);
    ward.reopen(ruth);
    ward.pass(3 * HOUR_MS);
    let record = ward.draft(ruth, "C01", 3);
    sends(&mut ward, ruth, record);
    ward.sync(ruth);
    assert_eq!(decided(&ward).beacon, Some(heard));
}

/// A request whose decisions quote that hour.
fn quoting(request: &SyncRequest, beacon: &Beacon, key: &SecretKey) -> SyncRequest {
    let mut request = request.clone();
    for item in request.push.iter_mut().flat_map(|bundle| &mut bundle.items) {
        let Item::Decision(signed) = item else { continue };
        let body = Decision { beacon: Some(beacon.clone()), ..signed.decision().expect("it reads") }.encode();
        signed.signature = key.sign(Domain::Decision, &body.0);
        signed.body = body;
    }
    request
}

#[test]
fn the_gate_takes_no_hour_that_the_organisation_did_not_sign() {
    let (mut ward, ruth) = quiet();
    let record = ward.draft(ruth, "C01", 3);
    ward.sync(ruth);
    sends(&mut ward, ruth, record);
    let request = ward.send(ruth);
    let now = ward.now;
    for beacon in forged(&ward) {
        let request = quoting(&request, &beacon, &ward.phones[ruth].key);
        let verdicts = ward.server.sync(ward::person(RUTH), &request, now).verdicts;
        assert!(matches!(verdicts.as_slice(), [Verdict::Refused(refusal)] if refusal.code == "bad_seen"), "{verdicts:?}");
    }
    let real = Beacon::of(ward.server.organisation, &organisation_key(), now);
    let verdicts = ward.server.sync(ward::person(RUTH), &quoting(&request, &real, &ward.phones[ruth].key), now).verdicts;
    assert!(matches!(verdicts.as_slice(), [Verdict::Accepted { .. }]), "{verdicts:?}");
}

/// The hour in another key, another organisation's, and one that was moved.
fn forged(ward: &Ward) -> [Beacon; 3] {
    let other = shared::id::OrganisationId(uuid::Uuid::from_u128(77));
    let key = organisation_key();
    let real = Beacon::of(ward.server.organisation, &key, ward.now);
    [Beacon::of(ward.server.organisation, &SecretKey::from_seed([99; 32]), ward.now), Beacon::of(other, &key, ward.now), Beacon { hour: real.hour + 1, ..real }]
}

#[test]
fn a_phone_keeps_no_hour_that_the_organisation_did_not_sign() {
    let (mut ward, ruth) = quiet();
    ward.pass(2 * HOUR_MS);
    for beacon in forged(&ward) {
        let request = ward.send(ruth);
        let answer = ward.server.sync(ward.phones[ruth].person, &request, ward.now);
        ward.answer(ruth, &request, SyncResponse { beacon: Some(beacon), ..answer });
    }
    let record = ward.draft(ruth, "C01", 3);
    sends(&mut ward, ruth, record);
    let verdicts = ward.sync(ruth);
    assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Accepted { .. })), "{verdicts:?}");
    let quoted = decided(&ward).beacon.expect("the log was quiet");
    quoted.verify(ward.server.organisation, &organisation_key().public()).expect("it is the organisation's");
}

#[test]
fn a_line_that_quotes_a_forged_hour_is_believed_by_nobody() {
    let (mut ward, ruth) = quiet();
    let record = ward.draft(ruth, "C01", 3);
    sends(&mut ward, ruth, record);
    ward.sync(ruth);
    let key = ward.phones[ruth].key.clone();
    for beacon in forged(&ward) {
        let lines = ward.server.retold(log(), |header: &mut Header, side: &mut Side| {
            if header.kind != LineKind::Decision {
                return;
            }
            let signed: SignedDecision = shared::cbor::decode(&side.bytes.0, 64 * 1024).expect("it reads");
            let body = Decision { beacon: Some(beacon.clone()), ..signed.decision().expect("it reads") }.encode();
            let signature = key.sign(Domain::Decision, &body.0);
            side.bytes = shared::cbor::encode(&SignedDecision { body, signature, ..signed }).into();
        });
        let found = ward.server.heard(log(), &lines).expect_err("nobody signed that hour");
        assert!(matches!(found, ReplayError::Beacon(_)), "{found:?}");
    }
}

#[test]
fn r10_whoever_quotes_an_hour_after_the_removal_decided_after_it() {
    let (mut ward, ruth) = quiet();
    let old = ward.draft(ruth, "C01", 3);
    ward.sync(ruth);
    sends(&mut ward, ruth, old);
    let before = ward.send(ruth);
    ward.pass(HOUR_MS);
    ward.end_membership(RUTH, Role::Mentor);
    let now = ward.now;
    let held = ward.server.sync(ward::person(RUTH), &before, now).verdicts;
    assert!(matches!(held.as_slice(), [Verdict::Held(_)]), "written before: {held:?}");

    // The same bundle with a decision that quotes a later hour.
    ward.pass(2 * HOUR_MS);
    let late = Beacon::of(ward.server.organisation, &organisation_key(), ward.now);
    let after = quoting(&before, &late, &ward.phones[ruth].key);
    let now = ward.now;
    let refused = ward.server.sync(ward::person(RUTH), &after, now).verdicts;
    assert!(matches!(refused.as_slice(), [Verdict::Refused(refusal)] if refusal.code == "r10_not_member"), "{refused:?}");
}
