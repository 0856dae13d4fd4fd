//! What has not gone yet can be taken back, and what may have gone cannot.

use shared::{ledger::State, phone::Ask};

use crate::{
    deeds::{kept, stuck},
    ward::{AMARA, RUTH, Ward, log, own},
};

#[test]
fn taking_a_share_back_takes_back_into_the_draft_what_was_typed_after_it() {
    let mut ward = Ward::new();
    let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
    let record = ward.draft(ruth, "C02", 3);
    ward.sync(ruth);
    ward.send_record(ruth, record).expect("signed");
    ward.set(ruth, log(), record, "went_well", "typed after".into());
    ward.ask(ruth, Ask::TakeBack { record }).expect("not gone yet");
    assert_eq!(ward.shown(ruth, own(RUTH), record, "went_well"), ["typed after".into()]);
    ward.reopen(ruth);
    assert!(kept(&ward.sync(ruth)));
    ward.sync(amara);
    assert_eq!(ward.row(amara, log(), record), None, "nobody sees it");
    assert_eq!(ward.shown(ruth, own(RUTH), record, "went_well"), ["typed after".into()]);
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
