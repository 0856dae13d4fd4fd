//! What was accepted in one log, so that the next change is judged without loading a document.
//!
//! Rebuilt by applying the log's changes in order. Changes and actors are numbered in the order of their coming; a
//! change's causal past is a clock (actor number → sequence number), so 'was this seen?' is one comparison.

#[cfg(feature = "parts")]
mod parts;
mod plan;
mod prose;
mod view;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{bytes::Hash, scalar::Scalar, shelf::Shelf};

use self::prose::Prose;
use super::{
    actor::Actor,
    decoded::{Action, Decoded, OpId, Place},
    genesis,
    refused::Refused,
};

#[cfg(feature = "parts")]
pub use parts::IndexHead;
pub(super) use plan::{Target, is_record_id};
pub use view::{UnknownHead, Value, View};

/// A change's number: its place among the log's changes, from 0.
type ChangeNumber = u32;
/// An actor's number: its place among the log's actors, from 0.
type ActorNumber = u32;

/// The name of an operation in this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    counter: u32,
    actor: ActorNumber,
}

/// Whose change, and which of theirs: enough to tell whether a writer had seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    actor: ActorNumber,
    seq: u32,
}

/// Actor number → the sequence number of its last change that is covered; 0 or absent is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Clock(Vec<u32>);

impl Clock {
    fn covers(&self, change: Stamp) -> bool {
        self.of(change.actor) >= change.seq
    }

    fn of(&self, actor: ActorNumber) -> u32 {
        self.0.get(actor as usize).copied().unwrap_or(0)
    }

    fn merge(&mut self, other: &[u32]) {
        if self.0.len() < other.len() {
            self.0.resize(other.len(), 0);
        }
        self.0.iter_mut().zip(other).for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
    }

    fn set(&mut self, actor: ActorNumber, seq: u32) {
        let actor = actor as usize;
        if self.0.len() <= actor {
            self.0.resize(actor + 1, 0);
        }
        if let Some(mine) = self.0.get_mut(actor) {
            *mine = seq;
        }
    }
}

/// One accepted change.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Accepted {
    hash: Hash,
    position: u64,
    stamp: Stamp,
    max_op: u32,
    deps: Box<[ChangeNumber]>,
    /// Its causal past, itself included.
    clock: Box<[u32]>,
}

/// One record: the object that holds it and everything ever written to its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    object: Id,
    /// The change that made it, and its position.
    made: Stamp,
    position: u64,
    /// Ascending by operation.
    fields: BTreeMap<String, Vec<Entry>>,
    /// Fields in which several people type at once; made with the record.
    prose: BTreeMap<String, Prose>,
}

/// One operation on one field, overwritten or not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    id: Id,
    change: Stamp,
    /// `None` where it took values away.
    value: Option<Scalar>,
    /// The changes that overwrote it.
    overwritten_by: Vec<Stamp>,
}

/// The index of one log and one epoch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    actors: Vec<Actor>,
    numbers: BTreeMap<Actor, ActorNumber>,
    /// Actor number → its last change.
    last: Vec<Last>,
    /// In an index that is not whole: those that were needed, in the order of their coming here.
    changes: Vec<Accepted>,
    by_hash: Shelf<Hash, ChangeNumber>,
    /// Actor number → its changes, in order.
    by_actor: Vec<Vec<ChangeNumber>>,
    /// The position of the newest change.
    newest: Option<u64>,
    heads: BTreeSet<Hash>,
    /// The map that holds all records; made by the genesis.
    container: Option<Id>,
    log: String,
    epoch: u32,
    records: Shelf<Arc<str>, Record>,
    objects: Shelf<Id, Holder>,
}

/// What an object of the document holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Holder {
    Record(Arc<str>),
    /// A record's field.
    Prose(Arc<str>, Arc<str>),
}

/// Why a change does not fit the index. While accepting, the shield has said so before; while rebuilding, the lines are
/// damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotApplied {
    /// It would not have been accepted here.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Positions ascend.
    #[error("position {position} does not follow {last}")]
    OutOfOrder { position: u64, last: u64 },
}

/// An actor's last accepted change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "parts", derive(serde::Serialize, serde::Deserialize))]
pub struct Last {
    pub hash: Hash,
    pub seq: u32,
    pub max_op: u32,
    pub position: u64,
}

impl Index {
    /// The index of a log that holds its genesis alone, at position 0.
    pub fn new(log: &str, epoch: u32) -> Self {
        let decoded = Decoded::parse(&genesis::genesis(log, epoch)).expect("a genesis is within all limits of a change");
        let mut index = Self { epoch, ..Self::default() };
        index.apply(&decoded, 0).expect("a genesis is the first change of its log");
        index
    }

    /// An index without any change. The first one applied must be a genesis, at whatever position.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Takes an accepted change in. Nothing changes where this is refused.
    ///
    /// Checks again what depends on the index (not on the sender): a damaged line is noticed when rebuilding.
    /// Costs O(operations of the change + entries of the fields it touches + dependencies × actors).
    pub fn apply(&mut self, decoded: &Decoded, position: u64) -> Result<(), NotApplied> {
        if let Some(last) = self.newest.filter(|last| *last >= position) {
            return Err(NotApplied::OutOfOrder { position, last });
        }
        let plan = self.plan(decoded)?;
        if let Some(record) = plan.exists {
            return Err(NotApplied::Refused(Refused::Exists(record.to_string())));
        }
        let number = ChangeNumber::try_from(self.changes.len()).map_err(|_| Refused::TooLarge)?;
        let author = plan.actors.first().copied().unwrap_or_default();
        let mut clock = plan.clock;
        clock.set(author, decoded.seq());
        let stamp = Stamp { actor: author, seq: decoded.seq() };
        self.number_author(author, decoded, position, number);
        for (place, (op, step)) in decoded.operations().iter().zip(plan.steps).enumerate() {
            let id = Id { counter: decoded.id(place).counter, actor: author };
            let global = |name: &OpId| plan.actors.get(usize::from(name.actor)).map(|actor| Id { counter: name.counter, actor: *actor });
            match step.target {
                Target::Root => self.write_root(id, op.key().unwrap_or_default(), &op.action),
                Target::Records => self.make_record(id, (stamp, position), op.key().unwrap_or_default()),
                Target::Field(record, field) => match &op.action {
                    Action::MakeText => self.make_prose(id, &record, &field),
                    action => {
                        let value = if let Action::Put(value) = action { Some(value.clone()) } else { None };
                        let preds: Vec<Id> = op.preds.iter().filter_map(global).collect();
                        self.write_field(&record, &field, Entry { id, change: stamp, value, overwritten_by: Vec::new() }, &preds);
                    }
                },
                Target::Prose(record, field) => {
                    let place = if let Place::Character(name) = &op.place { global(name) } else { None };
                    self.write_prose(&record, &field, (id, place), &op.action, stamp);
                }
            }
        }
        for dep in decoded.deps() {
            self.heads.remove(dep);
        }
        self.heads.insert(decoded.hash());
        self.by_hash.insert(decoded.hash(), number);
        self.changes.push(Accepted {
            hash: decoded.hash(),
            position,
            stamp,
            max_op: decoded.max_op(),
            deps: plan.deps.into_boxed_slice(),
            clock: clock.0.into_boxed_slice(),
        });
        self.newest = Some(position);
        Ok(())
    }

    fn number_author(&mut self, author: ActorNumber, decoded: &Decoded, position: u64, change: ChangeNumber) {
        let newest = Last { hash: decoded.hash(), seq: decoded.seq(), max_op: decoded.max_op(), position };
        if let Some(last) = self.last.get_mut(author as usize) {
            *last = newest;
        } else {
            self.actors.push(decoded.actor());
            self.numbers.insert(decoded.actor(), author);
            self.last.push(newest);
            self.by_actor.push(Vec::new());
        }
        if let Some(changes) = self.by_actor.get_mut(author as usize) {
            changes.push(change);
        }
    }

    fn write_root(&mut self, id: Id, key: &str, action: &Action) {
        match action {
            Action::Make => self.container = Some(id),
            Action::Put(Scalar::Text(log)) if key == genesis::LOG_KEY => self.log.clone_from(log),
            Action::Put(_) | Action::MakeText | Action::Insert(_) | Action::Delete => {}
        }
    }

    fn make_record(&mut self, id: Id, (made, position): (Stamp, u64), record: &str) {
        let record: Arc<str> = Arc::from(record);
        self.objects.insert(id, Holder::Record(Arc::clone(&record)));
        self.records.insert(record, Record { object: id, made, position, fields: BTreeMap::new(), prose: BTreeMap::new() });
    }

    fn make_prose(&mut self, id: Id, record: &Arc<str>, field: &Arc<str>) {
        self.objects.insert(id, Holder::Prose(Arc::clone(record), Arc::clone(field)));
        if let Some(record) = self.records.get_mut(record) {
            record.prose.insert(field.to_string(), Prose::default());
        }
    }

    fn write_prose(&mut self, record: &str, field: &str, (id, place): (Id, Option<Id>), action: &Action, change: Stamp) {
        let Some(prose) = self.records.get_mut(record).and_then(|record| record.prose.get_mut(field)) else { return };
        let actors = &self.actors;
        match (action, place) {
            (Action::Insert(character), place) => prose.insert(id, place, *character, change, |name| (name.counter, actors.get(name.actor as usize))),
            (Action::Delete, Some(place)) => prose.delete(place, change),
            (Action::Make | Action::MakeText | Action::Put(_) | Action::Delete, _) => {}
        }
    }

    fn write_field(&mut self, record: &str, field: &str, entry: Entry, preds: &[Id]) {
        let Some(record) = self.records.get_mut(record) else { return };
        let entries = record.fields.entry(field.to_owned()).or_default();
        for pred in preds {
            // Few values stand at once, and they were written last.
            if let Some(overwritten) = entries.iter_mut().rev().find(|entry| entry.id == *pred) {
                overwritten.overwritten_by.push(entry.change);
            }
        }
        let actors = &self.actors;
        let author = |id: Id| actors.get(id.actor as usize);
        let place = entries.partition_point(|other| (other.id.counter, author(other.id)) < (entry.id.counter, author(entry.id)));
        entries.insert(place, entry);
    }

    /// Whether a change was accepted.
    pub fn contains(&self, hash: &Hash) -> bool {
        self.by_hash.contains_key(hash)
    }

    /// The position a change was accepted at.
    pub fn position_of(&self, hash: &Hash) -> Option<u64> {
        self.change_of(hash).map(|change| change.position)
    }

    /// The position that a change was accepted at. One that is later than its actor's last is new, whatever its hash: that
    /// asks for nothing.
    pub fn accepted_at(&self, decoded: &Decoded) -> Option<u64> {
        let is_new = self.last_of(&decoded.actor()).is_none_or(|last| decoded.seq() > last.seq);
        if is_new { None } else { self.position_of(&decoded.hash()) }
    }

    /// The changes that nothing builds on yet, ascending.
    pub fn heads(&self) -> Vec<Hash> {
        self.heads.iter().copied().collect()
    }

    /// The heads as they were when the line at `position` was the newest, ascending.
    pub fn heads_at(&self, position: u64) -> Vec<Hash> {
        self.by_hash.ask_all();
        let then = self.changes.partition_point(|change| change.position <= position);
        let mut heads: BTreeSet<Hash> = BTreeSet::new();
        for change in self.changes.iter().take(then) {
            heads.insert(change.hash);
            change.deps.iter().filter_map(|dep| self.change(*dep)).for_each(|dep| {
                heads.remove(&dep.hash);
            });
        }
        heads.into_iter().collect()
    }

    /// The name of the log, as its genesis gives it.
    pub fn log(&self) -> &str {
        &self.log
    }

    /// Accepted changes, the genesis included.
    pub fn len(&self) -> usize {
        self.by_hash.len()
    }

    /// Whether not even a genesis was applied.
    pub fn is_empty(&self) -> bool {
        self.newest.is_none()
    }

    /// The position of the newest change.
    pub fn position(&self) -> Option<u64> {
        self.newest
    }

    /// What an actor wrote last.
    pub fn last_of(&self, actor: &[u8]) -> Option<Last> {
        let number = self.numbers.get(&Actor::new(actor)?)?;
        self.last.get(*number as usize).copied()
    }

    /// The actors that wrote anything, in the order of their first change; the genesis's is the first.
    pub fn actors(&self) -> &[Actor] {
        &self.actors
    }

    fn change(&self, number: ChangeNumber) -> Option<&Accepted> {
        self.changes.get(number as usize)
    }

    fn change_of(&self, hash: &Hash) -> Option<&Accepted> {
        self.by_hash.get(hash).and_then(|number| self.change(*number))
    }

    /// A change by its stamp.
    fn stamped(&self, stamp: Stamp) -> Option<&Accepted> {
        self.by_hash.ask_all();
        let place = usize::try_from(stamp.seq).ok()?.checked_sub(1)?;
        self.by_actor.get(stamp.actor as usize)?.get(place).and_then(|number| self.change(*number))
    }
}
