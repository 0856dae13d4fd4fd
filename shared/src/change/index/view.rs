//! Reading the index at some heads.

use std::collections::{BTreeMap, BTreeSet};

use crate::{bytes::Hash, scalar::Scalar};

use super::{
    super::{actor::Actor, genesis},
    Clock, Index, Record, Stamp,
};

/// A head that this log never accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("change {0} was not accepted in this log")]
pub struct UnknownHead(pub Hash);

/// One value standing at a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub scalar: Scalar,
    /// The change that set it.
    pub change: Hash,
    /// Who set it.
    pub actor: Actor,
    /// The line that carried it.
    pub position: u64,
}

/// The log as it stood at some heads.
///
/// Several values of one field, set without seeing each other, come ascending by operation (counter, then actor): the
/// last is the one Automerge shows as the winner. This is the order of Automerge's `get_all`.
#[derive(Debug, Clone)]
pub struct View<'a> {
    index: &'a Index,
    clock: Clock,
}

impl Index {
    /// The log at `heads`; nothing at all where there are none.
    pub fn at(&self, heads: &[Hash]) -> Result<View<'_>, UnknownHead> {
        let mut clock = Clock::default();
        for head in heads {
            let change = self.change_of(head).ok_or(UnknownHead(*head))?;
            clock.merge(&change.clock);
        }
        Ok(View { index: self, clock })
    }

    /// The log with everything accepted so far.
    pub fn now(&self) -> View<'_> {
        let clock = Clock(self.last.iter().map(|last| last.seq).collect());
        View { index: self, clock }
    }

    /// See [`View::values`].
    pub fn values_at(&self, record: &str, field: &str, heads: &[Hash]) -> Result<Vec<Value>, UnknownHead> {
        self.at(heads).map(|view| view.values(record, field))
    }

    /// See [`View::record`].
    pub fn record_at(&self, record: &str, heads: &[Hash]) -> Result<BTreeMap<String, Vec<Scalar>>, UnknownHead> {
        self.at(heads).map(|view| view.record(record))
    }

    /// All records, ascending.
    pub fn records(&self) -> impl Iterator<Item = &str> {
        self.records.keys().map(|record| &**record)
    }

    /// Whether a record was created.
    pub fn has_record(&self, record: &str) -> bool {
        self.records.contains_key(record)
    }

    /// Who created a record.
    pub fn creator(&self, record: &str) -> Option<Actor> {
        self.records.get(record).and_then(|record| self.actors.get(record.made.actor as usize)).copied()
    }

    /// The position of the line that created a record.
    pub fn created_at(&self, record: &str) -> Option<u64> {
        self.records.get(record).map(|record| record.position)
    }

    /// A record's kind and the person it is by; both are written once, when it is created.
    pub fn identity(&self, record: &str) -> Option<(&str, &str)> {
        let record = self.records.get(record)?;
        let first = |field: &str| record.fields.get(field)?.first()?.value.as_ref()?.text();
        Some((first(super::super::effect::KIND)?, first(super::super::effect::BY)?))
    }

    /// The Texts of a record, empty or not.
    pub fn texts(&self, record: &str) -> impl Iterator<Item = &str> {
        self.records.get(record).into_iter().flat_map(|record| record.prose.keys().map(String::as_str))
    }

    /// The heads at which every record was made that an epoch carried over, and had no values yet.
    pub fn carried_heads(&self) -> Vec<Hash> {
        let by_genesis = |made: Stamp| self.actors.get(made.actor as usize).is_some_and(|actor| genesis::carries(actor, &self.log, self.epoch));
        let carried = self.records.values().filter(|record| by_genesis(record.made));
        self.heads_at(carried.map(|record| record.position).max().unwrap_or_default())
    }

    /// The position of the newest change that touches a record and that `heads` do not cover: the answer to 'was it
    /// changed after signing?'.
    pub fn touched_after(&self, record: &str, heads: &[Hash]) -> Result<Option<u64>, UnknownHead> {
        let clock = self.at(heads)?.clock;
        let touching = self.records.get(record).into_iter().flat_map(|record| self.touching(record));
        Ok(touching.filter(|change| !clock.covers(*change)).filter_map(|change| self.stamped(change)).map(|change| change.position).max())
    }

    fn touching<'a>(&self, record: &'a Record) -> impl Iterator<Item = Stamp> + use<'a> {
        let written = record.fields.values().flatten().map(|entry| entry.change);
        let typed = record.prose.values().flat_map(super::prose::Prose::changes);
        std::iter::once(record.made).chain(written).chain(typed)
    }
}

impl View<'_> {
    /// The values standing at a field, the winner last; none where the record or the field is not there.
    pub fn values(&self, record: &str, field: &str) -> Vec<Value> {
        let Some(record) = self.seen(record) else { return Vec::new() };
        let entries = self.index.standing_entries(record, field, &self.clock);
        entries
            .filter_map(|entry| {
                let change = self.index.stamped(entry.change)?;
                let actor = *self.index.actors.get(entry.change.actor as usize)?;
                Some(Value { scalar: entry.value.clone()?, change: change.hash, actor, position: change.position })
            })
            .collect()
    }

    /// All fields of a record that have a value; several values where they were set at the same time, the winner last.
    /// A Text is the one text that it reads as, unless that is empty.
    pub fn record(&self, record: &str) -> BTreeMap<String, Vec<Scalar>> {
        let Some(record) = self.seen(record) else { return BTreeMap::new() };
        let values = |field: &str| self.index.standing_entries(record, field, &self.clock).filter_map(|entry| entry.value.clone()).collect::<Vec<_>>();
        let scalars = record.fields.keys().map(|field| (field.clone(), values(field))).filter(|(_, values)| !values.is_empty());
        let prose = record.prose.iter().map(|(field, prose)| (field.clone(), self.read(prose))).filter(|(_, text)| !text.is_empty());
        scalars.chain(prose.map(|(field, text)| (field, vec![Scalar::Text(text)]))).collect()
    }

    /// What a Text reads; `None` where the record has none of that name.
    pub fn prose(&self, record: &str, field: &str) -> Option<String> {
        self.seen(record)?.prose.get(field).map(|prose| self.read(prose))
    }

    fn read(&self, prose: &super::prose::Prose) -> String {
        prose.read(|change| self.clock.covers(change))
    }

    /// The records that were there, ascending.
    pub fn records(&self) -> impl Iterator<Item = &str> {
        self.index.records.keys().map(|record| &**record).filter(|record| self.seen(record).is_some())
    }

    /// Everybody whose operations the record holds, overwritten or not: its contributors.
    pub fn writers(&self, record: &str) -> BTreeSet<Actor> {
        let changes = self.seen(record).into_iter().flat_map(|record| self.index.touching(record));
        changes.filter(|change| self.clock.covers(*change)).filter_map(|change| self.index.actors.get(change.actor as usize)).copied().collect()
    }

    fn seen(&self, record: &str) -> Option<&Record> {
        self.index.records.get(record).filter(|record| self.clock.covers(record.made))
    }
}
