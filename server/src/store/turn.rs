//! Several processes on one store: turns at logs, and news of what the others wrote.

use async_trait::async_trait;
use shared::id::LogId;

use super::{Result, Stand, Work};

/// A turn at some logs: where they stand, and the right to write on from there.
///
/// Where several processes share the store, none of them writes to these logs before the turn is committed or dropped.
/// Within one process the gate sees to that. Whoever writes all the same makes this turn's commit a
/// [`StoreError::Conflict`](super::StoreError::Conflict).
#[async_trait]
pub trait Turn: Send {
    /// `None` where the log was never opened, or was not asked for.
    fn stand(&self, log: LogId) -> Option<Stand>;
    /// As [`Store::commit`](super::Store::commit).
    async fn commit(self: Box<Self>, work: Work) -> Result<()>;
}

/// A log gained the lines from `from` up to before `next`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    pub log: LogId,
    pub from: u64,
    pub next: u64,
}

/// What another process says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    Moved(Moved),
    /// Something may have been missed.
    Gap,
}

/// Listens to the other processes.
#[async_trait]
pub trait News: Send {
    /// The next thing that another process says; never what this one says. May be dropped while it waits.
    async fn next(&mut self) -> Result<Heard>;
}
