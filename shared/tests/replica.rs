//! Phones and one server, end to end in memory: what is typed is never lost, what is signed is what was seen.
#![cfg(feature = "document")]

mod ward;

use shared::{
    decision::Act,
    ledger::State,
    phone::Ask,
    time::HOUR_MS,
    wire::{Verdict, deflate::deflated},
};
use ward::{AMARA, BEA, FARID, RUTH, Ward, log, own, person};

/// What goes up for one observation that was written without signal, in bytes.
const MAX_OBSERVATION_BYTES: usize = 1_229;

fn accepted(verdicts: &[Verdict]) -> bool {
    !verdicts.is_empty() && verdicts.iter().all(|verdict| matches!(verdict, Verdict::Accepted { .. }))
}

#[test]
fn an_observation_written_offline_is_seen_by_nobody_until_signed_and_then_by_all() {
    let mut ward = Ward::new();
    let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
    let record = ward.draft(ruth, "C01", 3);
    ward.reopen(ruth);
    assert!(accepted(&ward.sync(ruth)), "the draft reaches the own log");
    ward.sync(amara);
    assert_eq!(ward.row(amara, log(), record), None, "a draft is its author's alone");

    ward.send_record(ruth, record).expect("signed");
    let row = ward.row(ruth, log(), record).expect("shown where it goes");
    assert_eq!(row.waiting.len(), 1, "asked for, not in force yet");
    assert_eq!(ward.row(ruth, own(RUTH), record), None);
    ward.reopen(ruth);
    assert!(accepted(&ward.sync(ruth)));
    ward.sync(amara);
    let row = ward.row(amara, log(), record).expect("arrived");
    let entry = row.entry.expect("decided on");
    assert_eq!(entry.state(1), Some(State::Sealed));
    assert_eq!(entry.versions[0].text("went_well"), Some("Rang on your own."));
    ward.reopen(amara);
}

#[test]
fn a_jot_stays_its_writers_when_the_observation_is_shared() {
    let mut ward = Ward::new();
    let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
    let record = ward.draft(ruth, "C01", 3);
    ward.set(ruth, own(RUTH), record, "jot", "calm, good questions".into());
    ward.send_record(ruth, record).expect("signed");
    ward.sync(ruth);
    ward.sync(amara);
    assert!(!ward.row(amara, log(), record).expect("arrived").fields.contains_key("jot"));
}

#[test]
fn taken_back_before_it_goes_nothing_arrives() {
    let mut ward = Ward::new();
    let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
    let record = ward.draft(ruth, "C01", 3);
    ward.send_record(ruth, record).expect("signed");
    ward.ask(ruth, Ask::TakeBack { record }).expect("taken back");
    assert!(ward.row(ruth, own(RUTH), record).is_some(), "a draft again");
    ward.sync(ruth);
    ward.sync(amara);
    assert_eq!(ward.row(amara, log(), record), None);
    ward.send_record(ruth, record).expect("signed again");
    ward.sync(ruth);
    assert_eq!(ward.ask(ruth, Ask::TakeBack { record }).expect_err("gone").code, "too_late");
}

#[test]
fn an_answer_that_never_came_changes_nothing_when_it_is_sent_again() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let record = ward.draft(ruth, "C01", 3);
    ward.send_record(ruth, record).expect("signed");
    ward.unanswered(ruth);
    ward.reopen(ruth);
    let verdicts = ward.sync(ruth);
    assert!(verdicts.iter().all(Verdict::is_kept), "{verdicts:?}");
    assert_eq!(ward.row(ruth, log(), record).expect("there").entry.expect("decided").versions.len(), 1);
    assert!(!ward.phones[ruth].replica.has_unsent(ward.now));
}

#[test]
fn two_phones_of_one_person_in_one_field_keep_both_values_to_pick_from() {
    let mut ward = Ward::new();
    let (one, two, record) = ward.draft_on_two_phones();
    ward.set(one, own(RUTH), record, "went_well", "from one".into());
    ward.set(two, own(RUTH), record, "went_well", "from two".into());
    ward.sync(one);
    assert!(accepted(&ward.sync(two)), "an honest phone is not refused");
    ward.sync(one);
    for phone in [one, two] {
        assert_eq!(ward.shown(phone, own(RUTH), record, "went_well"), ["from one".into(), "from two".into()], "phone {phone}");
    }
    assert_eq!(ward.send_record(one, record).expect_err("two values").code, "r4_two_values");
    ward.set(two, own(RUTH), record, "went_well", "from two".into());
    assert!(accepted(&ward.sync(two)));
    ward.sync(one);
    assert_eq!(ward.shown(one, own(RUTH), record, "went_well"), ["from two".into()]);
    ward.set(one, own(RUTH), record, "try_next", "and on".into());
    assert!(accepted(&ward.sync(one)), "writing goes on after a merge");
    ward.reopen(one);
    ward.reopen(two);
}

#[test]
fn the_same_draft_sent_from_two_phones_arrives_once_and_the_other_words_stay() {
    let mut ward = Ward::new();
    let (one, two, record) = ward.draft_on_two_phones();
    ward.set(two, own(RUTH), record, "went_well", "other words".into());
    ward.send_record(one, record).expect("signed");
    ward.send_record(two, record).expect("signed");
    ward.sync(one);
    let verdicts = ward.sync(two);
    assert!(verdicts.iter().any(|verdict| matches!(verdict, Verdict::Exists { .. })), "{verdicts:?}");
    let stuck = ward.phones[two].replica.stuck();
    assert_eq!(stuck.len(), 1);
    assert_eq!(stuck[0].fields["went_well"], Some("other words".into()));
}

#[test]
fn the_whole_way_to_a_sign_off() {
    let mut ward = Ward::new();
    let (amara, ruth, farid, bea) = (ward.phone(AMARA), ward.phone(RUTH), ward.phone(FARID), ward.phone(BEA));
    ward.agreement(amara, ruth, bea);
    let evidence = ward.evidence(&[ruth, farid, ruth]);
    ward.sync(amara);
    ward.decide(amara, evidence[0], 1, Act::Acknowledge, None).expect("read");
    assert!(accepted(&ward.sync(amara)));
    let claim = ward.claim(amara, "C01", 3, &evidence).expect("asked");
    ward.sync(bea);
    ward.pass(HOUR_MS);
    ward.decide(bea, claim, 1, Act::Approve, None).expect("the rules are met");
    assert!(accepted(&ward.sync(bea)));
    ward.sync(amara);
    let entry = ward.row(amara, log(), claim).expect("there").entry.expect("decided");
    assert_eq!(entry.state(1), Some(State::InForce));
    assert_eq!(entry.versions[0].approved.as_ref().expect("approved").by, person(BEA));
    for phone in [amara, ruth, farid, bea] {
        ward.sync(phone);
        ward.reopen(phone);
    }
    let logs: Vec<_> = [amara, ruth, farid, bea].map(|phone| ward.phones[phone].replica.log(log()).expect("there").chain).into();
    assert!(logs.windows(2).all(|pair| pair[0] == pair[1]), "the same chain on every phone");
}

#[test]
fn hidden_words_are_in_no_export() {
    let mut ward = Ward::new();
    let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
    let record = ward.observe(ruth, "C01", 3);
    ward.sync(amara);
    let export = |ward: &Ward| {
        let facts = &ward.phones[amara].replica.log(log()).expect("there").facts;
        shared::export::record(&shared::kind::OBSERVATION, facts, &ward.row(amara, log(), record).expect("arrived"))
    };
    assert!(export(&ward).contains("Rang on your own."));
    ward.decide(ruth, record, 1, Act::Hide, None).expect("hidden");
    ward.sync(ruth);
    ward.sync(amara);
    let hidden = export(&ward);
    assert!(!hidden.contains("Rang on your own.") && hidden.contains(shared::words::HIDDEN), "{hidden}");
}

#[test]
fn an_observation_written_without_signal_goes_up_in_few_bytes() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    ward.sync(ruth);
    let record = ward.draft(ruth, "C01", 3);
    ward.send_record(ruth, record).expect("signed");
    let request = ward.send(ruth);
    assert_eq!(request.push.len(), 2, "the draft, then words and signature");
    let body = deflated(&shared::cbor::encode(&request)).expect("shorter");
    assert!(body.len() <= MAX_OBSERVATION_BYTES, "{} bytes", body.len());
}

#[test]
fn a_request_names_the_logs_that_it_writes_to_and_misses_nothing_elsewhere() {
    let mut ward = Ward::new();
    let (one, two) = (ward.phone(RUTH), ward.phone(RUTH));
    let record = ward.draft(one, "C01", 3);
    ward.sync(one);
    ward.sync(two);
    let elsewhere = ward.draft(two, "C02", 3);
    ward.sync(two);

    ward.send_record(one, record).expect("signed");
    let (request, response) = ward.exchange(one);
    assert!(!request.rest && request.cursors.iter().all(|cursor| cursor.log == log()), "{request:?}");
    assert!(accepted(&response.verdicts));
    assert_eq!(ward.row(one, own(RUTH), elsewhere), None, "the own log was not asked for");
    assert!(ward.phones[one].replica.wants_more(&request, &response), "but it has more, and the answer says so");
    let (request, response) = ward.exchange(one);
    assert!(request.rest && request.cursors.len() == 2, "{request:?}");
    assert!(ward.row(one, own(RUTH), elsewhere).is_some());
    assert!(!ward.phones[one].replica.wants_more(&request, &response), "it comes to rest");
}

#[test]
fn a_phone_that_does_not_know_where_it_stands_names_every_log() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    ward.sync(ruth);
    let record = ward.draft(ruth, "C01", 3);
    ward.send_record(ruth, record).expect("signed");
    ward.phones[ruth].replica.lost_touch();
    assert!(ward.send(ruth).rest, "the stream broke off");
    ward.reopen(ruth);
    assert!(ward.send(ruth).rest, "nothing of it is remembered");
}
