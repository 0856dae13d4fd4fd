//! A seeded demonstration for each test: seeded once, copied for each.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use server::{
    Server,
    accounts::AccountSettings,
    demo::{self, Phone, Seeded, Story},
    http::ClientFiles,
    outside::{Clock, SystemEntropy},
    store::{SqliteStore, Stand},
};
use shared::{
    decision::Act,
    id::{LogId, RecordId},
    ledger::RecordLedger,
    log::Log,
    phone::{Ask, Row},
    scalar::Scalar,
    time::At,
};
use tempfile::TempDir;

/// Day 88, 10:30 in London: 2026-11-21.
pub const NOW: At = At(1_795_257_000_000);

struct Still(At);

impl Clock for Still {
    fn now(&self) -> At {
        self.0
    }
}

pub struct World {
    pub server: Server,
    folder: TempDir,
}

/// The seeded file, closed.
fn template() -> &'static (TempDir, PathBuf) {
    static TEMPLATE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let seed = || {
            let folder = TempDir::new().expect("a folder");
            let file = folder.path().join("seeded.sqlite");
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let server = open(&file, NOW).await;
                let seeded = demo::seed_if_empty(&server, Story::Demonstration, |word| eprintln!("{word}")).await.expect("the story goes through");
                assert_eq!(seeded, Seeded::Now);
                server.store.close().await;
            });
            (folder, file)
        };
        // A test runs on a runtime of its own, in which another one cannot be started.
        std::thread::spawn(seed).join().expect("the seed went through")
    })
}

async fn open(file: &std::path::Path, now: At) -> Server {
    let store = SqliteStore::open(&format!("sqlite://{}", file.display())).await.expect("a store");
    Server::new(Arc::new(store), Arc::new(Still(now)), Arc::new(SystemEntropy), AccountSettings::default(), ClientFiles::default())
}

impl World {
    pub async fn seeded() -> Self {
        let (_, template) = template();
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("copy.sqlite");
        for end in ["", "-wal"] {
            let part = |file: &std::path::Path| PathBuf::from(format!("{}{end}", file.display()));
            if part(template).exists() {
                std::fs::copy(part(template), part(&file)).expect("a copy");
            }
        }
        Self { server: open(&file, NOW).await, folder }
    }

    /// The folder of the database, for what a test writes beside it.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Where the seeded database lies.
    pub fn database(&self) -> String {
        format!("sqlite://{}", self.folder.path().join("copy.sqlite").display())
    }

    pub async fn empty(now: At) -> Self {
        let folder = TempDir::new().expect("a folder");
        let server = open(&folder.path().join("empty.sqlite"), now).await;
        Self { server, folder }
    }

    /// Somebody's new phone, with everything fetched.
    pub async fn phone(&self, who: &str) -> Hand {
        let person = self.server.store.person_by_email(&format!("{who}@quillbrook.example")).await.expect("the store answers").expect("a person");
        Hand { phone: Phone::enrol(&self.server.gate, person.id, "a new phone", NOW).await.expect("enrolled") }
    }

    /// Where every log of everybody stands.
    pub async fn stands(&self) -> Vec<(LogId, Stand)> {
        let mut stands = Vec::new();
        for person in self.server.store.people().await.expect("the store answers") {
            for reach in self.server.store.reach(person.id, NOW).await.expect("the store answers") {
                let stand = self.server.store.stand(reach.log).await.expect("the store answers").expect("the log is open");
                stands.push((reach.log, stand));
            }
        }
        stands
    }
}

/// A phone in somebody's hand.
pub struct Hand {
    pub phone: Phone,
}

impl Hand {
    /// The one relationship of a mentee or of Ruth.
    pub fn record_log(&self) -> &Log {
        let mut logs = self.phone.replica.logs().filter(|log| matches!(log.id, LogId::Record(_)));
        let log = logs.next().expect("a relationship");
        assert!(logs.next().is_none(), "more than one");
        log
    }

    pub fn log_of(&self, mentee: &str) -> &Log {
        self.phone
            .replica
            .logs()
            .find(|log| matches!(log.id, LogId::Record(_)) && log.facts.mentee().is_some_and(|member| member.first_name() == mentee))
            .expect("their relationship")
    }

    /// What the screen lists of a log.
    pub fn rows(&self, log: LogId) -> Vec<Row> {
        let known = self.phone.replica.log(log).expect("a log");
        known.index.records().filter_map(|record| self.phone.replica.row_of(log, record.parse().ok()?)).collect()
    }

    pub fn set(&mut self, log: LogId, record: RecordId, fields: &[(&str, Scalar)], now: At) {
        for (field, value) in fields {
            let ask = Ask::Set { log, record, field: (*field).to_owned(), value: Some(value.clone()), leaving: true };
            self.phone.ask(&ask, now).expect("written");
        }
    }

    pub fn send(&mut self, record: RecordId, to: LogId, now: At) -> Result<(), demo::PhoneError> {
        self.phone.sign(&Ask::Send { record, to, sign: true, reason: None, pin: String::new() }, now)
    }

    pub fn decide(&mut self, log: LogId, record: RecordId, act: Act, now: At) -> Result<(), demo::PhoneError> {
        self.phone.sign(&Ask::Decide { log, record, version: 1, act, reason: None, pin: String::new() }, now)
    }
}

/// The records of a kind that were sent, with what was decided on them.
pub fn ledgers<'a>(log: &'a Log, kind: &'a str) -> impl Iterator<Item = (RecordId, &'a RecordLedger)> + 'a {
    log.ledger.records.iter().filter(move |(_, entry)| entry.kind == kind).map(|(record, entry)| (*record, entry))
}

/// The story's day on which something happened.
pub fn story_day(log: &Log, at: At) -> i64 {
    let zone = log.facts.zone();
    88 - i64::from(at.day_in(&zone).until(NOW.day_in(&zone)).expect("close by").get_days())
}
