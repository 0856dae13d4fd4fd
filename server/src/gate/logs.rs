//! Logs in memory: built from their lines at the first touch, forgotten when others need the room.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use shared::{id::LogId, line::Line, log::Log, time::At};
use tokio::sync::OwnedMutexGuard;

use super::{Gate, GateError, Result};
use crate::store::Page;

/// Logs that stay in memory. One that is forgotten is read again when somebody writes to it; pulls never need it.
const LOGS_IN_MEMORY: usize = 256;
/// Lines and bytes that are read at a time when a log is built.
const PAGE_LINES: usize = 512;
const PAGE_BYTES: usize = 1024 * 1024;

/// A log and the newest moment in it: its lines' times never go back.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) log: Log,
    newest_at: At,
}

impl Loaded {
    pub(super) fn new(log: Log) -> Self {
        Self { log, newest_at: At(i64::MIN) }
    }

    /// When something that arrives now was received.
    pub(super) fn received_at(&self, now: At) -> At {
        now.max(self.newest_at)
    }

    pub(super) fn apply(&mut self, gate: &Gate, line: &Line) -> Result<()> {
        self.log.apply(&gate.kinds, line)?;
        self.newest_at = self.newest_at.max(line.header.received_at);
        Ok(())
    }
}

/// A log's place. It is empty while somebody judges, before the first touch, and after anything went wrong.
type Slot = Arc<tokio::sync::Mutex<Option<Loaded>>>;

#[derive(Debug, Default)]
pub(super) struct Logs {
    slots: Mutex<HashMap<LogId, Known>>,
    touches: AtomicU64,
}

#[derive(Debug)]
struct Known {
    slot: Slot,
    touched: u64,
}

impl Logs {
    fn slot(&self, log: LogId) -> Slot {
        let touched = self.touches.fetch_add(1, Ordering::Relaxed);
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if !slots.contains_key(&log) && slots.len() >= LOGS_IN_MEMORY {
            forget_one(&mut slots);
        }
        let known = slots.entry(log).or_insert_with(|| Known { slot: Slot::default(), touched });
        known.touched = touched;
        Arc::clone(&known.slot)
    }
}

/// Forgets the log that was not touched for longest; never one that somebody holds.
fn forget_one(slots: &mut HashMap<LogId, Known>) {
    let idle = slots.iter().filter(|(_, known)| Arc::strong_count(&known.slot) == 1).min_by_key(|(_, known)| known.touched).map(|(log, _)| *log);
    if let Some(log) = idle {
        slots.remove(&log);
    }
}

/// A log that is locked for one act. Dropped without [`Locked::put_back`], it is read from its lines again.
pub(super) struct Locked {
    guard: OwnedMutexGuard<Option<Loaded>>,
    loaded: Loaded,
}

impl Locked {
    pub(super) fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    pub(super) fn loaded_mut(&mut self) -> &mut Loaded {
        &mut self.loaded
    }

    /// Ends the act: memory agrees with the store.
    pub(super) fn put_back(mut self) {
        *self.guard = Some(self.loaded);
    }
}

impl Gate {
    /// Locks a log, building it where it is not in memory. [`GateError::Unknown`] where it was never opened.
    pub(super) async fn lock(&self, log: LogId) -> Result<Locked> {
        let mut guard = self.logs.slot(log).lock_owned().await;
        let loaded = match guard.take() {
            Some(loaded) => loaded,
            None => self.build(log).await?,
        };
        Ok(Locked { guard, loaded })
    }

    /// Folds a log's lines.
    async fn build(&self, log: LogId) -> Result<Loaded> {
        let stand = self.store.stand(log).await?.ok_or(GateError::Unknown)?;
        let mut loaded = Loaded::new(Log::new(log, self.organisation().await?.id));
        while loaded.log.chain.next < stand.head.next {
            let page = Page { from: loaded.log.chain.next, end: stand.head.next, lines: PAGE_LINES, bytes: PAGE_BYTES };
            let lines = self.store.lines(log, page).await?;
            if lines.is_empty() {
                return Err(crate::store::StoreError::Damaged(format!("{log} has no line {}", page.from)).into());
            }
            for line in &lines {
                loaded.apply(self, line)?;
            }
        }
        Ok(loaded)
    }
}
