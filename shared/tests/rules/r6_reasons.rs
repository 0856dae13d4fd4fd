//! What takes something from somebody has a reason that can be read.

use shared::{
    decision::{Act, MAX_REASON_CHARS},
    fact::{Exemption, Fact, MemberEnded},
    role::Role,
};

use crate::relationship::{BEA, DAY, FARID, RUTH, Relationship, START, TOMAS, allowed, record, refused};

#[test]
fn r6_sending_back_revoking_and_withdrawing_need_a_reason_that_can_be_read() {
    let mut ward = Relationship::agreed();
    let lines = ward.evidence([RUTH, FARID]);
    ward.claimed(record(3), "C02", 3, &lines);
    ward.claimed(record(4), "C02", 3, &lines);
    ward.decided(BEA, Role::Supervisor, Act::Approve, "claim", record(4), 1, None);
    ward.observed(RUTH, record(5), "C02", 3);
    let long = "é".repeat(MAX_REASON_CHARS);
    let longer = "é".repeat(MAX_REASON_CHARS + 1);
    for (by, role, act, kind, on) in
        [(BEA, Role::Supervisor, Act::Return, "claim", 3), (BEA, Role::Supervisor, Act::Revoke, "claim", 4), (RUTH, Role::Mentor, Act::Void, "observation", 5)]
    {
        let ask = || ward.asks(by, role, act, kind, record(on));
        refused(ask().answer(), "r6_reason");
        refused(ask().because("").answer(), "r6_reason");
        refused(ask().because(" \n ").answer(), "r6_reason");
        refused(ask().because(&longer).answer(), "r6_too_long");
        allowed(ask().because(&long).answer());
        allowed(ask().because("seen another person").answer());
    }
    allowed(ward.approves(BEA, record(3)));
    refused(ward.asks(BEA, Role::Supervisor, Act::Approve, "claim", record(3)).because(&longer).answer(), "r6_too_long");
    allowed(ward.asks(RUTH, Role::Mentor, Act::Hide, "observation", record(5)).answer());
}

#[test]
fn r6_exemptions_endings_and_discarded_words_need_one_too() {
    let ward = Relationship::new();
    let facts = |reason: &str| {
        [
            Fact::Exemption(Exemption { rule: "r2".into(), person: BEA, reason: reason.into(), review_on: START.plus(DAY), by: TOMAS }),
            Fact::MemberEnded(MemberEnded { person: RUTH, role: Role::Mentor, at: START, reason: reason.into(), by: TOMAS }),
            Fact::Discarded { change: Default::default(), author: RUTH, by: TOMAS, reason: reason.into() },
        ]
    };
    for fact in facts(" ") {
        refused(ward.judge_fact(fact).err(), "r6_reason");
    }
    for fact in facts(&"x".repeat(MAX_REASON_CHARS + 1)) {
        refused(ward.judge_fact(fact).err(), "r6_too_long");
    }
    for fact in facts("one nurse on site") {
        allowed(ward.judge_fact(fact).err());
    }
}
