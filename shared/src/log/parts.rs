//! A log in parts: what it gives to be stored, how it begins from its head, and what it then wants.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Log, ReplayError, last_read::LastRead};
use crate::{
    bytes::{Fixed, Hash},
    cbor,
    change::{self, index::IndexHead},
    decision::{MAX_DECISION_BYTES, SignedDecision},
    fact::{Fact, Facts, MAX_FACT_BYTES},
    id::{LogId, OrganisationId, RecordId},
    ledger::{Ledger, RecordLedger},
    line::{ChainHead, Line, LineKind, Receipt, Received, SEEN_TAG_BYTES},
    parts::{Beside, Earlier, LINES_A_CHUNK, MAX_PART_BYTES, Name, Unreadable, Wanted},
    shelf::Shelf,
    time::At,
    wire::Item,
};

/// What every act needs of a log.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    began: u64,
    carrying: bool,
    facts: Facts,
    index: IndexHead,
    kinds: BTreeMap<String, Option<BTreeSet<RecordId>>>,
    /// The newest lines, back to where a chunk begins.
    received: Vec<ReceivedPart>,
}

/// A line's tag, and when it was received.
type ReceivedPart = (Fixed<SEEN_TAG_BYTES>, At);

impl Log {
    /// From here on it is known what changes, so that it can be stored. All of it is here.
    pub fn track(&mut self) {
        self.index.track();
        self.ledger.records.track(true);
        self.decisions.track(true);
    }

    /// The first line whose changes were not written down.
    pub fn settled(&self) -> u64 {
        self.lines.earlier.settled
    }

    /// Lines whose changes were not written down.
    pub fn unsettled(&self) -> u64 {
        self.chain.next.saturating_sub(self.settled())
    }

    /// Forgets the change that was read last: an act has ended.
    pub fn rest(&self) {
        self.last_read.forget();
    }

    /// Whether some of it may be elsewhere.
    pub fn is_partial(&self) -> bool {
        self.ledger.records.is_partial()
    }

    /// The head as a part.
    pub fn head(&self) -> Vec<u8> {
        cbor::encode(&Head {
            began: self.began,
            carrying: self.carrying,
            facts: self.facts.clone(),
            index: self.index.head(),
            kinds: self.ledger.listed(),
            received: self.lines.tail().iter().map(received_part).collect(),
        })
    }

    /// A log of which nothing but the head is here: the fold of the lines before `chain.next`.
    pub fn from_head(id: LogId, organisation: OrganisationId, epoch: u32, chain: ChainHead, head: &[u8]) -> Result<Self, Unreadable> {
        let unreadable = |why: &str| Unreadable { name: Name::Head, why: why.to_owned() };
        let head: Head = read(Name::Head, head)?;
        let index = change::Index::from_head(head.index).ok_or_else(|| unreadable("an actor of no length"))?;
        let lines = Received::from_tail(chain.next, head.received.into_iter().map(receipt).collect());
        Ok(Self {
            id,
            organisation,
            epoch,
            facts: head.facts,
            ledger: Ledger { records: Shelf::elsewhere(), beside: Beside { kinds: head.kinds, sealed: Shelf::elsewhere() } },
            chain,
            index,
            lines: lines.ok_or_else(|| unreadable("lines are missing"))?,
            decisions: Shelf::elsewhere(),
            began: head.began,
            carrying: head.carrying,
            told: epoch,
            withheld: BTreeSet::new(),
            last_read: LastRead::default(),
        })
    }

    /// The parts that changed since it was tracked or settled, the head among them; with `all`, every part.
    pub fn parts(&self, all: bool) -> Vec<(Name, Vec<u8>)> {
        let mut parts = self.index.parts(all);
        let mut decided = |record: &RecordId, entry: &RecordLedger| {
            parts.push((Name::Decisions(*record), cbor::encode(entry)));
            let sealed = entry.versions.iter().filter_map(|version| version.sealed);
            parts.extend(sealed.map(|line| (Name::Sealed(line), cbor::encode(record))));
        };
        let records = &self.ledger.records;
        if all {
            records.here().iter().for_each(|(record, it)| decided(record, it))
        } else {
            records.changed().for_each(|(record, it)| decided(record, it))
        }
        let mut line = |hash: &Hash, position: &u64| parts.push((Name::Decided(*hash), cbor::encode(position)));
        let lines = &self.decisions;
        if all {
            lines.here().iter().for_each(|(hash, it)| line(hash, it))
        } else {
            lines.changed().for_each(|(hash, it)| line(hash, it))
        }
        for (number, chunk) in self.lines.chunks(all) {
            parts.push((Name::Received(number), cbor::encode(&chunk.iter().map(received_part).collect::<Vec<_>>())));
        }
        parts.push((Name::Head, self.head()));
        parts
    }

    /// What changed was written down.
    pub fn settle(&mut self) {
        self.index.settle();
        self.ledger.records.settle();
        self.decisions.settle();
        self.lines.earlier.settled = self.chain.next;
    }

    /// Whether it was asked for something that is elsewhere: whatever it answered since then is void.
    pub fn wants(&self) -> bool {
        self.index.wants() || self.ledger.records.wants() || self.ledger.beside.sealed.wants() || self.decisions.wants() || self.lines.earlier.chunks.wants()
    }

    /// What it was asked for and is elsewhere; whoever is told fetches it.
    pub fn wanted(&mut self) -> Wanted {
        let mut wanted = Wanted::default();
        self.index.wanted(&mut wanted);
        let records = self.ledger.records.asked();
        let (sealed, decisions, chunks) = (self.ledger.beside.sealed.asked(), self.decisions.asked(), self.lines.earlier.chunks.asked());
        wanted.whole |= records.all || sealed.all || decisions.all || chunks.all;
        wanted.names.extend(records.keys.into_iter().map(Name::Decisions));
        wanted.names.extend(sealed.keys.into_iter().map(Name::Sealed));
        wanted.names.extend(decisions.keys.into_iter().map(Name::Decided));
        wanted.names.extend(chunks.keys.into_iter().map(Name::Received));
        wanted
    }

    /// Puts here what was fetched; `None` says that there is none.
    pub fn fetched<'a>(&mut self, parts: impl IntoIterator<Item = (Name, Option<&'a [u8]>)>) -> Result<(), Unreadable> {
        for (name, bytes) in parts {
            match name {
                Name::Words(_) | Name::Object(..) | Name::Change(_) => self.index.fetched(name, bytes)?,
                Name::Decisions(record) => self.ledger.records.fetched(record, bytes.map(|bytes| read(name, bytes)).transpose()?),
                Name::Sealed(line) => self.ledger.beside.sealed.fetched(line, bytes.map(|bytes| read(name, bytes)).transpose()?),
                Name::Decided(hash) => self.decisions.fetched(hash, bytes.map(|bytes| read(name, bytes)).transpose()?),
                Name::Received(number) => {
                    let chunk: Option<Vec<ReceivedPart>> = bytes.map(|bytes| read(name, bytes)).transpose()?;
                    self.lines.earlier.chunks.fetched(number, chunk.map(|chunk| chunk.into_iter().map(receipt).collect()));
                }
                Name::Root | Name::Head | Name::Directory(_) => {}
            }
        }
        Ok(())
    }

    /// Asks for what judging a bundle will need, as far as it can be told beforehand: it saves ways, and changes nothing.
    pub fn foresee(&self, items: &[Item]) {
        let mut change = None;
        for item in items {
            match item {
                Item::Word(bytes) => {
                    let Ok(decoded) = self.read(bytes) else { continue };
                    self.index.foresee(&decoded);
                    if let Ok(seen) = decoded.seen() {
                        self.seen_at(seen.position, &seen.tag);
                    }
                    change = Some(decoded.hash());
                }
                Item::Decision(signed) => {
                    // Whoever signs what they write here decides on something new, most of the time.
                    if signed.heads.iter().all(|head| Some(*head) != change) {
                        self.decisions.ask(&Hash::of(&signed.body.0));
                        signed.heads.iter().for_each(|head| self.index.ask(head));
                    }
                    self.foresee_decision(signed);
                }
            }
        }
    }

    fn foresee_decision(&self, signed: &SignedDecision) {
        if let Ok(decision) = signed.decision() {
            self.author_of(decision.record);
            self.ledger.get(decision.record);
            self.seen_at(decision.seen.position, &decision.seen.tag.0);
        }
    }

    /// Asks for all that applying a line needs. Nothing is applied while it wants something.
    pub(super) fn prepare(&self, line: &Line) -> Result<(), ReplayError> {
        let Some(side) = line.side.as_ref().filter(|_| self.is_partial()) else { return Ok(()) };
        match line.header.kind {
            LineKind::Word => {
                if let Ok(decoded) = self.read(&side.bytes) {
                    self.index.foresee(&decoded);
                    // Holding it against the index asks for the rest.
                    drop(change::effect::effects(&decoded, &self.index));
                }
            }
            LineKind::Decision => {
                if let Ok(signed) = cbor::decode::<SignedDecision>(&side.bytes.0, MAX_DECISION_BYTES) {
                    signed.heads.iter().for_each(|head| self.index.ask(head));
                    self.foresee_decision(&signed);
                }
            }
            LineKind::Fact => match cbor::decode(&side.bytes.0, MAX_FACT_BYTES) {
                // A new epoch leaves nothing as it was.
                Ok(Fact::Epoch(_)) => self.ledger.records.ask_all(),
                Ok(Fact::Evidence(evidence)) => evidence.signed.decision().iter().for_each(|decision| self.ledger.records.ask(&decision.record)),
                Ok(Fact::EvidenceVoided(moved) | Fact::EvidenceHidden(moved)) => self.ledger.records.ask(&moved.record),
                _ => {}
            },
        }
        if self.wants() { Err(ReplayError::Elsewhere(line.header.position)) } else { Ok(()) }
    }

    /// Asks for all that these lines need, beforehand: it saves ways.
    pub fn foresee_lines(&self, lines: &[Line]) {
        lines.iter().for_each(|line| drop(self.prepare(line)));
    }

    /// How many entries are remembered.
    pub fn weight(&self) -> usize {
        self.index.weight() + self.ledger.records.weight() + self.decisions.weight() + self.lines.weight()
    }
}

impl Received {
    /// The newest lines, back to where a chunk begins.
    fn tail(&self) -> &[Receipt] {
        let lines = self.earlier.until + self.newest.len() as u64;
        let from = tail_of(lines).saturating_sub(self.earlier.until);
        self.newest.get(usize::try_from(from).unwrap_or(usize::MAX)..).unwrap_or_default()
    }

    /// `None` where the tail is not that of so many lines.
    fn from_tail(lines: u64, newest: Vec<Receipt>) -> Option<Self> {
        let until = tail_of(lines);
        let fits = until + newest.len() as u64 == lines;
        fits.then(|| Self { newest, earlier: Earlier { until, settled: lines, chunks: Shelf::elsewhere() } })
    }

    /// The chunks that were filled since they were written down, or all of them, by number.
    fn chunks(&self, all: bool) -> impl Iterator<Item = (u64, &[Receipt])> {
        let Earlier { until, settled, .. } = self.earlier;
        let first = if all { 0 } else { (settled / LINES_A_CHUNK).max(until / LINES_A_CHUNK) };
        let chunks = self.newest.chunks_exact(LINES_A_CHUNK as usize);
        (until / LINES_A_CHUNK..).zip(chunks).filter(move |(number, _)| *number >= first)
    }

    fn weight(&self) -> usize {
        self.newest.len() / LINES_A_CHUNK as usize + self.earlier.chunks.weight()
    }
}

/// Where the last chunk of so many lines begins; it has a line where there is one.
fn tail_of(lines: u64) -> u64 {
    lines.saturating_sub(1) / LINES_A_CHUNK * LINES_A_CHUNK
}

fn received_part((tag, at): &Receipt) -> ReceivedPart {
    (Fixed(*tag), *at)
}

fn receipt((tag, at): ReceivedPart) -> Receipt {
    (tag.0, at)
}

fn read<T: DeserializeOwned>(name: Name, bytes: &[u8]) -> Result<T, Unreadable> {
    cbor::decode(bytes, MAX_PART_BYTES).map_err(|error| Unreadable { name, why: error.to_string() })
}
