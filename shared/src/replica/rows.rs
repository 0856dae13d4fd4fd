//! View rows: confirmed values with what is pending laid over them.

use std::collections::BTreeMap;

use crate::{
    change::{
        effect::{BY, KIND},
        index::Value,
    },
    id::{LogId, PersonId, RecordId},
    kind::DISCARDED,
    ledger::{RecordLedger, Version},
    log::visible,
    phone::{Row, Waiting},
    prose,
    scalar::Scalar,
    time::At,
};

use super::{Replica, book::Book, pending::Pending};

impl Replica {
    /// `None` where there is no such record, or it is not to be listed: a draft that is shared or thrown away.
    pub(super) fn row(&self, log: LogId, record: RecordId) -> Option<Row> {
        let book = self.books.get(&log)?;
        let name = record.to_string();
        let mut fields = book.log.index.now().record(&name);
        let pending: Vec<&Pending> = self.pending.iter().filter(|pending| pending.log == log && pending.record == record).collect();
        let (kind, by) = self.identity_of(book, &name, &pending)?;
        fields.remove(KIND);
        fields.remove(BY);
        // Automerge shows its winner last; a screen shows it first.
        fields.values_mut().for_each(|values| values.reverse());
        for pending in &pending {
            self.lay_over(book, &name, pending, &mut fields);
        }
        if log == self.own_log() && (self.is_shared(record) || fields.get(DISCARDED).is_some_and(|values| values.contains(&Scalar::Flag(true)))) {
            return None;
        }
        let entry = book.log.ledger.get(record).cloned();
        if entry.as_ref().is_some_and(RecordLedger::is_copy) {
            return None;
        }
        let frozen = entry.as_ref().and_then(|entry| entry.latest());
        let changed_after =
            frozen.is_some_and(|version| is_changed(book, &name, version)) || (frozen.is_some() && pending.iter().any(|pending| pending.words.is_some()));
        let touched_at = self.touched_at(book, &name, &pending);
        let waiting = pending.iter().flat_map(|pending| waiting(pending)).collect();
        let unsent = !pending.is_empty();
        let only_here = !book.log.index.has_record(&name) && !book.log.facts.erased.contains(&record);
        Some(Row { log, record, kind, by, fields, entry, waiting, unsent, only_here, changed_after, touched_at })
    }

    fn identity_of(&self, book: &Book, name: &str, pending: &[&Pending]) -> Option<(String, PersonId)> {
        if let Some((kind, by)) = book.log.index.identity(name) {
            return Some((kind.to_owned(), by.parse().ok()?));
        }
        if let Some(entry) = name.parse().ok().filter(|record| book.log.facts.erased.contains(record)).and_then(|record| book.log.ledger.get(record)) {
            return Some((entry.kind.clone(), entry.author));
        }
        let creates = pending.iter().find(|pending| pending.words.as_ref().is_some_and(|words| words.creates))?;
        Some((creates.kind.clone(), self.identity.person))
    }

    /// A pending value stands alone, unless another phone wrote the field since: then both stand, to pick from.
    fn lay_over(&self, book: &Book, name: &str, pending: &Pending, fields: &mut BTreeMap<String, Vec<Scalar>>) {
        let Some(words) = &pending.words else { return };
        let confirmed = pending.fixed.as_ref().and_then(|fixed| fixed.change).is_some_and(|change| book.log.index.contains(&change));
        if confirmed {
            return;
        }
        for (field, value) in &words.fields {
            let mut values: Vec<Scalar> = value.iter().cloned().collect();
            for other in self.written_since(book, name, field, pending) {
                if !values.contains(&other) {
                    values.push(other);
                }
            }
            if values.is_empty() {
                fields.remove(field);
            } else {
                fields.insert(field.clone(), values);
            }
        }
        for (field, typing) in &words.typed {
            let now = fields.get(field).and_then(|values| values.first()).and_then(Scalar::text).unwrap_or_default();
            let text = prose::merge(&typing.before, &typing.after, now);
            if text.is_empty() {
                fields.remove(field);
            } else {
                fields.insert(field.clone(), vec![Scalar::Text(text)]);
            }
        }
    }

    /// Values that another device wrote to a field after the line that a pending intent had seen.
    fn written_since(&self, book: &Book, name: &str, field: &str, pending: &Pending) -> Vec<Scalar> {
        self.set_since(book, name, field, pending).into_iter().map(|value| value.scalar).collect()
    }

    pub(super) fn set_since(&self, book: &Book, name: &str, field: &str, pending: &Pending) -> Vec<Value> {
        let device = *self.identity.device.0.as_bytes();
        let values = book.log.index.now().values(name, field);
        values.into_iter().filter(|value| value.position > pending.basis.position && value.actor.device() != Some(device)).collect()
    }

    /// Whether a draft of the own log stands in a shared log, or is about to.
    fn is_shared(&self, record: RecordId) -> bool {
        let own = self.own_log();
        let name = record.to_string();
        self.books.iter().any(|(log, book)| *log != own && book.log.index.has_record(&name))
            || self.pending.iter().any(|pending| pending.record == record && pending.log != own && pending.words.as_ref().is_some_and(|words| words.creates))
    }

    fn touched_at(&self, book: &Book, name: &str, pending: &[&Pending]) -> At {
        let line = book.log.index.touched_after(name, &[]).ok().flatten().and_then(|position| book.log.received_at(position));
        let erased = || name.parse().ok().and_then(|record| Some(book.log.ledger.get(record)?.latest()?.submitted.received_at));
        pending.iter().map(|pending| pending.at).chain(line.or_else(erased)).max().unwrap_or_default()
    }
}

/// Whether words came after the ones that a version froze. Its heads mean nothing in a later epoch: there the words tell.
fn is_changed(book: &Book, name: &str, version: &Version) -> bool {
    if version.heads.is_empty() {
        return !version.content.is_empty() && visible(book.log.index.now().record(name)) != version.content;
    }
    book.log.index.touched_after(name, &version.heads).is_ok_and(|position| position.is_some())
}

fn waiting(pending: &Pending) -> Vec<Waiting> {
    let decisions = pending.decisions.iter().filter_map(|signed| signed.decision().ok());
    decisions.map(|decision| Waiting { act: decision.act, version: decision.version, at: decision.at, gone: pending.fixed.is_some() }).collect()
}
