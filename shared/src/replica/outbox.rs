//! Requests out, verdicts in.

use std::collections::BTreeSet;

use crate::{
    id::{LogId, RecordId},
    refusal::Refusal,
    time::At,
    wire::{Bundle, Cursor, Item, MAX_BUNDLES, MAX_CURSORS, MAX_REQUEST_BYTES, SyncRequest, Verdict, WIRE_VERSION},
};

use super::{Effects, Replica};

/// What cursors and framing may take of a request.
const FRAME_BYTES: usize = 64 * 1024;

impl Replica {
    pub(super) fn next_request(&mut self, now: At) -> (SyncRequest, Effects) {
        let mut effects = Effects::default();
        let mut push = Vec::new();
        let mut bytes = 0;
        let mut touched = BTreeSet::new();
        for number in self.ready(now) {
            if push.len() >= MAX_BUNDLES {
                break;
            }
            let Some(bundle) = self.bundle(number, now, &mut touched, &mut effects) else { continue };
            bytes += bundle_bytes(&bundle);
            if bytes > MAX_REQUEST_BYTES - FRAME_BYTES && !push.is_empty() {
                break;
            }
            push.push(bundle);
        }
        let cursors = self.books.iter().filter(|(_, book)| !book.closed).take(MAX_CURSORS);
        let cursors = cursors.map(|(log, book)| Cursor { log: *log, epoch: book.log.epoch, next: book.log.chain.next }).collect();
        if !touched.is_empty() {
            self.show(&touched, &mut effects);
        }
        (SyncRequest { v: WIRE_VERSION, device: self.identity.device, cursors, push }, effects)
    }

    /// Own logs first: the server derives from them when a shared record was first typed.
    fn ready(&self, now: At) -> Vec<u64> {
        let own = self.own_log();
        let mut waiting: Vec<(bool, u64)> = Vec::new();
        let mut blocked: BTreeSet<(LogId, RecordId)> = BTreeSet::new();
        for pending in &self.pending {
            let place = (pending.log, pending.record);
            // Later intents on a record never overtake one that is still being typed, unless it is about to be signed.
            if !pending.is_ready(now) && !self.is_signed_for(pending.record) {
                blocked.insert(place);
            }
            if !blocked.contains(&place) {
                waiting.push((pending.log != own, pending.number));
            }
        }
        waiting.sort_unstable();
        waiting.into_iter().map(|(_, number)| number).collect()
    }

    fn is_signed_for(&self, record: RecordId) -> bool {
        self.pending.iter().any(|pending| pending.record == record && !pending.decisions.is_empty())
    }

    fn bundle(&mut self, number: u64, now: At, touched: &mut BTreeSet<(LogId, RecordId)>, effects: &mut Effects) -> Option<Bundle> {
        let pending = self.pending.iter().find(|pending| pending.number == number)?.clone();
        touched.insert((pending.log, pending.record));
        let epoch = self.books.get(&pending.log)?.log.epoch;
        if let Some(fixed) = pending.fixed {
            return Some(Bundle { log: pending.log, epoch, items: fixed.items });
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
                self.strand(stranded, Refusal::new("cannot_write", format!("This could not be put into the record ({error}). Copy the words and write them anew.")), false, now, effects);
                None
            }
        }
    }

    /// What became of one bundle.
    pub(super) fn settle(&mut self, bundle: &Bundle, verdict: &Verdict, now: At, touched: &mut BTreeSet<(LogId, RecordId)>, effects: &mut Effects) {
        let carried = self.pending.iter().find(|pending| pending.log == bundle.log && pending.fixed.as_ref().is_some_and(|fixed| fixed.items == bundle.items));
        let Some((number, record)) = carried.map(|pending| (pending.number, pending.record)) else { return };
        touched.insert((bundle.log, record));
        touched.insert((self.own_log(), record));
        match verdict {
            Verdict::Accepted { .. } | Verdict::Duplicate { .. } => {
                self.drop_pending(number, effects);
            }
            Verdict::Exists { .. } => {
                let refusal = Refusal::new("exists", "Already sent from your other phone. What you wrote here is kept below; add it as a new version if it still matters.");
                self.give_up(number, refusal, false, now, effects);
            }
            Verdict::Refused(refusal) => self.give_up(number, refusal.clone(), false, now, effects),
            Verdict::Held(refusal) => self.give_up(number, refusal.clone(), true, now, effects),
            // What it builds on was refused: written anew on what stands, with the next request.
            Verdict::BlockedBy { .. } => self.unfix(bundle.log, number, effects),
            Verdict::RetryAfter { .. } => {}
        }
    }

    fn give_up(&mut self, number: u64, refusal: Refusal, held: bool, now: At, effects: &mut Effects) {
        let Some(pending) = self.drop_pending(number, effects) else { return };
        let (log, changed) = (pending.log, pending.words.is_some());
        self.strand(pending, refusal, held, now, effects);
        if changed {
            self.unfix_log(log, number, effects);
        }
    }

    /// Whatever was sent on top of something refused is written anew.
    fn unfix_log(&mut self, log: LogId, after: u64, effects: &mut Effects) {
        let later: Vec<u64> = self.pending.iter().filter(|pending| pending.log == log && pending.number > after && pending.fixed.is_some()).map(|pending| pending.number).collect();
        for number in later {
            self.update_pending(number, effects, |pending| pending.fixed = None);
        }
        self.rotate(log, effects);
    }

    fn unfix(&mut self, log: LogId, number: u64, effects: &mut Effects) {
        self.update_pending(number, effects, |pending| pending.fixed = None);
        self.rotate(log, effects);
    }

    /// A new actor, and a document without what was refused.
    fn rotate(&mut self, log: LogId, effects: &mut Effects) {
        if let Some(book) = self.books.get_mut(&log) {
            book.drop_document();
            book.slot = book.slot.wrapping_add(1);
            effects.put(super::Table::Meta, format!("slot/{log}"), &book.slot);
        }
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
