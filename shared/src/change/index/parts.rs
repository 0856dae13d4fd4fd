//! The index in parts: its head, each record, and by what they are found. Lists instead of names, since there are many.

use std::sync::Arc;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Accepted, Clock, Entry, Holder, Id, Index, Last, Record, Stamp, prose::Prose};
use crate::{
    bytes::{Bytes, Hash},
    cbor,
    change::{
        actor::Actor,
        decoded::{Decoded, Object, OpId},
    },
    parts::{MAX_PART_BYTES, Name, Unreadable, Wanted},
    scalar::Scalar,
    shelf::Shelf,
};

use super::is_record_id;

/// What an index is without its records.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IndexHead {
    actors: Vec<(Bytes, Last)>,
    heads: Vec<Hash>,
    container: Option<Pair>,
    log: String,
    epoch: u32,
    newest: Option<u64>,
}

/// An [`Id`] or a [`Stamp`].
type Pair = (u32, u32);
/// Operation, change, value, by whom it was overwritten.
type EntryPart = (Pair, Pair, Option<Scalar>, Vec<Pair>);
/// The first character's name, change, characters, by whom they were deleted; in reading order.
pub(super) type RunPart = (Pair, Pair, String, Vec<Pair>);
/// Object, change and position that made it, fields, Texts.
type RecordPart = (Pair, Pair, u64, Vec<(String, Vec<EntryPart>)>, Vec<(String, Vec<RunPart>)>);
/// Position, stamp, greatest counter, past.
type ChangePart = (u64, Pair, u32, Vec<u32>);
/// A record, and its field where that is a Text.
type HolderPart = (String, Option<String>);

impl From<Id> for Pair {
    fn from(id: Id) -> Self {
        (id.counter, id.actor)
    }
}

impl From<Pair> for Id {
    fn from((counter, actor): Pair) -> Self {
        Self { counter, actor }
    }
}

impl From<Stamp> for Pair {
    fn from(stamp: Stamp) -> Self {
        (stamp.actor, stamp.seq)
    }
}

impl From<Pair> for Stamp {
    fn from((actor, seq): Pair) -> Self {
        Self { actor, seq }
    }
}

pub(super) fn pairs(stamps: &[Stamp]) -> Vec<Pair> {
    stamps.iter().copied().map(Pair::from).collect()
}

pub(super) fn stamps(pairs: Vec<Pair>) -> Vec<Stamp> {
    pairs.into_iter().map(Stamp::from).collect()
}

impl From<&Record> for RecordPart {
    fn from(record: &Record) -> Self {
        let entry = |entry: &Entry| (entry.id.into(), entry.change.into(), entry.value.clone(), pairs(&entry.overwritten_by));
        let fields = record.fields.iter().map(|(field, entries)| (field.clone(), entries.iter().map(entry).collect())).collect();
        let prose = record.prose.iter().map(|(field, prose)| (field.clone(), prose.parts())).collect();
        (record.object.into(), record.made.into(), record.position, fields, prose)
    }
}

impl From<RecordPart> for Record {
    fn from((object, made, position, fields, prose): RecordPart) -> Self {
        let entry = |(id, change, value, by): EntryPart| Entry { id: id.into(), change: change.into(), value, overwritten_by: stamps(by) };
        Self {
            object: object.into(),
            made: made.into(),
            position,
            fields: fields.into_iter().map(|(field, entries)| (field, entries.into_iter().map(entry).collect())).collect(),
            prose: prose.into_iter().map(|(field, runs)| (field, Prose::from_parts(runs))).collect(),
        }
    }
}

impl Index {
    /// From here on it is known what changes. All of it is here.
    pub(crate) fn track(&mut self) {
        self.records.track(true);
        self.objects.track(true);
        self.by_hash.track(true);
    }

    /// The same for a new epoch's, where that of the old one was tracked.
    pub(crate) fn track_as<K, V>(&mut self, other: &Shelf<K, V>) {
        if other.is_tracked() {
            self.track();
        }
    }

    pub(crate) fn head(&self) -> IndexHead {
        IndexHead {
            actors: self.actors.iter().zip(&self.last).map(|(actor, last)| (Bytes(actor.to_vec()), *last)).collect(),
            heads: self.heads(),
            container: self.container.map(Pair::from),
            log: self.log.clone(),
            epoch: self.epoch,
            newest: self.newest,
        }
    }

    /// An index of which nothing but the head is here. `None` where an actor has no actor's length.
    pub(crate) fn from_head(head: IndexHead) -> Option<Self> {
        let actors: Vec<Actor> = head.actors.iter().map(|(actor, _)| Actor::new(&actor.0)).collect::<Option<_>>()?;
        Some(Self {
            numbers: (0..).zip(&actors).map(|(number, actor)| (*actor, number)).collect(),
            last: head.actors.iter().map(|(_, last)| *last).collect(),
            by_actor: vec![Vec::new(); actors.len()],
            actors,
            changes: Vec::new(),
            by_hash: Shelf::elsewhere(),
            newest: head.newest,
            heads: head.heads.into_iter().collect(),
            container: head.container.map(Id::from),
            log: head.log,
            epoch: head.epoch,
            records: Shelf::elsewhere(),
            objects: Shelf::elsewhere(),
        })
    }

    /// The parts of what changed, or of everything.
    pub(crate) fn parts(&self, all: bool) -> Vec<(Name, Vec<u8>)> {
        let mut parts = Vec::new();
        let mut record = |name: &Arc<str>, record: &Record| {
            // Every name was checked to be an id's one spelling when its record was made.
            if let Ok(id) = name.parse() {
                parts.push((Name::Words(id), cbor::encode(&RecordPart::from(record))));
            }
        };
        if all {
            self.records.here().iter().for_each(|(name, it)| record(name, it))
        } else {
            self.records.changed().for_each(|(name, it)| record(name, it))
        }
        let mut object = |id: &Id, holder: &Holder| {
            let part: HolderPart = match holder {
                Holder::Record(record) => (record.to_string(), None),
                Holder::Prose(record, field) => (record.to_string(), Some(field.to_string())),
            };
            parts.push((Name::Object(id.counter, id.actor), cbor::encode(&part)));
        };
        if all {
            self.objects.here().iter().for_each(|(id, it)| object(id, it))
        } else {
            self.objects.changed().for_each(|(id, it)| object(id, it))
        }
        let mut change = |hash: &Hash, number: &u32| {
            if let Some(change) = self.change(*number) {
                let part: ChangePart = (change.position, change.stamp.into(), change.max_op, change.clock.to_vec());
                parts.push((Name::Change(*hash), cbor::encode(&part)));
            }
        };
        if all {
            self.by_hash.here().iter().for_each(|(hash, it)| change(hash, it))
        } else {
            self.by_hash.changed().for_each(|(hash, it)| change(hash, it))
        }
        parts
    }

    /// Asks for a change.
    pub(crate) fn ask(&self, change: &Hash) {
        self.by_hash.ask(change);
    }

    /// Asks for what a change names: itself, what it builds on, the records that it makes and the objects that it writes.
    pub(crate) fn foresee(&self, decoded: &Decoded) {
        self.accepted_at(decoded);
        decoded.deps().iter().for_each(|dep| self.by_hash.ask(dep));
        let actors: Vec<Option<u32>> = decoded.actors().iter().map(|actor| self.numbers.get(actor).copied()).collect();
        let global = |id: &OpId| Some(Id { counter: id.counter, actor: (*actors.get(usize::from(id.actor))?)? });
        for op in decoded.operations() {
            let Object::Made(object) = &op.object else { continue };
            // What the change makes itself is nowhere yet.
            let is_own = object.actor == 0 && object.counter >= decoded.start_op();
            let Some(object) = global(object).filter(|_| !is_own) else { continue };
            if Some(object) == self.container {
                op.key().filter(|key| is_record_id(key)).into_iter().for_each(|key| self.records.ask(key));
                continue;
            }
            if let Some(Holder::Record(record) | Holder::Prose(record, _)) = self.objects.get(&object) {
                self.records.ask(record);
            }
        }
    }

    /// What changed was written down.
    pub(crate) fn settle(&mut self) {
        self.records.settle();
        self.objects.settle();
        self.by_hash.settle();
    }

    pub(crate) fn wants(&self) -> bool {
        self.records.wants() || self.objects.wants() || self.by_hash.wants()
    }

    pub(crate) fn wanted(&mut self, wanted: &mut Wanted) {
        let (records, objects, changes) = (self.records.asked(), self.objects.asked(), self.by_hash.asked());
        wanted.whole |= records.all || objects.all || changes.all;
        wanted.names.extend(objects.keys.into_iter().map(|id| Name::Object(id.counter, id.actor)));
        wanted.names.extend(changes.keys.into_iter().map(Name::Change));
        for record in records.keys {
            match record.parse() {
                Ok(id) => drop(wanted.names.insert(Name::Words(id))),
                // No record was ever made under such a name.
                Err(_) => self.records.fetched(record, None),
            }
        }
    }

    /// Puts here what was fetched.
    pub(crate) fn fetched(&mut self, name: Name, bytes: Option<&[u8]>) -> Result<(), Unreadable> {
        match name {
            Name::Words(record) => {
                let part: Option<RecordPart> = read(name, bytes)?;
                self.records.fetched(Arc::from(record.to_string()), part.map(Record::from));
            }
            Name::Object(counter, actor) => {
                let part: Option<HolderPart> = read(name, bytes)?;
                let holder = part.map(|(record, field)| match field {
                    None => Holder::Record(record.into()),
                    Some(field) => Holder::Prose(record.into(), field.into()),
                });
                self.objects.fetched(Id { counter, actor }, holder);
            }
            Name::Change(hash) => {
                let part: Option<ChangePart> = read(name, bytes)?;
                let number = part.map(|part| self.remember(hash, part));
                self.by_hash.fetched(hash, number);
            }
            _ => {}
        }
        Ok(())
    }

    /// A change that was accepted before, without what only a whole index tells of it.
    fn remember(&mut self, hash: Hash, (position, stamp, max_op, clock): ChangePart) -> u32 {
        let number = u32::try_from(self.changes.len()).unwrap_or(u32::MAX);
        let clock = Clock(clock).0.into_boxed_slice();
        self.changes.push(Accepted { hash, position, stamp: stamp.into(), max_op, deps: Box::default(), clock });
        number
    }

    /// How much is remembered.
    pub(crate) fn weight(&self) -> usize {
        self.records.weight() + self.objects.weight() + self.by_hash.weight()
    }
}

fn read<T: DeserializeOwned>(name: Name, bytes: Option<&[u8]>) -> Result<Option<T>, Unreadable> {
    bytes.map(|bytes| cbor::decode(bytes, MAX_PART_BYTES)).transpose().map_err(|error| Unreadable { name, why: error.to_string() })
}
