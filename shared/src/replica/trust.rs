//! Which keys this phone takes for the organisation's, and what it believes by them.

use std::collections::BTreeMap;

use crate::{
    check_number::CheckNumber,
    id::LogId,
    key::PublicKey,
    keys::{Distrust, Keys, led_to},
    line::{ChainHead, Line},
    log::ReplayError,
    refusal::Refusal,
    wire::{Cursor, LogUpdate},
    words::refusal as say,
};

use super::{
    Effects, Replica, does_not_verify,
    stored::{RestoreError, Table, read},
};

/// Lines of one log that wait in memory for the first key that this phone knows: as many as a proof holds.
const MAX_WAITING_LINES: usize = crate::proof::MAX_PROOF_LINES;

#[derive(Debug)]
pub(super) struct Trust {
    /// The one that this phone was set up with, and whatever its logs lead to from there.
    keys: Vec<PublicKey>,
    /// The beginnings of logs that began under an older key. They are believed, kept and shown once they come to a key that
    /// is trusted, and not before; a reopened phone asks for them again.
    waiting: BTreeMap<LogId, LogUpdate>,
    /// A log went on under this key, which no trusted one named. Nothing is sent until a person takes it.
    replaced: Option<Replaced>,
    /// The answer that is being taken in says so.
    said: bool,
}

/// A key that only a person can vouch for.
#[derive(Debug)]
struct Replaced {
    key: PublicKey,
    number: CheckNumber,
}

/// The key that a person took, and the one that waits for it, under these names in [`Table::Meta`].
const TAKEN: &str = "key_taken";
const REPLACED: &str = "key_replaced";

/// What an update's keys say of it.
enum Vouched {
    Believed,
    /// That only shows once more of it is here.
    Waits,
    Replaced(PublicKey),
}

impl Replaced {
    fn by(key: PublicKey) -> Self {
        Self { number: CheckNumber::of(&key), key }
    }
}

impl Trust {
    pub fn new(key: PublicKey) -> Self {
        Self { keys: vec![key], waiting: BTreeMap::new(), replaced: None, said: false }
    }

    /// As the phone kept it.
    pub fn restore(&mut self, name: &str, value: &[u8]) -> Result<(), RestoreError> {
        match name {
            TAKEN => self.keys = vec![read(value)?],
            REPLACED => self.replaced = Some(Replaced::by(read(value)?)),
            _ => {}
        }
        Ok(())
    }

    /// Somebody has to vouch for a key first: nothing goes to whoever is there.
    pub fn is_replaced(&self) -> bool {
        self.replaced.is_some()
    }

    /// How the check number of the key that waits begins.
    pub fn begins(&self) -> Option<String> {
        self.replaced.as_ref().map(|replaced| replaced.number.begins())
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
            Ok(Vouched::Believed) => Some(update),
            Ok(Vouched::Waits) => {
                self.trust.waiting.insert(log, update);
                None
            }
            Ok(Vouched::Replaced(key)) => {
                self.trust.said = true;
                if self.trust.replaced.as_ref().is_none_or(|known| known.key != key) {
                    effects.put(Table::Meta, REPLACED.to_owned(), &key);
                    self.trust.replaced = Some(Replaced::by(key));
                }
                None
            }
            // A log that began since has no other key than the new one.
            Err(ReplayError::Stranger(_)) if self.trust.is_replaced() => None,
            Err(error) => {
                effects.news.push(does_not_verify(&error));
                None
            }
        }
    }

    /// Takes the lines of a whole answer in: where no log of it goes on under a key that nobody named, no key waits for a
    /// person any more.
    pub(super) fn hear_of_keys(&mut self, effects: &mut Effects, take: impl FnOnce(&mut Self, &mut Effects)) {
        self.trust.said = false;
        take(self, effects);
        if !self.trust.said && self.trust.waiting.is_empty() && self.trust.replaced.take().is_some() {
            effects.delete(Table::Meta, REPLACED.to_owned());
        }
    }

    /// Takes the key that waits, and that one alone: the former one may be in other hands. What was read under it stays,
    /// and every log has to go on from there.
    pub(super) fn take_key(&mut self, typed: &str, effects: &mut Effects) -> Result<(), Refusal> {
        let Some(replaced) = &self.trust.replaced else { return Ok(()) };
        if !replaced.number.is_meant_by(typed) {
            return Err(say::key_differs());
        }
        effects.put(Table::Meta, TAKEN.to_owned(), &replaced.key);
        effects.delete(Table::Meta, REPLACED.to_owned());
        self.trust = Trust::new(replaced.key.clone());
        self.learn_keys();
        self.read_up = false;
        Ok(())
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

    fn vouch(&self, update: &LogUpdate) -> Result<Vouched, ReplayError> {
        let (mut chain, mut keys) = self.reads_from(update);
        let fresh: Vec<&Line> = update.lines.iter().filter(|line| line.header.position >= chain.next).collect();
        let Some(last) = fresh.last() else { return Ok(Vouched::Believed) };
        let end = last.header.position;
        if chain.next == 0 && fresh.first().is_some_and(|line| line.header.position > 0) {
            // It is asked for from its first line, or told where that is not known.
            return Ok(Vouched::Believed);
        }
        for line in &fresh {
            let position = line.header.position;
            chain.follow(line).and_then(|()| keys.follow(line)).map_err(|error| ReplayError::Chain(position, error))?;
        }
        if !update.more {
            keys.receive(last).map_err(|error| ReplayError::Chain(end, error))?;
        }
        match keys.follows_from(self.trust.keys()) {
            Ok(()) => Ok(Vouched::Believed),
            Err(_) if update.more && update.lines.len() < MAX_WAITING_LINES => Ok(Vouched::Waits),
            Err(_) if update.more => Err(ReplayError::TooMany(end)),
            Err(Distrust::Stranger) => Err(ReplayError::Stranger(end)),
            Err(Distrust::Replaced) => Ok(Vouched::Replaced(keys.current().ok_or(ReplayError::Stranger(end))?.clone())),
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
