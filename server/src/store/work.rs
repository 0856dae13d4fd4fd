//! What one transaction writes.

use std::sync::Arc;

use shared::{
    bytes::Hash,
    cbor,
    decision::SignedDecision,
    fact::Fact,
    id::{LogId, PersonId, RecordId},
    key::{Domain, PublicKey, SecretKey},
    line::{ChainHead, Header, Line, LineKind, Side},
    rules::{Accepted, Body},
    time::At,
};

use super::{Device, HeldId, Organisation, Outcome, Person};
use crate::outside::Entropy;

/// The lines that one log gains.
#[derive(Debug, Clone)]
pub struct LogWork {
    log: LogId,
    epoch: u32,
    before: ChainHead,
    after: ChainHead,
    /// Shared: what is committed is then taken into memory.
    entries: Arc<[Entry]>,
    drafted: Vec<Drafted>,
    erasure: Option<Erasure>,
}

/// What a log's new epoch destroys: every word of the old one with its salt, and some frozen words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The submits whose frozen words go.
    pub submits: Vec<u64>,
}

/// A line and what stands beside it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub line: Line,
    /// Absent on facts: those are not sent, so never sent again.
    pub item_hash: Option<Hash>,
    pub fact: Option<Fact>,
}

/// An own log's change wrote this draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drafted {
    pub person: PersonId,
    pub record: RecordId,
    pub at: At,
}

/// A held bundle found its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    pub held: HeldId,
    pub outcome: Outcome,
    pub at: At,
}

/// Everything that one transaction writes.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// The organisation, when it is made.
    pub organisation: Option<Organisation>,
    pub people: Vec<Person>,
    pub logs: Vec<LogWork>,
    /// A device that the same transaction enrols.
    pub device: Option<Device>,
    pub settled: Option<Settled>,
}

/// Where the lines go, when, and who signs them.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub log: LogId,
    pub epoch: u32,
    pub before: ChainHead,
    pub received_at: At,
    pub key: &'a SecretKey,
    pub entropy: &'a dyn Entropy,
}

impl LogWork {
    /// Orders what the rules accepted behind `before`: salts, chains and signs it. The signature of the last line is the
    /// batch's receipt.
    pub fn new(place: Place<'_>, accepted: Vec<Accepted>) -> Self {
        Self::signed(place, accepted, |_| place.key)
    }

    /// The same where a log comes to the place's key: the former one signs that it names it.
    pub fn rotating<'a>(place: Place<'a>, former: Option<&'a SecretKey>, accepted: Vec<Accepted>) -> Self {
        Self::signed(place, accepted, |body| former.filter(|_| matches!(body, Body::Fact(Fact::KeyNamed(_)))).unwrap_or(place.key))
    }

    fn signed<'a>(place: Place<'a>, accepted: Vec<Accepted>, key: impl Fn(&Body) -> &'a SecretKey) -> Self {
        let mut head = place.before;
        let last = accepted.len().saturating_sub(1);
        let entry = |(number, accepted): (usize, Accepted)| {
            let body = accepted.into_body();
            let place = Place { key: key(&body), ..place };
            entry(place, &mut head, body, number == last)
        };
        let entries = accepted.into_iter().enumerate().map(entry).collect();
        Self { log: place.log, epoch: place.epoch, before: place.before, after: head, entries, drafted: Vec::new(), erasure: None }
    }

    /// Notes that drafts were written, for their 'captured' times.
    pub fn with_drafted(mut self, drafted: Vec<Drafted>) -> Self {
        self.drafted = drafted;
        self
    }

    /// These lines begin an epoch.
    pub fn with_erasure(mut self, erasure: Erasure) -> Self {
        self.erasure = Some(erasure);
        self
    }

    pub fn log(&self) -> LogId {
        self.log
    }

    /// The key that the log begins under, where these lines open it.
    pub fn opened_with(&self) -> Option<&PublicKey> {
        match self.facts().next() {
            Some(Fact::Opened(opened)) if self.before.next == 0 => Some(&opened.key),
            _ => None,
        }
    }

    pub fn erasure(&self) -> Option<&Erasure> {
        self.erasure.as_ref()
    }

    /// The epoch that the log is in before these lines.
    pub fn epoch_before(&self) -> u32 {
        self.epoch.saturating_sub(u32::from(self.erasure.is_some()))
    }

    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    pub fn before(&self) -> ChainHead {
        self.before
    }

    pub fn after(&self) -> ChainHead {
        self.after
    }

    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.entries.iter().map(|entry| &entry.line)
    }

    /// What these lines state.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.entries.iter().filter_map(|entry| entry.fact.as_ref())
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn drafted(&self) -> &[Drafted] {
        &self.drafted
    }
}

impl Work {
    pub fn of(log: LogWork) -> Self {
        Self { logs: vec![log], ..Self::default() }
    }
}

fn entry(place: Place<'_>, head: &mut ChainHead, body: Body, ends_batch: bool) -> Entry {
    let (kind, author, device, bytes, content, item_hash, fact) = match body {
        Body::Word { change, author, device, .. } => {
            let sent = Hash::of(&change.0);
            (LineKind::Word, Some(author), Some(device), change, None, Some(sent), None)
        }
        Body::Decision { signed, decision, content } => {
            let sent = Hash::of(&signed.body.0);
            (LineKind::Decision, Some(decision.by), Some(decision.device), encode(&signed), content, Some(sent), None)
        }
        Body::Carried(change) => (LineKind::Word, None, None, change, None, None, None),
        Body::Fact(fact) => (LineKind::Fact, None, None, cbor::encode(&fact).into(), None, None, Some(fact)),
        Body::Evidence { evidence, frozen } => {
            let fact = Fact::Evidence(evidence);
            (LineKind::Fact, None, None, cbor::encode(&fact).into(), Some(frozen), None, Some(fact))
        }
    };
    let header = Header { position: head.next, epoch: place.epoch, kind, author, device, received_at: place.received_at, nonce: place.entropy.salt() };
    let side = Side { salt: place.entropy.salt(), bytes, content };
    let is_signed = ends_batch || kind != LineKind::Word;
    let line = head.extend(header, side, |hash| is_signed.then(|| place.key.sign(Domain::Line, &hash.0)));
    Entry { line, item_hash, fact }
}

fn encode(signed: &SignedDecision) -> shared::bytes::Bytes {
    cbor::encode(signed).into()
}
