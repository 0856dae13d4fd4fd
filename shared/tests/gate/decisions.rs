//! Approving, sending back, confirming and withdrawing.

use shared::{
    decision::{Act, MAX_REASON_CHARS},
    fact::{Exemption, Fact},
    role::Role,
    time::{DAY_MS, MINUTE_MS},
    wire::Item,
};

use crate::{
    gate::Gate,
    hostile::{Hostile, sign},
    ward::{AMARA, BEA, FARID, RUTH, TOMAS, log, person},
    words::{claim, plan},
};

#[test]
fn r2_and_r3_and_r11_are_kept_at_the_approval() {
    let mut gate = Gate::new();
    let (amara, ruth, farid, bea) = (gate.device(AMARA), gate.device(RUTH), gate.device(FARID), gate.device(BEA));
    let mine = [gate.observed(&bea, "C02", 3), gate.observed(&bea, "C02", 4)];
    let few = [gate.observed(&ruth, "C02", 3)];
    let good = [few[0], gate.observed(&farid, "C02", 3)];
    let (alone, thin, fine) = (gate.claimed(&amara, "C02", 3, &mine), gate.claimed(&amara, "C02", 3, &few), gate.claimed(&amara, "C02", 3, &good));
    let approve = |gate: &mut Gate, claim| gate.decides(&bea, Role::Supervisor, Act::Approve, "claim", claim, 1);
    let item = approve(&mut gate, fine);
    gate.refused(&bea, &[item], "r11_agreement");
    gate.agreed(&amara, &ruth, &bea);
    let item = approve(&mut gate, alone);
    gate.refused(&bea, &[item], "r2_own_work");
    let item = approve(&mut gate, thin);
    assert!(gate.refused(&bea, &[item], "r3_evidence").starts_with("Still needs 1 more at level 3 or more."));
    let own_claim = gate.decides(&amara, Role::Supervisor, Act::Approve, "claim", fine, 1);
    gate.refused(&amara, &[own_claim], "r10_role");
    let item = approve(&mut gate, fine);
    gate.accepted(&bea, &[item]);
    let exemption = Exemption { rule: "r2".into(), person: bea.person, reason: "one nurse".into(), review_on: gate.ward.now.plus(DAY_MS), by: person(TOMAS) };
    gate.ward.server.fact(log(), Fact::Exemption(exemption), gate.ward.now).expect("exempted");
    let item = approve(&mut gate, alone);
    gate.accepted(&bea, &[item]);
    let own_review = gate.decides(&ruth, Role::Supervisor, Act::Countersign, "observation", few[0].1, 1);
    gate.refused(&ruth, &[own_review], "r10_role");
}

#[test]
fn r4_a_superseded_or_returned_version_is_not_decided_on() {
    let mut gate = Gate::new();
    let (amara, bea) = (gate.device(AMARA), gate.device(BEA));
    let record = gate.claimed(&amara, "C02", 3, &[]);
    let approve_1 = gate.decides(&bea, Role::Supervisor, Act::Return, "claim", record, 1);
    let submit = gate.submit(&amara, Role::Mentee, ("claim", record, 2), &claim("C02", 3, &[]), &gate.log(log()).index.heads());
    gate.accepted(&amara, &[Item::Decision(submit)]);
    let sentence = gate.refused(&bea, &[approve_1], "r4_superseded");
    assert!(sentence.contains("version 2") && sentence.contains("Read what changed"), "{sentence}");
    let back = gate.decides(&bea, Role::Supervisor, Act::Return, "claim", record, 2);
    gate.accepted(&bea, &[back]);
    let approve = gate.decides(&bea, Role::Supervisor, Act::Approve, "claim", record, 2);
    gate.refused(&bea, &[approve], "r4_sent_back");
}

#[test]
fn r6_and_r7_hold_at_the_gate() {
    let mut gate = Gate::new();
    let (amara, ruth, farid, bea) = (gate.device(AMARA), gate.device(RUTH), gate.device(FARID), gate.device(BEA));
    gate.agreed(&amara, &ruth, &bea);
    let evidence = [gate.observed(&ruth, "C02", 3), gate.observed(&farid, "C02", 3)];
    let record = gate.claimed(&amara, "C02", 3, &evidence);
    let with = |gate: &Gate, by: &Hostile, role, act, kind: &str, on, reason: Option<String>| {
        let mut decision = gate.decision(by, role, act, kind, on, 1);
        decision.reason = reason;
        Item::Decision(sign(by, &decision))
    };
    for (reason, code) in [(None, "r6_reason"), (Some(" ".to_owned()), "r6_reason"), (Some("x".repeat(MAX_REASON_CHARS + 1)), "r6_too_long")] {
        let item = with(&gate, &bea, Role::Supervisor, Act::Return, "claim", record, reason);
        gate.refused(&bea, &[item], code);
    }
    let approve = gate.decides(&bea, Role::Supervisor, Act::Approve, "claim", record, 1);
    gate.accepted(&bea, &[approve]);
    let void = gate.decides(&ruth, Role::Mentor, Act::Void, "observation", evidence[0].1, 1);
    gate.refused(&ruth, std::slice::from_ref(&void), "r7_order");
    let hide = gate.decides(&ruth, Role::Mentor, Act::Hide, "observation", evidence[0].1, 1);
    gate.accepted(&ruth, &[hide]);
    let item = with(&gate, &bea, Role::Supervisor, Act::Revoke, "claim", record, None);
    gate.refused(&bea, &[item], "r6_reason");
    let revoke = gate.decides(&bea, Role::Supervisor, Act::Revoke, "claim", record, 1);
    gate.accepted(&bea, &[revoke]);
    gate.accepted(&ruth, &[void]);
}

#[test]
fn r9_an_old_unlock_does_not_sign() {
    let mut gate = Gate::new();
    let (ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let (_, record) = gate.observed(&ruth, "C02", 3);
    for age_ms in [5 * MINUTE_MS + 1, -1] {
        let mut decision = gate.decision(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
        decision.unlock.at = decision.at.plus(-age_ms);
        gate.refused(&bea, &[Item::Decision(sign(&bea, &decision))], "r9_unlock");
    }
    let item = gate.decides(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
    gate.accepted(&bea, &[item]);
}

#[test]
fn r12_one_plan_at_the_gate() {
    let mut gate = Gate::new();
    let (ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let (one, two) = (gate.shared(&ruth, Role::Mentor, "plan", &plan(&["C01"])), gate.shared(&ruth, Role::Mentor, "plan", &plan(&["C02"])));
    let first = gate.decides(&bea, Role::Supervisor, Act::Confirm, "plan", one, 1);
    gate.accepted(&bea, &[first]);
    let second = gate.decides(&bea, Role::Supervisor, Act::Confirm, "plan", two, 1);
    gate.refused(&bea, std::slice::from_ref(&second), "r12_one_plan");
    let mut closed = plan(&["C01"]);
    closed.insert("outcome/C01".into(), "met".into());
    let (word, head) = gate.put(&ruth, log(), one, "outcome/C01", &"met".into());
    let submit = gate.submit(&ruth, Role::Mentor, ("plan", one, 2), &closed, &[head]);
    gate.accepted(&ruth, &[word, Item::Decision(submit)]);
    gate.refused(&bea, std::slice::from_ref(&second), "r12_one_plan");
    let close = gate.decides(&bea, Role::Supervisor, Act::Confirm, "plan", one, 2);
    gate.accepted(&bea, &[close]);
    gate.accepted(&bea, &[second]);
}
