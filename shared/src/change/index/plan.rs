//! Holding a change against the index: everything about it that does not depend on who sends it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::scalar::Scalar;

use super::{
    super::{
        decoded::{Action, Decoded, Object, Op, OpId, Place},
        effect::is_written_once,
        genesis::{LOG_KEY, RECORDS_KEY},
        refused::Refused,
    },
    ActorNumber, ChangeNumber, Clock, Holder, Id, Index, Record, Stamp,
};

/// What applying a change would do.
#[derive(Debug)]
pub(in super::super) struct Plan {
    /// The change's actors as the index numbers them; an author who is new has the next number.
    pub(super) actors: Vec<ActorNumber>,
    pub(super) deps: Vec<ChangeNumber>,
    /// The past of the change, itself not included.
    pub(super) clock: Clock,
    /// One for each operation.
    pub(in super::super) steps: Vec<Step>,
    /// The first record that it creates though it exists.
    pub(in super::super) exists: Option<Arc<str>>,
}

/// Where an operation writes, and what it leaves there.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Step {
    pub(in super::super) target: Target,
    /// The one value kept by a deletion that settles several, which is how Automerge writes 'keep this one'.
    pub(in super::super) kept: Option<Scalar>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Target {
    Root,
    Records,
    /// A field of that record.
    Field(Arc<str>, Arc<str>),
    /// A character of that field.
    Prose(Arc<str>, Arc<str>),
}

/// The values that stand at a field, as the writer saw them.
type Standing = Vec<(Id, Option<Scalar>)>;

/// What the operations read so far have done.
struct Draft<'a> {
    index: &'a Index,
    clock: &'a Clock,
    actors: &'a [ActorNumber],
    /// Records that this change makes: counter → record.
    made: BTreeMap<u32, Arc<str>>,
    /// The same records by name.
    named: BTreeSet<Arc<str>>,
    standing: BTreeMap<(Object, &'a str), Standing>,
    /// Text that this change makes: counter → record and field.
    made_prose: BTreeMap<u32, (Arc<str>, Arc<str>)>,
    /// Characters that this change inserts: counter → the Text's object.
    typed: BTreeMap<u32, Object>,
    /// How many into each.
    grown: BTreeMap<Object, usize>,
    /// Characters that this change takes away.
    erased: BTreeSet<OpId>,
    exists: Option<Arc<str>>,
}

impl Index {
    /// Checks dependencies, sequence, counters, objects and predecessors.
    ///
    /// Errors: [`Refused::Duplicate`], [`Refused::BlockedBy`], [`Refused::BadActor`], [`Refused::BadSeq`],
    /// [`Refused::OwnPastMissing`], [`Refused::BadDependencies`], [`Refused::BadStartOp`], [`Refused::UnknownObject`],
    /// [`Refused::ForbiddenObject`], [`Refused::UnknownOperation`], [`Refused::BadKey`], [`Refused::BadPred`].
    pub(in super::super) fn plan(&self, decoded: &Decoded) -> Result<Plan, Refused> {
        if let Some(position) = self.accepted_at(decoded) {
            return Err(Refused::Duplicate { position });
        }
        let deps = self.dependencies(decoded)?;
        let actors = self.actor_numbers(decoded)?;
        self.follows_own(decoded)?;
        let mut clock = Clock::default();
        let mut max_op = 0;
        for dep in deps.iter().filter_map(|dep| self.change(*dep)) {
            clock.merge(&dep.clock);
            max_op = max_op.max(dep.max_op);
        }
        if max_op.checked_add(1) != Some(decoded.start_op()) {
            return Err(Refused::BadStartOp);
        }
        let (steps, exists) = if self.is_empty() {
            (genesis_steps(decoded)?, None)
        } else {
            let mut draft = Draft::new(self, &clock, &actors);
            let steps = decoded.operations().iter().enumerate().map(|(place, op)| draft.step(decoded.id(place), op)).collect::<Result<_, _>>()?;
            (steps, draft.exists)
        };
        Ok(Plan { actors, deps, clock, steps, exists })
    }

    fn dependencies(&self, decoded: &Decoded) -> Result<Vec<ChangeNumber>, Refused> {
        if decoded.deps().is_empty() != self.is_empty() {
            return Err(Refused::BadDependencies);
        }
        decoded.deps().iter().map(|dep| self.by_hash.get(dep).copied().ok_or(Refused::BlockedBy(*dep))).collect()
    }

    fn actor_numbers(&self, decoded: &Decoded) -> Result<Vec<ActorNumber>, Refused> {
        let next = ActorNumber::try_from(self.actors.len()).map_err(|_| Refused::BadActor)?;
        let number = |(place, actor)| match self.numbers.get(actor) {
            Some(number) => Ok(*number),
            None if place == 0 => Ok(next),
            None => Err(Refused::BadActor),
        };
        decoded.actors().iter().enumerate().map(number).collect()
    }

    /// The sequence number is the next, and the actor's previous change is named directly.
    fn follows_own(&self, decoded: &Decoded) -> Result<(), Refused> {
        let last = self.last_of(&decoded.actor());
        let seq = last.map_or(Some(1), |last| last.seq.checked_add(1));
        if seq != Some(decoded.seq()) {
            return Err(Refused::BadSeq);
        }
        match last {
            Some(last) if !decoded.deps().contains(&last.hash) => Err(Refused::OwnPastMissing),
            _ => Ok(()),
        }
    }
}

/// A genesis names its log and makes the map of records, in this order and nothing else.
fn genesis_steps(decoded: &Decoded) -> Result<Vec<Step>, Refused> {
    match decoded.operations() {
        [name, records]
            if matches!(name.action, Action::Put(Scalar::Text(_)))
                && name.key() == Some(LOG_KEY)
                && records.action == Action::Make
                && records.key() == Some(RECORDS_KEY) => {}
        _ => return Err(Refused::ForbiddenObject),
    }
    let at_root = decoded.operations().iter().all(|op| op.object == Object::Root && op.preds.is_empty());
    if !at_root {
        return Err(Refused::ForbiddenObject);
    }
    Ok(decoded.operations().iter().map(|_| Step { target: Target::Root, kept: None }).collect())
}

impl<'a> Draft<'a> {
    fn new(index: &'a Index, clock: &'a Clock, actors: &'a [ActorNumber]) -> Self {
        Self {
            index,
            clock,
            actors,
            made: BTreeMap::new(),
            named: BTreeSet::new(),
            standing: BTreeMap::new(),
            made_prose: BTreeMap::new(),
            typed: BTreeMap::new(),
            grown: BTreeMap::new(),
            erased: BTreeSet::new(),
            exists: None,
        }
    }

    fn step(&mut self, id: OpId, op: &'a Op) -> Result<Step, Refused> {
        let Object::Made(object) = op.object else { return Err(Refused::ForbiddenObject) };
        if self.index.container.is_some() && self.global(object) == self.index.container {
            return self.create(id, op);
        }
        match self.holder(object)? {
            Holder::Prose(record, field) => self.type_at(id, op, &record, &field).map(|()| Step { target: Target::Prose(record, field), kept: None }),
            Holder::Record(record) => {
                let key = op.key().ok_or(Refused::UnknownOperation)?;
                let kept = match op.action {
                    Action::Make => return Err(Refused::ForbiddenObject),
                    Action::MakeText => self.make_prose(id, op, object, &record, key).map(|()| None)?,
                    _ => self.write(id, op, &record, key)?,
                };
                Ok(Step { target: Target::Field(record, Arc::from(key)), kept })
            }
        }
    }

    /// A record is made once, by nobody but its creator, and `records` holds nothing else.
    fn create(&mut self, id: OpId, op: &'a Op) -> Result<Step, Refused> {
        let (Action::Make, Some(key)) = (&op.action, op.key()) else { return Err(Refused::ForbiddenObject) };
        if !is_record_id(key) {
            return Err(Refused::BadKey);
        }
        let record: Arc<str> = Arc::from(key);
        if !self.named.insert(Arc::clone(&record)) {
            return Err(Refused::ForbiddenObject);
        }
        if self.index.records.contains_key(&record) {
            self.exists.get_or_insert_with(|| Arc::clone(&record));
        } else if !op.preds.is_empty() {
            return Err(Refused::BadPred);
        }
        self.made.insert(id.counter, record);
        Ok(Step { target: Target::Records, kept: None })
    }

    /// What an object holds that this change made before or that its writer had seen.
    fn holder(&self, object: OpId) -> Result<Holder, Refused> {
        if object.actor == 0 {
            if let Some(record) = self.made.get(&object.counter) {
                return Ok(Holder::Record(Arc::clone(record)));
            }
            if let Some((record, field)) = self.made_prose.get(&object.counter) {
                return Ok(Holder::Prose(Arc::clone(record), Arc::clone(field)));
            }
        }
        let holder = self.global(object).and_then(|id| self.index.objects.get(&id)).ok_or(Refused::UnknownObject)?;
        let (Holder::Record(record) | Holder::Prose(record, _)) = holder;
        let made = self.index.records.get(record).map(|record| record.made);
        if made.is_some_and(|made| self.clock.covers(made)) { Ok(holder.clone()) } else { Err(Refused::UnknownObject) }
    }

    /// All Text of a record is made by the change that makes the record, before anything else is written there.
    fn make_prose(&mut self, id: OpId, op: &'a Op, object: OpId, record: &Arc<str>, key: &'a str) -> Result<(), Refused> {
        let is_new = object.actor == 0 && self.made.contains_key(&object.counter);
        let is_taken = self.standing.contains_key(&(op.object, key)) || self.made_prose.values().any(|(other, field)| other == record && **field == *key);
        if !is_new || is_taken || is_written_once(key) {
            return Err(Refused::ForbiddenObject);
        }
        if !op.preds.is_empty() {
            return Err(Refused::BadPred);
        }
        self.made_prose.insert(id.counter, (Arc::clone(record), Arc::from(key)));
        Ok(())
    }

    /// One character inserted behind one that its writer knew, or one taken away that was still there.
    fn type_at(&mut self, id: OpId, op: &'a Op, record: &str, field: &str) -> Result<(), Refused> {
        let prose = self.index.records.get(record).and_then(|record| record.prose.get(field));
        match (&op.action, &op.place) {
            (Action::Insert(_), Place::Start | Place::Character(_)) => {
                if let Place::Character(behind) = op.place
                    && self.typed.get(&behind.counter).filter(|_| behind.actor == 0) != Some(&op.object)
                {
                    self.known(prose, behind)?;
                }
                if !op.preds.is_empty() {
                    return Err(Refused::BadPred);
                }
                let grown = self.grown.entry(op.object).or_default();
                *grown = grown.saturating_add(1);
                let is_full = match prose {
                    Some(prose) => !prose.has_room_for(*grown),
                    None => !super::prose::Prose::default().has_room_for(*grown),
                };
                if is_full {
                    return Err(Refused::TextFull);
                }
                self.typed.insert(id.counter, op.object);
                Ok(())
            }
            (Action::Delete, Place::Character(name)) => {
                if *op.preds != [*name] {
                    return Err(Refused::BadPred);
                }
                let is_own = name.actor == 0 && self.typed.get(&name.counter) == Some(&op.object);
                let is_there = is_own || !self.known(prose, *name)?;
                if is_there && self.erased.insert(*name) { Ok(()) } else { Err(Refused::BadPred) }
            }
            _ => Err(Refused::UnknownOperation),
        }
    }

    /// Whether a character that the writer had seen was taken away in their eyes.
    fn known(&self, prose: Option<&super::prose::Prose>, name: OpId) -> Result<bool, Refused> {
        let covered = |change: Stamp| self.clock.covers(change);
        let character = prose.zip(self.global(name)).and_then(|(prose, name)| prose.get(name)).filter(|character| covered(character.change));
        let character = character.ok_or(Refused::UnknownObject)?;
        Ok(character.deleted_by.iter().any(|change| covered(*change)))
    }

    /// Predecessors are exactly what stands at the field in the writer's eyes. The one exception is Automerge's own: to
    /// put the value that wins already, it deletes the others.
    fn write(&mut self, id: OpId, op: &'a Op, record: &str, key: &'a str) -> Result<Option<Scalar>, Refused> {
        let is_prose = match self.index.records.get(record) {
            Some(known) if !self.named.contains(record) => known.prose.contains_key(key),
            _ => self.made_prose.values().any(|(other, field)| **other == *record && **field == *key),
        };
        if is_prose {
            return Err(Refused::ForbiddenObject);
        }
        let own = self.global(id).ok_or(Refused::BadActor)?;
        let named: Option<Vec<Id>> = op.preds.iter().map(|pred| self.global(*pred)).collect();
        let named = named.ok_or(Refused::BadPred)?;
        let (index, clock) = (self.index, self.clock);
        let new = matches!(op.object, Object::Made(object) if object.actor == 0 && self.made.contains_key(&object.counter));
        let standing = self.standing.entry((op.object, key)).or_insert_with(|| match index.records.get(record) {
            Some(record) if !new => index.standing(record, key, clock),
            _ => Standing::new(),
        });
        let all = standing.iter().map(|(id, _)| id).eq(&named);
        match &op.action {
            Action::Put(value) if all => {
                *standing = vec![(own, Some(value.clone()))];
                Ok(None)
            }
            Action::Delete if all && !named.is_empty() => {
                standing.clear();
                Ok(None)
            }
            Action::Delete if !named.is_empty() => {
                let (winner, others) = standing.split_last().ok_or(Refused::BadPred)?;
                if !others.iter().map(|(id, _)| id).eq(&named) {
                    return Err(Refused::BadPred);
                }
                let winner = winner.clone();
                let kept = winner.1.clone();
                *standing = vec![winner];
                Ok(kept)
            }
            _ => Err(Refused::BadPred),
        }
    }

    fn global(&self, id: OpId) -> Option<Id> {
        let actor = self.actors.get(usize::from(id.actor))?;
        Some(Id { counter: id.counter, actor: *actor })
    }
}

impl Index {
    /// The values of a field that `clock` covers and nothing in it overwrote, ascending by operation: the winner last.
    pub(super) fn standing_entries<'a>(&'a self, record: &'a Record, field: &str, clock: &'a Clock) -> impl Iterator<Item = &'a super::Entry> {
        let covered = |change: &Stamp| clock.covers(*change);
        let entries = record.fields.get(field).map(Vec::as_slice).unwrap_or_default();
        entries.iter().filter(move |entry| entry.value.is_some() && covered(&entry.change) && !entry.overwritten_by.iter().any(covered))
    }

    fn standing(&self, record: &Record, field: &str, clock: &Clock) -> Standing {
        self.standing_entries(record, field, clock).map(|entry| (entry.id, entry.value.clone())).collect()
    }
}

/// A UUID, lower-case, with hyphens: one record has one spelling.
pub(in super::super) fn is_record_id(key: &str) -> bool {
    key.len() == 36
        && key.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}
