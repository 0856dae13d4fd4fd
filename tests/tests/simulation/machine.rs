//! The machine under the store: a disk that loses what was not synced, row locks, and calls that wait for their turn.
//!
//! Every call of a process stands still at a point until the world lets it go on, so the seed decides who is first and
//! what a crash finds half done. A transaction is written first, then synced; only then others see it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use server::store::{Moved, Result, StoreError};
use shared::id::LogId;
use tokio::sync::oneshot;

use crate::{
    planted::Planted,
    rng::Rng,
    tables::{Tables, Write},
};

/// Where a call stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    Read,
    Lock,
    /// Before the transaction is written.
    Write,
    /// Written, not synced.
    Sync,
    /// Durable; nobody was told yet.
    Answer,
}

/// A call that stands still.
pub struct Parked {
    pub ticket: u64,
    pub process: usize,
    pub point: Point,
    goes_on: GoesOn,
}

enum GoesOn {
    Call(oneshot::Sender<()>),
    Sync { written: usize, answer: oneshot::Sender<()> },
}

pub type TurnId = u64;

struct Written {
    write: Arc<Write>,
    turn: TurnId,
    process: usize,
}

#[derive(Default)]
struct Lock {
    owner: Option<TurnId>,
    waiting: VecDeque<(TurnId, usize, oneshot::Sender<()>)>,
}

#[derive(Default)]
pub struct Machine {
    /// What everybody sees.
    pub tables: Tables,
    disk: Vec<Written>,
    /// So many of what was written are in the tables, and so many survive a loss of power.
    visible: usize,
    synced: usize,
    locks: BTreeMap<LogId, Lock>,
    /// Grows when the machine restarts: locks and waits of before are void.
    pub generation: u64,
    parked: Vec<Parked>,
    last_ticket: u64,
    last_turn: TurnId,
    /// Processes in which something may go on.
    awake: Vec<usize>,
    /// What became visible since the world last looked.
    committed: Vec<Arc<Write>>,
    announced: Vec<(usize, Moved)>,
    /// Transactions that found somebody else's first, though their turn was theirs.
    pub conflicts: Vec<LogId>,
    pub planted: Option<Planted>,
}

/// Shared by the processes of one world, which run on one thread.
#[derive(Clone, Default)]
pub struct Shared(Arc<Mutex<Machine>>);

impl Shared {
    pub fn get(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stands still until the world lets it go on; an error where the connection broke off meanwhile.
    pub async fn point(&self, process: usize, point: Point) -> Result<()> {
        let (sender, receiver) = oneshot::channel();
        self.get().park(process, point, GoesOn::Call(sender));
        receiver.await.map_err(|_| gone())
    }

    /// Waits for a row.
    pub async fn lock(&self, process: usize, turn: TurnId, log: LogId) -> Result<()> {
        self.point(process, Point::Lock).await?;
        let waits = self.get().lock_row(process, turn, log);
        match waits {
            Some(receiver) => receiver.await.map_err(|_| gone()),
            None => Ok(()),
        }
    }

    /// Hands a transaction to the machine and returns; durable once what it returned says so.
    pub async fn write(&self, process: usize, turn: TurnId, write: Write) -> Result<Durable> {
        self.point(process, Point::Write).await?;
        Ok(Durable(self.get().write(process, turn, write)?))
    }
}

/// Waits until a transaction is durable.
pub struct Durable(oneshot::Receiver<()>);

impl Durable {
    pub async fn wait(self) -> Result<()> {
        self.0.await.map_err(|_| gone())
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("the connection broke off".to_owned())
}

impl Machine {
    fn park(&mut self, process: usize, point: Point, goes_on: GoesOn) {
        self.last_ticket += 1;
        self.parked.push(Parked { ticket: self.last_ticket, process, point, goes_on });
    }

    pub fn new_turn(&mut self) -> TurnId {
        self.last_turn += 1;
        self.last_turn
    }

    /// Takes a row if that is free.
    pub fn take_row(&mut self, turn: TurnId, log: LogId) -> bool {
        if self.planted == Some(Planted::LockLeftOut) {
            return true;
        }
        let lock = self.locks.entry(log).or_default();
        if lock.owner.is_none() {
            lock.owner = Some(turn);
        }
        lock.owner == Some(turn)
    }

    fn lock_row(&mut self, process: usize, turn: TurnId, log: LogId) -> Option<oneshot::Receiver<()>> {
        if self.planted == Some(Planted::LockLeftOut) {
            return None;
        }
        let lock = self.locks.entry(log).or_default();
        if lock.owner.is_none() {
            lock.owner = Some(turn);
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        lock.waiting.push_back((turn, process, sender));
        Some(receiver)
    }

    /// Frees a turn's rows, and forgets that it waits for others.
    pub fn release(&mut self, turn: TurnId) {
        for lock in self.locks.values_mut() {
            lock.waiting.retain(|(waiting, _, _)| *waiting != turn);
            if lock.owner != Some(turn) {
                continue;
            }
            lock.owner = None;
            while let Some((next, process, sender)) = lock.waiting.pop_front() {
                if sender.send(()).is_ok() {
                    lock.owner = Some(next);
                    self.awake.push(process);
                    break;
                }
            }
        }
        self.locks.retain(|_, lock| lock.owner.is_some() || !lock.waiting.is_empty());
    }

    fn write(&mut self, process: usize, turn: TurnId, write: Write) -> Result<oneshot::Receiver<()>> {
        if let Err(error) = self.tables.takes(&write) {
            if let Write::Work(work) = &write {
                self.conflicts.extend(work.logs.iter().map(server::store::LogWork::log));
            }
            return Err(error);
        }
        let (answer, synced) = oneshot::channel();
        self.disk.push(Written { write: Arc::new(write), turn, process });
        let written = self.disk.len();
        self.park(process, Point::Sync, GoesOn::Sync { written, answer });
        Ok(synced)
    }

    /// Lets a parked call go on. `false`: its connection breaks off instead.
    pub fn go_on(&mut self, parked: Parked, holds: bool) {
        match parked.goes_on {
            // Whoever waited may be gone.
            GoesOn::Call(sender) if holds => drop(sender.send(())),
            GoesOn::Call(sender) => drop(sender),
            GoesOn::Sync { written, answer } => {
                self.sync(written);
                self.park(parked.process, Point::Answer, GoesOn::Call(answer));
            }
        }
        self.awake.push(parked.process);
    }

    fn sync(&mut self, written: usize) {
        if self.planted != Some(Planted::SyncDropped) {
            self.synced = self.synced.max(written);
        }
        while self.visible < written {
            let Some(record) = self.disk.get(self.visible) else { return };
            let (write, turn) = (Arc::clone(&record.write), record.turn);
            self.tables.apply(&write);
            self.committed.push(write);
            self.visible += 1;
            self.release(turn);
        }
    }

    /// The power goes: what was not synced is there by luck or not, and in order. Whoever waits hears of a broken
    /// connection.
    pub fn lose_power(&mut self, rng: &mut Rng) {
        let survives = self.synced + rng.below(self.disk.len() - self.synced + 1);
        let torn = self.disk.get(survives).map(|record| (Arc::clone(&record.write), rng.below(record.write.pieces())));
        self.disk.truncate(survives);
        self.generation += 1;
        self.locks.clear();
        self.parked.clear();
        self.awake.extend([0, 1]);
        let mut tables = Tables::default();
        self.disk.iter().for_each(|record| tables.apply(&record.write));
        self.committed.extend(self.disk.iter().skip(self.visible).map(|record| Arc::clone(&record.write)));
        if let Some((write, pieces)) = torn.filter(|(_, pieces)| *pieces > 0 && self.planted == Some(Planted::HalfTransaction)) {
            tables.apply_pieces(&write, pieces);
        }
        self.tables = tables;
        self.visible = self.disk.len();
        self.synced = self.disk.len();
    }

    /// A process died: nobody waits for its calls any more. What it had sent is carried out.
    pub fn forget_calls(&mut self, process: usize) {
        self.parked.retain(|parked| parked.process != process || matches!(parked.goes_on, GoesOn::Sync { .. }));
    }

    /// Whether a transaction of this process is written and not synced.
    pub fn is_writing(&self, process: usize) -> bool {
        self.disk.iter().skip(self.visible).any(|record| record.process == process)
    }

    /// Something may go on in a process.
    pub fn wakes(&mut self, process: usize) {
        self.awake.push(process);
    }

    /// Whether some transaction is written and not synced.
    pub fn is_unsynced(&self) -> bool {
        self.visible < self.disk.len()
    }

    pub fn take_parked(&mut self) -> Vec<Parked> {
        std::mem::take(&mut self.parked)
    }

    pub fn take_awake(&mut self) -> Vec<usize> {
        let mut awake = std::mem::take(&mut self.awake);
        awake.sort_unstable();
        awake.dedup();
        awake
    }

    pub fn take_committed(&mut self) -> Vec<Arc<Write>> {
        std::mem::take(&mut self.committed)
    }

    pub fn announce(&mut self, process: usize, moved: Moved) {
        self.announced.push((process, moved));
    }

    pub fn take_announced(&mut self) -> Vec<(usize, Moved)> {
        std::mem::take(&mut self.announced)
    }
}
