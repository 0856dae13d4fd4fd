//! Which keys this phone takes for the organisation's, and what it believes by them.

use std::collections::BTreeMap;

use crate::{
    id::LogId,
    key::PublicKey,
    keys::{Distrust, Keys, led_to},
    line::{ChainHead, Line},
    log::ReplayError,
    wire::{Cursor, LogUpdate},
};

use super::{Effects, Replica, does_not_verify};

/// Lines of one log that wait in memory for the first key that this phone knows: as many as a proof holds.
const MAX_WAITING_LINES: usize = crate::proof::MAX_PROOF_LINES;

#[derive(Debug)]
pub(super) struct Trust {
    /// The one that this phone was set up with, and whatever its logs lead to from there.
    keys: Vec<PublicKey>,
    /// The beginnings of logs that began under an older key. They are believed, kept and shown once they come to a key that
    /// is trusted, and not before; a reopened phone asks for them again.
    waiting: BTreeMap<LogId, LogUpdate>,
    /// A log went on under a key that no trusted one named.
    replaced: bool,
}

impl Trust {
    pub fn new(key: PublicKey) -> Self {
        Self { keys: vec![key], waiting: BTreeMap::new(), replaced: false }
    }

    pub fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// The logs of which a beginning waits.
    pub fn waiting(&self) -> impl Iterator<Item = &LogId> {
        self.waiting.keys()
    }

    /// Where a log that waits is to be read on.
    pub fn place(&self, log: LogId) -> Option<Cursor> {
        let waiting = self.waiting.get(&log)?;
        Some(Cursor { log, epoch: waiting.epoch, next: waiting.lines.last()?.header.position.saturating_add(1) })
    }
}

impl Replica {
    /// Takes the keys to be the organisation's to which the logs here lead.
    pub(super) fn learn_keys(&mut self) {
        let known = std::mem::take(&mut self.trust.keys);
        self.trust.keys = led_to(known, self.books.values().map(|book| &book.log.facts.keys));
    }

    /// An update that may be taken in line by line: a chain whose last key follows from one that is trusted, with that
    /// key's receipt at its end, unless it is cut. Words have no signature of their own: what ends a batch vouches for
    /// them, and nothing of an update without it is believed.
    pub(super) fn vouched(&mut self, update: LogUpdate, effects: &mut Effects) -> Option<LogUpdate> {
        let log = update.log;
        let update = self.with_waiting(update)?;
        match self.vouch(&update) {
            Ok(true) => Some(update),
            Ok(false) => {
                self.trust.waiting.insert(log, update);
                None
            }
            Err(error) => {
                self.trust.replaced |= matches!(error, ReplayError::Replaced(_));
                // A log that began since has no other key than the new one.
                let error = match error {
                    ReplayError::Stranger(position) if self.trust.replaced => ReplayError::Replaced(position),
                    other => other,
                };
                effects.news.push(does_not_verify(&error));
                None
            }
        }
    }

    /// The update behind what waited for it.
    fn with_waiting(&mut self, update: LogUpdate) -> Option<LogUpdate> {
        let Some(place) = self.trust.place(update.log).filter(|place| place.epoch == update.epoch) else {
            self.trust.waiting.remove(&update.log);
            return Some(update);
        };
        let first = update.lines.first().map_or(place.next, |line| line.header.position);
        if first > place.next {
            // News of what lies behind: the next request asks for what is between.
            self.read_up = false;
            return None;
        }
        let mut whole = self.trust.waiting.remove(&update.log)?;
        whole.lines.extend(update.lines.into_iter().filter(|line| line.header.position >= place.next));
        whole.more = update.more;
        Some(whole)
    }

    /// Whether the update can be believed; `false` where that only shows once more of it is here.
    fn vouch(&self, update: &LogUpdate) -> Result<bool, ReplayError> {
        let (mut chain, mut keys) = self.reads_from(update);
        let fresh: Vec<&Line> = update.lines.iter().filter(|line| line.header.position >= chain.next).collect();
        let Some(last) = fresh.last() else { return Ok(true) };
        let end = last.header.position;
        if chain.next == 0 && fresh.first().is_some_and(|line| line.header.position > 0) {
            // It is asked for from its first line, or told where that is not known.
            return Ok(true);
        }
        for line in &fresh {
            let position = line.header.position;
            chain.follow(line).and_then(|()| keys.follow(line)).map_err(|error| ReplayError::Chain(position, error))?;
        }
        if !update.more {
            keys.receive(last).map_err(|error| ReplayError::Chain(end, error))?;
        }
        match keys.follows_from(self.trust.keys()) {
            Ok(()) => Ok(true),
            Err(_) if update.more && update.lines.len() < MAX_WAITING_LINES => Ok(false),
            Err(_) if update.more => Err(ReplayError::TooMany(end)),
            Err(Distrust::Stranger) => Err(ReplayError::Stranger(end)),
            Err(Distrust::Replaced) => Err(ReplayError::Replaced(end)),
        }
    }

    /// Where the log stands that an update goes on with: a new epoch is read from its first line.
    fn reads_from(&self, update: &LogUpdate) -> (ChainHead, Keys) {
        match self.books.get(&update.log) {
            Some(book) if book.log.told_epoch() >= update.epoch => (book.log.chain, book.log.facts.keys.clone()),
            _ => (ChainHead::origin(update.log, self.identity.organisation), Keys::default()),
        }
    }
}
