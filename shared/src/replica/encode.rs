//! An intent becomes a change: at the moment its first request starts, and never again.

use crate::{
    bytes::{Bytes, Hash},
    change::{Seen, Written, actor::actor, writer::DocumentError},
    id::PersonId,
    scalar::Scalar,
    wire::Item,
};

use super::{Effects, Replica, pending::Fixed, pending::Pending, stored::Table};

impl Replica {
    /// Fixes a pending intent's bytes. `None` where its words change nothing any more.
    pub(super) fn fix(&mut self, pending: &Pending, effects: &mut Effects) -> Result<Option<Fixed>, DocumentError> {
        let written = match &pending.words {
            Some(_) => self.write(pending, effects)?,
            None => None,
        };
        if written.is_none() && pending.decisions.is_empty() {
            return Ok(None);
        }
        let heads = self.heads(pending, written.as_ref());
        let mut items: Vec<Item> = written.iter().map(|written| Item::Word(Bytes(written.bytes.clone()))).collect();
        for signed in &pending.decisions {
            let mut signed = signed.clone();
            // Only a submit binds words, and so names the document's heads.
            if signed.salt.is_some() {
                signed.heads.clone_from(&heads);
            }
            items.push(Item::Decision(signed));
        }
        Ok(Some(Fixed { items, change: written.as_ref().map(|written| written.hash), bytes: written.map(|written| Bytes(written.bytes)) }))
    }

    fn heads(&mut self, pending: &Pending, written: Option<&Written>) -> Vec<Hash> {
        match (written, pending.decisions.is_empty()) {
            (Some(written), _) => vec![written.hash],
            (None, true) => Vec::new(),
            (None, false) => self.with_document(pending, |document| document.heads()),
        }
    }

    fn write(&mut self, pending: &Pending, effects: &mut Effects) -> Result<Option<Written>, DocumentError> {
        let Some(words) = pending.words.clone() else { return Ok(None) };
        let record = pending.record.to_string();
        let seen = Seen { position: pending.basis.position, tag: pending.basis.tag.0 };
        let device = *self.identity.device.0.as_bytes();
        let by = self.identity.person;
        let stale = !words.creates && self.is_stale(pending);
        if stale {
            return self.write_apart(pending, &seen, effects);
        }
        let slot = self.books.get(&pending.log).map_or(0, |book| book.slot);
        self.with_document(pending, |document| {
            document.edit(actor(device, slot), &seen, |edit| {
                if words.creates {
                    return edit.create(&record, &pending.kind, &PersonId::to_string(&by), &values(&words.fields));
                }
                put_all(&words.fields, |field, value| match value {
                    Some(value) => edit.put(&record, field, value),
                    None => edit.delete(&record, field),
                })
            })
        })
    }

    /// Another phone wrote one of the fields meanwhile: the change is made where its writer stood, by an actor that
    /// wrote nothing yet, so that both values stay and can be picked from.
    fn write_apart(&mut self, pending: &Pending, seen: &Seen, effects: &mut Effects) -> Result<Option<Written>, DocumentError> {
        let Some(words) = pending.words.clone() else { return Ok(None) };
        let record = pending.record.to_string();
        let device = *self.identity.device.0.as_bytes();
        let Some(book) = self.books.get_mut(&pending.log) else { return Ok(None) };
        let old = actor(device, book.slot);
        book.slot = book.slot.wrapping_add(1);
        effects.put(Table::Meta, format!("slot/{}", pending.log), &book.slot);
        let slot = book.slot;
        let mut heads = book.log.index.heads_at(pending.basis.position);
        // Own words that were accepted since were on the screen too.
        heads.extend(book.log.index.last_of(&old).map(|last| last.hash).filter(|hash| !heads.contains(hash)).as_ref());
        let mut apart = self.with_document(pending, |document| document.fork_at(&heads))?;
        let written = apart.edit(actor(device, slot), seen, |edit| {
            put_all(&words.fields, |field, value| match value {
                Some(value) => edit.put(&record, field, value),
                None => edit.delete(&record, field),
            })
        })?;
        if let Some(written) = &written {
            self.with_document(pending, |document| document.apply(&written.bytes))?;
        }
        Ok(written)
    }

    fn is_stale(&self, pending: &Pending) -> bool {
        let (Some(book), Some(words)) = (self.books.get(&pending.log), &pending.words) else { return false };
        let record = pending.record.to_string();
        words.fields.keys().any(|field| !self.written_since(book, &record, field, pending).is_empty())
    }

    fn with_document<T>(&mut self, pending: &Pending, act: impl FnOnce(&mut crate::change::Document) -> T) -> T {
        let under_way: Vec<Vec<u8>> =
            self.pending.iter().filter(|other| other.log == pending.log).filter_map(|other| Some(other.fixed.as_ref()?.bytes.as_ref()?.0.clone())).collect();
        let book = self.books.get_mut(&pending.log).expect("an intent is only begun in a log that is here");
        act(book.document(under_way.iter().map(Vec::as_slice)))
    }
}

fn values(fields: &std::collections::BTreeMap<String, Option<Scalar>>) -> Vec<(String, Scalar)> {
    fields.iter().filter_map(|(field, value)| Some((field.clone(), value.clone()?))).collect()
}

fn put_all(fields: &std::collections::BTreeMap<String, Option<Scalar>>, mut put: impl FnMut(&str, Option<&Scalar>) -> Result<(), DocumentError>) -> Result<(), DocumentError> {
    fields.iter().try_for_each(|(field, value)| put(field, value.as_ref()))
}
