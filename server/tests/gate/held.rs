//! R10: what a removed member wrote before and sends after is held for the lead, never dropped.

use server::{
    gate::{Ending, GateError},
    outside::Clock as _,
    store::HeldId,
};
use shared::{decision::Act, id::PersonId, ledger::State, role::Role, time::MINUTE_MS, wire::Verdict};

use crate::{
    house::{House, LEAD, MENTEE, MENTOR, SUPERVISOR},
    phone::Phone,
};

async fn removes(house: &House, email: &str, role: Role) {
    house.clock.forward(MINUTE_MS);
    let ending =
        Ending { log: house.record, person: house.person(email).await.id, role, by: house.person(LEAD).await.id, reason: "moved to another team".to_owned() };
    house.server.gate.end_membership(ending, house.clock.now()).await.expect("the lead may");
    house.clock.forward(MINUTE_MS);
}

/// A comment of somebody who was removed waits for the lead.
pub async fn one_held(house: &House) -> (HeldId, PersonId) {
    let mut mentor = Phone::of(house, MENTOR).await;
    let observation = mentor.drafts(house).await;
    mentor.signs_and_sends(house, observation);
    mentor.sync(house).await;
    mentor.comments(house.record, observation, "About somebody else.", house.clock.now());
    let request = mentor.request(house);
    removes(house, MENTOR, Role::Mentor).await;
    mentor.post(house, &request).await;
    let held = house.server.gate.held(house.record).await.expect("the gate answers").first().expect("one is held").id;
    (held, house.person(LEAD).await.id)
}

fn code(error: &GateError) -> &str {
    match error {
        GateError::Refused(refusal) => &refusal.code,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn r10_late_words_are_held_shown_and_adopted_as_their_authors() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let mut mentee = Phone::of(&house, MENTEE).await;
    let observation = mentor.drafts(&house).await;
    mentor.signs_and_sends(&house, observation);
    mentor.sync(&house).await;
    let comment = mentor.comments(house.record, observation, "Ring before the paperwork.", house.clock.now());
    let request = mentor.request(&house);
    removes(&house, MENTOR, Role::Mentor).await;

    for _ in 0..2 {
        let response = mentor.post(&house, &request).await;
        assert!(matches!(response.verdicts.as_slice(), [Verdict::Held(refusal)] if refusal.code == "r10_held"), "{:?}", response.verdicts);
        assert!(!response.lists(house.record));
    }
    let gate = &house.server.gate;
    let held = gate.held(house.record).await.expect("the gate answers");
    let [held] = held.as_slice() else { panic!("sent twice, held once: {held:?}") };
    assert_eq!(held.author_name, "Owen Pryce");
    assert!(
        held.records
            .iter()
            .any(|record| record.kind.as_deref() == Some("comment") && record.fields.get("words") == Some(&Some("Ring before the paperwork.".into())))
    );

    let now = house.clock.now();
    let supervisor = house.person(SUPERVISOR).await.id;
    assert_eq!(code(&gate.adopt(held.id, supervisor, now).await.expect_err("only the lead")), "r10_role");
    let lead = house.person(LEAD).await.id;
    gate.adopt(held.id, lead, now).await.expect("the lead may");
    assert_eq!(gate.held(house.record).await.expect("the gate answers"), Vec::new());
    assert_eq!(code(&gate.adopt(held.id, lead, now).await.expect_err("once")), "settled");

    mentee.sync(&house).await;
    let row = mentee.row(house.record, comment);
    assert_eq!((row.by, row.text("words")), (house.person(MENTOR).await.id, Some("Ring before the paperwork.")));
    // The phone that sent them may send them for ever.
    let response = mentor.post(&house, &request).await;
    assert!(matches!(response.verdicts.as_slice(), [Verdict::Duplicate { .. }]), "{:?}", response.verdicts);
}

#[tokio::test]
async fn r10_an_adopted_observation_keeps_its_words_and_loses_its_signature() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let mut mentee = Phone::of(&house, MENTEE).await;
    let observation = mentor.drafts(&house).await;
    mentor.sync(&house).await;
    mentor.signs_and_sends(&house, observation);
    let request = mentor.request(&house);
    removes(&house, MENTOR, Role::Mentor).await;
    assert!(matches!(mentor.post(&house, &request).await.verdicts.as_slice(), [Verdict::Held(_)]));
    let gate = &house.server.gate;
    let held = gate.held(house.record).await.expect("the gate answers");
    let held = held.first().expect("one is held");
    assert_eq!(held.acts, [Act::Submit]);
    gate.adopt(held.id, house.person(LEAD).await.id, house.clock.now()).await.expect("the lead may");
    mentee.sync(&house).await;
    let row = mentee.row(house.record, observation);
    assert_eq!(row.text("went_well"), Some("Urgent things came first."));
    assert_eq!(row.entry.and_then(|entry| entry.state(1)), None::<State>, "a waiting decision lapses");
}

#[tokio::test]
async fn r10_discarding_needs_a_reason_and_leaves_a_fact() {
    let house = House::new().await;
    let mut supervisor = Phone::of(&house, SUPERVISOR).await;
    let (held, lead) = one_held(&house).await;
    let gate = &house.server.gate;
    assert_eq!(code(&gate.discard(held, lead, " ".to_owned(), house.clock.now()).await.expect_err("R6")), "r6_reason");
    gate.discard(held, lead, "wrong relationship".to_owned(), house.clock.now()).await.expect("the lead may");
    supervisor.sync(&house).await;
    assert_eq!(supervisor.log(house.record).facts.discarded.len(), 1);
    assert_eq!(gate.held(house.record).await.expect("the gate answers"), Vec::new());
}

#[tokio::test]
async fn r10_who_left_reads_up_to_their_end_and_no_further() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let mut supervisor = Phone::of(&house, SUPERVISOR).await;
    removes(&house, MENTOR, Role::Mentor).await;
    let end = house.server.store.stand(house.record).await.expect("the store answers").expect("it is open").head.next;
    let observation = supervisor.drafts(&house).await;
    supervisor.signs_and_sends(&house, observation);
    supervisor.sync(&house).await;
    mentor.sync(&house).await;
    assert_eq!(mentor.log(house.record).chain.next, end);
    assert_eq!(mentor.replica.row_of(house.record, observation), None);
}

#[tokio::test]
async fn a_membership_ends_once_and_only_by_the_lead() {
    let house = House::new().await;
    let ending = |by, reason: &str| Ending { log: house.record, person: by, role: Role::Mentor, by, reason: reason.to_owned() };
    let mentor = house.person(MENTOR).await.id;
    let gate = &house.server.gate;
    assert_eq!(code(&gate.end_membership(ending(mentor, "leaving"), house.clock.now()).await.expect_err("not by a mentor")), "r10_role");
    let by_lead = Ending { by: house.person(LEAD).await.id, ..ending(mentor, "") };
    assert_eq!(code(&gate.end_membership(by_lead, house.clock.now()).await.expect_err("R6")), "r6_reason");
    removes(&house, MENTOR, Role::Mentor).await;
    let again = Ending { by: house.person(LEAD).await.id, ..ending(mentor, "again") };
    assert_eq!(code(&gate.end_membership(again, house.clock.now()).await.expect_err("it has ended")), "not_a_member");
}

#[tokio::test]
async fn whoever_left_is_sent_what_was_there_once() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let ilse = house.person(MENTEE).await.id;
    let observation = mentor.observes(ilse, house.clock.now());
    mentor.signs_and_sends(&house, observation);
    removes(&house, MENTOR, Role::Mentor).await;
    // What it sends, and then what it is told.
    mentor.sync(&house).await;
    mentor.sync(&house).await;
    let request = mentor.request(&house);
    assert!(request.rest, "it asks for everything");
    let response = mentor.post(&house, &request).await;
    assert!(!response.lists(house.record) && response.logs.is_empty(), "{:?}", response.logs);
    let new = mentor.pulls(Vec::new());
    assert!(mentor.post(&house, &new).await.logs.iter().any(|update| update.log == house.record), "a new phone of theirs reads it");
}
