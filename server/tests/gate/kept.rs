//! What is stored of a log's fold: loaded instead of its lines, never believed against them, and replaced where it is not
//! what was stored.

use std::sync::Arc;

use server::{
    gate::{Gate, Limits},
    live::Live,
    outside::Clock as _,
};
use shared::{
    bytes::Bytes,
    change::{Document, Seen, actor::actor, genesis::genesis},
    decision::Act,
    id::RecordId,
    log::{Author, FIRST_EPOCH},
    wire::{Bundle, Item, Verdict},
};
use sqlx::Connection as _;

use crate::{
    hand::Hand,
    house::{Database, House, MENTEE, MENTOR, run},
    phone::Phone,
};

/// Every part of every log.
pub async fn all_parts(address: &str) -> Vec<(i64, Vec<u8>, Vec<u8>)> {
    let statement = "select log, name, bytes from parts order by log, name";
    if address.starts_with("sqlite") {
        let mut connection = sqlx::SqliteConnection::connect(address).await.expect("the file opens");
        let all = sqlx::query_as(statement).fetch_all(&mut connection).await.expect("the table is there");
        // Waited for: the last one to go takes the files beside the database with it.
        connection.close().await.expect("it closes");
        all
    } else {
        let mut connection = sqlx::PgConnection::connect(address).await.expect("the cluster answers");
        sqlx::query_as(statement).fetch_all(&mut connection).await.expect("the table is there")
    }
}

/// A house with an observation that the mentor sent, all that was folded stored.
async fn kept(database: Database) -> (House, Phone, Phone, RecordId) {
    let house = House::on(database).await;
    let mentee = Phone::of(&house, MENTEE).await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let record = mentor.drafts(&house).await;
    mentor.signs_and_sends(&house, record);
    mentor.sync(&house).await;
    house.server.gate.keep_all().await;
    (house, mentor, mentee, record)
}

/// Goes on as somebody who signs: on the words and decisions that are stored.
async fn goes_on(house: &House, mentee: &mut Phone, record: RecordId) -> Vec<Verdict> {
    mentee.sync(house).await;
    mentee.decides(house.record, record, Act::Acknowledge, house.clock.now());
    mentee.comments(house.record, record, "Seen.", house.clock.now());
    mentee.sync(house).await
}

#[tokio::test]
async fn a_push_reads_no_line_that_is_folded_already() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (house, mut mentor, _, record) = kept(database).await;
        let house = house.restarted().await;
        // Whoever read the words of a line now would find that they are another's.
        run(&house.database, "update sides set bytes = salt").await;
        mentor.comments(house.record, record, "One more thing.", house.clock.now());
        let request = mentor.request(&house);
        let author = Author { person: house.person(MENTOR).await.id, device: request.device };
        let bundle = request.push.first().expect("a comment waits").clone();
        let verdict = house.server.gate.push(author, bundle.clone(), house.clock.now()).await.expect("the parts suffice");
        assert!(matches!(verdict, Verdict::Accepted { .. }), "{verdict:?}");

        // Behind the answer the lines are read once, and then nothing is built on what was altered.
        house.server.gate.rests().await;
        let error = house.server.gate.push(author, bundle, house.clock.now()).await.expect_err("the log is damaged");
        assert!(error.to_string().contains("do not fit their commitment"), "{error}");
    }
}

#[tokio::test]
async fn what_somebody_did_to_the_parts_is_never_believed() {
    let spoils = [
        "delete from parts where substr(name, 1, 1) = x'30'",
        "delete from parts where substr(name, 1, 1) = x'31'",
        "delete from parts where substr(name, 1, 1) = x'62'",
        "delete from parts where substr(name, 1, 1) = x'77'",
        "delete from parts where substr(name, 1, 1) = x'64'",
        "delete from parts where substr(name, 1, 1) in (x'62', x'77', x'64')",
        "update parts set bytes = x'' where substr(name, 1, 1) = x'30'",
        "update parts set bytes = x'00' where substr(name, 1, 1) <> x'30'",
        "update parts set bytes = cast(bytes || x'00' as blob)",
        "update parts set bytes = (select bytes from parts as other where other.log = parts.log and substr(other.name, 1, 1) = x'31')",
        "update parts set bytes = (select bytes from parts as other where other.name = parts.name order by log limit 1)",
    ];
    for spoil in spoils {
        let (house, _, mut mentee, record) = kept(Database::Sqlite).await;
        let house = house.restarted().await;
        run(&house.database, spoil).await;
        let verdicts = goes_on(&house, &mut mentee, record).await;
        assert!(verdicts.len() == 2 && verdicts.iter().all(|verdict| matches!(verdict, Verdict::Accepted { .. })), "{spoil}: {verdicts:?}");

        // What stands there now is as good as new: the next process builds on it, and on no line.
        let house = house.restarted().await;
        run(&house.database, "update sides set bytes = salt").await;
        mentee.comments(house.record, record, "Once more.", house.clock.now());
        let request = mentee.request(&house);
        let author = Author { person: house.person(MENTEE).await.id, device: request.device };
        let verdict = house.server.gate.push(author, request.push.first().expect("a comment waits").clone(), house.clock.now()).await;
        assert!(matches!(verdict, Ok(Verdict::Accepted { .. })), "{spoil}: {verdict:?}");
    }
}

/// A record whose parts were taken away, or put back as they were, does not become one that nobody made.
#[tokio::test]
async fn a_record_is_not_made_twice_because_its_parts_are_gone() {
    let (house, mentor, _, record) = kept(Database::Sqlite).await;
    let device = mentor.device();
    let house = house.restarted().await;
    run(&house.database, "delete from parts where substr(name, 1, 1) in (x'77', x'64')").await;
    let log = mentor.log(house.record);
    let newest = log.newest().expect("it is open");
    let mut document = Document::from_genesis(&genesis(&house.record.to_string(), FIRST_EPOCH)).expect("a genesis");
    let by = house.person(MENTOR).await.id;
    let fields = [("on".to_owned(), RecordId(uuid::Uuid::nil()).to_string().into()), ("words".to_owned(), "In its place.".into())];
    let seen = Seen { position: newest.position, tag: newest.tag.0 };
    let written = document
        .edit(actor(*device.0.as_bytes(), u16::MAX), &seen, |edit| edit.create(&record.to_string(), "comment", &by.to_string(), &fields, &[]))
        .expect("an edit")
        .expect("a change");
    let bundle = Bundle { log: house.record, epoch: FIRST_EPOCH, items: vec![Item::Word(Bytes(written.bytes))] };
    let verdict = house.server.gate.push(Author { person: by, device }, bundle, house.clock.now()).await.expect("it is judged");
    assert!(matches!(verdict, Verdict::Exists { .. }), "{verdict:?}");
}

#[tokio::test]
async fn logs_that_come_and_go_are_stored_bit_by_bit_as_they_would_be_at_once() {
    for database in [Database::Sqlite, Database::Postgres] {
        let house = House::on(database).await;
        let few = Limits { logs: 1, lines: 3, entries: 40, leaving: 1 };
        let gates: Vec<Arc<Gate>> = (0..2)
            .map(|_| Gate::new(Arc::clone(&house.server.store), Arc::new(Live::default()), Arc::clone(&house.server.entropy)).with_limits(few))
            .map(Arc::new)
            .collect();
        let mut hand = Hand::of(&house).await;
        for number in 0..150_usize {
            let gate = &gates[number % 7 % 2];
            let verdict = gate.push(hand.author, hand.comment(&house), house.clock.now()).await.expect("the store answers");
            assert!(matches!(verdict, Verdict::Accepted { .. }), "{number}: {verdict:?}");
            if number % 5 == 0 {
                gate.rests().await;
            }
        }
        // Who stores while another does comes second, and stores with the next push: here there is none.
        for gate in &gates {
            gate.rests().await;
        }
        for gate in &gates {
            gate.keep_all().await;
        }
        let bit_by_bit = all_parts(&house.database).await;
        assert!(bit_by_bit.len() > 300, "they are there");
        run(&house.database, "delete from parts").await;
        let gate = Gate::new(Arc::clone(&house.server.store), Arc::new(Live::default()), Arc::clone(&house.server.entropy));
        gate.erasable(house.record).await.expect("it folds the whole log");
        gate.keep_all().await;
        let at_once = all_parts(&house.database).await;
        let other: Vec<_> = bit_by_bit.iter().filter(|part| !at_once.contains(part)).map(|(log, name, bytes)| (log, name, bytes.len())).collect();
        let missing: Vec<_> = at_once.iter().filter(|part| !bit_by_bit.contains(part)).map(|(log, name, bytes)| (log, name, bytes.len())).collect();
        assert_eq!(other, missing, "{database:?}: of {}, stored bit by bit and at once", at_once.len());
    }
}
