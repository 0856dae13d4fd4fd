//! What one push costs as its log grows, with the log in memory and without. To measure with, on a quiet machine:
//! `cargo nextest run --package server --test gate --run-ignored only growth --no-capture`.

use std::{sync::Arc, time::Instant};

use server::{gate::Gate, live::Live, organisation::OrganisationFile, outside::Clock as _, store::Page};
use shared::{
    bytes::Bytes,
    change::{Document, Seen, actor::actor, genesis::genesis},
    id::RecordId,
    key::SecretKey,
    log::{Author, FIRST_EPOCH},
    role::Role,
    scalar::Scalar,
    wire::{Bundle, Item, Verdict},
};

use crate::{
    house::{Database, EXAMPLE, House, MENTOR},
    phone::Phone,
};

/// Pushes that one figure is the middle of.
const PUSHES: usize = 31;

/// Writes comments, one a change, without a phone's work around it.
pub struct Hand {
    document: Document,
    seen: Seen,
    pub author: Author,
    made: u128,
}

impl Hand {
    /// Goes on from what the record log of a house holds.
    pub async fn of(house: &House) -> Self {
        let phone = Phone::of(house, MENTOR).await;
        let person = house.person(MENTOR).await.id;
        let newest = phone.log(house.record).newest().expect("it is open");
        let document = Document::from_genesis(&genesis(&house.record.to_string(), FIRST_EPOCH)).expect("a genesis");
        let seen = Seen { position: newest.position, tag: newest.tag.0 };
        Self { document, seen, author: Author { person, device: phone.device() }, made: 0 }
    }

    pub fn comment(&mut self, house: &House) -> Bundle {
        self.made += 1;
        let record = RecordId(uuid::Uuid::from_u128(self.made)).to_string();
        let by = self.author.person.to_string();
        let words = format!("Comment number {}: urgent things came first, and the rest could wait.", self.made);
        let fields = [("on".to_owned(), Scalar::from(RecordId(uuid::Uuid::nil()).to_string())), ("words".to_owned(), words.into())];
        let slot = actor(*self.author.device.0.as_bytes(), 0);
        let written = self.document.edit(slot, &self.seen, |edit| edit.create(&record, "comment", &by, &fields, &[])).expect("an edit").expect("a change");
        Bundle { log: house.record, epoch: FIRST_EPOCH, items: vec![Item::Word(Bytes(written.bytes))] }
    }
}

async fn pushes(house: &House, gate: &Arc<Gate>, hand: &mut Hand) -> f64 {
    let bundle = hand.comment(house);
    let began = Instant::now();
    let verdict = gate.push(hand.author, bundle, house.clock.now()).await.expect("the store answers");
    let took = began.elapsed();
    assert!(matches!(verdict, Verdict::Accepted { .. }), "{verdict:?}");
    took.as_secs_f64() * 1_000.0
}

/// The quickest and the one in the middle.
fn figures(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    format!("{:.2} ms ({:.2} at best)", times[times.len() / 2], times[0])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; its figures mean something on a quiet machine alone"]
async fn growth_of_one_push_with_the_log() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut grown = Vec::new();
        for records in [10, 1_000, 10_000] {
            let house = House::on(database).await;
            let mut hand = Hand::of(&house).await;
            for _ in 0..records {
                pushes(&house, &house.server.gate, &mut hand).await;
            }
            grown.push((records, house, hand, Vec::new(), Vec::new()));
        }
        // By turns, so that whatever else the machine does falls on all of them.
        for _ in 0..PUSHES {
            for (_, house, hand, warm, cold) in &mut grown {
                // What the other gate wrote is taken in before.
                pushes(house, &house.server.gate, hand).await;
                warm.push(pushes(house, &house.server.gate, hand).await);
                house.server.gate.keep_all().await;
                let gate = Arc::new(Gate::new(Arc::clone(&house.server.store), Arc::new(Live::default()), Arc::clone(&house.server.entropy)));
                gate.organisation().await.expect("it was made");
                cold.push(pushes(house, &gate, hand).await);
                gate.keep_all().await;
            }
        }
        for (records, _, _, warm, cold) in grown {
            println!("{database:?}: {records:>6} records: warm {}, cold {}", figures(warm), figures(cold));
        }
    }
}

/// What the process has in memory, in MB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it is told");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).expect("a number") / 1_024.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; its figures mean something in a process of its own alone"]
async fn memory_of_a_thousand_idle_logs() {
    const LOGS: usize = 1_000;
    let mut file: serde_json::Value = serde_json::from_str(EXAMPLE).expect("the example is well-formed");
    let email = |number: usize| format!("mentor{number}@harrowmere.example");
    let relationship = file["relationships"][0].clone();
    let mentor = file["people"].as_array().and_then(|people| people.iter().find(|person| person["email"] == MENTOR)).expect("there is one").clone();
    for number in 0..LOGS {
        let (mut person, mut with) = (mentor.clone(), relationship.clone());
        person["email"] = email(number).into();
        with["mentors"] = vec![email(number)].into();
        file["people"].as_array_mut().expect("a list").push(person);
        file["relationships"].as_array_mut().expect("a list").push(with);
    }
    let house = House::of(Database::Sqlite, &OrganisationFile::parse(&file.to_string()).expect("it is well-formed")).await;
    let gate = &house.server.gate;
    let before = resident();
    for number in 0..LOGS {
        let person = house.person(&email(number)).await.id;
        let key = SecretKey::from_seed(house.server.entropy.seed()).public();
        let device = gate.enrol(person, key, "a phone", house.clock.now()).await.expect("they may");
        let log = *house.server.store.logs_as(person, Role::Mentor, house.clock.now()).await.expect("an answer").first().expect("they mentor");
        let page = Page { from: 0, end: 1, lines: 1, bytes: 1 };
        let opened = house.server.store.lines(log, page).await.expect("an answer").remove(0);
        let newest = shared::line::Seen::of(&opened.header);
        let document = Document::from_genesis(&genesis(&log.to_string(), FIRST_EPOCH)).expect("a genesis");
        let mut hand = Hand { document, seen: Seen { position: newest.position, tag: newest.tag.0 }, author: Author { person, device }, made: 0 };
        let bundle = Bundle { log, ..hand.comment(&house) };
        let verdict = gate.push(hand.author, bundle, house.clock.now()).await.expect("the store answers");
        assert!(matches!(verdict, Verdict::Accepted { .. }), "{verdict:?}");
    }
    gate.rests().await;
    println!("{LOGS} logs, one push each: {before:.1} MB before, {:.1} MB after, {} in memory", resident(), gate.logs_in_memory());
}
