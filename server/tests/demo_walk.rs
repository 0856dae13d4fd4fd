//! Days 88 to 90: the walk that anybody takes through the demonstration, on top of what was seeded.

mod demo_support;

use demo_support::{NOW, World, ledgers, story_day};
use server::demo::PhoneError;
use shared::{
    decision::Act,
    ledger::State,
    phone::Ask,
    scalar::Scalar,
    time::{DAY_MS, MINUTE_MS},
};

#[tokio::test]
async fn the_jot_is_finished_read_and_the_sign_off_given_and_another_refused() {
    let world = World::seeded().await;
    let (mut ruth, mut amara, mut bea) = (world.phone("ruth").await, world.phone("amara").await, world.phone("bea").await);
    let log = amara.record_log().id;
    let mut now = NOW.plus(MINUTE_MS);

    // Ruth finishes her jot.
    let own = ruth.phone.own_log();
    let jot = ruth.rows(own).into_iter().find(|row| row.text("jot").is_some() && row.text("competency").is_none()).expect("the jot");
    let about = amara.record_log().facts.mentee().expect("Amara").person;
    let fields: [(&str, Scalar); 5] = [
        ("mentee", about.to_string().into()),
        ("competency", "C07".into()),
        ("setting", "Quillbrook House".into()),
        ("level", 4.into()),
        ("went_well", "Asked, waited, and took the quiet no for a no.".into()),
    ];
    ruth.set(own, jot.record, &fields, now);
    ruth.send(jot.record, log, now).expect("signed");
    ruth.phone.sync(now).await.expect("sent");
    assert!(ruth.rows(own).iter().all(|row| row.record != jot.record), "it left the drafts");

    // Amara reads it; what Ruth jotted stays Ruth's.
    now = now.plus(MINUTE_MS);
    amara.phone.sync(now).await.expect("fetched");
    let row = amara.phone.replica.row_of(log, jot.record).expect("arrived");
    assert_eq!((row.integer("level"), row.text("jot")), (Some(4), None));
    let version = row.entry.as_ref().and_then(|entry| entry.latest()).expect("sealed");
    assert_eq!(story_day(amara.record_log(), version.happened_at()), 87);
    amara.decide(log, jot.record, Act::Acknowledge, now).expect("read");
    amara.phone.sync(now).await.expect("sent");

    // Bea signs C01 off.
    now = now.plus(DAY_MS);
    bea.phone.sync(now).await.expect("fetched");
    let (claim, _) = ledgers(bea.log_of("Amara"), "claim").find(|(_, entry)| entry.state(1) == Some(State::Sent)).expect("C01 waits");
    bea.decide(log, claim, Act::Approve, now).expect("the rule is met");
    bea.phone.sync(now).await.expect("signed off");
    assert_eq!(bea.log_of("Amara").ledger.get(claim).and_then(|entry| entry.state(1)), Some(State::InForce));

    // Amara asks for C05; Bea cannot sign it off.
    amara.phone.sync(now).await.expect("fetched");
    let asked = amara.phone.record(now);
    let fields = [("competency".to_owned(), "C05".into()), ("level".to_owned(), 3.into())].into();
    let own = amara.phone.own_log();
    amara.phone.ask(&Ask::Create { log: own, record: asked, kind: "claim".to_owned(), fields }, now).expect("drafted");
    amara.send(asked, log, now).expect("a claim may be asked for at any time");
    amara.phone.sync(now).await.expect("sent");
    bea.phone.sync(now).await.expect("fetched");
    let refused = bea.decide(log, asked, Act::Approve, now).expect_err("too little evidence");
    let PhoneError::Refused(refusal) = refused else { panic!("{refused}") };
    assert_eq!(refusal.code, "r3_evidence");
    assert!(refusal.sentence.starts_with("Still needs 3 at level 3 or more, from 2 people."), "{}", refusal.sentence);
}
