//! One log as the gate knows it: the fold of its lines into facts, ledger and index, without any document.
//!
//! [`Log::judge`] is the whole verdict on what a phone pushes: shield, policy, rules. It is a function of the log's
//! lines and the push, so that anybody who has the lines can ask again.

mod evidence;
mod judge;
#[cfg(feature = "parts")]
mod last_read;
#[cfg(feature = "parts")]
mod parts;

use std::collections::{BTreeMap, BTreeSet};
#[cfg(feature = "parts")]
use std::sync::Arc;

use crate::{
    bytes::{Bytes, Hash},
    change::{self, Decoded, Index},
    decision::{self, Act, Content, Decision, MAX_DECISION_BYTES, SignedDecision, Unproven},
    fact::{Epoch, Fact, Facts, MAX_FACT_BYTES},
    id::{DeviceId, LogId, OrganisationId, PersonId, RecordId},
    kind::Kinds,
    ledger::{Decided, Ledger, Receipt},
    line::{ChainError, ChainHead, Line, LineKind, Received},
    rules::{self, Accepted},
    scalar::Scalar,
    shelf::Shelf,
    time::At,
    wire::Verdict,
};

pub use evidence::Copied;

/// The fold of a log's lines.
#[derive(Debug, Clone)]
pub struct Log {
    pub id: LogId,
    pub organisation: OrganisationId,
    pub epoch: u32,
    pub facts: Facts,
    pub ledger: Ledger,
    pub chain: ChainHead,
    pub index: Index,
    /// What later writers may refer to, by position.
    lines: Received,
    /// Accepted decisions by their body's hash, for the answer 'duplicate'.
    decisions: Shelf<Hash, u64>,
    /// The line that began this epoch; 0 in the first.
    began: u64,
    /// Nothing but what the epoch carried over came yet.
    carrying: bool,
    /// The epoch that its source says it is in: what lies before may lack its words.
    told: u32,
    /// Records of which a submit came without its words; whoever says so has to say later that they were erased.
    withheld: BTreeSet<RecordId>,
    #[cfg(feature = "parts")]
    last_read: last_read::LastRead,
}

/// Who pushes: the session says the person, the request the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Author {
    pub person: PersonId,
    pub device: DeviceId,
}

/// The answer to a bundle.
#[derive(Debug, Clone, PartialEq)]
pub enum Judged {
    /// To be committed, in this order, all or nothing.
    Accept(Vec<Accepted>),
    /// Everything in it was accepted before; the last line is at `position`.
    Kept { position: u64 },
    /// Refused, blocked, exists or held.
    Answer(Verdict),
}

/// A line that does not fit the lines before it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReplayError {
    #[error("line {0}: {1}")]
    Chain(u64, ChainError),
    #[error("line {0} does not follow")]
    Position(u64),
    #[error("line {0} is of another epoch")]
    Epoch(u64),
    #[error("line {0} came without its words, and they were not erased")]
    Withheld(u64),
    #[error("line {0} is not readable: {1}")]
    Unreadable(u64, String),
    #[error("line {0} is of a kind that this build does not know: {1}")]
    UnknownKind(u64, String),
    #[error("line {0} was signed by a device without a certificate here")]
    NoCertificate(u64),
    #[error("line {0} names somebody else than who wrote or signed it")]
    Author(u64),
    #[error("line {0}: the words are not the ones that were signed")]
    Digest(u64),
    #[error("line {0} quotes an hour that the organisation did not sign")]
    Beacon(u64),
    #[error("line {0} is not a change that fits: {1}")]
    Change(u64, String),
    /// Nothing changed: the log wants parts first that are elsewhere.
    #[error("line {0} needs what is not here")]
    Elsewhere(u64),
    /// A defect: the line was taken in without all that it needs. The log is of no use any more.
    #[error("line {0} was taken in without all that it needs")]
    Unasked(u64),
    #[error("line {0} is signed by a key that is not known here to be the organisation's")]
    Stranger(u64),
    #[error("line {0}: more lines than may wait for a known key")]
    TooMany(u64),
}

/// Epochs begin at 1.
pub const FIRST_EPOCH: u32 = 1;

impl Log {
    /// A log before its first line.
    pub fn new(id: LogId, organisation: OrganisationId) -> Self {
        Self {
            id,
            organisation,
            epoch: FIRST_EPOCH,
            facts: Facts::default(),
            ledger: Ledger::default(),
            chain: ChainHead::origin(id, organisation),
            index: Index::new(&id.to_string(), FIRST_EPOCH),
            lines: Received::default(),
            decisions: Shelf::default(),
            began: 0,
            carrying: false,
            told: FIRST_EPOCH,
            withheld: BTreeSet::new(),
            #[cfg(feature = "parts")]
            last_read: last_read::LastRead::default(),
        }
    }

    /// The same before its first line, from a source that says which epoch it has come to: words of earlier ones were
    /// destroyed, and their lines come without them.
    pub fn told(id: LogId, organisation: OrganisationId, epoch: u32) -> Self {
        Self { told: epoch, ..Self::new(id, organisation) }
    }

    /// The epoch that the log's source says it is in.
    pub fn told_epoch(&self) -> u32 {
        self.told.max(self.epoch)
    }

    /// Whether it has come to the epoch that it was told of, and what it lacks was erased.
    pub fn is_whole(&self) -> bool {
        self.epoch >= self.told && self.withheld.is_empty()
    }

    /// The line that began this epoch; 0 in the first.
    pub fn began(&self) -> u64 {
        self.began
    }

    /// Takes in a line from elsewhere: the chain, the words' commitment and the organisation's signature, by the key that
    /// is in force at it, are checked first. Nothing changes where any of it fails.
    ///
    /// Whether that key is the organisation's is for the caller to ask: [`Keys::follows_from`](crate::keys::Keys::follows_from).
    pub fn verify(&mut self, kinds: &Kinds, line: &Line) -> Result<(), ReplayError> {
        let position = line.header.position;
        let (mut chain, mut keys) = (self.chain, self.facts.keys.clone());
        chain.follow(line).and_then(|()| keys.accept(line)).map_err(|error| ReplayError::Chain(position, error))?;
        let is_past = line.header.epoch < self.told;
        if line.side.is_none() && !(is_past && line.header.kind == LineKind::Word) {
            return Err(ReplayError::Withheld(position));
        }
        self.verify_author(line)?;
        let withheld = match line.header.kind {
            LineKind::Fact => Self::verify_fact(line, is_past)?,
            _ => self.verify_decision(line, is_past)?,
        };
        self.apply(kinds, line)?;
        self.withheld.extend(withheld);
        Ok(())
    }

    /// A line names whom its words or its signature are by.
    fn verify_author(&self, line: &Line) -> Result<(), ReplayError> {
        let position = line.header.position;
        let (LineKind::Word, Some(side)) = (line.header.kind, &line.side) else { return Ok(()) };
        let head = change::preparse::preparse(&side.bytes.0).map_err(|error| ReplayError::Change(position, error.to_string()))?;
        if self.carrying && change::genesis::carries(&head.actor, &self.id.to_string(), self.epoch) {
            let by_nobody = (line.header.author, line.header.device) == (None, None);
            return if by_nobody { Ok(()) } else { Err(ReplayError::Author(position)) };
        }
        let device = head.actor.device().map(|device| DeviceId(uuid::Uuid::from_bytes(device)));
        let certified = device.and_then(|device| self.facts.devices.get(&device)).map(|certificate| certificate.person);
        if device == line.header.device && certified.is_some() && certified == line.header.author { Ok(()) } else { Err(ReplayError::Author(position)) }
    }

    /// A decision is proven by its own signature, and a submit by its words: without them it binds nothing. Where an
    /// earlier epoch's come without them, the record is named.
    fn verify_decision(&self, line: &Line, is_past: bool) -> Result<Option<RecordId>, ReplayError> {
        let position = line.header.position;
        let (LineKind::Decision, Some(side)) = (line.header.kind, &line.side) else { return Ok(None) };
        let unreadable = |error: String| ReplayError::Unreadable(position, error);
        let signed: SignedDecision = crate::cbor::decode(&side.bytes.0, MAX_DECISION_BYTES).map_err(|error| unreadable(error.to_string()))?;
        let (decision, content) = signed.proven(self.id, &self.facts, side.content.as_ref()).map_err(|error| unproven(position, &error))?;
        if (line.header.author, line.header.device) != (Some(decision.by), Some(decision.device)) {
            return Err(ReplayError::Author(position));
        }
        match (decision.act, content) {
            (Act::Submit, None) if is_past => Ok(Some(decision.record)),
            (Act::Submit, None) => Err(ReplayError::Digest(position)),
            _ => Ok(None),
        }
    }

    /// Of facts, copied evidence alone has frozen words beside it. Where an earlier epoch's come without them, the record
    /// is named.
    fn verify_fact(line: &Line, is_past: bool) -> Result<Option<RecordId>, ReplayError> {
        let position = line.header.position;
        let Some(side) = &line.side else { return Ok(None) };
        let fact: Fact = crate::cbor::decode(&side.bytes.0, MAX_FACT_BYTES).map_err(|error| ReplayError::Unreadable(position, error.to_string()))?;
        match (fact, &side.content) {
            (Fact::Evidence(evidence), None) if is_past => {
                let (decision, _) = evidence.proven(None).map_err(|error| unproven(position, &error))?;
                Ok(Some(decision.record))
            }
            (Fact::Evidence(_), None) => Err(ReplayError::Withheld(position)),
            (Fact::Evidence(_), Some(_)) | (_, None) => Ok(None),
            (_, Some(_)) => Err(ReplayError::Digest(position)),
        }
    }

    /// Takes in a committed line. Nothing changes where it does not fit.
    #[cfg(feature = "parts")]
    pub fn apply(&mut self, kinds: &Kinds, line: &Line) -> Result<(), ReplayError> {
        self.prepare(line)?;
        self.take(kinds, line)?;
        if self.wants() { Err(ReplayError::Unasked(line.header.position)) } else { Ok(()) }
    }

    /// Takes in a committed line. Nothing changes where it does not fit.
    #[cfg(not(feature = "parts"))]
    pub fn apply(&mut self, kinds: &Kinds, line: &Line) -> Result<(), ReplayError> {
        self.take(kinds, line)
    }

    fn take(&mut self, kinds: &Kinds, line: &Line) -> Result<(), ReplayError> {
        let position = line.header.position;
        if position != self.chain.next {
            return Err(ReplayError::Position(position));
        }
        let begins = line.header.kind == LineKind::Fact && line.header.epoch == self.epoch.saturating_add(1);
        if line.header.epoch != self.epoch && !begins {
            return Err(ReplayError::Epoch(position));
        }
        if let Some(side) = &line.side {
            match line.header.kind {
                LineKind::Word => {
                    self.carrying &= line.header.author.is_none();
                    let decoded = self.read(&side.bytes).map_err(|error| ReplayError::Change(position, error.to_string()))?;
                    self.index.apply(&decoded, position).map_err(|error| ReplayError::Change(position, error.to_string()))?;
                }
                LineKind::Decision => {
                    let signed: SignedDecision =
                        crate::cbor::decode(&side.bytes.0, MAX_DECISION_BYTES).map_err(|error| ReplayError::Unreadable(position, error.to_string()))?;
                    let decision = signed.decision().map_err(|error| ReplayError::Unreadable(position, error.to_string()))?;
                    let content = side.content.as_ref().and_then(decision::frozen_fields);
                    self.carrying = false;
                    self.fold(kinds, &signed, &decision, content, position, line.header.received_at)?;
                    self.decisions.insert(Hash::of(&signed.body.0), position);
                }
                LineKind::Fact => {
                    let fact: Fact =
                        crate::cbor::decode(&side.bytes.0, MAX_FACT_BYTES).map_err(|error| ReplayError::Unreadable(position, error.to_string()))?;
                    if !self.facts.keys.admits(&fact) {
                        return Err(ReplayError::Chain(position, ChainError::Key));
                    }
                    match &fact {
                        Fact::Epoch(epoch) if begins && epoch.epoch == line.header.epoch => self.begin_epoch(epoch, position),
                        Fact::Epoch(_) => return Err(ReplayError::Epoch(position)),
                        _ if begins => return Err(ReplayError::Epoch(position)),
                        _ => self.carrying = false,
                    }
                    self.ledger.take_fact(&fact, side.content.as_ref(), position).map_err(|error| unproven(position, &error))?;
                    self.facts.fold(&fact);
                }
            }
        }
        self.lines.push(&line.header);
        self.chain = ChainHead { next: position + 1, hash: line.hash };
        Ok(())
    }

    fn begin_epoch(&mut self, epoch: &Epoch, position: u64) {
        self.epoch = epoch.epoch;
        self.began = position;
        self.carrying = true;
        self.index = Index::new(&self.id.to_string(), epoch.epoch);
        #[cfg(feature = "parts")]
        self.index.track_as(&self.ledger.records);
        self.ledger.begin_epoch(epoch);
        self.withheld.retain(|record| !epoch.erased.contains(record));
    }

    fn fold(
        &mut self,
        kinds: &Kinds,
        signed: &SignedDecision,
        decision: &Decision,
        content: Option<Content>,
        position: u64,
        received_at: At,
    ) -> Result<(), ReplayError> {
        let kind = kinds.get(&decision.kind).ok_or_else(|| ReplayError::UnknownKind(position, decision.kind.clone()))?;
        let author = self.author_of(decision.record).unwrap_or(decision.by);
        let receipt = self.receipt(decision, position, received_at);
        self.ledger.fold(&self.facts, kind, Decided { decision, heads: &signed.heads, content, author, receipt });
        Ok(())
    }

    fn receipt(&self, decision: &Decision, position: u64, received_at: At) -> Receipt {
        let seen_at = self.seen_at(decision.seen.position, &decision.seen.tag.0);
        Receipt { position, received_at, seen_at: decision.signed_after(seen_at, received_at) }
    }

    /// Who made a record, as its first change says.
    pub fn author_of(&self, record: RecordId) -> Option<PersonId> {
        self.index.identity(&record.to_string()).and_then(|(_, by)| by.parse().ok())
    }

    /// Reads a change.
    #[cfg(feature = "parts")]
    fn read(&self, bytes: &Bytes) -> Result<Arc<Decoded>, change::Refused> {
        self.last_read.read(bytes)
    }

    /// Reads a change.
    #[cfg(not(feature = "parts"))]
    fn read(&self, bytes: &Bytes) -> Result<Decoded, change::Refused> {
        Decoded::parse(&bytes.0)
    }

    /// What rules read.
    pub fn state<'a>(&'a self, kinds: &'a Kinds) -> rules::State<'a> {
        rules::State { kinds, facts: &self.facts, ledger: &self.ledger }
    }

    /// When the line that a writer refers to was received; `None` where there is no such line.
    pub fn seen_at(&self, position: u64, tag: &[u8]) -> Option<At> {
        self.lines.seen_at(position, tag)
    }

    /// When a line was received.
    pub fn received_at(&self, position: u64) -> Option<At> {
        self.lines.at(position)
    }

    /// The newest line, as a writer refers to it; `None` before the first.
    pub fn newest(&self) -> Option<crate::line::Seen> {
        self.lines.newest()
    }
}

fn unproven(position: u64, error: &Unproven) -> ReplayError {
    match error {
        Unproven::NoCertificate => ReplayError::NoCertificate(position),
        Unproven::Digest => ReplayError::Digest(position),
        Unproven::Beacon => ReplayError::Beacon(position),
        Unproven::Decision(error) => ReplayError::Unreadable(position, error.to_string()),
    }
}

/// A record's words without what identifies it: content holds fields, kind and author stand beside it.
pub fn visible(values: BTreeMap<String, Vec<Scalar>>) -> Content {
    values
        .into_iter()
        .filter(|(field, _)| field != change::effect::KIND && field != change::effect::BY)
        .filter_map(|(field, mut values)| Some((field, values.pop()?)))
        .collect()
}
