//! One log as the screen knows it: its facts, its rows, and the ledger rebuilt from them.

use std::{collections::BTreeMap, sync::Arc};

use shared::{
    fact::{Facts, Member},
    id::{LogId, PersonId, RecordId},
    ledger::Ledger,
    phone::Row,
    role::Role,
    time::At,
};

use super::order;

/// The facts and records of a log. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Log {
    pub facts: Arc<Facts>,
    pub rows: BTreeMap<RecordId, Arc<Row>>,
    /// What was decided, taken from the rows' entries.
    pub ledger: Arc<Ledger>,
}

impl Log {
    /// Takes changed rows in.
    pub fn take(&mut self, rows: Vec<Row>, gone: &[RecordId]) {
        for row in rows {
            if self.ledger.get(row.record) != row.entry.as_ref() {
                let ledger = Arc::make_mut(&mut self.ledger);
                match &row.entry {
                    Some(entry) => ledger.records.insert(row.record, entry.clone()),
                    None => ledger.records.remove(&row.record),
                };
            }
            self.rows.insert(row.record, Arc::new(row));
        }
        for record in gone {
            self.rows.remove(record);
            if self.ledger.get(*record).is_some() {
                Arc::make_mut(&mut self.ledger).records.remove(record);
            }
        }
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
