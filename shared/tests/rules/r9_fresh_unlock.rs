//! Who signs has unlocked the phone just now.

use shared::{
    decision::Act,
    fact::{Fact, Settings},
    role::Role,
    rules,
    time::{At, MINUTE_MS},
};

use crate::relationship::{AMARA, BEA, DAY, FARID, RUTH, Relationship, SECOND, allowed, plan, record, refused};

#[test]
fn r9_what_is_signed_needs_an_unlock_of_the_last_five_minutes() {
    let mut ward = Relationship::agreed();
    let lines = ward.evidence([RUTH, FARID]);
    ward.claimed(record(3), "C02", 3, &lines);
    ward.claimed(record(4), "C02", 3, &lines);
    ward.decided(BEA, Role::Supervisor, Act::Approve, "claim", record(4), 1, None);
    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(5), 1, Some(plan(&["C01"], &[])));
    ward.observed(RUTH, record(6), "C02", 3);
    let signed = [
        (FARID, Role::Mentor, Act::Sign, "agreement", 200),
        (BEA, Role::Supervisor, Act::Countersign, "observation", 1),
        (BEA, Role::Supervisor, Act::Confirm, "plan", 5),
        (BEA, Role::Supervisor, Act::Approve, "claim", 3),
        (BEA, Role::Supervisor, Act::Revoke, "claim", 4),
        (RUTH, Role::Mentor, Act::Void, "observation", 6),
    ];
    for (by, role, act, kind, on) in signed {
        let with_age = |age_ms: i64| {
            let mut decision = ward.decision(by, role, act, kind, record(on), 1);
            decision.unlock.at = decision.at.plus(-age_ms);
            decision.reason = Some("seen".into());
            ward.judges(decision)
        };
        allowed(with_age(0));
        allowed(with_age(5 * MINUTE_MS));
        for age_ms in [5 * MINUTE_MS + 1, -1, DAY] {
            let sentence = refused(with_age(age_ms), "r9_unlock");
            assert!(sentence.contains("Unlock"), "{sentence}");
        }
    }
    for (by, role, act, kind, on) in [
        (AMARA, Role::Mentee, Act::Acknowledge, "observation", 1),
        (BEA, Role::Supervisor, Act::Return, "claim", 3),
        (RUTH, Role::Mentor, Act::Hide, "observation", 6),
    ] {
        let mut decision = ward.decision(by, role, act, kind, record(on), 1);
        decision.unlock.at = At(0);
        decision.reason = Some("see below".into());
        allowed(ward.judges(decision));
    }
}

#[test]
fn r9_a_submit_that_seals_is_signed_and_the_limit_is_the_organisations() {
    for (kind, signs) in [("observation", true), ("claim", false), ("agreement", false), ("plan", false)] {
        let chain = Relationship::new().kinds.get(kind).expect("known").chain;
        assert_eq!(rules::needs_unlock(Act::Submit, chain), signs, "{kind}");
    }
    let mut ward = Relationship::agreed();
    ward.fact(Fact::Settings(Settings { unlock_max_age_ms: SECOND, ..Settings::default() }));
    let mut decision = ward.decision(FARID, Role::Mentor, Act::Sign, "agreement", record(200), 1);
    decision.unlock.at = decision.at.plus(-SECOND);
    allowed(ward.judges(decision.clone()));
    decision.unlock.at = decision.at.plus(-SECOND - 1);
    refused(ward.judges(decision), "r9_unlock");
}
