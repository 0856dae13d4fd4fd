//! Nobody signs off what rests on their own observations alone.

use shared::{decision::Act, role::Role};

use crate::relationship::{BEA, DAY, FARID, RUTH, Relationship, allowed, plan, record, refused};

#[test]
fn r2_the_only_observer_behind_the_evidence_does_not_approve() {
    let mut ward = Relationship::agreed();
    let one = ward.observed(BEA, record(1), "C02", 3);
    let two = ward.observed(BEA, record(2), "C02", 4);
    ward.claimed(record(3), "C02", 3, &[(one, record(1)), (two, record(2))]);
    let sentence = refused(ward.approves(BEA, record(3)), "r2_own_work");
    assert!(sentence.contains("second person") && sentence.contains("cover"), "{sentence}");

    let third = ward.observed(RUTH, record(4), "C02", 3);
    ward.claimed(record(3), "C02", 3, &[(one, record(1)), (two, record(2)), (third, record(4))]);
    allowed(ward.approves(BEA, record(3)));
}

#[test]
fn r2_what_was_withdrawn_or_does_not_count_makes_nobody_a_second_observer() {
    let mut ward = Relationship::agreed();
    let lines = ward.evidence([BEA, BEA]);
    let below = (ward.observed(RUTH, record(4), "C02", 2), record(4));
    let counting = (ward.observed(FARID, record(5), "C02", 3), record(5));
    ward.claimed(record(6), "C02", 3, &[lines[0], lines[1], below]);
    refused(ward.approves(BEA, record(6)), "r2_own_work");
    ward.claimed(record(7), "C02", 3, &[lines[0], lines[1], counting]);
    allowed(ward.approves(BEA, record(7)));
    ward.decided(FARID, Role::Mentor, Act::Void, "observation", record(5), 1, None);
    refused(ward.approves(BEA, record(7)), "r2_own_work");
}

#[test]
fn r2_nobody_reviews_their_own_observation_but_commenting_and_planning_is_no_contribution() {
    let mut ward = Relationship::agreed();
    ward.observed(BEA, record(1), "C02", 3);
    refused(ward.asks(BEA, Role::Supervisor, Act::Countersign, "observation", record(1)).answer(), "r2_author");
    ward.decided(BEA, Role::Supervisor, Act::Submit, "plan", record(2), 1, Some(plan(&["C01"], &[])));
    allowed(ward.asks(BEA, Role::Supervisor, Act::Confirm, "plan", record(2)).answer());
}

#[test]
fn r2_an_exemption_holds_until_its_review_date_and_for_its_person_alone() {
    let mut ward = Relationship::agreed();
    let lines = ward.evidence([BEA, BEA]);
    ward.claimed(record(3), "C02", 3, &lines);
    ward.exempt(RUTH, ward.now.plus(30 * DAY));
    refused(ward.approves(BEA, record(3)), "r2_own_work");
    let review_on = ward.now.plus(10 * DAY);
    ward.exempt(BEA, review_on);
    allowed(ward.approves(BEA, record(3)));
    ward.now = review_on.plus(-1);
    allowed(ward.approves(BEA, record(3)));
    ward.now = review_on;
    refused(ward.approves(BEA, record(3)), "r2_own_work");
}
