//! What is on its way: typed, asked for, sent without an answer, refused, taken back. Stories of phones whose words
//! are neither lost nor changed by it.
#![cfg(feature = "document")]

mod ward;

use std::collections::BTreeMap;

use shared::{
    cbor,
    decision::Act,
    fact::{Fact, Member},
    id::{LogId, RecordId},
    kind::Kinds,
    ledger::State,
    phone::{Ask, News, Stuck},
    refusal::Refusal,
    replica::{MAX_PENDING, MAX_STUCK, Replica, Stored, Table},
    role::Role,
    scalar::Scalar,
    time::{DAY_MS, HOUR_MS, SECOND_MS},
    wire::Verdict,
};
use ward::{AMARA, BEA, FARID, RUTH, START, TOMAS, Ward, log, person};

fn own(number: u8) -> LogId {
    LogId::Own(person(number))
}

fn kept(verdicts: &[Verdict]) -> bool {
    verdicts.iter().all(Verdict::is_kept)
}

fn agreement(ward: &mut Ward, phone: usize, by: u8) -> RecordId {
    let record = ward.record();
    let fields = ["scope", "frequency", "channel", "confidentiality", "exceptions"].map(|field| (field.to_owned(), Scalar::from("as said")));
    let fields = fields.into_iter().chain([("review_on".to_owned(), "2026-12-01".into())]).collect();
    ward.ask(phone, Ask::Create { log: own(by), record, kind: "agreement".into(), fields }).expect("drafted");
    record
}

fn shared_agreement(ward: &mut Ward, phone: usize, by: u8) -> RecordId {
    let record = agreement(ward, phone, by);
    ward.ask(phone, Ask::Share { record, to: vec![log()] }).expect("shared");
    assert!(kept(&ward.sync(phone)));
    record
}

fn comment(ward: &mut Ward, phone: usize, on: RecordId, words: &str) -> Result<RecordId, Refusal> {
    let record = ward.record();
    let fields = [("on".to_owned(), on.to_string().into()), ("words".to_owned(), Scalar::from(words))].into();
    ward.ask(phone, Ask::Create { log: log(), record, kind: "comment".into(), fields }).map(|()| record)
}

fn typing(ward: &mut Ward, phone: usize, log: LogId, record: RecordId, field: &str, words: &str) {
    ward.ask(phone, Ask::Set { log, record, field: field.into(), value: Some(words.into()), leaving: false }).expect("typed");
}

fn shown(ward: &Ward, phone: usize, log: LogId, record: RecordId, field: &str) -> Vec<Scalar> {
    ward.row(phone, log, record).expect("there").fields.get(field).cloned().unwrap_or_default()
}

fn stuck(ward: &Ward, phone: usize) -> Vec<Stuck> {
    ward.phones[phone].replica.stuck().to_vec()
}

/// A request goes out and its answer is lost.
fn unanswered(ward: &mut Ward, phone: usize) {
    ward.pass(SECOND_MS);
    let request = ward.send(phone);
    let (who, now) = (ward.phones[phone].person, ward.now);
    ward.server.sync(who, &request, now);
}

#[test]
fn a_field_in_use_waits_ten_seconds_and_goes_at_once_when_it_is_signed() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let record = ward.draft(ruth, "C02", 3);
    ward.sync(ruth);
    typing(&mut ward, ruth, own(RUTH), record, "went_well", "Ra");
    typing(&mut ward, ruth, own(RUTH), record, "went_well", "Rang");
    assert!(ward.send(ruth).push.is_empty(), "still being typed");
    ward.reopen(ruth);
    assert_eq!(shown(&ward, ruth, own(RUTH), record, "went_well"), ["Rang".into()], "and durable");
    ward.pass(10 * SECOND_MS);
    assert_eq!(ward.send(ruth).push.len(), 1, "after ten seconds it goes");
    ward.sync(ruth);
    typing(&mut ward, ruth, own(RUTH), record, "went_well", "Rang at once");
    ward.send_record(ruth, record).expect("signed");
    let request = ward.send(ruth);
    assert_eq!(request.push.iter().map(|bundle| bundle.log).collect::<Vec<_>>(), [own(RUTH), log()], "the own log first");
    ward.sync(ruth);
    assert_eq!(shown(&ward, ruth, log(), record, "went_well"), ["Rang at once".into()]);
}

#[test]
fn what_is_typed_after_sending_is_not_part_of_what_was_signed() {
    let mut ward = Ward::new();
    let (ruth, bea) = (ward.phone(RUTH), ward.phone(BEA));
    let record = shared_agreement(&mut ward, ruth, RUTH);
    ward.set(ruth, log(), record, "scope", "signed words".into());
    ward.send_record(ruth, record).expect("signed");
    ward.set(ruth, log(), record, "scope", "second thoughts".into());
    ward.reopen(ruth);
    assert!(kept(&ward.sync(ruth)), "an honest phone is not refused");
    assert!(stuck(&ward, ruth).is_empty());
    ward.sync(bea);
    let row = ward.row(bea, log(), record).expect("there");
    assert_eq!(row.entry.expect("sent").versions[0].text("scope"), Some("signed words"));
    assert_eq!((row.fields["scope"].as_slice(), row.changed_after), (&["second thoughts".into()][..], true), "the next draft");
}

#[test]
fn a_submit_binds_what_its_signer_saw_though_somebody_else_wrote_meanwhile() {
    let mut ward = Ward::new();
    let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
    let record = shared_agreement(&mut ward, ruth, RUTH);
    ward.sync(amara);
    ward.set(ruth, log(), record, "channel", "in person".into());
    ward.send_record(ruth, record).expect("signed with no signal");
    ward.set(amara, log(), record, "scope", "Amara's words".into());
    assert!(kept(&ward.sync(amara)));
    let update = ward.server.logs[&log()].1.clone();
    let next = usize::try_from(ward.phones[ruth].replica.log(log()).expect("open").chain.next).expect("small");
    let now = ward.now;
    let heard = shared::wire::LogUpdate { log: log(), epoch: 1, lines: update[next..].to_vec(), more: false };
    let effects = ward.phones[ruth].replica.live(heard, now);
    ward.phones[ruth].keep(effects);
    assert!(kept(&ward.sync(ruth)), "{:?}", stuck(&ward, ruth));
    let row = ward.row(ruth, log(), record).expect("there");
    let version = &row.entry.as_ref().expect("sent").versions[0];
    assert_eq!((version.text("scope"), version.text("channel")), (Some("as said"), Some("in person")));
    assert_eq!((row.fields["scope"].as_slice(), row.changed_after), (&["Amara's words".into()][..], true));
}

#[test]
fn after_a_refusal_typing_goes_on_where_it_was() {
    let mut ward = Ward::new();
    let farid = ward.phone(FARID);
    let record = shared_agreement(&mut ward, farid, FARID);
    ward.set(farid, log(), record, "scope", "one".into());
    ward.send(farid);
    ward.set(farid, log(), record, "scope", "two".into());
    ward.send(farid);
    ward.set(farid, log(), record, "channel", "by phone".into());
    ward.pass(SECOND_MS);
    ward.end_membership(FARID, Role::Mentor);
    ward.sync(farid);
    let held: Vec<(bool, String)> = stuck(&ward, farid).into_iter().map(|entry| (entry.held, entry.refusal.code)).collect();
    assert_eq!(held, vec![(true, "r10_held".to_owned()); 3], "each of them is with the lead, none is called something else");
    assert_eq!(ward.server.held.len(), 3);
    ward.reopen(farid);
}

#[test]
fn several_unsent_intents_on_a_field_show_the_last_and_are_typed_on_in_the_last() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let first = ward.draft(ruth, "C02", 3);
    ward.sync(ruth);
    for words in ["one", "two"] {
        ward.set(ruth, own(RUTH), first, "went_well", words.into());
        ward.send(ruth);
    }
    ward.set(ruth, own(RUTH), first, "went_well", "three".into());
    assert_eq!(shown(&ward, ruth, own(RUTH), first, "went_well"), ["three".into()]);
    ward.set(ruth, own(RUTH), first, "went_well", "four".into());
    assert_eq!(shown(&ward, ruth, own(RUTH), first, "went_well"), ["four".into()]);
    ward.reopen(ruth);
    assert!(kept(&ward.sync(ruth)));
    assert_eq!(shown(&ward, ruth, own(RUTH), first, "went_well"), ["four".into()]);
}

#[test]
fn a_later_intent_that_was_sent_before_an_earlier_one_keeps_its_place() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let (one, two) = (ward.draft(ruth, "C02", 3), ward.draft(ruth, "C01", 3));
    ward.sync(ruth);
    typing(&mut ward, ruth, own(RUTH), one, "went_well", "still typing");
    ward.set(ruth, own(RUTH), two, "went_well", "done".into());
    assert_eq!(ward.send(ruth).push.len(), 1, "lost on the way");
    ward.pass(11 * SECOND_MS);
    let verdicts = ward.sync(ruth);
    assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Accepted { .. })), "{verdicts:?}");
}

#[test]
fn what_is_under_way_out_of_order_is_still_there_when_the_phone_reopens() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let (one, two) = (ward.draft(ruth, "C02", 3), ward.draft(ruth, "C01", 3));
    ward.sync(ruth);
    typing(&mut ward, ruth, own(RUTH), one, "went_well", "still typing");
    ward.set(ruth, own(RUTH), two, "went_well", "done".into());
    ward.send(ruth);
    ward.pass(11 * SECOND_MS);
    unanswered(&mut ward, ruth);
    ward.reopen(ruth);
    ward.set(ruth, own(RUTH), two, "try_next", "and on".into());
    let verdicts = ward.sync(ruth);
    assert!(kept(&verdicts), "{verdicts:?}");
    assert!(stuck(&ward, ruth).is_empty());
}

#[test]
fn both_values_stay_even_if_the_writer_sent_something_else_after_hearing_the_other() {
    let mut ward = Ward::new();
    let (one, two) = (ward.phone(RUTH), ward.phone(RUTH));
    ward.sync(one);
    let (record, another) = (ward.draft(one, "C01", 3), ward.draft(one, "C02", 3));
    ward.sync(one);
    ward.sync(two);
    typing(&mut ward, one, own(RUTH), record, "went_well", "from one");
    ward.set(two, own(RUTH), record, "went_well", "from two".into());
    ward.sync(two);
    ward.sync(one);
    ward.set(one, own(RUTH), another, "went_well", "on another record".into());
    assert!(kept(&ward.sync(one)), "stands on everything heard");
    ward.pass(11 * SECOND_MS);
    assert!(kept(&ward.sync(one)));
    ward.sync(two);
    for phone in [one, two] {
        let mut values = shown(&ward, phone, own(RUTH), record, "went_well");
        values.sort();
        assert_eq!(values, ["from one".into(), "from two".into()], "phone {phone}");
        ward.reopen(phone);
    }
}

#[test]
fn both_values_stay_even_if_an_earlier_intent_is_written_anew_on_top_of_the_other() {
    let mut ward = Ward::new();
    let (one, two) = (ward.phone(RUTH), ward.phone(RUTH));
    ward.sync(one);
    let record = ward.draft(one, "C01", 3);
    ward.sync(one);
    ward.sync(two);
    ward.set(one, own(RUTH), record, "try_next", "sent first".into());
    let request = ward.send(one);
    typing(&mut ward, one, own(RUTH), record, "went_well", "from one");
    ward.set(two, own(RUTH), record, "went_well", "from two".into());
    ward.sync(two);
    let now = ward.now;
    let mut response = ward.server.sync(person(RUTH), &shared::wire::SyncRequest { push: vec![], ..request.clone() }, now);
    response.verdicts = vec![Verdict::BlockedBy { change: Default::default() }];
    ward.answer(one, &request, response);
    ward.pass(11 * SECOND_MS);
    assert!(kept(&ward.sync(one)));
    let mut values = shown(&ward, one, own(RUTH), record, "went_well");
    values.sort();
    assert_eq!(values, ["from one".into(), "from two".into()]);
    assert_eq!(shown(&ward, one, own(RUTH), record, "try_next"), ["sent first".into()]);
}

#[test]
fn a_record_made_and_changed_before_its_first_answer_can_still_be_written_apart() {
    let mut ward = Ward::new();
    let (one, two) = (ward.phone(RUTH), ward.phone(RUTH));
    ward.sync(one);
    let record = ward.draft(one, "C01", 3);
    unanswered(&mut ward, one);
    typing(&mut ward, one, own(RUTH), record, "went_well", "from one");
    ward.sync(two);
    ward.set(two, own(RUTH), record, "went_well", "from two".into());
    assert!(kept(&ward.sync(two)));
    ward.sync(one);
    ward.pass(11 * SECOND_MS);
    assert!(kept(&ward.sync(one)));
    assert!(stuck(&ward, one).is_empty(), "{:?}", stuck(&ward, one));
    let mut values = shown(&ward, one, own(RUTH), record, "went_well");
    values.sort();
    assert_eq!(values, ["from one".into(), "from two".into()]);
}

#[test]
fn picking_one_field_settles_no_other() {
    let mut ward = Ward::new();
    let (one, two) = (ward.phone(RUTH), ward.phone(RUTH));
    ward.sync(one);
    let record = ward.draft(one, "C01", 3);
    ward.sync(one);
    ward.sync(two);
    for (phone, words) in [(one, "from one"), (two, "from two")] {
        for field in ["went_well", "try_next"] {
            ward.set(phone, own(RUTH), record, field, words.into());
        }
    }
    ward.sync(two);
    let now = ward.now;
    let lines = ward.server.logs[&own(RUTH)].1.clone();
    let next = usize::try_from(ward.phones[one].replica.log(own(RUTH)).expect("open").chain.next).expect("small");
    let effects = ward.phones[one].replica.live(shared::wire::LogUpdate { log: own(RUTH), epoch: 1, lines: lines[next..].to_vec(), more: false }, now);
    ward.phones[one].keep(effects);
    assert_eq!(shown(&ward, one, own(RUTH), record, "went_well").len(), 2);
    ward.set(one, own(RUTH), record, "went_well", "from two".into());
    assert!(kept(&ward.sync(one)));
    ward.sync(two);
    for phone in [one, two] {
        assert_eq!(shown(&ward, phone, own(RUTH), record, "went_well"), ["from two".into()]);
        assert_eq!(shown(&ward, phone, own(RUTH), record, "try_next").len(), 2, "not looked at yet");
    }
}

#[test]
fn taking_a_share_back_takes_back_into_the_draft_what_was_typed_after_it() {
    let mut ward = Ward::new();
    let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
    let record = ward.draft(ruth, "C02", 3);
    ward.sync(ruth);
    ward.send_record(ruth, record).expect("signed");
    ward.set(ruth, log(), record, "went_well", "typed after".into());
    ward.ask(ruth, Ask::TakeBack { record }).expect("not gone yet");
    assert_eq!(shown(&ward, ruth, own(RUTH), record, "went_well"), ["typed after".into()]);
    ward.reopen(ruth);
    assert!(kept(&ward.sync(ruth)));
    ward.sync(amara);
    assert_eq!(ward.row(amara, log(), record), None, "nobody sees it");
    assert_eq!(shown(&ward, ruth, own(RUTH), record, "went_well"), ["typed after".into()]);
    assert!(stuck(&ward, ruth).is_empty());
}

#[test]
fn once_a_request_carried_it_it_cannot_be_taken_back_even_if_the_request_is_lost() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let record = ward.draft(ruth, "C02", 3);
    ward.sync(ruth);
    ward.send_record(ruth, record).expect("signed");
    assert!(!ward.row(ruth, log(), record).expect("shown").waiting[0].gone);
    ward.send(ruth);
    assert!(ward.row(ruth, log(), record).expect("shown").waiting[0].gone);
    let refusal = ward.ask(ruth, Ask::TakeBack { record }).expect_err("under way");
    assert_eq!(refusal.code, "too_late");
    assert!(refusal.sentence.contains("recorded by mistake"), "it says what can be done");
    ward.reopen(ruth);
    assert!(kept(&ward.sync(ruth)));
    assert_eq!(ward.row(ruth, log(), record).expect("there").entry.and_then(|entry| entry.state(1)), Some(State::Sealed));
}

#[test]
fn a_refused_share_is_a_draft_again_with_its_reason_and_can_be_tried_again() {
    let mut ward = Ward::new();
    let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
    let record = agreement(&mut ward, ruth, RUTH);
    ward.sync(ruth);
    ward.ask(ruth, Ask::Share { record, to: vec![log()] }).expect("asked for");
    ward.set(ruth, log(), record, "channel", "typed after".into());
    ward.pass(SECOND_MS);
    // The server refuses the share for some reason of its own; what was typed on top of it is blocked by that.
    let request = ward.send(ruth);
    let refusal = Refusal::new("r10_role", "Not now.");
    let now = ward.now;
    let mut response = ward.server.sync(person(RUTH), &shared::wire::SyncRequest { push: vec![], ..request.clone() }, now);
    response.verdicts = vec![Verdict::Refused(refusal.clone()), Verdict::BlockedBy { change: Default::default() }];
    assert_eq!(request.push.len(), response.verdicts.len());
    ward.answer(ruth, &request, response);
    let entries = stuck(&ward, ruth);
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!((&entries[0].refusal, entries[0].fields["scope"].clone()), (&refusal, Some("as said".into())), "with every word");
    assert_eq!(shown(&ward, ruth, own(RUTH), record, "channel"), ["typed after".into()], "and a draft again, with what came after");
    assert_eq!(ward.row(ruth, log(), record), None);
    ward.reopen(ruth);
    for entry in entries {
        ward.ask(ruth, Ask::Retry { stuck: entry.id }).expect("tried again");
    }
    assert!(kept(&ward.sync(ruth)), "{:?}", stuck(&ward, ruth));
    ward.sync(amara);
    assert!(ward.row(amara, log(), record).is_some());
    assert!(stuck(&ward, ruth).is_empty());
    ward.reopen(ruth);
}

#[test]
fn trying_a_refused_observation_again_leaves_it_as_a_draft_to_be_signed_anew() {
    let mut ward = Ward::new();
    let (farid, tomas) = (ward.phone(FARID), ward.phone(TOMAS));
    let record = ward.draft(farid, "C02", 3);
    ward.sync(farid);
    ward.send_record(farid, record).expect("signed");
    ward.set(farid, log(), record, "problem", "typed on top of it".into());
    ward.pass(SECOND_MS);
    ward.end_membership(FARID, Role::Mentor);
    ward.sync(farid);
    let [entry, on_top] = stuck(&ward, farid).try_into().expect("both held");
    assert_eq!((entry.held, entry.acts.as_slice(), entry.fields["went_well"].clone()), (true, &[Act::Submit][..], Some("Rang on your own.".into())));
    let now = ward.now;
    let back = Member {
        person: person(FARID),
        name: "Farid Nasweh".into(),
        role: Role::Mentor,
        leads: false,
        job: String::new(),
        place: String::new(),
        employed_from: START,
        from: now,
        until: None,
    };
    ward.server.fact(log(), Fact::Member(back), now).expect("back again");
    ward.sync(farid);
    for entry in [entry, on_top] {
        ward.ask(farid, Ask::Retry { stuck: entry.id }).expect("possible");
    }
    assert!(stuck(&ward, farid).is_empty());
    assert_eq!(shown(&ward, farid, own(FARID), record, "problem"), ["typed on top of it".into()], "no word is lost by trying again");
    ward.reopen(farid);
    ward.send_record(farid, record).expect("signed anew");
    assert!(kept(&ward.sync(farid)));
    ward.sync(tomas);
    assert_eq!(ward.row(tomas, log(), record).expect("there").entry.and_then(|entry| entry.state(1)), Some(State::Sealed));
}

#[test]
fn words_sent_from_another_phone_already_become_the_next_draft_when_tried_again() {
    let mut ward = Ward::new();
    let (one, two) = (ward.phone(RUTH), ward.phone(RUTH));
    ward.sync(one);
    let record = ward.draft(one, "C01", 3);
    ward.sync(one);
    ward.sync(two);
    ward.set(two, own(RUTH), record, "went_well", "other words".into());
    ward.send_record(one, record).expect("signed");
    ward.send_record(two, record).expect("signed");
    ward.sync(one);
    ward.sync(two);
    let entry = stuck(&ward, two).pop().expect("shown");
    assert_eq!(entry.refusal.code, "exists");
    ward.ask(two, Ask::Retry { stuck: entry.id }).expect("tried again");
    assert!(kept(&ward.sync(two)));
    ward.sync(one);
    let row = ward.row(one, log(), record).expect("there");
    assert_eq!((row.fields["went_well"].as_slice(), row.changed_after), (&["other words".into()][..], true));
    assert_eq!(row.entry.expect("sealed").versions[0].text("went_well"), Some("Rang on your own."), "what was signed stays");
}

#[test]
fn the_same_words_signed_on_two_phones_are_one_act() {
    let mut ward = Ward::new();
    let (one, two) = (ward.phone(RUTH), ward.phone(RUTH));
    ward.sync(one);
    let record = ward.draft(one, "C01", 3);
    ward.sync(one);
    ward.sync(two);
    ward.send_record(one, record).expect("signed");
    ward.send_record(two, record).expect("signed");
    ward.sync(one);
    assert!(kept(&ward.sync(two)));
    assert!(stuck(&ward, two).is_empty(), "{:?}", stuck(&ward, two));
    assert_eq!(ward.row(two, log(), record).expect("there").entry.expect("sealed").versions.len(), 1);
}

#[test]
fn what_excludes_each_other_is_asked_for_once() {
    let mut ward = Ward::new();
    let (ruth, amara, bea) = (ward.phone(RUTH), ward.phone(AMARA), ward.phone(BEA));
    let observed = ward.observe(ruth, "C02", 3);
    let claim = ward.claim(amara, "C02", 3, &[observed]).expect("asked");
    ward.sync(bea);
    ward.decide(amara, observed, 1, Act::Acknowledge, None).expect("read");
    for act in [Act::Acknowledge, Act::Disagree] {
        assert_eq!(ward.decide(amara, observed, 1, act, None).expect_err("asked for already").code, "r4_decided");
    }
    ward.ask(amara, Ask::TakeBack { record: observed }).expect("not gone");
    ward.decide(amara, observed, 1, Act::Disagree, None).expect("on second thoughts");
    ward.decide(bea, claim, 1, Act::Return, Some("one more")).expect("sent back");
    assert_eq!(ward.decide(bea, claim, 1, Act::Return, Some("one more")).expect_err("asked for already").code, "r4_decided");
    let record = agreement(&mut ward, ruth, RUTH);
    ward.send_record(ruth, record).expect("sent");
    assert_eq!(ward.send_record(ruth, record).expect_err("asked for already").code, "r4_decided");
    for phone in [amara, bea, ruth] {
        assert!(kept(&ward.sync(phone)));
    }
}

#[test]
fn what_the_server_would_refuse_is_said_before_it_is_written() {
    let mut ward = Ward::new();
    let (ruth, amara, farid, tomas) = (ward.phone(RUTH), ward.phone(AMARA), ward.phone(FARID), ward.phone(TOMAS));
    let observed = ward.observe(ruth, "C02", 3);
    for phone in [amara, farid, tomas] {
        ward.sync(phone);
        let refusal = ward
            .ask(phone, Ask::Set { log: log(), record: observed, field: "went_well".into(), value: Some("mine".into()), leaving: false })
            .expect_err("hers");
        assert_eq!(refusal.code, "r1_writer");
    }
    let draft = ward.draft(ruth, "C02", 3);
    assert_eq!(ward.ask(ruth, Ask::Share { record: draft, to: vec![log()] }).expect_err("unsigned").code, "shared_by_submit");
    let claim = ward.record();
    let fields: BTreeMap<_, _> = [("competency".to_owned(), "C02".into())].into();
    assert_eq!(ward.ask(ruth, Ask::Create { log: log(), record: claim, kind: "claim".into(), fields }).expect_err("hers").code, "r1_kind");
    ward.end_membership(FARID, Role::Mentor);
    assert!(comment(&mut ward, farid, observed, "not heard of yet").is_ok());
    ward.sync(farid);
    assert_eq!(comment(&mut ward, farid, observed, "after the end").expect_err("over").code, "r10_not_member");
    for phone in [amara, tomas] {
        assert!(ward.sync(phone).is_empty(), "nothing was written");
    }
}

#[test]
fn somebody_who_comes_back_reads_on_where_they_stopped() {
    let mut ward = Ward::new();
    let (farid, ruth) = (ward.phone(FARID), ward.phone(RUTH));
    let observed = ward.observe(ruth, "C02", 3);
    ward.sync(farid);
    let request = ward.send(farid);
    let now = ward.now;
    let mut response = ward.server.sync(person(FARID), &request, now);
    response.directory.retain(|entry| entry.log != log());
    let effects = ward.phones[farid].replica.absorb(&request, response, now);
    assert!(effects.news.contains(&News::LogGone { log: log() }));
    assert!(ward.send(farid).cursors.iter().all(|cursor| cursor.log != log()), "no longer asked for");
    ward.sync(farid);
    let cursor = ward.send(farid).cursors.into_iter().find(|cursor| cursor.log == log()).expect("asked for again");
    assert_eq!(cursor.next, ward.server.logs[&log()].0.chain.next, "and not from the start");
    assert!(ward.row(farid, log(), observed).is_some());
}

#[test]
fn a_reopened_phone_still_knows_how_wrong_its_clock_is() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    ward.phones[ruth].clock_off_ms = -400 * DAY_MS;
    ward.sync(ruth);
    ward.reopen(ruth);
    let record = ward.draft(ruth, "C02", 3);
    ward.send_record(ruth, record).expect("she is a member by the server's clock");
    assert!(kept(&ward.sync(ruth)));
}

#[test]
fn beyond_a_snapshot_a_phone_reopens_writes_and_merges_as_before() {
    let mut ward = Ward::new();
    let (one, two) = (ward.phone(RUTH), ward.phone(RUTH));
    ward.sync(one);
    let record = ward.draft(one, "C02", 3);
    ward.sync(one);
    for number in 0..70 {
        ward.set(one, own(RUTH), record, "went_well", format!("words {number}").into());
        ward.sync(one);
    }
    assert!(ward.phones[one].store.keys().any(|(table, _)| *table == Table::Snapshots), "one was made");
    ward.reopen(one);
    ward.set(one, own(RUTH), record, "went_well", "after the snapshot".into());
    assert!(kept(&ward.sync(one)));
    ward.reopen(one);
    ward.sync(two);
    ward.set(one, own(RUTH), record, "try_next", "from one".into());
    ward.set(two, own(RUTH), record, "try_next", "from two".into());
    ward.sync(two);
    assert!(kept(&ward.sync(one)));
    let mut values = shown(&ward, one, own(RUTH), record, "try_next");
    values.sort();
    assert_eq!(values, ["from one".into(), "from two".into()]);
    for number in 0..130 {
        ward.set(one, own(RUTH), record, "went_well", format!("more words {number}").into());
        ward.sync(one);
        if number % 60 == 0 {
            ward.reopen(one);
        }
    }
    ward.sync(two);
    assert_eq!(shown(&ward, two, own(RUTH), record, "went_well"), ["more words 129".into()]);
}

#[test]
fn a_snapshot_that_does_not_load_is_made_anew_from_the_lines() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let record = ward.draft(ruth, "C02", 3);
    for number in 0..66 {
        ward.set(ruth, own(RUTH), record, "went_well", format!("words {number}").into());
        ward.sync(ruth);
    }
    let key = (Table::Snapshots, own(RUTH).to_string());
    ward.phones[ruth].store.insert(key, b"not a document".to_vec()).expect("there was one");
    ward.reopen(ruth);
    ward.set(ruth, own(RUTH), record, "went_well", "and on".into());
    assert!(kept(&ward.sync(ruth)));
}

#[test]
fn a_phone_that_is_full_says_so_and_loses_nothing() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let identity = ward.phones[ruth].replica.identity().clone();
    let entry = |id: u64| Stuck {
        id,
        log: log(),
        record: RecordId(uuid::Uuid::from_u128(u128::from(id))),
        kind: "comment".into(),
        refusal: Refusal::new("r10_held", "x."),
        held: true,
        fields: BTreeMap::new(),
        typed: BTreeMap::new(),
        acts: vec![],
        at: START,
    };
    let lines = |ward: &Ward| {
        ward.phones[ruth].store.iter().filter(|((table, _), _)| *table == Table::Lines).map(|(_, value)| Stored::read_line(value).expect("a line")).collect()
    };
    let stored = Stored { lines: lines(&ward), stuck: (1..=MAX_STUCK as u64).map(|id| cbor::encode(&entry(id))).collect(), ..Stored::default() };
    ward.phones[ruth].replica = Replica::restore(Kinds::standard(), identity, stored).expect("reads back");
    let record = ward.record();
    let create = |record| Ask::Create { log: own(RUTH), record, kind: "observation".into(), fields: BTreeMap::new() };
    let refusal = ward.ask(ruth, create(record)).expect_err("full");
    assert_eq!(refusal.code, "phone_full");
    assert!(refusal.sentence.contains("Copy or dismiss"));
    assert_eq!(stuck(&ward, ruth).len(), MAX_STUCK);
    ward.ask(ruth, Ask::Dismiss { stuck: 7 }).expect("one less");
    ward.ask(ruth, create(record)).expect("room again");
}

#[test]
fn no_more_waits_on_a_phone_than_it_can_hold() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    for _ in 0..MAX_PENDING {
        let record = ward.record();
        ward.ask(ruth, Ask::Create { log: own(RUTH), record, kind: "observation".into(), fields: BTreeMap::new() }).expect("room");
    }
    let record = ward.record();
    let refusal = ward.ask(ruth, Ask::Create { log: own(RUTH), record, kind: "observation".into(), fields: BTreeMap::new() }).expect_err("full");
    assert_eq!(refusal.code, "phone_full");
    assert!(refusal.sentence.contains("let it send"));
    assert_eq!(ward.send(ruth).push.len(), shared::wire::MAX_BUNDLES, "a request carries so many");
}

#[test]
fn a_second_version_takes_the_chain_again_and_is_marked_while_it_is_a_draft() {
    let mut ward = Ward::new();
    let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
    let record = ward.observe(ruth, "C02", 3);
    ward.sync(amara);
    ward.set(ruth, log(), record, "went_well", "corrected".into());
    assert!(ward.row(ruth, log(), record).expect("there").changed_after, "at once on this phone");
    ward.sync(ruth);
    ward.decide(amara, record, 1, Act::Acknowledge, None).expect("version 1 is what she saw");
    ward.sync(amara);
    let row = ward.row(amara, log(), record).expect("there");
    assert!(row.changed_after, "and on every other");
    assert_eq!(row.entry.expect("sealed").versions[0].text("went_well"), Some("Rang on your own."));
    assert_eq!(ward.send_record(ruth, record).expect_err("why?").code, "r5_reason");
    ward.pass(HOUR_MS);
    ward.sign(ruth, Ask::Send { record, to: log(), sign: true, reason: Some("wrong words".into()), pin: String::new() }).expect("with a reason");
    assert!(kept(&ward.sync(ruth)));
    ward.sync(amara);
    let row = ward.row(amara, log(), record).expect("there");
    assert!(!row.changed_after);
    let entry = row.entry.expect("sealed");
    assert_eq!((entry.versions.len(), entry.versions[1].acknowledged.clone()), (2, None));
    assert!(entry.versions[0].acknowledged.is_some(), "what was read stays read");
    assert_eq!(ward.decide(amara, record, 1, Act::Disagree, None).expect_err("superseded").code, "r4_superseded");
    ward.decide(amara, record, 2, Act::Disagree, None).expect("the new one");
    assert!(kept(&ward.sync(amara)));
}

#[test]
fn a_probe_fixes_nothing_new_so_it_can_still_be_taken_back() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let record = ward.draft(ruth, "C01", 3);
    ward.sync(ruth);
    ward.send_record(ruth, record).expect("signed");
    let now = ward.now;
    let replica = &mut ward.phones[ruth].replica;
    assert!(replica.is_in_touch());
    replica.lost_touch();
    assert!(!replica.is_in_touch());
    assert!(replica.probe(now).0.push.is_empty(), "nothing new goes while nobody knows whether there is signal");
    ward.ask(ruth, Ask::TakeBack { record }).expect("it has not gone");

    ward.send_record(ruth, record).expect("signed again");
    let request = ward.send(ruth);
    let probe = ward.phones[ruth].replica.probe(now).0;
    assert_eq!(probe.push, request.push, "what a request carried before is asked for again, as it was");
    assert_eq!(ward.ask(ruth, Ask::TakeBack { record }).expect_err("it may have arrived").code, "too_late");
}
