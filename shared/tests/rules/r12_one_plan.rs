//! One plan is active at a time.

use shared::{decision::Act, role::Role, rules};

use crate::relationship::{BEA, RUTH, Relationship, allowed, plan, record, refused};

#[test]
fn r12_one_active_plan_until_each_target_has_an_outcome() {
    let mut ward = Relationship::new();
    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(1), 1, Some(plan(&["C01", "C02"], &[])));
    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(2), 1, Some(plan(&["C10"], &[])));
    let confirm = |ward: &Relationship, on: u8| ward.asks(BEA, Role::Supervisor, Act::Confirm, "plan", record(on)).answer();
    allowed(confirm(&ward, 2));
    ward.decided(BEA, Role::Supervisor, Act::Confirm, "plan", record(1), 1, None);
    let sentence = refused(confirm(&ward, 2), "r12_one_plan");
    assert!(sentence.contains("Close it first"), "{sentence}");

    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(1), 2, Some(plan(&["C01", "C02"], &[("C01", "met")])));
    refused(confirm(&ward, 2), "r12_one_plan");
    allowed(confirm(&ward, 1));
    ward.decided(BEA, Role::Supervisor, Act::Confirm, "plan", record(1), 2, None);
    refused(confirm(&ward, 2), "r12_one_plan");
    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(1), 3, Some(plan(&["C01", "C02"], &[("C01", "met"), ("C02", "carried_over")])));
    refused(confirm(&ward, 2), "r12_one_plan");
    ward.decided(BEA, Role::Supervisor, Act::Confirm, "plan", record(1), 3, None);
    allowed(confirm(&ward, 2));
    ward.decided(BEA, Role::Supervisor, Act::Confirm, "plan", record(2), 1, None);
    assert!(rules::plan_is_active(ward.ledger.get(record(2)).and_then(|entry| entry.standing()).expect("standing")));
}

#[test]
fn r12_a_withdrawn_plan_is_not_active() {
    let mut ward = Relationship::new();
    for on in [1, 2] {
        ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(on), 1, Some(plan(&["C01"], &[])));
    }
    ward.decided(BEA, Role::Supervisor, Act::Confirm, "plan", record(1), 1, None);
    allowed(ward.asks(RUTH, Role::Mentor, Act::Void, "plan", record(1)).because("wrong relationship").answer());
    ward.decided(RUTH, Role::Mentor, Act::Void, "plan", record(1), 1, None);
    allowed(ward.asks(BEA, Role::Supervisor, Act::Confirm, "plan", record(2)).answer());
}
