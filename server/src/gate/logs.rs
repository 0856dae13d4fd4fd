//! Logs in memory: built from their lines at the first touch, forgotten when others need the room.
//!
//! What is in memory may be behind: another process may have written. So an act takes its turn at the store first, reads
//! where its logs stand, and catches up from their lines before anything is judged.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use shared::{
    id::LogId,
    line::{ChainError, Line},
    log::Log,
    planted::{LeftOut, is_left_out},
    time::At,
};
use tokio::sync::OwnedMutexGuard;

use super::{Gate, GateError, Result};
use crate::store::{Page, Stand, StoreError, Turn, Work};

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
    fn new(log: Log) -> Self {
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

    /// How many are in memory.
    pub(super) fn known(&self) -> usize {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).len()
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

    /// Memory agrees with the store.
    pub(super) fn put_back(mut self) {
        *self.guard = Some(self.loaded);
    }
}

/// One act on some logs, all of them at their heads: nobody else writes to them before it ends, in no process.
pub(super) struct Act {
    pub(super) logs: Vec<Locked>,
    turn: Box<dyn Turn>,
}

impl Act {
    /// One of its logs.
    pub(super) fn log(&self, log: LogId) -> &Locked {
        self.logs.iter().find(|locked| locked.loaded().log.id == log).expect("the act was begun on that log")
    }

    pub(super) fn log_mut(&mut self, log: LogId) -> &mut Locked {
        self.logs.iter_mut().find(|locked| locked.loaded().log.id == log).expect("the act was begun on that log")
    }

    /// Ends the act: nothing is written.
    pub(super) fn put_back(self) {
        self.logs.into_iter().for_each(Locked::put_back);
    }

    /// Writes; the logs are still locked, and lack what was written.
    pub(super) async fn commit(self, work: Work) -> std::result::Result<Vec<Locked>, StoreError> {
        self.turn.commit(work).await?;
        Ok(self.logs)
    }
}

/// An act on one log.
pub(super) struct Single(Act);

impl Single {
    pub(super) fn locked(&self) -> &Locked {
        self.0.logs.first().expect("the act was begun on one log")
    }

    pub(super) fn loaded(&self) -> &Loaded {
        self.locked().loaded()
    }

    pub(super) fn loaded_mut(&mut self) -> &mut Loaded {
        self.0.logs.first_mut().expect("the act was begun on one log").loaded_mut()
    }

    pub(super) fn put_back(self) {
        self.0.put_back();
    }

    pub(super) fn act(self) -> Act {
        self.0
    }
}

impl Gate {
    /// Begins an act on one log. [`GateError::Unknown`] where it was never opened.
    pub(super) async fn lock(&self, log: LogId) -> Result<Single> {
        Ok(Single(self.begin(vec![log]).await?))
    }

    /// Begins an act on several logs: locks them here, waits for a turn at the store, catches up.
    ///
    /// Both locks are taken in the order of the logs, and all of the first before the second: two acts that need the
    /// same logs never wait for each other, and whoever waits at the store waits for another process alone.
    pub(super) async fn begin(&self, mut logs: Vec<LogId>) -> Result<Act> {
        logs.sort_unstable();
        logs.dedup();
        let mut guards = Vec::with_capacity(logs.len());
        for log in &logs {
            let mut guard = self.logs.slot(*log).lock_owned().await;
            if guard.is_none() {
                // Before the turn: folding a long log takes a while, and nobody need wait for that.
                *guard = Some(self.build(*log).await?);
            }
            guards.push(guard);
        }
        let turn = self.store.turn(&logs).await?;
        let mut locked = Vec::with_capacity(logs.len());
        for (log, mut guard) in logs.into_iter().zip(guards) {
            let stand = turn.stand(log).ok_or(GateError::Unknown)?;
            let loaded = self.at_its_head(log, guard.take(), stand).await?;
            locked.push(Locked { guard, loaded });
        }
        Ok(Act { logs: locked, turn })
    }

    /// Folds a log's lines. [`GateError::Unknown`] where it was never opened.
    async fn build(&self, log: LogId) -> Result<Loaded> {
        let stand = self.store.stand(log).await?.ok_or(GateError::Unknown)?;
        let mut loaded = Loaded::new(Log::new(log, self.organisation().await?.id));
        self.catch_up(&mut loaded, stand).await?;
        Ok(loaded)
    }

    /// The log as the store has it: what is in memory with what it lacks, or all of it from its lines.
    async fn at_its_head(&self, log: LogId, known: Option<Loaded>, stand: Stand) -> Result<Loaded> {
        if let Some(mut known) = known {
            if is_left_out(LeftOut::CatchUp) {
                return Ok(known);
            }
            self.catch_up(&mut known, stand).await?;
            if known.log.chain == stand.head && known.log.epoch == stand.epoch {
                return Ok(known);
            }
            // The store holds another history than what was read from it: it was put back from a copy, for instance.
            tracing::warn!(%log, "the store parted from what was in memory: the log is read anew");
        }
        let loaded = self.build(log).await?;
        if loaded.log.chain == stand.head { Ok(loaded) } else { Err(StoreError::Damaged(format!("the head of {log} is not its last line's")).into()) }
    }

    /// Folds the lines that a log lacks. They are hashed again, and the receipt at their end is checked: whoever writes to
    /// the database past the gate changes nothing unnoticed.
    async fn catch_up(&self, loaded: &mut Loaded, stand: Stand) -> Result<()> {
        let log = loaded.log.id;
        let altered = |line: &Line, error: ChainError| StoreError::Damaged(format!("line {} of {log}: {error}", line.header.position));
        let organisation = self.organisation().await?.key.public();
        while loaded.log.chain.next < stand.head.next {
            let page = Page { from: loaded.log.chain.next, end: stand.head.next, lines: PAGE_LINES, bytes: PAGE_BYTES };
            let lines = self.store.lines(log, page).await?;
            if lines.is_empty() {
                return Err(StoreError::Damaged(format!("{log} has no line {}", page.from)).into());
            }
            for line in &lines {
                loaded.log.chain.clone().follow(line).map_err(|error| altered(line, error))?;
                loaded.apply(self, line)?;
            }
            if let Some(last) = lines.last().filter(|_| loaded.log.chain.next == stand.head.next) {
                last.receipt_by(&organisation).map_err(|error| altered(last, error))?;
            }
        }
        Ok(())
    }
}
