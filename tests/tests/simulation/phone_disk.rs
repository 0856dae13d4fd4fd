//! A phone's store: whole transactions, durable or not there. One that says 'saved' too early can be planted.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    id::LogId,
    replica::{StoreOp, Stored, Table},
};

use crate::{
    invariant::{Checked, Invariant, violated},
    words::{self, Word},
};

type Entries = BTreeMap<(Table, String), Vec<u8>>;

#[derive(Debug, Default)]
pub struct PhoneDisk {
    entries: Entries,
    /// What a loss of power leaves; only where the sync is left out it is not the same.
    synced: Option<Entries>,
}

impl PhoneDisk {
    /// Writes a transaction; durable once this returns, unless `lazy`. Says which unsent words it took away.
    pub fn write(&mut self, ops: Vec<StoreOp>, lazy: bool) -> BTreeSet<Word> {
        match (lazy, &self.synced) {
            (true, None) => self.synced = Some(self.entries.clone()),
            (false, _) => self.synced = None,
            (true, Some(_)) => {}
        }
        let mut taken = BTreeSet::new();
        for op in ops {
            let (key, value) = match op {
                StoreOp::Put { table, key, value } => ((table, key), Some(value)),
                StoreOp::Delete { table, key } => ((table, key), None),
            };
            let unsent = holds_unsent(key.0);
            let before = match value {
                Some(value) => self.entries.insert(key, value),
                None => self.entries.remove(&key),
            };
            if let Some(before) = before.filter(|_| unsent) {
                taken.extend(words::found(&before));
            }
        }
        taken
    }

    /// Whether a word waits here, or is shown as not sent.
    pub fn keeps(&self, word: Word) -> bool {
        let text = word.to_string();
        let holds = |value: &Vec<u8>| value.windows(text.len()).any(|window| window == text.as_bytes());
        self.entries.iter().any(|((table, _), value)| holds_unsent(*table) && holds(value))
    }

    pub fn lose_power(&mut self) {
        if let Some(synced) = self.synced.take() {
            self.entries = synced;
        }
    }

    pub fn wipe(&mut self) {
        *self = Self::default();
    }

    /// What the replica begins with.
    pub fn stored(&self) -> Checked<Stored> {
        let mut stored = Stored::default();
        for ((table, key), value) in &self.entries {
            match table {
                Table::Lines => stored.lines.push(Stored::read_line(value).map_err(|error| violated(Invariant::Reloads, error))?),
                Table::Snapshots => {
                    let log: LogId = key.parse().map_err(|error| violated(Invariant::Reloads, error))?;
                    stored.snapshots.push((log, value.clone()));
                }
                Table::Pending => stored.pending.push(value.clone()),
                Table::Stuck => stored.stuck.push(value.clone()),
                Table::Meta => stored.meta.push((key.clone(), value.clone())),
                Table::Rows | Table::Logs => {}
            }
        }
        Ok(stored)
    }
}

fn holds_unsent(table: Table) -> bool {
    matches!(table, Table::Pending | Table::Stuck)
}
