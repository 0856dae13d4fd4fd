//! What is sealed stays; a later version says why.

use shared::{decision::Act, role::Role};

use crate::relationship::{AMARA, BEA, RUTH, Relationship, agreement, allowed, observation, plan, record, refused};

#[test]
fn r5_a_later_version_of_something_sealed_needs_a_reason_and_the_chain_again() {
    let mut ward = Relationship::agreed();
    ward.observed(RUTH, record(1), "C02", 3);
    ward.decided(AMARA, Role::Mentee, Act::Acknowledge, "observation", record(1), 1, None);
    let words = observation("C02", 4, ward.now);
    for reason in ["", "   "] {
        refused(ward.asks(RUTH, Role::Mentor, Act::Submit, "observation", record(1)).with(&words).because(reason).answer(), "r5_reason");
    }
    let sentence = refused(ward.sends(RUTH, Role::Mentor, "observation", record(1), &words), "r5_reason");
    assert!(sentence.contains("Say why"), "{sentence}");
    allowed(ward.asks(RUTH, Role::Mentor, Act::Submit, "observation", record(1)).with(&words).because("wrong level").answer());
    ward.observed(RUTH, record(1), "C02", 4);
    let entry = ward.ledger.get(record(1)).expect("there");
    assert_eq!((entry.versions[0].integer("level"), entry.versions[1].integer("level")), (Some(3), Some(4)), "both stay readable");
    assert!(entry.versions[1].acknowledged.is_none(), "the chain again");
    refused(ward.asks(AMARA, Role::Mentee, Act::Acknowledge, "observation", record(1)).version(1).answer(), "r4_superseded");
    allowed(ward.asks(AMARA, Role::Mentee, Act::Acknowledge, "observation", record(1)).answer());
}

#[test]
fn r5_what_is_signed_by_all_or_in_force_is_not_sent_back() {
    let mut ward = Relationship::agreed();
    let sentence = refused(ward.asks(BEA, Role::Supervisor, Act::Return, "agreement", record(200)).because("no").answer(), "r5_sealed");
    assert!(sentence.contains("later version"), "{sentence}");
    refused(ward.sends(RUTH, Role::Mentor, "agreement", record(200), &agreement()), "r5_reason");
    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(1), 1, Some(plan(&["C01"], &[])));
    allowed(ward.sends(RUTH, Role::Mentor, "plan", record(1), &plan(&["C02"], &[])));
    ward.decided(BEA, Role::Supervisor, Act::Confirm, "plan", record(1), 1, None);
    refused(ward.sends(RUTH, Role::Mentor, "plan", record(1), &plan(&["C02"], &[])), "r5_reason");
}
