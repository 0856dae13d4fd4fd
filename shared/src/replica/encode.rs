//! An intent becomes a change: at the moment its first request starts, and never again.

use std::collections::BTreeSet;

use crate::{
    bytes::{Bytes, Hash},
    change::{
        Decoded, Seen, Written,
        actor::actor,
        writer::{DocumentError, Edit},
    },
    decision::{self, MAX_HEADS, SignedDecision},
    id::PersonId,
    log::visible,
    planted::{LeftOut, is_left_out},
    prose,
    scalar::Scalar,
    wire::Item,
};

use super::{
    Effects, Replica,
    pending::{Fixed, Pending, Words},
    stored::Table,
};

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
        let turn = self.next_number;
        self.next_number += 1;
        Ok(Some(Fixed { turn, items, change: written.as_ref().map(|written| written.hash), bytes: written.map(|written| Bytes(written.bytes)) }))
    }

    /// The heads that a submit names: those with the very words that were signed. What somebody else wrote meanwhile is
    /// the next draft and not part of it.
    fn heads(&mut self, pending: &Pending, written: Option<&Written>) -> Vec<Hash> {
        if let Some(written) = written {
            return vec![written.hash];
        }
        let Some(submit) = pending.decisions.iter().find(|signed| signed.salt.is_some()) else { return Vec::new() };
        let now = self.with_document(pending, |document| document.heads());
        if self.binds(pending, submit, &now) {
            return now;
        }
        let mut seen = self.heads_at_basis(pending);
        seen.extend(self.own_since(pending).into_iter().map(|(hash, _)| hash));
        seen.sort_unstable();
        seen.dedup();
        if seen.len() <= MAX_HEADS && self.binds(pending, submit, &seen) { seen } else { now }
    }

    /// Whether the record's words at these heads are the ones that the submit's digest covers.
    fn binds(&mut self, pending: &Pending, submit: &SignedDecision, heads: &[Hash]) -> bool {
        let record = pending.record.to_string();
        let values = self.with_document(pending, |document| document.fork_at(heads).ok().and_then(|then| then.record(&record)));
        let (Some(values), Ok(decision), Some(salt)) = (values, submit.decision(), &submit.salt) else { return false };
        if values.values().any(|values| values.len() > 1) {
            return false;
        }
        let canonical = decision::canonical_content(pending.log, pending.record, &decision.kind, &decision.form, &visible(values));
        decision::content_digest(salt, &canonical) == decision.digest
    }

    fn heads_at_basis(&self, pending: &Pending) -> Vec<Hash> {
        let Some(book) = self.books.get(&pending.log) else { return Vec::new() };
        if pending.basis.position < book.log.began() { book.log.index.carried_heads() } else { book.log.index.heads_at(pending.basis.position) }
    }

    /// This phone's own changes of the record that an intent stands on and its basis lacks: accepted since, with the
    /// values that others had set in their sight, or still under way.
    fn own_since(&self, pending: &Pending) -> Vec<(Hash, BTreeSet<Hash>)> {
        let Some(book) = self.books.get(&pending.log) else { return Vec::new() };
        let record = pending.record.to_string();
        let device = *self.identity.device.0.as_bytes();
        let now = book.log.index.now();
        let fields = now.record(&record);
        let standing = fields.keys().flat_map(|field| now.values(&record, field));
        let mine: BTreeSet<Hash> =
            standing.filter(|value| value.actor.device() == Some(device) && value.position > pending.basis.position).map(|value| value.change).collect();
        let under_way = self.pending.iter().filter(|other| other.log == pending.log && other.record == pending.record && other.number < pending.number);
        let under_way = under_way
            .filter_map(|other| other.fixed.as_ref())
            .filter_map(|fixed| Some((fixed.change?, Decoded::parse(&fixed.bytes.as_ref()?.0).ok()?.deps().to_vec())));
        let sight = |heads: &[Hash]| -> BTreeSet<Hash> {
            let known: Vec<Hash> = heads.iter().filter(|head| book.log.index.contains(head)).copied().collect();
            let fields = self.kept_apart(pending);
            fields.iter().filter_map(|field| book.log.index.values_at(&record, field, &known).ok()).flatten().map(|value| value.change).collect()
        };
        let accepted = mine.into_iter().map(|hash| (hash, sight(&[hash])));
        accepted.chain(under_way.map(|(hash, deps)| (hash, sight(&deps)))).collect()
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
                    let prose: Vec<_> = words.typed.iter().map(|(field, typing)| (field.clone(), typing.after.clone())).collect();
                    return edit.create(&record, &pending.kind, &PersonId::to_string(&by), &values(&words.fields), &prose);
                }
                put_all(edit, &record, &words)
            })
        })
    }

    /// Another phone wrote one of the fields meanwhile: the change is made where its writer stood, by an actor that
    /// wrote nothing yet, so that both values stay and can be picked from.
    fn write_apart(&mut self, pending: &Pending, seen: &Seen, effects: &mut Effects) -> Result<Option<Written>, DocumentError> {
        let Some(words) = pending.words.clone() else { return Ok(None) };
        let record = pending.record.to_string();
        let device = *self.identity.device.0.as_bytes();
        // Own words that were written since were on the screen too, unless they stand on what is to be kept apart.
        let apart_from = self.written_apart(pending);
        let mut heads = self.heads_at_basis(pending);
        heads.extend(self.own_since(pending).into_iter().filter(|(_, sight)| sight.is_disjoint(&apart_from)).map(|(hash, _)| hash));
        let Some(book) = self.books.get_mut(&pending.log) else { return Ok(None) };
        book.slot = book.slot.wrapping_add(1);
        effects.put(Table::Meta, format!("slot/{}", pending.log), &book.slot);
        let slot = book.slot;
        let mut apart = self.with_document(pending, |document| document.fork_at(&heads))?;
        let written = apart.edit(actor(device, slot), seen, |edit| put_all(edit, &record, &words))?;
        if let Some(written) = &written {
            self.with_document(pending, |document| document.apply(&written.bytes))?;
        }
        Ok(written)
    }

    fn is_stale(&self, pending: &Pending) -> bool {
        !self.written_apart(pending).is_empty()
    }

    /// The changes by which other devices set this intent's fields without its writer seeing it.
    fn written_apart(&self, pending: &Pending) -> BTreeSet<Hash> {
        let Some(book) = self.books.get(&pending.log) else { return BTreeSet::new() };
        let record = pending.record.to_string();
        self.kept_apart(pending).iter().flat_map(|field| self.set_since(book, &record, field, pending)).map(|value| value.change).collect()
    }

    /// The fields in which an intent's words do not build on what its writer had not seen: those that it writes, and
    /// the whole record where it is signed next, since a submit binds what was on the screen.
    fn kept_apart(&self, pending: &Pending) -> BTreeSet<String> {
        let Some(words) = &pending.words else { return BTreeSet::new() };
        let later = self.pending.iter().filter(|other| other.log == pending.log && other.record == pending.record && other.number > pending.number);
        let signed = later.flat_map(|other| &other.decisions).any(|signed| signed.salt.is_some());
        let mut fields: BTreeSet<String> = words.fields.keys().cloned().collect();
        if let Some(book) = self.books.get(&pending.log).filter(|_| signed) {
            fields.extend(book.log.index.now().record(&pending.record.to_string()).into_keys());
        }
        fields
    }

    fn with_document<T>(&mut self, pending: &Pending, act: impl FnOnce(&mut crate::change::Document) -> T) -> T {
        let fixed = self.pending.iter().filter(|other| other.log == pending.log).filter_map(|other| other.fixed.as_ref());
        let mut under_way: Vec<(u64, Vec<u8>)> = fixed.filter_map(|fixed| Some((fixed.turn, fixed.bytes.as_ref()?.0.clone()))).collect();
        // A later one builds on an earlier one.
        under_way.sort_unstable_by_key(|(turn, _)| *turn);
        let book = self.books.get_mut(&pending.log).expect("an intent is only begun in a log that is here");
        act(book.document(under_way.iter().map(|(_, bytes)| bytes.as_slice())))
    }
}

fn values(fields: &std::collections::BTreeMap<String, Option<Scalar>>) -> Vec<(String, Scalar)> {
    fields.iter().filter_map(|(field, value)| Some((field.clone(), value.clone()?))).collect()
}

fn put_all(edit: &mut Edit<'_>, record: &str, words: &Words) -> Result<(), DocumentError> {
    for (field, value) in &words.fields {
        match value {
            Some(value) => edit.put(record, field, value)?,
            None => edit.delete(record, field)?,
        }
    }
    for (field, typing) in &words.typed {
        let now = edit.prose(record, field)?;
        let text = if is_left_out(LeftOut::Merge) { typing.after.clone() } else { prose::merge(&typing.before, &typing.after, &now) };
        edit.type_into(record, field, &text)?;
    }
    Ok(())
}
