//! A field in use: it waits, it goes by itself, it is typed on.

use shared::{
    role::Role,
    time::{DAY_MS, SECOND_MS},
    wire::Verdict,
};

use crate::{
    deeds::{kept, shared_agreement, stuck, typing},
    ward::{FARID, RUTH, Ward, log, own},
};

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
    assert_eq!(ward.shown(ruth, own(RUTH), record, "went_well"), ["Rang".into()], "and durable");
    ward.pass(10 * SECOND_MS);
    assert_eq!(ward.send(ruth).push.len(), 1, "after ten seconds it goes");
    ward.sync(ruth);
    typing(&mut ward, ruth, own(RUTH), record, "went_well", "Rang at once");
    ward.send_record(ruth, record).expect("signed");
    let request = ward.send(ruth);
    assert_eq!(request.push.iter().map(|bundle| bundle.log).collect::<Vec<_>>(), [own(RUTH), log()], "the own log first");
    ward.sync(ruth);
    assert_eq!(ward.shown(ruth, log(), record, "went_well"), ["Rang at once".into()]);
}

#[test]
fn a_clock_that_is_set_back_holds_no_typed_word_back() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let record = ward.draft(ruth, "C02", 3);
    ward.sync(ruth);
    ward.phones[ruth].clock_off_ms = 30 * DAY_MS;
    typing(&mut ward, ruth, own(RUTH), record, "went_well", "Rang");
    ward.phones[ruth].clock_off_ms = 0;
    ward.pass(10 * SECOND_MS);
    assert_eq!(ward.send(ruth).push.len(), 1, "it does not wait for thirty days");
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
    assert_eq!(ward.shown(ruth, own(RUTH), first, "went_well"), ["three".into()]);
    ward.set(ruth, own(RUTH), first, "went_well", "four".into());
    assert_eq!(ward.shown(ruth, own(RUTH), first, "went_well"), ["four".into()]);
    ward.reopen(ruth);
    assert!(kept(&ward.sync(ruth)));
    assert_eq!(ward.shown(ruth, own(RUTH), first, "went_well"), ["four".into()]);
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
    ward.pass(12 * SECOND_MS);
    ward.unanswered(ruth);
    ward.reopen(ruth);
    ward.set(ruth, own(RUTH), two, "try_next", "and on".into());
    let verdicts = ward.sync(ruth);
    assert!(kept(&verdicts), "{verdicts:?}");
    assert!(stuck(&ward, ruth).is_empty());
}
