//! R13: what one mentee and one mentor keep between them reaches nobody else, and begins and ends with the mentor's
//! membership.

use server::{
    gate::{Ending, NewMember},
    outside::Clock as _,
};
use shared::{
    cbor,
    fact::Member,
    id::{LogId, RecordId},
    line::LineKind,
    phone::Ask,
    role::Role,
    scalar::Scalar,
    time::MINUTE_MS,
    wire::{Cursor, Verdict},
};

use crate::{
    house::{House, LEAD, MENTEE, MENTOR, SUPERVISOR},
    phone::Phone,
};

const WORDS: &str = "How do I say no to a doctor?";

/// The pair logs on a phone.
fn pairs(phone: &Phone) -> Vec<LogId> {
    phone.replica.logs().map(|log| log.id).filter(|log| matches!(log, LogId::Pair(_))).collect()
}

/// A session that the mentor shares with both circles; its words are the mentor's.
async fn shares_a_session(house: &House, mentor: &mut Phone, pair: LogId) -> RecordId {
    let record = mentor.record();
    let with = mentor.replica.identity().person.to_string();
    let fields = [("mentor", Scalar::from(with)), ("agenda", WORDS.into()), ("place", "By phone".into())];
    let fields = fields.map(|(field, value)| (field.to_owned(), value)).into();
    let own = mentor.own_log();
    mentor.ask(&Ask::Create { log: own, record, kind: "session".into(), fields }, house.clock.now());
    mentor.ask(&Ask::Share { record, to: vec![house.record, pair] }, house.clock.now());
    mentor.sync(house).await;
    record
}

#[tokio::test]
async fn r13_no_byte_of_a_pair_log_reaches_anybody_outside_it() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let mut mentee = Phone::of(&house, MENTEE).await;
    let [pair] = pairs(&mentor)[..] else { panic!("one relationship, one pair: {:?}", pairs(&mentor)) };
    assert_eq!(pairs(&mentee), [pair]);
    let session = shares_a_session(&house, &mut mentor, pair).await;
    mentee.sync(&house).await;
    assert_eq!(mentee.row(pair, session).text("agenda"), Some(WORDS));
    for email in [SUPERVISOR, LEAD] {
        let mut other = Phone::of(&house, email).await;
        assert_eq!(pairs(&other), []);
        assert_eq!(other.row(house.record, session).text("place"), Some("By phone"));
        // Asked for by its very name, from its beginning.
        let mut request = other.request(&house);
        request.cursors.push(Cursor { log: pair, epoch: 1, next: 0 });
        let answer = other.post(&house, &request).await;
        let bytes = cbor::encode(&answer);
        assert!(!bytes.windows(WORDS.len()).any(|window| window == WORDS.as_bytes()));
        assert!(answer.logs.iter().all(|update| update.log != pair) && answer.directory.iter().all(|cursor| cursor.log != pair));
        let listener_hears = house.server.store.reach(other.replica.identity().person, house.clock.now()).await.expect("an answer");
        assert!(listener_hears.iter().all(|reach| reach.log != pair));
    }
    // The words stand in the pair log alone: not in the record log that everybody reads.
    let lines = mentee.log(house.record).chain.next;
    let page = server::store::Page { from: 0, end: lines, lines: 10_000, bytes: 16 * 1024 * 1024 };
    for line in house.server.store.lines(house.record, page).await.expect("an answer") {
        let bytes = cbor::encode(&line);
        assert!(!bytes.windows(WORDS.len()).any(|window| window == WORDS.as_bytes()), "line {}", line.header.position);
    }
}

#[tokio::test]
async fn a_pair_log_ends_with_the_mentor_and_another_begins_with_the_next() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let mut mentee = Phone::of(&house, MENTEE).await;
    let pair = pairs(&mentor)[0];
    let session = shares_a_session(&house, &mut mentor, pair).await;
    house.clock.forward(MINUTE_MS);
    let owen = house.person(MENTOR).await;
    let ending = Ending { log: house.record, person: owen.id, role: Role::Mentor, by: house.person(LEAD).await.id, reason: "moved".to_owned() };
    house.server.gate.end_membership(ending, house.clock.now()).await.expect("the lead may");
    house.clock.forward(MINUTE_MS);
    // Late words for the pair are refused and not held: no lead reads them.
    let typing = shared::phone::Typing { before: WORDS.into(), after: format!("{WORDS} Still here.") };
    let ask = Ask::Type { log: pair, record: session, field: "agenda".into(), typing, leaving: true };
    // This phone does not know yet.
    mentor.ask(&ask, house.clock.now());
    let verdicts = mentor.sync(&house).await;
    assert!(verdicts.iter().any(|verdict| matches!(verdict, Verdict::Refused(refusal) if refusal.code == "r10_not_member")), "{verdicts:?}");
    assert!(house.server.gate.held(pair).await.expect("an answer").is_empty());

    let member = Member {
        person: owen.id,
        name: owen.name,
        role: Role::Mentor,
        leads: false,
        job: owen.job,
        place: owen.place,
        employed_from: owen.employed_from,
        from: house.clock.now(),
        until: None,
    };
    house.server.gate.add_member(NewMember { log: house.record, member }, house.clock.now()).await.expect("the organisation may");
    mentee.sync(&house).await;
    mentor.sync(&house).await;
    let fresh: Vec<LogId> = pairs(&mentee).into_iter().filter(|log| *log != pair).collect();
    let [fresh] = fresh[..] else { panic!("a pairing of its own: {fresh:?}") };
    assert!(pairs(&mentor).contains(&fresh));
    // It inherits nothing, and both write in it at once: their devices are certified there.
    assert!(mentee.log(fresh).index.records().next().is_none());
    let again = shares_a_session(&house, &mut mentor, fresh).await;
    mentee.sync(&house).await;
    assert_eq!(mentee.row(fresh, again).text("agenda"), Some(WORDS));
    assert!(mentee.log(fresh).facts.opened.as_ref().is_some_and(|opened| LogId::Record(opened.relationship.expect("a pair's")) == house.record));
    assert!(
        house
            .server
            .store
            .lines(fresh, server::store::Page { from: 0, end: 100, lines: 100, bytes: 1 << 20 })
            .await
            .expect("an answer")
            .iter()
            .any(|line| line.header.kind == LineKind::Word)
    );
}
