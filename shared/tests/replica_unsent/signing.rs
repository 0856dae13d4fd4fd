//! What is signed is what its signer saw, once, and what the server would take.

use std::collections::BTreeMap;

use shared::{decision::Act, phone::Ask, role::Role, time::HOUR_MS};

use crate::{
    deeds::{agreement, comment, kept, shared_agreement, stuck},
    ward::{AMARA, BEA, FARID, RUTH, TOMAS, Ward, log},
};

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
    ward.hear(ruth, log(), usize::MAX);
    assert!(kept(&ward.sync(ruth)), "{:?}", stuck(&ward, ruth));
    let row = ward.row(ruth, log(), record).expect("there");
    let version = &row.entry.as_ref().expect("sent").versions[0];
    assert_eq!((version.text("scope"), version.text("channel")), (Some("as said"), Some("in person")));
    assert_eq!((row.fields["scope"].as_slice(), row.changed_after), (&["Amara's words".into()][..], true));
}

#[test]
fn the_same_words_signed_on_two_phones_are_one_act() {
    let mut ward = Ward::new();
    let (one, two, record) = ward.draft_on_two_phones();
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
