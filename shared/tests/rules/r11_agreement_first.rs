//! Nothing is approved before the agreement is signed by all.

use shared::{
    decision::Act,
    fact::{Fact, Settings},
    ledger::State,
    role::Role,
};

use crate::relationship::{AMARA, BEA, DAY, FARID, NORA, RUTH, Relationship, agreement, allowed, member, record, refused};

#[test]
fn r11_no_approval_before_mentee_lead_mentor_and_approver_signed_the_same_version() {
    let mut ward = Relationship::new();
    ward.ready_to_approve();
    assert!(refused(ward.approves(BEA, record(3)), "r11_agreement").contains("sign one first"));
    ward.decided(RUTH, Role::Mentor, Act::Submit, "agreement", record(9), 1, Some(agreement()));
    for (who, role, missing) in [
        (FARID, Role::Mentor, "Amara Venn, Ruth Calloray, Bea Monteiral"),
        (AMARA, Role::Mentee, "Amara Venn, Ruth Calloray, Bea Monteiral"),
        (RUTH, Role::Mentor, "Ruth Calloray, Bea Monteiral"),
        (BEA, Role::Supervisor, "Still to sign: Bea Monteiral."),
    ] {
        let sentence = refused(ward.approves(BEA, record(3)), "r11_agreement");
        assert!(sentence.contains(missing), "{sentence}");
        allowed(ward.asks(who, role, Act::Sign, "agreement", record(9)).answer());
        ward.decided(who, role, Act::Sign, "agreement", record(9), 1, None);
    }
    allowed(ward.approves(BEA, record(3)));
    assert_eq!(ward.ledger.get(record(9)).and_then(|entry| entry.state(1)), Some(State::Sealed));
}

#[test]
fn r11_can_be_switched_off() {
    let mut ward = Relationship::new();
    ward.ready_to_approve();
    ward.fact(Fact::Settings(Settings { agreement_first: false, ..Settings::default() }));
    allowed(ward.approves(BEA, record(3)));
}

#[test]
fn r11_an_agreement_that_was_withdrawn_or_sent_back_is_none() {
    let mut ward = Relationship::agreed();
    ward.ready_to_approve();
    allowed(ward.approves(BEA, record(3)));
    let mut withdrawn = ward.clone();
    withdrawn.decided(RUTH, Role::Mentor, Act::Void, "agreement", record(200), 1, None);
    refused(withdrawn.approves(BEA, record(3)), "r11_agreement");
    ward.decided(RUTH, Role::Mentor, Act::Submit, "agreement", record(200), 2, Some(agreement()));
    allowed(ward.approves(BEA, record(3)));
    let mut sent_back = Relationship::new();
    sent_back.ready_to_approve();
    sent_back.decided(RUTH, Role::Mentor, Act::Submit, "agreement", record(9), 1, Some(agreement()));
    for (who, role) in [(AMARA, Role::Mentee), (RUTH, Role::Mentor)] {
        sent_back.decided(who, role, Act::Sign, "agreement", record(9), 1, None);
    }
    sent_back.decided(BEA, Role::Supervisor, Act::Return, "agreement", record(9), 1, None);
    assert!(refused(sent_back.approves(BEA, record(3)), "r11_agreement").contains("no agreement yet"));
}

#[test]
fn r11_a_new_lead_mentor_or_supervisor_signs_too_and_a_second_mentor_may_after_the_seal() {
    let mut ward = Relationship::agreed();
    ward.ready_to_approve();
    allowed(ward.asks(FARID, Role::Mentor, Act::Sign, "agreement", record(200)).answer());
    ward.pass(DAY).end(RUTH, Role::Mentor);
    ward.fact(Fact::Member(shared::fact::Member { leads: true, ..member(NORA, "Nora Weller", Role::Mentor, ward.now) }));
    assert!(refused(ward.approves(BEA, record(3)), "r11_agreement").contains("Nora Weller"));
    let sealed = ward.ledger.get(record(200)).expect("there").versions[0].sealed;
    ward.decided(NORA, Role::Mentor, Act::Sign, "agreement", record(200), 1, None);
    allowed(ward.approves(BEA, record(3)));
    assert_eq!(ward.ledger.get(record(200)).expect("there").versions[0].sealed, sealed, "sealed once");
}
