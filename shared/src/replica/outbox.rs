//! Requests out, verdicts in.

use std::collections::BTreeSet;

use crate::{
    id::{LogId, RecordId},
    refusal::Refusal,
    time::At,
    wire::{Bundle, Cursor, Item, MAX_BUNDLES, MAX_CURSORS, MAX_REQUEST_BYTES, SyncRequest, Verdict, WIRE_VERSION},
    words::refusal as say,
};

use super::{Effects, Replica, is_of_old_epoch, pending::Touched, stored::Table};

/// What cursors and framing may take of a request.
const FRAME_BYTES: usize = 64 * 1024;

impl Replica {
    pub(super) fn next_request(&mut self, now: At, with_new: bool) -> (SyncRequest, Effects) {
        let mut effects = Effects::default();
        let mut push = Vec::new();
        let mut bytes = 0;
        let mut touched = BTreeSet::new();
        let ready = if self.trust.is_replaced() { Vec::new() } else { self.ready(now) };
        for number in ready {
            if push.len() >= MAX_BUNDLES {
                break;
            }
            if !with_new && self.pending.iter().any(|pending| pending.number == number && pending.fixed.is_none()) {
                continue;
            }
            let Some(bundle) = self.bundle(number, now, &mut touched, &mut effects) else { continue };
            bytes += bundle_bytes(&bundle);
            if bytes > MAX_REQUEST_BYTES - FRAME_BYTES && !push.is_empty() {
                break;
            }
            push.push(bundle);
        }
        // What the live stream or the last answer has told is here: only what is written to is asked for with it.
        let rest = push.is_empty() || !self.in_touch || !self.read_up;
        let written: BTreeSet<LogId> = push.iter().map(|bundle: &Bundle| bundle.log).collect();
        // A closed log is named too: one that is not would be sent again from its start.
        let known: BTreeSet<&LogId> = self.books.keys().chain(self.trust.waiting()).collect();
        let cursors = known.into_iter().filter(|log| rest || written.contains(log)).take(MAX_CURSORS);
        let read = |log: &LogId| self.books.get(log).map(|book| Cursor { log: *log, epoch: book.log.told_epoch(), next: book.log.chain.next });
        let cursors = cursors.filter_map(|log| self.trust.place(*log).or_else(|| read(log))).collect();
        if !touched.is_empty() {
            self.show(&touched, &mut effects);
        }
        (SyncRequest { v: WIRE_VERSION, device: self.identity.device, cursors, rest, push }, effects)
    }

    /// Own logs first: the server derives from them when a shared record was first typed. Then what was sent before, as
    /// it was sent, and then in the order of writing.
    fn ready(&self, now: At) -> Vec<u64> {
        let own = self.own_log();
        let mut waiting: Vec<(bool, u64, u64)> = Vec::new();
        let mut blocked: BTreeSet<(LogId, RecordId)> = BTreeSet::new();
        // Nothing is written onto half of an epoch. Whoever left never reads the other half.
        let is_read = |log: &LogId| self.books.get(log).is_some_and(|book| book.log.is_whole() || book.closed);
        for pending in self.pending.iter().filter(|pending| is_read(&pending.log)) {
            let place = (pending.log, pending.record);
            let turn = pending.fixed.as_ref().map(|fixed| fixed.turn);
            // Later intents on a record never overtake one that is still being typed, unless it is about to be signed.
            if turn.is_none() && !pending.is_ready(now) && !self.is_signed_for(pending.record) {
                blocked.insert(place);
            }
            if turn.is_some() || !blocked.contains(&place) {
                waiting.push((pending.log != own, turn.unwrap_or(u64::MAX), pending.number));
            }
        }
        waiting.sort_unstable();
        waiting.into_iter().map(|(_, _, number)| number).collect()
    }

    fn is_signed_for(&self, record: RecordId) -> bool {
        self.pending.iter().any(|pending| pending.record == record && !pending.decisions.is_empty())
    }

    fn bundle(&mut self, number: u64, now: At, touched: &mut Touched, effects: &mut Effects) -> Option<Bundle> {
        let pending = self.pending.iter().find(|pending| pending.number == number)?.clone();
        touched.insert((pending.log, pending.record));
        touched.insert((self.own_log(), pending.record));
        let book = self.books.get(&pending.log)?;
        let epoch = book.log.epoch;
        if book.closed && !book.log.is_whole() {
            let stranded = self.drop_pending(number, effects)?;
            self.strand(stranded, say::r10_not_member(), false, now, effects);
            return None;
        }
        if let Some(fixed) = pending.fixed {
            return Some(Bundle { log: pending.log, epoch, items: fixed.items });
        }
        let is_erased = self.books.get(&pending.log).is_some_and(|book| book.log.facts.erased.contains(&pending.record));
        if is_erased && pending.words.is_some() {
            let stranded = self.drop_pending(number, effects)?;
            self.strand(stranded, say::erased(), false, now, effects);
            return None;
        }
        match self.fix(&pending, effects) {
            Ok(Some(fixed)) => {
                let items = fixed.items.clone();
                self.update_pending(number, effects, |pending| {
                    pending.fixed = Some(fixed);
                    pending.typing_since = None;
                });
                Some(Bundle { log: pending.log, epoch, items })
            }
            Ok(None) => {
                // The same words stand there already.
                self.drop_pending(number, effects);
                None
            }
            Err(error) => {
                let stranded = self.drop_pending(number, effects)?;
                self.strand(
                    stranded,
                    Refusal::new("cannot_write", format!("This could not be put into the record ({error}). Copy the words and write them anew.")),
                    false,
                    now,
                    effects,
                );
                None
            }
        }
    }

    /// The pending intent that a bundle carries.
    pub(super) fn carried(&self, bundle: &Bundle) -> Option<u64> {
        self.pending
            .iter()
            .find(|pending| pending.log == bundle.log && pending.fixed.as_ref().is_some_and(|fixed| fixed.items == bundle.items))
            .map(|pending| pending.number)
    }

    /// What became of one bundle.
    pub(super) fn settle(&mut self, number: u64, verdict: &Verdict, now: At, touched: &mut Touched, effects: &mut Effects) {
        let Some(pending) = self.pending.iter().find(|pending| pending.number == number) else { return };
        let (log, record) = (pending.log, pending.record);
        let turn = pending.fixed.as_ref().map(|fixed| fixed.turn);
        touched.insert((log, record));
        touched.insert((self.own_log(), record));
        match verdict {
            Verdict::Accepted { .. } | Verdict::Duplicate { .. } => {
                self.drop_pending(number, effects);
            }
            Verdict::Exists { .. } => {
                let refusal = Refusal::new(
                    "exists",
                    "Already sent from your other phone. What you wrote here is kept below; add it as a new version if it still matters.",
                );
                self.give_up(number, refusal, false, now, touched, effects);
            }
            // It goes anew once the new epoch is read: the same answer brought it, or the next one does.
            verdict if is_of_old_epoch(verdict) => {
                self.read_up = false;
                if let Some(turn) = turn {
                    self.unfix_from(log, turn, touched, effects);
                }
            }
            Verdict::Refused(refusal) => self.give_up(number, refusal.clone(), false, now, touched, effects),
            Verdict::Held(refusal) => self.give_up(number, refusal.clone(), true, now, touched, effects),
            // What it builds on was refused: written anew on what stands, with the next request.
            Verdict::BlockedBy { .. } => {
                if let Some(turn) = turn {
                    self.unfix_from(log, turn, touched, effects);
                }
            }
            Verdict::RetryAfter { .. } => {}
        }
    }

    fn give_up(&mut self, number: u64, refusal: Refusal, held: bool, now: At, touched: &mut Touched, effects: &mut Effects) {
        let Some(pending) = self.drop_pending(number, effects) else { return };
        let (log, record, words) = (pending.log, pending.record, pending.words.clone());
        let turn = pending.fixed.as_ref().map_or(0, |fixed| fixed.turn);
        self.strand(pending, refusal, held, now, effects);
        let Some(words) = words else { return };
        self.unfix_from(log, turn, touched, effects);
        if words.shares && !held {
            self.back_to_the_draft(log, record, effects);
        }
    }

    /// Whatever was sent on top of something refused is written anew: by a new actor, on a document without it.
    fn unfix_from(&mut self, log: LogId, turn: u64, touched: &mut Touched, effects: &mut Effects) {
        let later = self.pending.iter().filter(|pending| pending.log == log && pending.fixed.as_ref().is_some_and(|fixed| fixed.turn >= turn));
        let later: Vec<(u64, RecordId)> = later.map(|pending| (pending.number, pending.record)).collect();
        for (number, record) in later {
            self.update_pending(number, effects, |pending| pending.fixed = None);
            touched.insert((log, record));
        }
        let Some(book) = self.books.get_mut(&log) else { return };
        book.drop_document();
        book.slot = book.slot.wrapping_add(1);
        effects.put(Table::Meta, format!("slot/{log}"), &book.slot);
    }
}

fn bundle_bytes(bundle: &Bundle) -> usize {
    bundle
        .items
        .iter()
        .map(|item| match item {
            Item::Word(bytes) => bytes.0.len(),
            Item::Decision(signed) => signed.body.0.len() + 256,
        })
        .sum()
}
