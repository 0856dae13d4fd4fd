//! What one push costs as its log grows, with the log in memory and without. To measure with, on a quiet machine:
//! `cargo nextest run --package server --test gate --run-ignored only growth --no-capture`.

use std::{sync::Arc, time::Instant};

use server::{gate::Gate, live::Live, outside::Clock as _};
use shared::{
    bytes::Bytes,
    change::{Document, Seen, actor::actor, genesis::genesis},
    id::RecordId,
    log::{Author, FIRST_EPOCH},
    scalar::Scalar,
    wire::{Bundle, Item, Verdict},
};

use crate::{
    house::{Database, House, MENTOR},
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

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; its figures mean something on a quiet machine alone"]
async fn growth_of_one_push_with_the_log() {
    for database in [Database::Sqlite, Database::Postgres] {
        for records in [10, 1_000, 10_000] {
            let house = House::on(database).await;
            let mut hand = Hand::of(&house).await;
            for _ in 0..records {
                pushes(&house, &house.server.gate, &mut hand).await;
            }
            let mut warm = Vec::new();
            for _ in 0..PUSHES {
                warm.push(pushes(&house, &house.server.gate, &mut hand).await);
            }
            house.server.gate.keep_all().await;
            let mut cold = Vec::new();
            for _ in 0..PUSHES {
                let gate = Arc::new(Gate::new(Arc::clone(&house.server.store), Arc::new(Live::default()), Arc::clone(&house.server.entropy)));
                gate.organisation().await.expect("it was made");
                cold.push(pushes(&house, &gate, &mut hand).await);
                gate.keep_all().await;
            }
            println!("{database:?}: {records:>6} records: warm {:.2} ms, cold {:.2} ms", middle(warm), middle(cold));
        }
    }
}
