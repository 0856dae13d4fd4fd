//! A decision binds the version that its signer saw, once.

use shared::{decision::Act, role::Role};

use crate::relationship::{AMARA, BEA, FARID, RUTH, Relationship, agreement, allowed, record, refused};

#[test]
fn r4_a_decision_binds_the_version_that_was_seen() {
    let mut ward = Relationship::agreed();
    let lines = ward.evidence([RUTH, FARID]);
    refused(ward.approves(BEA, record(3)), "r4_not_sent");
    ward.claimed(record(3), "C02", 3, &lines);
    ward.claimed(record(3), "C02", 3, &lines);
    for act in [Act::Approve, Act::Return] {
        let sentence = refused(ward.asks(BEA, Role::Supervisor, act, "claim", record(3)).version(1).because("see below").answer(), "r4_superseded");
        assert!(sentence.contains("version 2"), "{sentence}");
        refused(ward.asks(BEA, Role::Supervisor, act, "claim", record(3)).version(3).because("see below").answer(), "r4_not_sent");
        refused(ward.asks(BEA, Role::Supervisor, act, "claim", record(3)).version(0).because("see below").answer(), "r4_not_sent");
    }
    ward.decided(BEA, Role::Supervisor, Act::Return, "claim", record(3), 2, None);
    refused(ward.approves(BEA, record(3)), "r4_sent_back");
    ward.claimed(record(3), "C02", 3, &lines);
    allowed(ward.approves(BEA, record(3)));
    ward.decided(BEA, Role::Supervisor, Act::Approve, "claim", record(3), 3, None);
    refused(ward.approves(BEA, record(3)), "r4_decided");
    refused(ward.asks(BEA, Role::Supervisor, Act::Return, "claim", record(3)).because("after all").answer(), "r4_decided");
}

#[test]
fn r4_versions_are_numbered_without_gaps() {
    let mut ward = Relationship::new();
    let words = agreement();
    for wrong in [0, 2, 7] {
        refused(ward.asks(RUTH, Role::Mentor, Act::Submit, "agreement", record(1)).version(wrong).with(&words).answer(), "r4_version");
    }
    ward.decided(RUTH, Role::Mentor, Act::Submit, "agreement", record(1), 1, Some(words.clone()));
    let sentence = refused(ward.asks(RUTH, Role::Mentor, Act::Submit, "agreement", record(1)).version(1).with(&words).answer(), "r4_version");
    assert!(sentence.contains("version 2"), "{sentence}");
    allowed(ward.asks(RUTH, Role::Mentor, Act::Submit, "agreement", record(1)).version(2).with(&words).answer());
}

#[test]
fn r4_each_mark_is_set_once() {
    let mut ward = Relationship::agreed();
    ward.observed(RUTH, record(1), "C02", 3);
    for (who, role, act, repeated) in [
        (AMARA, Role::Mentee, Act::Acknowledge, Act::Disagree),
        (BEA, Role::Supervisor, Act::Countersign, Act::Countersign),
        (RUTH, Role::Mentor, Act::Hide, Act::Hide),
        (RUTH, Role::Mentor, Act::Void, Act::Void),
    ] {
        allowed(ward.asks(who, role, act, "observation", record(1)).because("wrong person").answer());
        ward.decided(who, role, act, "observation", record(1), 1, None);
        refused(ward.asks(who, role, repeated, "observation", record(1)).because("wrong person").answer(), "r4_decided");
    }
    ward.observed(RUTH, record(2), "C02", 3);
    ward.decided(RUTH, Role::Mentor, Act::Void, "observation", record(2), 1, None);
    refused(ward.asks(AMARA, Role::Mentee, Act::Acknowledge, "observation", record(2)).answer(), "r4_decided");
    refused(ward.asks(BEA, Role::Supervisor, Act::Countersign, "observation", record(2)).answer(), "r4_decided");
    refused(ward.asks(RUTH, Role::Mentor, Act::Sign, "agreement", record(200)).answer(), "r4_decided");
    refused(ward.asks(BEA, Role::Supervisor, Act::Revoke, "claim", record(1)).because("x").answer(), "r4_decided");
}
