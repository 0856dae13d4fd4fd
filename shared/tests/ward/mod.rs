//! A ward in memory: one server that judges and orders, and people with phones. Tests read as stories.

#![allow(dead_code, reason = "each test file uses its own part of the ward")]

use std::collections::BTreeMap;

use shared::{
    bytes::{Bytes, Salt},
    decision::{Act, Unlock, UnlockMethod},
    fact::{Device, Fact, Member, MemberEnded, Opened, Settings},
    framework::{Competency, EvidenceRule, Expected, Framework, Practice, Scale},
    id::{DeviceId, LogId, OrganisationId, PairingId, PersonId, RecordId, RelationshipId},
    key::{Domain, SecretKey},
    kind::Kinds,
    line::{Header, Line, LineKind, Side},
    log::{Author, Judged, Log},
    phone::{Ask, Row},
    refusal::Refusal,
    replica::{Identity, Replica, StoreOp, Stored, Table},
    role::Role,
    rules::{Accepted, Body},
    scalar::Scalar,
    time::{At, DAY_MS, SECOND_MS},
    wire::{Cursor, LogUpdate, SyncRequest, SyncResponse, Verdict, WIRE_VERSION},
};
use uuid::Uuid;

/// Day 0 of every story.
pub const START: At = At(1_750_000_000_000);

pub fn person(number: u8) -> PersonId {
    PersonId(Uuid::from_bytes([number; 16]))
}

pub const AMARA: u8 = 1;
pub const RUTH: u8 = 2;
pub const FARID: u8 = 3;
pub const BEA: u8 = 4;
pub const TOMAS: u8 = 5;

pub struct Server {
    pub kinds: Kinds,
    pub key: SecretKey,
    organisation: OrganisationId,
    pub logs: BTreeMap<LogId, (Log, Vec<Line>)>,
    nonce: u64,
    pub held: Vec<(LogId, Author, shared::wire::Bundle)>,
    /// Every accepted bundle, in order.
    pub journal: Vec<Taken>,
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
    fn line(&mut self, log: LogId, accepted: Accepted, now: At, author: Option<Author>) -> u64 {
        self.nonce += 1;
        let nonce = Salt::from(*Uuid::from_u128(u128::from(self.nonce).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)).as_bytes());
        let (kind, bytes, content) = match accepted.into_body() {
            Body::Word { change, .. } | Body::Carried(change) => (LineKind::Word, change, None),
            Body::Decision { signed, content, .. } => (LineKind::Decision, Bytes(shared::cbor::encode(&signed)), content),
            Body::Fact(fact) => (LineKind::Fact, Bytes(shared::cbor::encode(&fact)), None),
        };
        let key = self.key.clone();
        let (state, lines) = self.logs.get_mut(&log).expect("the log is open");
        let header = Header {
            position: state.chain.next,
            epoch: 1,
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
        state.chain.next - 1
    }

    pub fn fact(&mut self, log: LogId, fact: Fact, now: At) -> Result<u64, Refusal> {
        let accepted = self.logs[&log].0.judge_fact(&self.kinds, fact, now)?;
        Ok(self.line(log, accepted, now, None))
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
    pub fn heard(&self, log: LogId, lines: &[Line]) -> Result<(), shared::log::ReplayError> {
        let mut fresh = Log::new(log, self.organisation);
        lines.iter().try_for_each(|line| fresh.verify(&self.kinds, line, &self.key.public()))
    }

    fn open(&mut self, log: LogId) {
        self.logs.insert(log, (Log::new(log, self.organisation), Vec::new()));
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
            let (log, _) = self.logs.get_mut(&bundle.log).expect("a known log");
            verdicts.push(match log.judge(&self.kinds, author, &bundle.items, now) {
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
            self.logs.iter().filter(|(_, (log, _))| mine(log)).map(|(id, (log, _))| Cursor { log: *id, epoch: 1, next: log.chain.next }).collect();
        let cursor = |log: LogId| request.cursors.iter().find(|cursor| cursor.log == log);
        let logs = directory
            .iter()
            .filter(|entry| request.rest || cursor(entry.log).is_some())
            .map(|entry| {
                let next = cursor(entry.log).map_or(0, |cursor| cursor.next);
                let lines = self.logs[&entry.log].1.iter().skip(usize::try_from(next).expect("small")).cloned().collect();
                LogUpdate { log: entry.log, epoch: 1, lines, more: false }
            })
            .collect();
        SyncResponse { v: WIRE_VERSION, now, verdicts, logs, directory }
    }
}

/// One person's phone, with a store that can be reopened.
pub struct Phone {
    pub replica: Replica,
    pub key: SecretKey,
    pub person: PersonId,
    pub store: BTreeMap<(Table, String), Vec<u8>>,
    salts: u8,
    /// This phone's clock minus the ward's.
    pub clock_off_ms: i64,
}

pub struct Ward {
    pub server: Server,
    pub phones: Vec<Phone>,
    pub now: At,
    records: u64,
}

pub fn framework() -> Framework {
    let rule = |count, level, observers, months, practice| EvidenceRule { count, level, observers, months, practice };
    Framework {
        code: "core".into(),
        name: "Core".into(),
        version: 1,
        competencies: vec![
            Competency {
                code: "C01".into(),
                name: "Raising a worry in time".into(),
                domain: "escalation".into(),
                high_risk: true,
                scale: Scale::Doing,
                behaviours: vec![],
                critical: vec![],
                progression: vec![],
                expected: Expected { new: 2, settling: 3, established: 4 },
                evidence: [(3, rule(3, 3, 2, 6, Practice::Counted)), (4, rule(4, 4, 2, 6, Practice::NotCounted))].into(),
            },
            Competency {
                code: "C02".into(),
                name: "Handing over".into(),
                domain: "communication".into(),
                high_risk: false,
                scale: Scale::Doing,
                behaviours: vec![],
                critical: vec![],
                progression: vec![],
                expected: Expected { new: 2, settling: 3, established: 4 },
                evidence: [(3, rule(2, 3, 1, 6, Practice::AtMost(1)))].into(),
            },
        ],
    }
}

pub fn log() -> LogId {
    LogId::Record(RelationshipId(Uuid::from_bytes([9; 16])))
}

/// The log of Amara and one mentor.
pub fn pair(mentor: u8) -> LogId {
    LogId::Pair(PairingId(Uuid::from_bytes([20 + mentor; 16])))
}

fn member(number: u8, name: &str, role: Role) -> Member {
    Member {
        person: person(number),
        name: name.into(),
        role,
        leads: number == RUTH && role == Role::Mentor,
        job: String::new(),
        place: String::new(),
        employed_from: START,
        from: START,
        until: None,
    }
}

impl Ward {
    /// Amara learns; Ruth leads, Farid mentors too; Bea supervises; Tomas leads the programme.
    pub fn new() -> Self {
        Self::with(Kinds::standard())
    }

    /// The same people with other kinds of records.
    pub fn with(kinds: Kinds) -> Self {
        let key = SecretKey::from_seed([42; 32]);
        let mut server = Server {
            kinds,
            key,
            organisation: OrganisationId(Uuid::from_bytes([7; 16])),
            logs: BTreeMap::new(),
            nonce: 0,
            held: Vec::new(),
            journal: Vec::new(),
        };
        server.open(log());
        let people = [
            (AMARA, "Amara Venn", Role::Mentee),
            (RUTH, "Ruth Calloray", Role::Mentor),
            (FARID, "Farid Nasweh", Role::Mentor),
            (BEA, "Bea Monteiral", Role::Supervisor),
            (TOMAS, "Tomas Lindquell", Role::Lead),
        ];
        for (number, name, role) in people {
            server.fact(log(), Fact::Member(member(number, name, role)), START).expect("member");
            let own = LogId::Own(person(number));
            server.open(own);
            server.fact(own, Fact::Member(member(number, name, Role::Owner)), START).expect("owner");
        }
        Self { server, phones: Vec::new(), now: START.plus(DAY_MS), records: 0 }
    }

    /// What Amara and one of her mentors keep between them. Before they have phones.
    pub fn open_pair(&mut self, mentor: u8) -> LogId {
        let pair = pair(mentor);
        self.server.open(pair);
        for (number, name, role) in [(AMARA, "Amara Venn", Role::Mentee), (mentor, "a mentor", Role::Mentor)] {
            self.server.fact(pair, Fact::Member(member(number, name, role)), START).expect("member");
        }
        pair
    }

    /// Gives somebody a phone and lets it fetch; returns its number.
    pub fn phone(&mut self, number: u8) -> usize {
        let index = self.phones.len();
        let seed = [u8::try_from(index).expect("few phones") + 100; 32];
        let key = SecretKey::from_seed(seed);
        let device = DeviceId(Uuid::from_bytes([u8::try_from(index).expect("few phones") + 50; 16]));
        let certificate = Device { device, person: person(number), key: key.public(), label: "phone".into() };
        let logs: Vec<LogId> = self.server.logs.iter().filter(|(_, (log, _))| log.facts.is_member(person(number), self.now)).map(|(id, _)| *id).collect();
        for log in logs {
            self.server.fact(log, Fact::Device(certificate.clone()), self.now).expect("certificate");
        }
        let identity = Identity {
            person: person(number),
            name: String::new(),
            device,
            organisation: self.server.organisation,
            organisation_name: "Quillbrook".into(),
            organisation_key: self.server.key.public(),
            demonstration: true,
        };
        let replica = Replica::new(self.server.kinds.clone(), identity);
        self.phones.push(Phone { replica, key, person: person(number), store: BTreeMap::new(), salts: 0, clock_off_ms: 0 });
        self.sync(index);
        index
    }

    pub fn pass(&mut self, ms: i64) {
        self.now = self.now.plus(ms);
    }

    pub fn record(&mut self) -> RecordId {
        self.records += 1;
        RecordId(Uuid::from_u128(0x0192_f0c1_0000_7000_8000_0000_0000_0000 + u128::from(self.records)))
    }

    pub fn ask(&mut self, phone: usize, ask: Ask) -> Result<(), Refusal> {
        let now = self.now;
        let phone = &mut self.phones[phone];
        let now = now.plus(phone.clock_off_ms);
        let effects = phone.replica.ask(&ask, now)?;
        phone.keep(effects);
        Ok(())
    }

    /// Signs with a PIN that was typed this moment.
    pub fn sign(&mut self, phone: usize, ask: Ask) -> Result<(), Refusal> {
        let now = self.now;
        let phone = &mut self.phones[phone];
        let now = now.plus(phone.clock_off_ms);
        phone.salts += 1;
        let salt = [phone.salts; 16];
        let unlock = Unlock { method: UnlockMethod::Pin, at: now };
        let unsigned = phone.replica.propose(&ask, unlock, now, &mut || salt)?;
        let signatures = unsigned.bodies().iter().map(|body| phone.sign_raw(body)).collect();
        let effects = phone.replica.commit(unsigned, signatures, now)?;
        phone.keep(effects);
        Ok(())
    }

    /// Requests until nothing waits. Bounded: a phone that never settles is a failure.
    pub fn sync(&mut self, phone: usize) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for _ in 0..20 {
            self.now = self.now.plus(SECOND_MS);
            let request = self.send(phone);
            let response = self.server.sync(self.phones[phone].person, &request, self.now);
            let done = request.push.is_empty();
            verdicts.extend(response.verdicts.clone());
            self.answer(phone, &request, response);
            if done {
                return verdicts;
            }
        }
        panic!("the phone does not come to rest: {verdicts:?}");
    }

    /// A request leaves the phone and no answer comes.
    pub fn send(&mut self, phone: usize) -> SyncRequest {
        let now = self.now;
        let phone = &mut self.phones[phone];
        let (request, effects) = phone.replica.request(now.plus(phone.clock_off_ms));
        phone.keep(effects);
        let bytes = shared::cbor::encode(&request);
        let read: SyncRequest = shared::cbor::decode(&bytes, shared::wire::MAX_REQUEST_BYTES).expect("the request reads back");
        assert_eq!(read, request);
        request
    }

    pub fn answer(&mut self, phone: usize, request: &SyncRequest, response: SyncResponse) {
        let bytes = shared::cbor::encode(&response);
        let response = shared::cbor::decode(&bytes, shared::wire::MAX_RESPONSE_BYTES).expect("the response reads back");
        let now = self.now;
        let phone = &mut self.phones[phone];
        let now = now.plus(phone.clock_off_ms);
        let effects = phone.replica.absorb(request, response, now);
        phone.keep(effects);
    }

    /// Closes the app and opens it again from what was stored.
    pub fn reopen(&mut self, phone: usize) {
        let kinds = self.server.kinds.clone();
        let phone = &mut self.phones[phone];
        let before = phone.replica.view();
        let identity = phone.replica.identity().clone();
        let table = |table: Table| phone.store.iter().filter(move |((kind, _), _)| *kind == table).map(|((_, key), value)| (key.clone(), value.clone()));
        let stored = Stored {
            lines: table(Table::Lines).map(|(_, value)| Stored::read_line(&value).expect("a line")).collect(),
            snapshots: table(Table::Snapshots).map(|(key, value)| (key.parse().expect("a log"), value)).collect(),
            pending: table(Table::Pending).map(|(_, value)| value).collect(),
            stuck: table(Table::Stuck).map(|(_, value)| value).collect(),
            meta: table(Table::Meta).collect(),
        };
        phone.replica = Replica::restore(kinds, identity, stored).expect("what was stored reads back");
        let rows = |news: &[shared::phone::News]| -> Vec<Row> {
            news.iter()
                .filter_map(|news| match news {
                    shared::phone::News::Rows { rows, .. } => Some(rows.clone()),
                    _ => None,
                })
                .flatten()
                .collect()
        };
        assert_eq!(rows(&phone.replica.view()), rows(&before), "a reopened phone shows what it showed");
        let mut kept: Vec<Row> = table(Table::Rows).map(|(_, value)| Stored::read_row(&value).expect("a row")).collect();
        let mut shown = rows(&before);
        kept.sort_by_key(|row| (row.log, row.record));
        shown.sort_by_key(|row| (row.log, row.record));
        assert_eq!(kept, shown, "the stored rows are the ones on the screen");
    }

    pub fn row(&self, phone: usize, log: LogId, record: RecordId) -> Option<Row> {
        self.phones[phone].replica.row_of(log, record)
    }

    // ---- what people do ----

    /// An observation of Amara, drafted field by field in the own log.
    pub fn draft(&mut self, phone: usize, competency: &str, level: i64) -> RecordId {
        let record = self.record();
        let own = LogId::Own(self.phones[phone].person);
        let at = self.now.plus(self.phones[phone].clock_off_ms);
        let fields = [("captured_at", Scalar::Integer(at.0)), ("mentee", person(AMARA).to_string().into())];
        let fields = fields.map(|(field, value)| (field.to_owned(), value)).into();
        self.ask(phone, Ask::Create { log: own, record, kind: "observation".into(), fields }).expect("a draft begins");
        for (field, value) in [
            ("competency", competency.into()),
            ("setting", "Quillbrook House".into()),
            ("level", level.into()),
            ("went_well", "Rang on your own.".into()),
            ("try_next", "Say what you need first.".into()),
            ("next_step", "Do one together".into()),
        ] {
            self.set(phone, own, record, field, value);
        }
        record
    }

    pub fn set(&mut self, phone: usize, log: LogId, record: RecordId, field: &str, value: Scalar) {
        self.ask(phone, Ask::Set { log, record, field: field.into(), value: Some(value), leaving: true }).expect("a field is written");
    }

    /// Observes, signs and sends.
    pub fn observe(&mut self, phone: usize, competency: &str, level: i64) -> RecordId {
        let record = self.draft(phone, competency, level);
        self.send_record(phone, record).expect("sent");
        self.sync(phone);
        record
    }

    pub fn send_record(&mut self, phone: usize, record: RecordId) -> Result<(), Refusal> {
        self.sign(phone, Ask::Send { record, to: log(), sign: true, reason: None, pin: String::new() })
    }

    pub fn decide(&mut self, phone: usize, record: RecordId, version: u32, act: Act, reason: Option<&str>) -> Result<(), Refusal> {
        self.sign(phone, Ask::Decide { log: log(), record, version, act, reason: reason.map(str::to_owned), pin: String::new() })
    }

    /// An agreement, signed by mentee, lead mentor and supervisor.
    pub fn agreement(&mut self, amara: usize, ruth: usize, bea: usize) -> RecordId {
        let record = self.record();
        let own = LogId::Own(self.phones[ruth].person);
        let fields = [
            ("scope", "Notes"),
            ("frequency", "Every two weeks"),
            ("channel", "In person"),
            ("confidentiality", "All of it"),
            ("exceptions", "Harm"),
            ("review_on", "2026-12-01"),
        ];
        let fields = fields.map(|(field, value)| (field.to_owned(), Scalar::from(value))).into();
        self.ask(ruth, Ask::Create { log: own, record, kind: "agreement".into(), fields }).expect("drafted");
        self.send_record(ruth, record).expect("sent and signed");
        self.sync(ruth);
        for phone in [amara, bea] {
            self.sync(phone);
            self.decide(phone, record, 1, Act::Sign, None).expect("signed");
            self.sync(phone);
        }
        record
    }

    /// A claim of Amara's with the given observations as evidence.
    pub fn claim(&mut self, amara: usize, competency: &str, level: i64, evidence: &[RecordId]) -> Result<RecordId, Refusal> {
        self.sync(amara);
        let record = self.record();
        let own = LogId::Own(person(AMARA));
        let mut fields: BTreeMap<String, Scalar> = [("competency".to_owned(), competency.into()), ("level".to_owned(), level.into())].into();
        for observation in evidence {
            let row = self.row(amara, log(), *observation).expect("the observation is here");
            let line = row.entry.and_then(|entry| entry.latest().and_then(|version| version.sealed)).expect("sealed");
            fields.insert(format!("evidence/{line}"), observation.to_string().into());
        }
        self.ask(amara, Ask::Create { log: own, record, kind: "claim".into(), fields })?;
        self.send_record(amara, record)?;
        self.sync(amara);
        Ok(record)
    }

    pub fn end_membership(&mut self, number: u8, role: Role) {
        let ended = MemberEnded { person: person(number), role, at: self.now, reason: "left".into(), by: person(TOMAS) };
        self.server.fact(log(), Fact::MemberEnded(ended), self.now).expect("ended");
    }
}

impl Phone {
    pub fn keep(&mut self, effects: shared::replica::Effects) {
        for op in effects.store {
            match op {
                StoreOp::Put { table, key, value } => self.store.insert((table, key), value),
                StoreOp::Delete { table, key } => self.store.remove(&(table, key)),
            };
        }
    }

    /// Signs bytes that carry their domain tag already.
    fn sign_raw(&self, tagged: &[u8]) -> shared::key::Signature {
        let body = tagged.strip_prefix(Domain::Decision.message(&[]).as_slice()).expect("a decision's tag");
        self.key.sign(Domain::Decision, body)
    }
}
