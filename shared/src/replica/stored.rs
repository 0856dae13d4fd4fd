//! What a driver keeps: operations on named tables, and what it hands back when the phone starts.

use crate::{
    cbor,
    id::{LogId, RecordId},
    line::Line,
    log::ReplayError,
    phone::{LogView, News, Row},
};

use super::{Replica, book::Book, epoch::TOLD, pending::Pending};

/// A table of the phone's store. Keys are plain, values are encrypted by the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Verified lines, by log and position.
    Lines,
    /// A log's document, to write from without replaying every line.
    Snapshots,
    /// Intents that no line confirms yet.
    Pending,
    /// What could not be sent.
    Stuck,
    /// View rows: the lists, before any document is loaded.
    Rows,
    /// Log heads: members, framework, settings.
    Logs,
    /// Small things by name.
    Meta,
}

impl Table {
    pub const ALL: [Self; 7] = [Self::Lines, Self::Snapshots, Self::Pending, Self::Stuck, Self::Rows, Self::Logs, Self::Meta];

    pub fn name(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Snapshots => "snapshots",
            Self::Pending => "pending",
            Self::Stuck => "stuck",
            Self::Rows => "rows",
            Self::Logs => "logs",
            Self::Meta => "meta",
        }
    }
}

/// One write of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreOp {
    Put { table: Table, key: String, value: Vec<u8> },
    Delete { table: Table, key: String },
}

/// What follows from one call: all of `store` in one durable transaction, and only then the `news`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    pub store: Vec<StoreOp>,
    pub news: Vec<News>,
}

/// What the store held.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// In any order.
    pub lines: Vec<(LogId, Line)>,
    pub snapshots: Vec<(LogId, Vec<u8>)>,
    pub pending: Vec<Vec<u8>>,
    pub stuck: Vec<Vec<u8>>,
    pub meta: Vec<(String, Vec<u8>)>,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RestoreError {
    #[error("the kept lines do not follow each other: {0}")]
    Lines(#[from] ReplayError),
    #[error("something kept here cannot be read: {0}")]
    Unreadable(String),
}

/// An entry of the store, in bytes.
const MAX_STORED_BYTES: usize = 16 * 1024 * 1024;

impl Effects {
    pub(super) fn put(&mut self, table: Table, key: String, value: &impl serde::Serialize) {
        self.store.push(StoreOp::Put { table, key, value: cbor::encode(value) });
    }

    pub(super) fn delete(&mut self, table: Table, key: String) {
        self.store.push(StoreOp::Delete { table, key });
    }

    pub(super) fn put_line(&mut self, log: LogId, line: &Line) {
        self.put(Table::Lines, line_key(log, line.header.position), &(log, line));
    }

    pub(super) fn delete_line(&mut self, log: LogId, position: u64) {
        self.delete(Table::Lines, line_key(log, position));
    }

    pub(super) fn put_snapshot(&mut self, log: LogId, bytes: Vec<u8>) {
        self.store.push(StoreOp::Put { table: Table::Snapshots, key: log.to_string(), value: bytes });
    }

    pub(super) fn put_log(&mut self, view: &LogView) {
        self.put(Table::Logs, view.log.to_string(), view);
    }

    pub(super) fn put_row(&mut self, row: &Row) {
        self.put(Table::Rows, format!("{}#{}", row.log, row.record), row);
    }

    pub(super) fn delete_row(&mut self, log: LogId, record: RecordId) {
        self.delete(Table::Rows, format!("{log}#{record}"));
    }

    /// Adds what another call wants.
    pub fn and(&mut self, other: Self) {
        self.store.extend(other.store);
        self.news.extend(other.news);
    }
}

fn line_key(log: LogId, position: u64) -> String {
    format!("{}{position:012}", Stored::begin_of_lines(log))
}

impl Stored {
    /// What the keys of a log's lines begin with. They sort by position.
    pub fn begin_of_lines(log: LogId) -> String {
        format!("{log}#")
    }

    /// Reads a value of the lines table.
    pub fn read_line(value: &[u8]) -> Result<(LogId, Line), RestoreError> {
        read(value)
    }

    /// Reads a value of the rows table, for a first list before anything is restored.
    pub fn read_row(value: &[u8]) -> Result<Row, RestoreError> {
        read(value)
    }

    /// Reads a value of the logs table.
    pub fn read_log(value: &[u8]) -> Result<LogView, RestoreError> {
        read(value)
    }
}

pub(super) fn read<T: serde::de::DeserializeOwned>(value: &[u8]) -> Result<T, RestoreError> {
    cbor::decode(value, MAX_STORED_BYTES).map_err(|error| RestoreError::Unreadable(error.to_string()))
}

impl Replica {
    pub(super) fn load(&mut self, stored: Stored) -> Result<(), RestoreError> {
        for (name, value) in &stored.meta {
            if let Some(log) = name.strip_prefix(TOLD).and_then(|log| log.parse().ok()) {
                self.books.insert(log, Book::told(log, self.identity.organisation, read(value)?));
            }
            self.trust.restore(name, value)?;
        }
        let mut lines = stored.lines;
        lines.sort_by_key(|(log, line)| (*log, line.header.position));
        for (log, line) in &lines {
            let organisation = self.identity.organisation;
            let book = self.books.entry(*log).or_insert_with(|| Book::new(*log, organisation));
            book.replay(&self.kinds, line)?;
        }
        self.learn_keys();
        for (log, bytes) in stored.snapshots {
            if let Some(book) = self.books.get_mut(&log) {
                book.restore_snapshot(bytes);
            }
        }
        for value in stored.pending {
            self.pending.push(read::<Pending>(&value)?);
        }
        self.pending.sort_by_key(|pending| pending.number);
        for value in stored.stuck {
            self.stuck.push(read(&value)?);
        }
        for (name, value) in stored.meta {
            if name == super::CLOCK {
                self.sync.clock_offset_ms = read(&value)?;
            }
            if name == super::BEACON {
                self.beacon = Some(read(&value)?);
            }
            if let Some(log) = name.strip_prefix("slot/").and_then(|log| log.parse().ok())
                && let Some(book) = self.books.get_mut(&log)
            {
                book.slot = read(&value)?;
            }
        }
        let pending = self.pending.iter().flat_map(|pending| [pending.number, pending.fixed.as_ref().map_or(0, |fixed| fixed.turn)]);
        self.next_number = pending.chain(self.stuck.iter().map(|stuck| stuck.id)).max().map_or(1, |last| last + 1);
        Ok(())
    }
}
