//! A log began a new epoch: words were destroyed. The phone destroys its copy too, reads the log from its first line, and
//! lays what is not sent yet onto it.

use std::collections::BTreeMap;

use crate::{
    id::{LogId, RecordId},
    line::ChainHead,
    scalar::Scalar,
};

use super::{
    Effects, Replica,
    book::Book,
    pending::{Pending, Touched},
    stored::Table,
};

/// What a phone remembers of the epoch that it left, until it has read the new one.
#[derive(Debug)]
pub(super) struct Left {
    /// Where its lines ended: the new ones lead through here, or they are another history.
    pub head: ChainHead,
    /// Unsent intents that stood on all that others had written, with the values that they replace.
    pub settled: Vec<(u64, BTreeMap<String, Vec<Scalar>>)>,
}

/// The epoch that a log is in, under this name in [`Table::Meta`]: known before all of it is read.
pub(super) const TOLD: &str = "epoch/";

impl Replica {
    pub(super) fn leave_epoch(&mut self, log: LogId, epoch: u32, touched: &mut Touched, effects: &mut Effects) {
        let numbers: Vec<u64> = self.pending.iter().filter(|pending| pending.log == log).map(|pending| pending.number).collect();
        let settled = numbers.iter().filter_map(|number| Some((*number, self.replaces(log, *number)?))).collect();
        let Some(old) = self.books.remove(&log) else { return };
        touched.extend(old.records().map(|record| (log, record)));
        for position in 0..old.log.chain.next {
            effects.delete_line(log, position);
        }
        effects.delete(Table::Snapshots, log.to_string());
        let mut book = Book::told(log, self.identity.organisation, epoch);
        book.left = Some(Left { head: old.log.chain, settled });
        book.slot = old.slot.wrapping_add(1);
        effects.put(Table::Meta, format!("slot/{log}"), &book.slot);
        effects.put(Table::Meta, format!("{TOLD}{log}"), &epoch);
        self.books.insert(log, book);
        for number in numbers {
            self.update_pending(number, effects, |pending| pending.fixed = None);
        }
    }

    /// The values that an intent replaces, unless another device wrote one of them unseen.
    fn replaces(&self, log: LogId, number: u64) -> Option<BTreeMap<String, Vec<Scalar>>> {
        let book = self.books.get(&log)?;
        let pending = self.pending.iter().find(|pending| pending.number == number)?;
        let words = pending.words.as_ref()?;
        let name = pending.record.to_string();
        let unseen = words.fields.keys().any(|field| !self.set_since(book, &name, field, pending).is_empty());
        (!unseen).then(|| words.fields.keys().map(|field| (field.clone(), standing(book, pending.record, field))).collect())
    }

    /// The new epoch is read: an intent whose values stand there as it knew them is laid onto them. Any other keeps its
    /// basis in the old epoch, and so stands beside what it finds.
    pub(super) fn enter_epoch(&mut self, log: LogId, effects: &mut Effects) {
        let Some(book) = self.books.get_mut(&log).filter(|book| book.log.is_whole()) else { return };
        let (Some(left), Some(newest)) = (book.left.take(), book.log.newest()) else { return };
        let book = self.books.get(&log);
        let as_known = |number: &u64, values: &BTreeMap<String, Vec<Scalar>>| {
            let pending = self.pending.iter().find(|pending| pending.number == *number);
            let Some((book, pending, words)) = book.zip(pending).and_then(|(book, pending)| Some((book, pending, pending.words.as_ref()?))) else {
                return false;
            };
            values.iter().all(|(field, known)| {
                let standing = standing(book, pending.record, field);
                // What was accepted while its answer was lost stands there already.
                standing == *known || words.fields.get(field).is_some_and(|value| standing.iter().eq(value))
            })
        };
        let settled: Vec<u64> = left.settled.iter().filter(|(number, values)| as_known(number, values)).map(|(number, _)| *number).collect();
        for number in settled {
            self.update_pending(number, effects, |pending| pending.basis = newest);
        }
        self.forget_what_was_made(log, effects);
        self.forget_what_was_typed(log, effects);
    }

    /// A record that was accepted while its answer was lost is not made a second time.
    fn forget_what_was_made(&mut self, log: LogId, effects: &mut Effects) {
        let Some(book) = self.books.get(&log) else { return };
        let makes = |pending: &&Pending| pending.log == log && pending.words.as_ref().is_some_and(|words| words.creates);
        let made: Vec<u64> =
            self.pending.iter().filter(makes).filter(|pending| book.log.index.has_record(&pending.record.to_string())).map(|pending| pending.number).collect();
        for number in made {
            self.update_pending(number, effects, |pending| pending.words.iter_mut().for_each(|words| words.creates = false));
        }
    }

    /// Typing that was accepted while its answer was lost is not laid on a second time.
    fn forget_what_was_typed(&mut self, log: LogId, effects: &mut Effects) {
        let Some(book) = self.books.get(&log) else { return };
        let now = book.log.index.now();
        let stands = |record: RecordId, field: &str, text: &str| now.prose(&record.to_string(), field).is_some_and(|now| now == text);
        let known = self.pending.iter().filter(|pending| pending.log == log).filter_map(|pending| {
            let typed = &pending.words.as_ref()?.typed;
            let there: Vec<String> =
                typed.iter().filter(|(field, typing)| stands(pending.record, field, &typing.after)).map(|(field, _)| field.clone()).collect();
            (!there.is_empty()).then_some((pending.number, there))
        });
        let known: Vec<(u64, Vec<String>)> = known.collect();
        for (number, fields) in known {
            self.update_pending(number, effects, |pending| {
                let typed = pending.words.iter_mut().flat_map(|words| &mut words.typed);
                typed.filter(|(field, _)| fields.contains(field)).for_each(|(_, typing)| typing.before.clone_from(&typing.after));
            });
        }
    }
}

/// The values of a field, in an order of their own: which of several wins differs from epoch to epoch.
fn standing(book: &Book, record: RecordId, field: &str) -> Vec<Scalar> {
    let mut values: Vec<Scalar> = book.log.index.now().values(&record.to_string(), field).into_iter().map(|value| value.scalar).collect();
    values.sort();
    values
}
