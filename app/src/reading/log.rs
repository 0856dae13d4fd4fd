//! One log as the screen knows it: its facts, its rows, and the ledger rebuilt from them.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use shared::{
    fact::{Facts, Member},
    id::{LogId, PersonId, RecordId},
    ledger::{Ledger, RecordLedger},
    phone::{LogView, Row},
    role::Role,
    time::At,
};

use super::order;

/// The facts and records of a log. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Log {
    pub facts: Arc<Facts>,
    pub rows: BTreeMap<RecordId, Arc<Row>>,
    /// Evidence that was copied in from other logs.
    copies: BTreeMap<RecordId, RecordLedger>,
    /// Made when somebody asks: rows may arrive many at a time, and lists do without it.
    ledger: Arc<OnceLock<Ledger>>,
}

impl Log {
    /// Takes what is told about the log beside its rows.
    pub fn view(&mut self, view: LogView) {
        self.facts = Arc::new(view.facts);
        if self.copies != view.copies {
            self.copies = view.copies;
            self.ledger = Arc::default();
        }
    }

    /// The same rows with other facts and another ledger.
    pub fn with(&self, facts: Facts, ledger: Ledger) -> Self {
        Self { facts: Arc::new(facts), ledger: Arc::new(OnceLock::from(ledger)), ..self.clone() }
    }

    /// Takes changed rows in.
    pub fn take(&mut self, rows: Vec<Row>, gone: &[RecordId]) {
        let mut decided = false;
        for row in rows {
            let row = Arc::new(row);
            let before = self.rows.insert(row.record, Arc::clone(&row));
            decided |= before.as_ref().and_then(|before| before.entry.as_ref()) != row.entry.as_ref();
        }
        for record in gone {
            decided |= self.rows.remove(record).is_some_and(|row| row.entry.is_some());
        }
        if decided {
            self.ledger = Arc::default();
        }
    }

    /// Whether nothing was decided between the two: they share one ledger.
    pub fn has_ledger_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ledger, &other.ledger)
    }

    /// What was decided, taken from the rows' entries.
    pub fn ledger(&self) -> &Ledger {
        self.ledger.get_or_init(|| {
            let entries = self.rows.values().filter_map(|row| Some((row.record, row.entry.clone()?)));
            let copies = self.copies.iter().map(|(record, entry)| (*record, entry.clone()));
            entries.chain(copies).collect()
        })
    }

    pub fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &Arc<Row>> {
        self.rows.values().filter(move |row| row.kind == kind)
    }

    /// The newest record of a kind.
    pub fn newest(&self, kind: &'static str) -> Option<&Arc<Row>> {
        self.of_kind(kind).max_by_key(|row| row.touched_at)
    }

    /// Comments and questions on a record, oldest first.
    pub fn comments_on(&self, record: RecordId) -> Vec<Arc<Row>> {
        let on = record.to_string();
        let mut comments: Vec<_> = self.of_kind("comment").filter(|row| row.text("on") == Some(&on)).cloned().collect();
        order::by(&mut comments, |row| row.touched_at.0);
        comments
    }

    pub fn mentee(&self) -> Option<&Member> {
        self.facts.mentee()
    }

    pub fn is_mentee(&self, person: PersonId) -> bool {
        self.mentee().is_some_and(|mentee| mentee.person == person)
    }

    pub fn has_role(&self, person: PersonId, role: Role, now: At) -> bool {
        self.facts.has_role(person, role, now) || (role == Role::Supervisor && self.facts.supervises(person, now))
    }
}

/// A relationship's log with its name: what most screens go through.
#[derive(Debug, Clone)]
pub struct Relationship {
    pub id: LogId,
    pub log: Arc<Log>,
}

impl Relationship {
    /// The last part of the log's name, as addresses carry it.
    pub fn address(&self) -> String {
        match self.id {
            LogId::Record(id) => id.to_string(),
            LogId::Own(id) => id.to_string(),
            LogId::Pair(id) => id.to_string(),
        }
    }
}

impl PartialEq for Relationship {
    /// The same log in the same state: logs are shared, so looking at the pointer is enough.
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && Arc::ptr_eq(&self.log, &other.log)
    }
}
