//! What a ledger and the receipts of a log know about their parts that are elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::{LINES_A_CHUNK, MOST_LISTED};
use crate::{id::RecordId, ledger::Ledger, line::Receipt, shelf::Shelf};

/// How to find the decisions that are elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// The records of each kind; absent where there are more than [`MOST_LISTED`].
    pub(crate) kinds: BTreeMap<String, Option<BTreeSet<RecordId>>>,
    /// Line → the record that it sealed.
    pub(crate) sealed: Shelf<u64, RecordId>,
}

impl Ledger {
    /// Notes that every record of a kind is needed.
    pub(crate) fn ask_kind(&self, kind: &str) {
        if !self.records.is_partial() {
            return;
        }
        match self.beside.kinds.get(kind) {
            Some(Some(records)) => records.iter().for_each(|record| self.records.ask(record)),
            Some(None) => self.records.ask_all(),
            None => {}
        }
    }

    /// Notes that the record is needed which a line sealed.
    pub(crate) fn ask_sealed(&self, line: u64) {
        if !self.records.is_partial() {
            return;
        }
        // What was sealed since the parts were stored is here.
        let is_here = self.records.here().values().flat_map(|entry| &entry.versions).any(|version| version.sealed == Some(line));
        if !is_here && let Some(record) = self.beside.sealed.get(&line) {
            self.records.ask(record);
        }
    }

    /// The records of each kind, those elsewhere included.
    pub(crate) fn listed(&self) -> BTreeMap<String, Option<BTreeSet<RecordId>>> {
        let mut kinds = self.beside.kinds.clone();
        for (record, entry) in self.records.here() {
            let list = kinds.entry(entry.kind.clone()).or_insert_with(|| Some(BTreeSet::new()));
            if let Some(records) = list {
                records.insert(*record);
                if records.len() > MOST_LISTED {
                    *list = None;
                }
            }
        }
        kinds
    }
}

/// The receipts of a log's earlier lines, in chunks.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    /// Lines before this one are in chunks.
    pub(crate) until: u64,
    /// Lines before this one were written down.
    pub(crate) settled: u64,
    pub(crate) chunks: Shelf<u64, Vec<Receipt>>,
}

impl Earlier {
    pub(crate) fn lines(&self) -> u64 {
        self.until
    }

    pub(crate) fn get(&self, position: u64) -> Option<&Receipt> {
        let chunk = self.chunks.get(&(position / LINES_A_CHUNK))?;
        chunk.get(usize::try_from(position % LINES_A_CHUNK).ok()?)
    }
}
