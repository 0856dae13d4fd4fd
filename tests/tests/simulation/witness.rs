//! The witness: folds every durable line with the product's code as it should be, and asks of each what must hold.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use server::store::{LogWork, Work};
use shared::{
    bytes::{Hash, Salt},
    cbor,
    change::{Decoded, decoded::Action},
    decision::{Act, DECISION_FORMAT, Decision, MAX_DECISION_BYTES, SignedDecision, Unlock},
    fact::{Fact, MAX_FACT_BYTES},
    id::{DeviceId, LogId, OrganisationId, PersonId, RecordId},
    key::PublicKey,
    kind::Kinds,
    ledger::Version,
    line::{Line, LineKind},
    log::{Author, Judged, Log},
    role::Role,
    wire::{Item, LogUpdate},
};

use crate::{
    invariant::{Checked, Invariant, violated},
    words::{self, Word},
};

/// The fields that are Text.
const PROSE: [&str; 2] = ["agenda", "notes"];

/// One log as everybody should know it.
pub struct Known {
    pub log: Log,
    /// The chain's hash after each line.
    hashes: Vec<Hash>,
    /// When each item that was sent became a line.
    items: HashMap<Hash, u64>,
    readers: Vec<Reader>,
}

/// From when on and until where somebody may read.
struct Reader {
    person: PersonId,
    /// The line that ended it; the reader still hears of that one.
    ended_by: Option<u64>,
}

pub struct Witness {
    kinds: Kinds,
    organisation: OrganisationId,
    key: PublicKey,
    pub logs: BTreeMap<LogId, Known>,
    /// The logs in which each word stands.
    written: HashMap<Word, BTreeSet<LogId>>,
    /// Words that came into a log since the world last looked.
    fresh: Vec<(Word, LogId)>,
    hostile: HashSet<DeviceId>,
}

impl Known {
    /// A decision on a version as it stands, made as the phone was unlocked.
    pub fn decision(
        &self,
        (record, version): (RecordId, u32),
        act: Act,
        (by, role): (Author, Role),
        unlock: Unlock,
        reason: Option<String>,
    ) -> Option<Decision> {
        let entry = self.log.ledger.get(record)?;
        let Version { form, digest, .. } = *entry.version(version)?;
        let (kind, seen) = (entry.kind.clone(), self.log.newest()?);
        let Author { person: by, device } = by;
        let log = self.log.id;
        Some(Decision {
            v: DECISION_FORMAT,
            log,
            record,
            version,
            act,
            kind,
            form,
            digest,
            by,
            device,
            role,
            unlock,
            at: unlock.at,
            seen,
            beacon: None,
            reason,
        })
    }

    /// Whether this is where the chain stood after so many lines.
    pub fn has_stood_at(&self, next: u64, hash: Hash) -> bool {
        let before = next.checked_sub(1).and_then(|last| usize::try_from(last).ok());
        before.map_or(next == 0, |last| self.hashes.get(last) == Some(&hash))
    }

    pub fn has_item(&self, item: Hash) -> Option<u64> {
        self.items.get(&item).copied()
    }
}

impl Witness {
    pub fn new(organisation: OrganisationId, key: PublicKey) -> Self {
        let kinds = Kinds::standard();
        Self { kinds, organisation, key, logs: BTreeMap::new(), written: HashMap::new(), fresh: Vec::new(), hostile: HashSet::new() }
    }

    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// This device writes what it likes: its words are nobody's to look for.
    pub fn distrust(&mut self, device: DeviceId) {
        self.hostile.insert(device);
    }

    pub fn known(&self, log: LogId) -> Option<&Known> {
        self.logs.get(&log)
    }

    /// Whether a word stands in some log.
    pub fn has_word(&self, word: Word) -> bool {
        self.written.contains_key(&word)
    }

    /// The logs that a word came into.
    pub fn logs_with(&self, word: Word) -> impl Iterator<Item = &Known> {
        self.written.get(&word).into_iter().flatten().filter_map(|log| self.logs.get(log))
    }

    pub fn take_fresh(&mut self) -> Vec<(Word, LogId)> {
        std::mem::take(&mut self.fresh)
    }

    /// A transaction became durable.
    pub fn commits(&mut self, work: &Work) -> Checked {
        work.logs.iter().try_for_each(|log| self.gains(log))
    }

    fn gains(&mut self, work: &LogWork) -> Checked {
        let id = work.log();
        let kinds = self.kinds.clone();
        let organisation = self.organisation;
        let known =
            self.logs.entry(id).or_insert_with(|| Known { log: Log::new(id, organisation), hashes: Vec::new(), items: HashMap::new(), readers: Vec::new() });
        let mut bundle: Vec<&Line> = Vec::new();
        for line in work.lines() {
            if line.header.kind == LineKind::Fact {
                known.take_bundle(&kinds, &self.key, &std::mem::take(&mut bundle))?;
                known.take_fact(&kinds, &self.key, line)?;
            } else if line.header.author.is_none() {
                // Carried over into a new epoch: nobody pushed it.
                known.take(&kinds, &self.key, line)?;
            } else {
                bundle.push(line);
            }
            if let (LineKind::Word, Some(side)) = (line.header.kind, &line.side)
                && line.header.device.is_none_or(|device| !self.hostile.contains(&device))
            {
                for word in words::found(&side.bytes.0) {
                    self.written.entry(word).or_default().insert(id);
                    self.fresh.push((word, id));
                }
            }
        }
        known.take_bundle(&kinds, &self.key, &bundle)?;
        // What is typed between others' characters may stand in no change as a whole, but it reads as one.
        if work.lines().any(is_typed) {
            for word in known.prose() {
                self.written.entry(word).or_default().insert(id);
            }
        }
        Ok(())
    }

    /// Invariant 11: what is told to somebody is theirs to read.
    pub fn may_hear(&self, person: PersonId, update: &LogUpdate) -> Checked {
        let Some(last) = update.lines.last() else { return Ok(()) };
        let position = last.header.position;
        let readers = self.logs.get(&update.log).map(|known| known.readers.as_slice()).unwrap_or_default();
        let allowed = readers.iter().any(|reader| reader.person == person && reader.ended_by.is_none_or(|end| position <= end));
        let own = match update.log {
            LogId::Own(owner) => owner == person,
            LogId::Pair(_) | LogId::Record(_) => true,
        };
        if allowed && own { Ok(()) } else { Err(violated(Invariant::Private, format!("{person} was told line {position} of {}", update.log))) }
    }
}

impl Known {
    /// Invariants 1, 5 and 8 in full: whoever reads the lines from nothing has the same log.
    pub fn reads_again(&self, kinds: &Kinds, key: &PublicKey, lines: &[Line]) -> Checked {
        let mut fresh = Log::told(self.log.id, self.log.organisation, self.log.epoch);
        for line in lines {
            verified(&mut fresh, kinds, key, line)?;
        }
        self.is_the_same_as(&fresh).map_err(|what| violated(Invariant::Reloads, format!("{} read again has another {what}", self.log.id)))
    }

    /// Invariant 1 in full, for a phone that has all of the log or its beginning.
    pub fn is_the_same_on(&self, phone: usize, mine: &Log) -> Checked {
        if mine.chain.next < self.log.chain.next {
            return Ok(());
        }
        self.is_the_same_as(mine).map_err(|what| violated(Invariant::SameEverywhere, format!("phone {phone} has another {what} of {}", self.log.id)))
    }

    fn is_the_same_as(&self, other: &Log) -> Result<(), &'static str> {
        let mine = &self.log;
        let parts = [
            ("chain", mine.chain == other.chain),
            ("facts", mine.facts == other.facts),
            ("ledger", mine.ledger == other.ledger),
            ("index", mine.index == other.index),
        ];
        parts.iter().find(|(_, same)| !same).map_or(Ok(()), |(what, _)| Err(*what))
    }

    /// Whether a word reads in a Text of a record.
    pub fn reads(&self, record: RecordId, word: Word) -> bool {
        let now = self.log.index.now();
        PROSE.iter().filter_map(|field| now.prose(&record.to_string(), field)).any(|text| text.contains(&word.to_string()))
    }

    /// Every word that reads in a Text.
    fn prose(&self) -> Vec<Word> {
        let now = self.log.index.now();
        let texts = now.records().flat_map(|record| PROSE.iter().filter_map(|field| now.prose(record, field)).collect::<Vec<_>>());
        texts.flat_map(|text| words::found(text.as_bytes()).collect::<Vec<_>>()).collect()
    }

    fn take_fact(&mut self, kinds: &Kinds, key: &PublicKey, line: &Line) -> Checked {
        let side = line.side.as_ref().ok_or_else(|| violated(Invariant::Chain, "a fact without its words"))?;
        let fact: Fact = cbor::decode(&side.bytes.0, MAX_FACT_BYTES).map_err(|error| violated(Invariant::Chain, error))?;
        self.log.judge_fact(kinds, fact.clone(), line.header.received_at).map_err(|refusal| violated(Invariant::Rejudged, format!("{fact:?}: {refusal}")))?;
        match &fact {
            Fact::Member(member) => self.readers.push(Reader { person: member.person, ended_by: None }),
            Fact::MemberEnded(ended) => {
                for reader in self.readers.iter_mut().filter(|reader| reader.person == ended.person && reader.ended_by.is_none()) {
                    reader.ended_by = Some(line.header.position);
                }
            }
            _ => {}
        }
        self.take(kinds, key, line)
    }

    /// Invariant 2: the lines of one bundle are accepted by whoever asks again.
    fn take_bundle(&mut self, kinds: &Kinds, key: &PublicKey, lines: &[&Line]) -> Checked {
        let Some(first) = lines.first() else { return Ok(()) };
        let items = lines.iter().map(|line| item(line)).collect::<Result<Vec<Item>, _>>()?;
        let (Some(person), Some(device)) = (first.header.author, first.header.device) else {
            return Err(violated(Invariant::Rejudged, format!("line {} of {} has no author", first.header.position, self.log.id)));
        };
        lines.iter().zip(&items).try_for_each(|(line, item)| self.is_earned(line, item))?;
        match self.log.judge(kinds, Author { person, device }, &items, first.header.received_at) {
            Judged::Accept(accepted) if accepted.len() == lines.len() => {}
            other => return Err(violated(Invariant::Rejudged, format!("line {} of {} would be {other:?}", first.header.position, self.log.id))),
        }
        for (line, item) in lines.iter().zip(&items) {
            if self.items.insert(item.hash(), line.header.position).is_some() {
                return Err(violated(Invariant::Durable, format!("line {} of {} is there twice", line.header.position, self.log.id)));
            }
            self.take(kinds, key, line)?;
        }
        Ok(())
    }

    /// Invariant 5: the chain, the organisation's and the device's signature, and the digest over the frozen words.
    fn take(&mut self, kinds: &Kinds, key: &PublicKey, line: &Line) -> Checked {
        verified(&mut self.log, kinds, key, line)?;
        self.hashes.push(line.hash);
        Ok(())
    }

    /// Invariant 6, counted by hand and not by the rules: who may not have decided, and what an approval rests on.
    fn is_earned(&self, line: &Line, item: &Item) -> Checked {
        let Item::Decision(signed) = item else { return Ok(()) };
        let Ok(decision) = signed.decision() else { return Ok(()) };
        let earned = |what: &str| Err(violated(Invariant::Approver, format!("line {} of {}: {what}", line.header.position, self.log.id)));
        let ledger = &self.log.ledger;
        let exempt = self.log.facts.exempt("r2", decision.by, line.header.received_at).is_some();
        match decision.act {
            Act::Approve => {}
            Act::Countersign if self.log.author_of(decision.record) == Some(decision.by) && !exempt => return earned("the observer countersigned"),
            _ => return Ok(()),
        }
        let Some(claim) = ledger.get(decision.record).and_then(|entry| entry.version(decision.version)) else { return earned("nothing was asked for") };
        if claim.submitted.by == decision.by && !exempt {
            return earned("the mentee approved their own claim");
        }
        let level = claim.integer("level").unwrap_or(0);
        let rule = claim
            .text("competency")
            .and_then(|code| self.log.facts.competency(code))
            .and_then(|competency| competency.evidence.get(&u8::try_from(level).ok()?));
        let Some(rule) = rule else { return earned("no rule allows it") };
        let mut observers = HashSet::new();
        let mut count = 0;
        for (seal, _) in claim.keyed("evidence") {
            let Some((_, _, version)) = seal.parse().ok().and_then(|seal| ledger.sealed_at(seal)) else { continue };
            let counts = version.voided.is_none() && version.integer("level").unwrap_or(0) >= i64::from(rule.level);
            if counts && version.text("competency") == claim.text("competency") {
                count += 1;
                observers.insert(version.submitted.by);
            }
        }
        if count < rule.count || observers.len() < usize::try_from(rule.observers).unwrap_or(usize::MAX) {
            return earned("the evidence was not there");
        }
        if observers.len() == 1 && observers.contains(&decision.by) && !exempt {
            return earned("the one who observed approved");
        }
        Ok(())
    }
}

/// Whether a line types into a Text.
fn is_typed(line: &Line) -> bool {
    let change = line.side.as_ref().filter(|_| line.header.kind == LineKind::Word).and_then(|side| Decoded::parse(&side.bytes.0).ok());
    change.is_some_and(|change| change.operations().iter().any(|op| matches!(op.action, Action::Insert(_))))
}

/// What was sent, out of the line that it became.
fn item(line: &Line) -> Result<Item, crate::invariant::Violation> {
    let unreadable = || violated(Invariant::Chain, format!("line {} cannot be read", line.header.position));
    let side = line.side.as_ref().ok_or_else(unreadable)?;
    match line.header.kind {
        LineKind::Word => Ok(Item::Word(side.bytes.clone())),
        LineKind::Decision => {
            let signed: SignedDecision = cbor::decode(&side.bytes.0, MAX_DECISION_BYTES).map_err(|_| unreadable())?;
            // The salt was sent with the decision and lies with the words that it froze.
            let salt = side.content.as_ref().and_then(|frozen| frozen.0.first_chunk::<16>()).map(|salt| Salt::from(*salt));
            Ok(Item::Decision(SignedDecision { salt, ..signed }))
        }
        LineKind::Fact => Err(unreadable()),
    }
}

/// Takes in a line, and asks whether its log still stands under the organisation's key.
fn verified(log: &mut Log, kinds: &Kinds, key: &PublicKey, line: &Line) -> Checked {
    log.verify(kinds, line).map_err(|error| violated(Invariant::Chain, format!("{}: {error}", log.id)))?;
    if log.facts.keys.current() == Some(key) { Ok(()) } else { Err(violated(Invariant::Chain, format!("{} stands under another key", log.id))) }
}
