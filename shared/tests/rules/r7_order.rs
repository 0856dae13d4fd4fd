//! What an approval rests on is withdrawn after the approval.

use shared::{decision::Act, ledger::State, role::Role};

use crate::relationship::{AMARA, BEA, FARID, RUTH, Relationship, TOMAS, allowed, record, refused};

#[test]
fn r7_what_an_approval_rests_on_is_not_withdrawn_before_the_approval() {
    let mut ward = Relationship::agreed();
    let lines = ward.evidence([RUTH, FARID, RUTH]);
    ward.claimed(record(4), "C02", 3, &lines[..2]);
    let void = |ward: &Relationship, on: u8, version: u32| {
        ward.asks(TOMAS, Role::Lead, Act::Void, "observation", record(on)).version(version).because("wrong person").answer()
    };
    allowed(void(&ward, 1, 1));
    ward.decided(BEA, Role::Supervisor, Act::Approve, "claim", record(4), 1, None);
    let sentence = refused(void(&ward, 1, 1), "r7_order");
    assert!(sentence.contains("taken back first") && sentence.contains("hidden at once"), "{sentence}");
    allowed(void(&ward, 3, 1));
    allowed(ward.asks(RUTH, Role::Mentor, Act::Hide, "observation", record(1)).answer());

    ward.observed(RUTH, record(1), "C02", 2);
    refused(void(&ward, 1, 2), "r7_order");
    refused(void(&ward, 1, 1), "r7_order");
    refused(ward.asks(AMARA, Role::Mentee, Act::Void, "claim", record(4)).because("by mistake").answer(), "r7_order");
    ward.decided(BEA, Role::Supervisor, Act::Revoke, "claim", record(4), 1, None);
    allowed(void(&ward, 1, 2));
    assert_eq!(ward.ledger.get(record(4)).and_then(|entry| entry.state(1)), Some(State::Revoked));
}
