//! Only current members write and decide.

use shared::{
    decision::Act,
    fact::{Cover, Exemption, Fact, MemberEnded},
    id::PersonId,
    role::Role,
};

use crate::relationship::{AMARA, BEA, DAY, FARID, NORA, RUTH, Relationship, START, TOMAS, allowed, known, log, member, new, record, refused};

#[test]
fn r10_only_current_members_write_and_decide() {
    let mut ward = Relationship::agreed();
    ward.observed(RUTH, record(1), "C02", 3);
    refused(ward.writes(NORA, new("comment", NORA, false), &[]), "r10_not_member");
    refused(ward.asks(NORA, Role::Supervisor, Act::Countersign, "observation", record(1)).answer(), "r10_not_member");
    refused(ward.asks(FARID, Role::Supervisor, Act::Countersign, "observation", record(1)).answer(), "r10_role");

    ward.pass(DAY).end(RUTH, Role::Mentor);
    let ended = ward.now;
    ward.now = ended.plus(-1);
    allowed(ward.writes(RUTH, new("comment", RUTH, false), &[]));
    ward.now = ended;
    let sentence = refused(ward.writes(RUTH, new("comment", RUTH, false), &[]), "r10_not_member");
    assert!(sentence.contains("Your words stay") && sentence.contains("programme lead"), "{sentence}");
    refused(ward.asks(RUTH, Role::Mentor, Act::Void, "observation", record(1)).because("mistake").answer(), "r10_not_member");
    assert_eq!(ward.facts.left(RUTH, ward.now), Some(ended));
}

#[test]
fn r10_a_membership_begins_and_ends_at_its_times_and_can_begin_again() {
    let mut ward = Relationship::new();
    let mut later = member(NORA, "Nora Weller", Role::Mentor, START.plus(10 * DAY));
    later.until = Some(START.plus(20 * DAY));
    ward.fact(Fact::Member(later));
    let may = |ward: &Relationship, day: i64| {
        let mut ward = ward.clone();
        ward.now = START.plus(day * DAY);
        ward.writes(NORA, new("comment", NORA, false), &[]).is_none()
    };
    assert_eq!([9, 10, 19, 20].map(|day| may(&ward, day)), [false, true, true, false]);
    ward.fact(Fact::Member(member(NORA, "Nora Weller", Role::Mentor, START.plus(30 * DAY))));
    assert_eq!([14, 20, 29, 30, 300].map(|day| may(&ward, day)), [true, false, false, true, true]);
    ward.now = START.plus(40 * DAY);
    ward.end(NORA, Role::Mentor);
    assert_eq!([19, 20, 35, 40].map(|day| may(&ward, day)), [true, false, true, false], "what ended before stays ended then");
    assert_eq!(ward.facts.left(NORA, START.plus(50 * DAY)), Some(START.plus(40 * DAY)));
}

#[test]
fn r10_facts_that_name_the_lead_need_a_lead_of_this_relationship() {
    let ward = Relationship::new();
    let facts = |by: PersonId| {
        [
            Fact::MemberEnded(MemberEnded { person: RUTH, role: Role::Mentor, at: START, reason: "left".into(), by }),
            Fact::Exemption(Exemption { rule: "r2".into(), person: BEA, reason: "one nurse".into(), review_on: START.plus(DAY), by }),
            Fact::Adopted { change: Default::default(), author: RUTH, by },
            Fact::Discarded { change: Default::default(), author: RUTH, by, reason: "not here".into() },
            Fact::Cover(Cover { supervisor: BEA, person: NORA, from: START, until: START.plus(DAY), by }),
        ]
    };
    for fact in facts(TOMAS) {
        allowed(ward.judge_fact(fact).err());
    }
    for by in [AMARA, RUTH, NORA] {
        for fact in facts(by) {
            refused(ward.judge_fact(fact).err(), "r10_role");
        }
    }
    let [.., cover] = facts(BEA);
    allowed(ward.judge_fact(cover).err());
}

#[test]
fn every_refusal_of_a_log_that_is_nobodys_names_the_membership() {
    let ward = Relationship::new();
    refused(ward.writes_in(log(), NORA, known("observation", RUTH), &[]), "r10_not_member");
}
