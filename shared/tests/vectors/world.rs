//! One small organisation with fixed keys, times and salts: what it writes is the same bytes every time.

use std::collections::BTreeMap;

use shared::{
    bytes::{Bytes, Hash, Salt},
    change::{self, Document, Written, actor::actor, genesis::genesis, writer::DocumentError},
    decision::{self, Act, Content, DECISION_FORMAT, Decision, SignedDecision, Unlock, UnlockMethod},
    fact::{Device, Fact, Member, Opened, Settings},
    framework::{Competency, EvidenceRule, Expected, Framework, Practice, Scale},
    id::{DeviceId, LogId, OrganisationId, PairingId, PersonId, RecordId, RelationshipId},
    key::{Domain, SecretKey},
    kind::{Kinds, OBSERVATION},
    line::{Header, Line, LineKind, Side},
    log::{Author, FIRST_EPOCH, Judged, Log},
    role::Role,
    rules::{Accepted, Body},
    scalar::Scalar,
    time::{At, DAY_MS, MINUTE_MS},
    wire::{Item, Verdict},
};
use uuid::Uuid;

/// 2026-01-15 12:00 in London.
pub const START: At = At(1_768_478_400_000);
pub const ORGANISATION: OrganisationId = OrganisationId(Uuid::from_bytes([7; 16]));
pub const AMARA: PersonId = PersonId(Uuid::from_bytes([1; 16]));
pub const RUTH: PersonId = PersonId(Uuid::from_bytes([2; 16]));
pub const PHONE: DeviceId = DeviceId(Uuid::from_bytes([50; 16]));
pub const OWN: LogId = LogId::Own(RUTH);
pub const PAIR: LogId = LogId::Pair(PairingId(Uuid::from_bytes([8; 16])));
pub const RECORD: LogId = LogId::Record(RelationshipId(Uuid::from_bytes([9; 16])));
pub const OBSERVED: RecordId = RecordId(Uuid::from_u128(0x0192_f0c1_0000_7000_8000_0000_0000_0001));
pub const MET: RecordId = RecordId(Uuid::from_u128(0x0192_f0c1_0000_7000_8000_0000_0000_0002));
pub const ORGANISATION_SEED: [u8; 32] = [42; 32];
pub const DEVICE_SEED: [u8; 32] = [100; 32];
pub const CONTENT_SALT: Salt = shared::bytes::Fixed([0xc0; 16]);

/// The server's part and one phone's.
pub struct World {
    pub kinds: Kinds,
    pub logs: BTreeMap<LogId, (Log, Vec<Line>)>,
    documents: BTreeMap<LogId, Document>,
    pub now: At,
    drawn: u8,
}

pub fn organisation_key() -> SecretKey {
    SecretKey::from_seed(ORGANISATION_SEED)
}

pub fn device_key() -> SecretKey {
    SecretKey::from_seed(DEVICE_SEED)
}

pub fn author() -> Author {
    Author { person: RUTH, device: PHONE }
}

impl World {
    /// Amara learns and Ruth leads; Ruth has a phone.
    pub fn new() -> Self {
        let mut world = Self { kinds: Kinds::standard(), logs: BTreeMap::new(), documents: BTreeMap::new(), now: START, drawn: 0 };
        world.open(OWN, &[(RUTH, "Ruth Calloray", Role::Owner)]);
        world.open(PAIR, &[(AMARA, "Amara Venn", Role::Mentee), (RUTH, "Ruth Calloray", Role::Mentor)]);
        world.open(RECORD, &[(AMARA, "Amara Venn", Role::Mentee), (RUTH, "Ruth Calloray", Role::Mentor)]);
        world.now = START.plus(DAY_MS);
        world
    }

    fn open(&mut self, log: LogId, members: &[(PersonId, &str, Role)]) {
        self.logs.insert(log, (Log::new(log, ORGANISATION), Vec::new()));
        self.documents.insert(log, Document::from_genesis(&genesis(&log.to_string(), FIRST_EPOCH)).expect("a genesis"));
        let relationship = matches!(log, LogId::Pair(_)).then_some(RelationshipId(Uuid::from_bytes([9; 16])));
        self.fact(
            log,
            Fact::Opened(Opened {
                log,
                organisation: ORGANISATION,
                organisation_name: "Quillbrook".into(),
                key: organisation_key().public(),
                zone: "GMT0BST,M3.5.0/1,M10.5.0".into(),
                person_word: "resident".into(),
                demonstration: true,
                relationship,
            }),
        );
        self.fact(log, Fact::Framework(Box::new(framework())));
        self.fact(log, Fact::Settings(Settings { places: vec!["Quillbrook House".into()], ..Settings::default() }));
        for (person, name, role) in members {
            self.fact(log, Fact::Member(member(*person, name, *role)));
        }
        self.fact(log, Fact::Device(Device { device: PHONE, person: RUTH, key: device_key().public(), label: "Ruth's phone".into() }));
    }

    pub fn fact(&mut self, log: LogId, fact: Fact) {
        let accepted = self.logs[&log].0.judge_fact(&self.kinds, fact, self.now).expect("the organisation may state it");
        self.line(log, accepted, None);
    }

    fn line(&mut self, log: LogId, accepted: Accepted, author: Option<Author>) -> u64 {
        self.drawn += 1;
        let (nonce, salt) = (Salt::from([self.drawn; 16]), Salt::from([0x80 | self.drawn; 16]));
        let (kind, bytes, content) = match accepted.into_body() {
            Body::Word { change, .. } | Body::Carried(change) => (LineKind::Word, change, None),
            Body::Decision { signed, content, .. } => (LineKind::Decision, Bytes(shared::cbor::encode(&signed)), content),
            Body::Fact(fact) => (LineKind::Fact, Bytes(shared::cbor::encode(&fact)), None),
            Body::Evidence { evidence, frozen } => (LineKind::Fact, Bytes(shared::cbor::encode(&Fact::Evidence(evidence))), Some(frozen)),
        };
        let (state, lines) = self.logs.get_mut(&log).expect("the log is open");
        let header = Header {
            position: state.chain.next,
            epoch: FIRST_EPOCH,
            kind,
            author: author.map(|author| author.person),
            device: author.map(|author| author.device),
            received_at: self.now,
            nonce,
        };
        let position = header.position;
        let mut chain = state.chain;
        let line = chain.extend(header, Side { salt, bytes, content }, |hash| Some(organisation_key().sign(Domain::Line, &hash.0)));
        state.apply(&self.kinds, &line).expect("what was judged applies");
        lines.push(line);
        position
    }

    pub fn log(&self, log: LogId) -> &Log {
        &self.logs[&log].0
    }

    pub fn lines(&self, log: LogId) -> &[Line] {
        &self.logs[&log].1
    }

    pub fn judge(&mut self, log: LogId, items: &[Item]) -> Judged {
        let (state, _) = self.logs.get_mut(&log).expect("the log is open");
        state.judge(&self.kinds, author(), items, self.now)
    }

    /// Judges and commits.
    pub fn push(&mut self, log: LogId, items: &[Item]) -> Verdict {
        match self.judge(log, items) {
            Judged::Accept(accepted) => {
                let last = accepted.into_iter().map(|one| self.line(log, one, Some(author()))).last();
                Verdict::Accepted { position: last.expect("an item makes a line") }
            }
            Judged::Kept { position } => Verdict::Duplicate { position },
            Judged::Answer(verdict) => verdict,
        }
    }

    /// What the phone would send next: one change, on all that it read.
    pub fn edit(&mut self, log: LogId, write: impl FnOnce(&mut change::writer::Edit<'_>) -> Result<(), DocumentError>) -> Written {
        let seen = self.log(log).newest().expect("the log is open");
        let seen = change::Seen { position: seen.position, tag: seen.tag.0 };
        let document = self.documents.get_mut(&log).expect("the log is open");
        document.edit(actor(*PHONE.0.as_bytes(), 0), &seen, write).expect("within the limits").expect("something changes")
    }

    pub fn pass(&mut self) {
        self.now = self.now.plus(MINUTE_MS);
    }

    /// A decision on the observation, signed by the phone.
    pub fn sign(&self, act: Act, digest: Hash, reason: Option<&str>) -> (Decision, SignedDecision) {
        let decision = Decision {
            v: DECISION_FORMAT,
            log: RECORD,
            record: OBSERVED,
            version: 1,
            act,
            kind: OBSERVATION.code.into(),
            form: OBSERVATION.form(),
            digest,
            by: RUTH,
            device: PHONE,
            role: Role::Mentor,
            unlock: Unlock { method: UnlockMethod::Pin, at: self.now.plus(-10_000) },
            at: self.now,
            seen: self.log(RECORD).newest().expect("the log is open"),
            beacon: None,
            reason: reason.map(str::to_owned),
        };
        let body = decision.encode();
        let signature = device_key().sign(Domain::Decision, &body.0);
        (decision, SignedDecision { body, signature, salt: None, heads: Vec::new() })
    }
}

/// What Ruth wrote of Amara, as it is shared: without the jot.
pub fn observed() -> Content {
    [
        ("mentee", Scalar::from(AMARA.to_string())),
        ("competency", "C01".into()),
        ("setting", "Quillbrook House".into()),
        ("level", 3.into()),
        ("went_well", "Rang on your own.\nSaid “now”.".into()),
        ("captured_at", START.plus(DAY_MS).0.into()),
    ]
    .map(|(field, value)| (field.to_owned(), value))
    .into()
}

pub fn digest_of(content: &Content) -> (Vec<u8>, Hash) {
    let bytes = decision::canonical_content(RECORD, OBSERVED, OBSERVATION.code, &OBSERVATION.form(), content);
    let digest = decision::content_digest(&CONTENT_SALT, &bytes);
    (bytes, digest)
}

fn member(person: PersonId, name: &str, role: Role) -> Member {
    Member {
        person,
        name: name.into(),
        role,
        leads: role == Role::Mentor,
        job: "nurse".into(),
        place: "Quillbrook House".into(),
        employed_from: START,
        from: START,
        until: None,
    }
}

fn framework() -> Framework {
    Framework {
        code: "core".into(),
        name: "Core".into(),
        version: 1,
        competencies: vec![Competency {
            code: "C01".into(),
            name: "Raising a worry in time".into(),
            domain: "escalation".into(),
            high_risk: true,
            scale: Scale::Doing,
            behaviours: vec!["Says what was seen".into()],
            critical: vec![],
            progression: vec![],
            expected: Expected { new: 2, settling: 3, established: 4 },
            evidence: [
                (3, EvidenceRule { count: 3, level: 3, observers: 2, months: 6, practice: Practice::Counted }),
                (4, EvidenceRule { count: 4, level: 4, observers: 2, months: 6, practice: Practice::AtMost(1) }),
            ]
            .into(),
        }],
    }
}
