//! Logs in memory: loaded from what is stored of their fold, or built from their lines, at the first touch; forgotten when
//! others need the room.
//!
//! What is in memory may be behind: another process may have written. So an act takes its turn at the store first, reads
//! where its logs stand, and catches up from their lines before anything is judged. Only what follows on memory, and
//! concerns nothing else, needs no turn: the store takes it where memory was right, and else it is judged again.
//! What is in memory need not be whole: a log is [asked](Gate::ask), and what it then wants is fetched.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use shared::{
    id::LogId,
    line::{ChainError, ChainHead, Line},
    log::{Log, ReplayError},
    parts::Root,
    planted::{LeftOut, is_left_out},
    time::At,
};
use tokio::{sync::OwnedMutexGuard, task::JoinSet};

use super::{
    Gate, GateError, Result,
    kept::{Begun, Fetched},
};
use crate::store::{Page, Stand, StoreError, Turn, Work};

/// What a gate keeps in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Logs that stay in memory. One that is forgotten is loaded again when somebody writes to it; pulls never need it.
    pub logs: usize,
    /// Lines after which it is stored what they changed: whoever loads the log folds that many at most.
    pub lines: u64,
    /// Entries of one log (records, changes, objects): with more it is forgotten once it is stored.
    pub entries: usize,
    /// Logs that were forgotten and wait to be stored. More are forgotten as they are: their lines have it all.
    pub leaving: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { logs: 256, lines: 64, entries: 4_096, leaving: 64 }
    }
}

/// Lines and bytes that are read at a time when a log is built.
pub(super) const PAGE_LINES: usize = 512;
pub(super) const PAGE_BYTES: usize = 1024 * 1024;
/// Rounds in which a log is asked, or a line applied, before all of it is folded: each fetches what the last one wanted.
const MOST_ROUNDS: usize = 8;
/// Changes of the organisation's key that one act may find.
const MOST_ROTATIONS: usize = 4;

/// A log and the newest moment in it: its lines' times never go back.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) log: Log,
    pub(super) newest_at: At,
    /// The root of what is stored of it, as it was read or written last.
    pub(super) root: Option<Root>,
    /// Whether another process wrote to it lately, for all that was known at the last turn.
    pub(super) is_written_elsewhere: bool,
}

impl Loaded {
    pub(super) fn new(log: Log) -> Self {
        let newest = log.newest().and_then(|newest| log.received_at(newest.position));
        Self { log, newest_at: newest.unwrap_or(At(i64::MIN)), root: None, is_written_elsewhere: false }
    }

    /// When something that arrives now was received.
    pub(super) fn received_at(&self, now: At) -> At {
        now.max(self.newest_at)
    }

    fn apply(&mut self, gate: &Gate, line: &Line) -> Result<()> {
        self.log.apply(&gate.kinds, line)?;
        self.newest_at = self.newest_at.max(line.header.received_at);
        Ok(())
    }
}

/// A log's place. It is empty while somebody judges, before the first touch, and after anything went wrong.
pub(super) type Slot = Arc<tokio::sync::Mutex<Option<Loaded>>>;

#[derive(Debug, Default)]
pub(super) struct Logs {
    slots: Mutex<HashMap<LogId, Known>>,
    touches: AtomicU64,
    pub(super) limits: Limits,
    waiting: Mutex<Waiting>,
    /// Once a log and process.
    audits: Mutex<HashMap<LogId, Audit>>,
    pub(super) tasks: Mutex<JoinSet<()>>,
}

#[derive(Debug)]
struct Known {
    slot: Slot,
    touched: u64,
}

/// What is to be stored before long.
#[derive(Debug, Default)]
struct Waiting {
    /// Logs that have come far from what is stored of them.
    due: BTreeSet<LogId>,
    /// Forgotten ones.
    leaving: Vec<Loaded>,
    /// Logs that were loaded from parts, and where those end: the lines before were not read.
    unread: Vec<(LogId, ChainHead)>,
}

/// What is to be done behind the answers.
#[derive(Debug)]
pub(super) struct Behind {
    pub(super) due: BTreeSet<LogId>,
    pub(super) leaving: Vec<Loaded>,
    pub(super) unread: Vec<(LogId, ChainHead)>,
}

/// What reading the lines again said of a log that was loaded from parts.
#[derive(Debug, Clone)]
enum Audit {
    Waits,
    Damaged(String),
}

impl Logs {
    pub(super) fn slot(&self, log: LogId) -> Slot {
        let touched = self.touches.fetch_add(1, Ordering::Relaxed);
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if !slots.contains_key(&log) && slots.len() >= self.limits.logs {
            self.forget_one(&mut slots);
        }
        let known = slots.entry(log).or_insert_with(|| Known { slot: Slot::default(), touched });
        known.touched = touched;
        Arc::clone(&known.slot)
    }

    /// Forgets the log that was not touched for longest; never one that somebody holds.
    fn forget_one(&self, slots: &mut HashMap<LogId, Known>) {
        let idle = slots.iter().filter(|(_, known)| Arc::strong_count(&known.slot) == 1).min_by_key(|(_, known)| known.touched).map(|(log, _)| *log);
        let Some(known) = idle.and_then(|log| slots.remove(&log)) else { return };
        if let Some(loaded) = Arc::into_inner(known.slot).and_then(|slot| slot.into_inner()).filter(|loaded| loaded.log.unsettled() > 0) {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.leaving.len() < self.limits.leaving {
                waiting.leaving.push(loaded);
            }
        }
    }

    /// How many are in memory.
    pub(super) fn known(&self) -> usize {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The slot of a log that is in memory.
    pub(super) fn find(&self, log: LogId) -> Option<Slot> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).get(&log).map(|known| Arc::clone(&known.slot))
    }

    /// The slots of all that are in memory.
    pub(super) fn all(&self) -> Vec<Slot> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).values().map(|known| Arc::clone(&known.slot)).collect()
    }

    /// Notes where a log has come far from what is stored of it, or holds much.
    fn note(&self, log: &Log) {
        if log.unsettled() >= self.limits.lines || log.weight() > self.limits.entries {
            self.waiting.lock().unwrap_or_else(PoisonError::into_inner).due.insert(log.id);
        }
    }

    /// What is to be stored now: whoever is told stores it.
    pub(super) fn waiting(&self) -> Option<Behind> {
        let Waiting { due, leaving, unread } = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        let is_some = !(due.is_empty() && leaving.is_empty() && unread.is_empty());
        is_some.then_some(Behind { due, leaving, unread })
    }

    /// A log was loaded from parts: its lines before are to be read once.
    fn note_unread(&self, log: LogId, until: ChainHead) {
        let mut audits = self.audits.lock().unwrap_or_else(PoisonError::into_inner);
        if let std::collections::hash_map::Entry::Vacant(vacant) = audits.entry(log) {
            vacant.insert(Audit::Waits);
            self.waiting.lock().unwrap_or_else(PoisonError::into_inner).unread.push((log, until));
        }
    }

    /// The lines of a log are not what they were: nothing is built on them as long as this process lives.
    pub(super) fn note_damaged(&self, log: LogId, why: String) {
        self.audits.lock().unwrap_or_else(PoisonError::into_inner).insert(log, Audit::Damaged(why));
    }

    fn damage(&self, log: LogId) -> std::result::Result<(), StoreError> {
        match self.audits.lock().unwrap_or_else(PoisonError::into_inner).get(&log) {
            Some(Audit::Damaged(why)) => Err(StoreError::Damaged(why.clone())),
            Some(Audit::Waits) | None => Ok(()),
        }
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

    /// Memory agrees with the store. A log that was asked for something and not given it is of no use any more.
    pub(super) fn put_back(mut self, gate: &Gate) {
        if self.loaded.log.wants() {
            debug_assert!(false, "a log was asked for what is not here");
            tracing::error!(log = %self.loaded.log.id, "a log was asked for what is not here, and nobody fetched it");
            return;
        }
        self.loaded.log.rest();
        gate.logs.note(&self.loaded.log);
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
    pub(super) fn put_back(self, gate: &Gate) {
        self.logs.into_iter().for_each(|locked| locked.put_back(gate));
    }

    /// Writes; the logs are still locked, and lack what was written. Where another writer was first memory is what it was.
    pub(super) async fn commit(self, gate: &Gate, work: Work) -> std::result::Result<Vec<Locked>, StoreError> {
        match self.turn.commit(work).await {
            Ok(()) => Ok(self.logs),
            Err(conflict @ StoreError::Conflict) => {
                self.logs.into_iter().for_each(|locked| locked.put_back(gate));
                Err(conflict)
            }
            Err(error) => Err(error),
        }
    }
}

/// An act on one log.
pub(super) struct Single(Act);

impl Single {
    pub(super) fn locked(&self) -> &Locked {
        self.0.logs.first().expect("the act was begun on one log")
    }

    pub(super) fn locked_mut(&mut self) -> &mut Locked {
        self.0.logs.first_mut().expect("the act was begun on one log")
    }

    pub(super) fn loaded(&self) -> &Loaded {
        self.locked().loaded()
    }

    pub(super) fn loaded_mut(&mut self) -> &mut Loaded {
        self.0.logs.first_mut().expect("the act was begun on one log").loaded_mut()
    }

    pub(super) fn put_back(self, gate: &Gate) {
        self.0.put_back(gate);
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
    ///
    /// A log that has not come to the organisation's key does so first.
    pub(super) async fn begin(&self, mut logs: Vec<LogId>) -> Result<Act> {
        logs.sort_unstable();
        logs.dedup();
        for _ in 0..MOST_ROTATIONS {
            let mut act = self.begin_now(logs.clone()).await?;
            let due = self.due(&mut act).await?;
            if due.logs.is_empty() {
                return Ok(act);
            }
            self.commit(act, due).await?;
        }
        Err(GateError::Stopped)
    }

    /// Begins an act on one log as it is known here, without a turn. `None` where it is not in memory, others write to it too,
    /// or it has not come to the organisation's key.
    pub(super) async fn begin_upon_memory(&self, log: LogId) -> Result<Option<Act>> {
        self.logs.damage(log)?;
        let mut guard = self.logs.slot(log).lock_owned().await;
        let Some(loaded) = guard.take_if(|loaded| !loaded.is_written_elsewhere) else { return Ok(None) };
        let turn = self.store.turn_upon(log, Stand { epoch: loaded.log.epoch, head: loaded.log.chain });
        let mut act = Act { logs: vec![Locked { guard, loaded }], turn };
        if self.due(&mut act).await?.logs.is_empty() {
            return Ok(Some(act));
        }
        act.put_back(self);
        Ok(None)
    }

    async fn begin_now(&self, logs: Vec<LogId>) -> Result<Act> {
        let mut guards = Vec::with_capacity(logs.len());
        for log in &logs {
            self.logs.damage(*log)?;
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

    /// Loads a log from what is stored of it, else folds its lines. [`GateError::Unknown`] where it was never opened.
    async fn build(&self, log: LogId) -> Result<Loaded> {
        let stand = self.store.stand(log).await?.ok_or(GateError::Unknown)?;
        let reached = match self.begin_from_parts(log, stand).await? {
            Begun::Loaded(mut loaded) => match (loaded.log.chain, self.catch_up(&mut loaded, stand, None).await?) {
                (parts_end, Fetched::Here) => {
                    self.logs.note_unread(log, parts_end);
                    return Ok(*loaded);
                }
                (_, reached) => reached,
            },
            Begun::Nothing => Fetched::Elsewhere,
            Begun::Broken => Fetched::Broken,
        };
        self.fold(log, stand, reached).await
    }

    /// Folds all of a log's lines. What is stored of the fold, unless it is broken, need not be stored again.
    pub(super) async fn fold(&self, log: LogId, stand: Stand, reached: Fetched) -> Result<Loaded> {
        let stored = if reached == Fetched::Broken { None } else { self.stored(log).await? };
        let mut folded = Log::new(log, self.organisation().await?.id);
        folded.track();
        let mut loaded = Loaded::new(folded);
        self.catch_up(&mut loaded, stand, stored.as_ref()).await?;
        Ok(loaded)
    }

    /// The log as the store has it: what is in memory with what it lacks, or else loaded anew.
    async fn at_its_head(&self, log: LogId, known: Option<Loaded>, stand: Stand) -> Result<Loaded> {
        if let Some(mut known) = known {
            if is_left_out(LeftOut::CatchUp) {
                return Ok(known);
            }
            known.is_written_elsewhere = known.log.chain != stand.head;
            if self.catch_up(&mut known, stand, None).await? == Fetched::Here && known.log.chain == stand.head && known.log.epoch == stand.epoch {
                return Ok(known);
            }
            // The store holds another history than what was read from it: it was put back from a copy, for instance. Or
            // what is wanted of an older fold is not stored any more.
            tracing::info!(%log, "the store parted from what was in memory: the log is read anew");
        }
        let loaded = self.build(log).await?;
        if loaded.log.chain == stand.head { Ok(loaded) } else { Err(StoreError::Damaged(format!("the head of {log} is not its last line's")).into()) }
    }

    /// Takes in the lines that a log lacks. They are hashed again, and the receipt at their end is checked: whoever writes
    /// to the database past the gate changes nothing unnoticed. Anything but [`Fetched::Here`] where a log that is not whole cannot go on.
    ///
    /// What is `stored` of the fold up to one of these lines need not be stored again.
    async fn catch_up(&self, loaded: &mut Loaded, stand: Stand, stored: Option<&Root>) -> Result<Fetched> {
        let log = loaded.log.id;
        let altered = |line: &Line, error: ChainError| StoreError::Damaged(format!("line {} of {log}: {error}", line.header.position));
        while loaded.log.chain.next < stand.head.next {
            let page = Page { from: loaded.log.chain.next, end: stand.head.next, lines: PAGE_LINES, bytes: PAGE_BYTES };
            let lines = self.store.lines(log, page).await?;
            if lines.is_empty() {
                return Err(StoreError::Damaged(format!("{log} has no line {}", page.from)).into());
            }
            loaded.log.foresee_lines(&lines);
            if loaded.log.wants() {
                match self.fetch(loaded).await? {
                    Fetched::Here => {}
                    reached => return Ok(reached),
                }
            }
            for line in &lines {
                match loaded.log.chain.clone().follow(line) {
                    // Whether the line or the stored fold is another than it was, its lines tell.
                    Err(_) if loaded.log.is_partial() => return Ok(Fetched::Broken),
                    followed => followed.map_err(|error| altered(line, error))?,
                }
                match self.take_in(loaded, line).await? {
                    Fetched::Here => {}
                    reached => return Ok(reached),
                }
                if stored.is_some_and(|root| (root.epoch, root.chain) == (loaded.log.epoch, loaded.log.chain)) {
                    loaded.log.settle();
                }
            }
            if let Some(last) = lines.last().filter(|_| loaded.log.chain.next == stand.head.next) {
                loaded.log.facts.keys.receive(last).map_err(|error| altered(last, error))?;
            }
        }
        Ok(Fetched::Here)
    }

    /// Applies a line, with what it needs. Where that is not to be had the log is of no use any more.
    pub(super) async fn take_in(&self, loaded: &mut Loaded, line: &Line) -> Result<Fetched> {
        for _ in 0..MOST_ROUNDS {
            match loaded.apply(self, line) {
                Err(GateError::Replay(ReplayError::Elsewhere(_))) => match self.fetch(loaded).await? {
                    Fetched::Here => {}
                    reached => return Ok(reached),
                },
                Err(GateError::Replay(ReplayError::Unasked(position))) => {
                    tracing::error!(log = %loaded.log.id, position, "a line was applied without all that it needs: the log is folded anew");
                    return Ok(Fetched::Elsewhere);
                }
                applied => return applied.map(|()| Fetched::Here),
            }
        }
        Ok(Fetched::Elsewhere)
    }

    /// Asks a log that is at its head, under its turn, and fetches what it wants, until it wants no more: its last answer
    /// counts. The question changes nothing.
    pub(super) async fn ask<T>(&self, loaded: &mut Loaded, mut question: impl FnMut(&mut Log) -> T) -> Result<T> {
        for _ in 0..MOST_ROUNDS {
            let answer = question(&mut loaded.log);
            if !loaded.log.wants() {
                return Ok(answer);
            }
            match self.fetch_at_head(loaded).await? {
                Fetched::Here => {}
                reached => self.fold_again(loaded, reached).await?,
            }
        }
        self.make_whole(loaded).await?;
        Ok(question(&mut loaded.log))
    }

    /// Folds all of a log's lines where some of it is not here, up to where it stands.
    pub(super) async fn make_whole(&self, loaded: &mut Loaded) -> Result<()> {
        if loaded.log.is_partial() { self.fold_again(loaded, Fetched::Elsewhere).await } else { Ok(()) }
    }

    async fn fold_again(&self, loaded: &mut Loaded, reached: Fetched) -> Result<()> {
        let Log { id, epoch, chain, .. } = loaded.log;
        *loaded = self.fold(id, Stand { epoch, head: chain }, reached).await?;
        if loaded.log.chain == chain { Ok(()) } else { Err(StoreError::Damaged(format!("the lines of {id} are not those that were read")).into()) }
    }
}
