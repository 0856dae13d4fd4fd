//! The server of a ward: it judges, orders, and tells what it has.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    beacon::Beacon,
    bytes::{Bytes, Salt},
    change::{
        self, Document, Written,
        actor::actor,
        genesis::genesis,
        writer::{DocumentError, Edit},
    },
    epoch::carry,
    fact::{Epoch, Fact, KeyNamed, KeyTaken, Opened, Settings},
    id::{DeviceId, LogId, OrganisationId, PersonId, RecordId},
    key::{Domain, SecretKey},
    kind::Kinds,
    line::{Header, Line, LineKind, Side},
    log::{Author, Judged, Log, ReplayError},
    refusal::Refusal,
    rules::{self, Accepted, Body},
    time::At,
    wire::{Cursor, LogUpdate, SyncRequest, SyncResponse, Verdict, WIRE_VERSION},
};
use uuid::Uuid;

use super::{START, TOMAS, framework::framework, person};

pub const ORGANISATION: OrganisationId = OrganisationId(Uuid::from_bytes([7; 16]));

pub fn organisation_key() -> SecretKey {
    SecretKey::from_seed([42; 32])
}

pub struct Server {
    pub kinds: Kinds,
    pub key: SecretKey,
    pub organisation: OrganisationId,
    pub logs: BTreeMap<LogId, (Log, Vec<Line>)>,
    nonce: u64,
    pub held: Vec<(LogId, Author, shared::wire::Bundle)>,
    /// Every accepted bundle, in order.
    pub journal: Vec<Taken>,
    /// The same logs as a store has them, in parts.
    #[cfg(feature = "parts")]
    pub shelves: super::shelves::Shelves,
}

/// A bundle as it was accepted: at which position its first line stands, and what had been pushed.
pub struct Taken {
    pub log: LogId,
    pub first: u64,
    pub author: Author,
    pub items: Vec<shared::wire::Item>,
    pub at: At,
}

impl Server {
    pub fn new(kinds: Kinds) -> Self {
        Self {
            kinds,
            key: organisation_key(),
            organisation: ORGANISATION,
            logs: BTreeMap::new(),
            nonce: 0,
            held: Vec::new(),
            journal: Vec::new(),
            #[cfg(feature = "parts")]
            shelves: Default::default(),
        }
    }

    fn line(&mut self, log: LogId, accepted: Accepted, now: At, author: Option<Author>) -> u64 {
        self.nonce += 1;
        let nonce = Salt::from(*Uuid::from_u128(u128::from(self.nonce).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)).as_bytes());
        let begins_epoch = matches!(accepted.body(), Body::Fact(Fact::Epoch(_)));
        let (kind, bytes, content) = match accepted.into_body() {
            Body::Word { change, .. } | Body::Carried(change) => (LineKind::Word, change, None),
            Body::Decision { signed, content, .. } => (LineKind::Decision, Bytes(shared::cbor::encode(&signed)), content),
            Body::Fact(fact) => (LineKind::Fact, Bytes(shared::cbor::encode(&fact)), None),
            Body::Evidence { evidence, frozen } => (LineKind::Fact, Bytes(shared::cbor::encode(&Fact::Evidence(evidence))), Some(frozen)),
        };
        let key = self.key.clone();
        let (state, lines) = self.logs.get_mut(&log).expect("the log is open");
        let header = Header {
            position: state.chain.next,
            epoch: state.epoch + u32::from(begins_epoch),
            kind,
            author: author.map(|author| author.person),
            device: author.map(|author| author.device),
            received_at: now,
            nonce,
        };
        let mut chain = state.chain;
        let line = chain.extend(header, Side { salt: nonce, bytes, content }, |hash| Some(key.sign(Domain::Line, &hash.0)));
        state.apply(&self.kinds, &line).expect("what was judged applies");
        lines.push(line);
        #[cfg(feature = "parts")]
        self.shelves.heard(&self.kinds, state, lines);
        state.chain.next - 1
    }

    /// The changes of a log, in their order.
    pub fn words(&self, log: LogId) -> impl Iterator<Item = &[u8]> {
        let (state, lines) = &self.logs[&log];
        let words = lines.iter().filter(|line| line.header.kind == LineKind::Word && line.header.epoch == state.epoch);
        words.map(|line| line.side.as_ref().expect("not erased").bytes.0.as_slice())
    }

    /// A change of a device on everything accepted, past every courtesy check.
    pub fn written(&self, log: LogId, device: DeviceId, slot: u16, write: impl FnOnce(&mut Edit<'_>) -> Result<(), DocumentError>) -> Written {
        let (state, _) = &self.logs[&log];
        let mut document = Document::from_genesis(&genesis(&log.to_string(), state.epoch)).expect("a genesis");
        document.apply_all(self.words(log)).expect("accepted changes");
        let seen = state.newest().expect("open");
        let seen = change::Seen { position: seen.position, tag: seen.tag.0 };
        document.edit(actor(*device.0.as_bytes(), slot), &seen, write).expect("an edit").expect("a change")
    }

    pub fn fact(&mut self, log: LogId, fact: Fact, now: At) -> Result<u64, Refusal> {
        let accepted = self.logs[&log].0.judge_fact(&self.kinds, fact, now)?;
        Ok(self.line(log, accepted, now, None))
    }

    /// The organisation changes its key in every log, and goes on with the new one.
    pub fn rotate(&mut self, key: SecretKey, now: At) {
        for log in self.logs.keys().copied().collect::<Vec<_>>() {
            self.rotate_in(log, &key, now);
        }
        self.key = key;
    }

    /// The two lines of a rotation in one log.
    pub fn rotate_in(&mut self, log: LogId, key: &SecretKey, now: At) {
        self.fact(log, Fact::KeyNamed(KeyNamed { key: key.public(), reason: "a new server".into() }), now).expect("it may");
        self.takes_key(log, key, None, now);
    }

    /// The organisation lost its key.
    pub fn lose_key(&mut self, key: SecretKey, now: At) {
        for log in self.logs.keys().copied().collect::<Vec<_>>() {
            self.takes_key(log, &key, Some("a server burnt down".to_owned()), now);
        }
        self.key = key;
    }

    fn takes_key(&mut self, log: LogId, key: &SecretKey, reason: Option<String>, now: At) {
        let former = std::mem::replace(&mut self.key, key.clone());
        self.fact(log, Fact::KeyTaken(KeyTaken { key: key.public(), reason }), now).expect("it may");
        self.key = former;
    }

    /// Erases records' words in every log that has them.
    pub fn erase(&mut self, records: &[RecordId], now: At) {
        let has = |log: &Log| records.iter().any(|record| log.index.has_record(&record.to_string()));
        let logs: Vec<LogId> = self.logs.iter().filter(|(_, (log, _))| has(log)).map(|(id, _)| *id).collect();
        for id in logs {
            let state = &self.logs[&id].0;
            let here: BTreeSet<RecordId> = records.iter().copied().filter(|record| state.index.has_record(&record.to_string())).collect();
            let epoch = state.epoch + 1;
            let carried = carry(state, epoch, &here).expect("what was accepted can be carried over");
            let submits: Vec<u64> = here
                .iter()
                .filter_map(|record| state.ledger.get(*record))
                .flat_map(|entry| &entry.versions)
                .map(|version| version.submitted.position)
                .collect();
            let authors = state.ledger.authors_to_name();
            let fact = Epoch { epoch, erased: here.into_iter().collect(), authors, by: person(TOMAS), reason: "an address".into() };
            let began = self.fact(id, Fact::Epoch(fact), now).expect("the lead may");
            for carried in carried {
                self.line(id, rules::carried(carried), now, None);
            }
            for line in self.logs.get_mut(&id).into_iter().flat_map(|(_, lines)| lines).filter(|line| line.header.position < began) {
                match (&mut line.side, line.header.kind) {
                    (side, LineKind::Word) => *side = None,
                    (Some(side), _) if submits.contains(&line.header.position) => side.content = None,
                    _ => {}
                }
            }
        }
    }

    /// A log as a server would tell it that has the organisation's key and lies: each line's header and side as `change`
    /// leaves them, chained and signed anew.
    pub fn retold(&self, log: LogId, change: impl Fn(&mut Header, &mut Side)) -> Vec<Line> {
        let mut chain = shared::line::ChainHead::origin(log, self.organisation);
        let tell = |line: &Line| {
            let (mut header, mut side) = (line.header.clone(), line.side.clone().expect("not erased"));
            change(&mut header, &mut side);
            chain.extend(header, side, |hash| Some(self.key.sign(Domain::Line, &hash.0)))
        };
        self.logs[&log].1.iter().map(tell).collect()
    }

    /// What a phone says that fetches these lines from nothing.
    pub fn heard(&self, log: LogId, lines: &[Line]) -> Result<(), ReplayError> {
        self.fold(log, lines).map(|_| ())
    }

    /// A log as a phone reads it from nothing, to its end.
    pub fn fold(&self, log: LogId, lines: &[Line]) -> Result<Log, ReplayError> {
        let mut fresh = Log::told(log, self.organisation, self.logs[&log].0.epoch);
        lines.iter().try_for_each(|line| fresh.verify(&self.kinds, line))?;
        if fresh.is_whole() { Ok(fresh) } else { Err(ReplayError::Withheld(fresh.chain.next)) }
    }

    pub fn open(&mut self, log: LogId) {
        let state = Log::new(log, self.organisation);
        #[cfg(feature = "parts")]
        let state = super::shelves::tracked(state);
        self.logs.insert(log, (state, Vec::new()));
        let opened = Opened {
            log,
            organisation: self.organisation,
            organisation_name: "Quillbrook".into(),
            key: self.key.public(),
            zone: "UTC0".into(),
            person_word: "resident".into(),
            demonstration: true,
            relationship: None,
        };
        self.fact(log, Fact::Opened(opened), START).expect("opened");
        self.fact(log, Fact::Framework(Box::new(framework())), START).expect("framework");
        self.fact(log, Fact::Settings(Settings { places: vec!["Quillbrook House".into()], ..Settings::default() }), START).expect("settings");
    }

    pub fn sync(&mut self, person: PersonId, request: &SyncRequest, now: At) -> SyncResponse {
        let author = Author { person, device: request.device };
        let mut verdicts = Vec::new();
        for bundle in &request.push {
            let (log, _lines) = self.logs.get_mut(&bundle.log).expect("a known log");
            if bundle.epoch != log.epoch {
                verdicts.push(Verdict::Refused(shared::words::refusal::old_epoch(log.epoch)));
                continue;
            }
            let judged = log.judge(&self.kinds, author, &bundle.items, now);
            #[cfg(feature = "parts")]
            assert_eq!(self.shelves.judge(&self.kinds, log, _lines, (author, &bundle.items, now)), judged, "in parts it is judged as whole");
            verdicts.push(match judged {
                Judged::Accept(accepted) => {
                    let first = self.logs[&bundle.log].0.chain.next;
                    self.journal.push(Taken { log: bundle.log, first, author, items: bundle.items.clone(), at: now });
                    let mut position = 0;
                    for one in accepted {
                        position = self.line(bundle.log, one, now, Some(author));
                    }
                    Verdict::Accepted { position }
                }
                Judged::Kept { position } => Verdict::Duplicate { position },
                Judged::Answer(verdict) => {
                    if matches!(verdict, Verdict::Held(_)) {
                        self.held.push((bundle.log, author, bundle.clone()));
                    }
                    verdict
                }
            });
        }
        let mine = |log: &Log| log.facts.members.iter().any(|member| member.person == person);
        let directory: Vec<Cursor> =
            self.logs.iter().filter(|(_, (log, _))| mine(log)).map(|(id, (log, _))| Cursor { log: *id, epoch: log.epoch, next: log.chain.next }).collect();
        let cursor = |log: LogId| request.cursors.iter().find(|cursor| cursor.log == log);
        let logs = directory
            .iter()
            .filter(|entry| request.rest || cursor(entry.log).is_some())
            .map(|entry| {
                let next = cursor(entry.log).filter(|cursor| cursor.epoch == entry.epoch).map_or(0, |cursor| cursor.next);
                let lines = self.logs[&entry.log].1.iter().skip(usize::try_from(next).expect("small")).cloned().collect();
                LogUpdate { log: entry.log, epoch: entry.epoch, lines, more: false }
            })
            .collect();
        let beacon = Some(Beacon::of(self.organisation, &self.key, now));
        SyncResponse { v: WIRE_VERSION, now, verdicts, logs, directory, beacon }
    }
}
