//! A restart keeps everything, and goes on where it was.

use server::outside::Clock as _;
use shared::{log::Author, wire::Verdict};

use crate::{
    house::{Database, House, MENTOR, run},
    phone::Phone,
};

#[tokio::test]
async fn after_a_restart_the_lines_are_the_same_and_the_next_one_follows() {
    restarts(Database::Sqlite).await;
}

#[tokio::test]
async fn after_a_restart_on_postgres_they_are_too() {
    restarts(Database::Postgres).await;
}

async fn restarts(database: Database) {
    let house = House::on(database).await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let record = mentor.drafts(&house).await;
    mentor.signs_and_sends(&house, record);
    mentor.sync(&house).await;
    let everything = mentor.pulls(Vec::new());
    let before = mentor.post(&house, &everything).await;

    let house = house.restarted().await;
    let after = mentor.post(&house, &everything).await;
    assert_eq!(before.logs, after.logs);
    assert_eq!(before.directory, after.directory);
    // The log is folded from its lines again: what builds on them is judged as before, what was there is a duplicate.
    let comment = mentor.comments(house.record, record, "One more thing.", house.clock.now());
    let request = mentor.request(&house);
    assert!(matches!(mentor.post(&house, &request).await.verdicts.as_slice(), [Verdict::Accepted { .. }]));
    assert!(matches!(mentor.post(&house, &request).await.verdicts.as_slice(), [Verdict::Duplicate { .. }]));
    mentor.sync(&house).await;
    assert_eq!(mentor.row(house.record, comment).text("words"), Some("One more thing."));
}

#[tokio::test]
async fn a_closed_store_accepts_nothing_and_says_so() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    mentor.drafts(&house).await;
    let request = mentor.request(&house);
    house.server.store.close().await;
    let answer = mentor.try_post(&house, shared::cbor::encode(&request)).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "unavailable"));
    assert_eq!(house.get("/healthz", &[]).await.status.as_u16(), 503);
    // The phone sends it again to whatever comes up on the same file.
    let house = house.restarted().await;
    assert!(matches!(mentor.post(&house, &request).await.verdicts.as_slice(), [Verdict::Accepted { .. }]));
}

#[tokio::test]
async fn lines_that_were_changed_in_the_database_are_built_on_by_nobody() {
    let altered = [
        ("update lines set received_at = received_at - 1 where kind = 0", "does not recompute"),
        ("update lines set author = device where kind = 1", "does not recompute"),
        ("update lines set signature = null", "signature is missing"),
        ("update sides set bytes = salt where position > 0", "do not fit their commitment"),
    ];
    for (statement, why) in altered {
        let house = House::new().await;
        let mut mentor = Phone::of(&house, MENTOR).await;
        let record = mentor.drafts(&house).await;
        mentor.signs_and_sends(&house, record);
        mentor.sync(&house).await;
        run(&house.database, statement).await;

        let house = house.killed().await;
        mentor.comments(house.record, record, "One more thing.", house.clock.now());
        let request = mentor.request(&house);
        let answer = mentor.try_post(&house, shared::cbor::encode(&request)).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "unavailable"), "{statement}");
        let author = Author { person: house.person(MENTOR).await.id, device: request.device };
        let bundle = request.push.first().expect("a comment waits").clone();
        let error = house.server.gate.push(author, bundle, house.clock.now()).await.expect_err("nothing is built on it");
        assert!(error.to_string().contains(why), "{statement}: {error}");
    }
}
