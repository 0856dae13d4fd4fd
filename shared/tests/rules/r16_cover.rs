//! Cover decides in its own name, in its days.

use shared::{decision::Act, fact::Fact, role::Role, rules};

use crate::relationship::{AMARA, BEA, DAY, FARID, NORA, Relationship, allowed, member, record, refused};

#[test]
fn r16_cover_decides_in_its_own_name_in_its_days_and_nobody_else_does() {
    let mut ward = Relationship::agreed();
    ward.ready_to_approve();
    let (from, until) = (ward.now.plus(DAY), ward.now.plus(5 * DAY));
    ward.fact(Fact::Member(member(NORA, "Nora Weller", Role::Mentor, ward.now)));
    refused(ward.approves(NORA, record(3)), "r10_role");
    ward.cover(NORA, from, until);
    for (at, may) in [(from.plus(-1), false), (from, true), (until.plus(-1), true), (until, false)] {
        ward.now = at;
        let answer = ward.approves(NORA, record(3));
        if may {
            allowed(answer)
        } else {
            drop(refused(answer, "r10_role"))
        }
        allowed(ward.approves(BEA, record(3)));
    }
    ward.now = from;
    refused(ward.approves(FARID, record(3)), "r10_role");
    ward.decided(NORA, Role::Supervisor, Act::Approve, "claim", record(3), 1, None);
    let approved = ward.ledger.get(record(3)).and_then(|entry| entry.versions[0].approved.clone()).expect("approved");
    assert_eq!((approved.by, approved.role), (NORA, Role::Supervisor), "in their own name");
    assert_eq!(rules::role_for(&ward.facts, NORA, Act::Approve, ward.kinds.get("claim").expect("known"), AMARA, from), Ok(Role::Supervisor));
}

#[test]
fn r16_who_covers_is_bound_by_their_own_work_too() {
    let mut ward = Relationship::agreed();
    let lines = ward.evidence([FARID, FARID]);
    ward.claimed(record(3), "C02", 3, &lines);
    ward.cover(FARID, ward.now, ward.now.plus(DAY));
    refused(ward.approves(FARID, record(3)), "r2_own_work");
    allowed(ward.approves(BEA, record(3)));
    ward.end(BEA, Role::Supervisor);
    refused(ward.approves(FARID, record(3)), "r10_role");
}
