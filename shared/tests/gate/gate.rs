//! A ward whose gate is asked directly.

use shared::{
    bytes::{Bytes, Hash, Salt},
    change::writer::Edit,
    decision::{self, Act, Content, DECISION_FORMAT, Decision, SignedDecision, Unlock, UnlockMethod},
    fact::{Device, Fact},
    id::{DeviceId, LogId, PersonId, RecordId},
    key::SecretKey,
    kind::Kinds,
    line::Seen,
    log::{Author, Judged, Log},
    role::Role,
    scalar::Scalar,
    wire::{Item, Verdict},
};
use uuid::Uuid;

use crate::{
    hostile::{Hostile, sign},
    ward::{BEA, Ward, log, person},
    words::{agreement, claim, observation},
};

pub struct Gate {
    pub ward: Ward,
    salts: u8,
}

impl Gate {
    pub fn new() -> Self {
        Self { ward: Ward::new(), salts: 0 }
    }

    pub fn device(&mut self, number: u8) -> Hostile {
        self.device_of(person(number), number + 200)
    }

    pub fn device_of(&mut self, who: PersonId, seed: u8) -> Hostile {
        let key = SecretKey::from_seed([seed; 32]);
        let device = DeviceId(Uuid::from_bytes([seed; 16]));
        for log in self.ward.server.logs.keys().copied().collect::<Vec<_>>() {
            if matches!(log, LogId::Own(owner) if owner != who) {
                continue;
            }
            let certificate = Device { device, person: who, key: key.public(), label: "a laptop".into() };
            self.ward.server.fact(log, Fact::Device(certificate), self.ward.now).expect("a certificate");
        }
        Hostile { person: who, device, key, slot: 0 }
    }

    pub fn log(&self, log: LogId) -> &Log {
        &self.ward.server.logs[&log].0
    }

    pub fn seen(&self, log: LogId) -> Seen {
        self.log(log).newest().expect("an open log")
    }

    /// A change of that device on everything accepted.
    pub fn word(&self, by: &Hostile, log: LogId, write: impl FnOnce(&mut Edit<'_>)) -> (Item, Hash) {
        let written = self.ward.server.written(log, by.device, by.slot, |edit| {
            write(edit);
            Ok(())
        });
        (Item::Word(Bytes(written.bytes)), written.hash)
    }

    pub fn create(&self, by: &Hostile, log: LogId, record: RecordId, kind: &str, fields: &Content) -> (Item, Hash) {
        let author = by.person;
        self.create_as(by, log, record, kind, author, fields)
    }

    pub fn create_as(&self, by: &Hostile, log: LogId, record: RecordId, kind: &str, author: PersonId, fields: &Content) -> (Item, Hash) {
        let fields: Vec<(String, Scalar)> = fields.iter().map(|(field, value)| (field.clone(), value.clone())).collect();
        self.word(by, log, |edit| edit.create(&record.to_string(), kind, &author.to_string(), &fields, &[]).expect("fits a change"))
    }

    pub fn put(&self, by: &Hostile, log: LogId, record: RecordId, field: &str, value: &Scalar) -> (Item, Hash) {
        self.word(by, log, |edit| edit.put(&record.to_string(), field, value).expect("fits a change"))
    }

    pub fn decision(&self, by: &Hostile, role: Role, act: Act, kind: &str, record: RecordId, version: u32) -> Decision {
        let standing = self.log(log()).ledger.get(record).and_then(|entry| entry.version(version)).map(|version| (version.form, version.digest));
        let (form, digest) = standing.unwrap_or((Kinds::standard().get(kind).map(|kind| kind.form()).unwrap_or_default(), Hash::default()));
        Decision {
            v: DECISION_FORMAT,
            log: log(),
            record,
            version,
            act,
            kind: kind.into(),
            form,
            digest,
            by: by.person,
            device: by.device,
            role,
            unlock: Unlock { method: UnlockMethod::Pin, at: self.ward.now },
            at: self.ward.now,
            seen: self.seen(log()),
            beacon: None,
            reason: Some("as told".into()),
        }
    }

    /// A submit of these words, bound to these heads.
    pub fn submit(&mut self, by: &Hostile, role: Role, (kind, record, version): (&str, RecordId, u32), words: &Content, heads: &[Hash]) -> SignedDecision {
        self.salts += 1;
        let salt = Salt::from([self.salts; 16]);
        let mut decision = self.decision(by, role, Act::Submit, kind, record, version);
        decision.form = Kinds::standard().get(kind).expect("a known kind").form();
        decision.digest = decision::content_digest(&salt, &decision::canonical_content(log(), record, kind, &decision.form, words));
        SignedDecision { salt: Some(salt), heads: heads.to_vec(), ..sign(by, &decision) }
    }

    pub fn judge(&mut self, by: &Hostile, items: &[Item]) -> Judged {
        self.judge_in(log(), by, items)
    }

    /// Judges, and holds the gate to its word: whatever the verdict, the log is the same afterwards.
    pub fn judge_in(&mut self, id: LogId, by: &Hostile, items: &[Item]) -> Judged {
        let kinds = Kinds::standard();
        let now = self.ward.now;
        let (log, _) = self.ward.server.logs.get_mut(&id).expect("an open log");
        let before = (log.facts.clone(), log.ledger.clone(), log.index.clone(), log.chain);
        let author = Author { person: by.person, device: by.device };
        let judged = log.judge(&kinds, author, items, now);
        assert!(before == (log.facts.clone(), log.ledger.clone(), log.index.clone(), log.chain), "judging changes nothing");
        assert_eq!(log.judge(&kinds, author, items, now), judged, "and says the same when asked again");
        judged
    }

    #[track_caller]
    pub fn refused(&mut self, by: &Hostile, items: &[Item], code: &str) -> String {
        match self.judge(by, items) {
            Judged::Answer(Verdict::Refused(refusal)) => {
                assert_eq!(refusal.code, code, "{}", refusal.sentence);
                refusal.sentence
            }
            other => panic!("{code} was to refuse it: {other:?}"),
        }
    }

    /// Judges and commits.
    #[track_caller]
    pub fn accepted(&mut self, by: &Hostile, items: &[Item]) {
        self.accepted_in(log(), by, items);
    }

    #[track_caller]
    pub fn accepted_in(&mut self, id: LogId, by: &Hostile, items: &[Item]) {
        let judged = self.judge_in(id, by, items);
        assert!(matches!(judged, Judged::Accept(_)), "{judged:?}");
        let push = vec![shared::wire::Bundle { log: id, epoch: 1, items: items.to_vec() }];
        let request = shared::wire::SyncRequest { v: shared::wire::WIRE_VERSION, device: by.device, cursors: vec![], rest: true, push };
        let verdicts = self.ward.server.sync(by.person, &request, self.ward.now).verdicts;
        assert!(matches!(verdicts[..], [Verdict::Accepted { .. }]), "{verdicts:?}");
    }

    pub fn record(&mut self) -> RecordId {
        self.ward.record()
    }

    pub fn newest(&self) -> u64 {
        self.seen(log()).position
    }

    /// A record with its submit, as an honest phone would push the two.
    pub fn bundle(&mut self, by: &Hostile, role: Role, (kind, record): (&str, RecordId), words: &Content) -> [Item; 2] {
        let (word, head) = self.create(by, log(), record, kind, words);
        let submit = self.submit(by, role, (kind, record, 1), words, &[head]);
        [word, Item::Decision(submit)]
    }

    pub fn shared(&mut self, by: &Hostile, role: Role, kind: &str, words: &Content) -> RecordId {
        let record = self.record();
        let bundle = self.bundle(by, role, (kind, record), words);
        self.accepted(by, &bundle);
        record
    }

    /// A sealed observation; its line and its record.
    pub fn observed(&mut self, by: &Hostile, competency: &str, level: i64) -> (u64, RecordId) {
        let role = if by.person == person(BEA) { Role::Supervisor } else { Role::Mentor };
        let record = self.shared(by, role, "observation", &observation(competency, level, self.ward.now));
        (self.newest(), record)
    }

    pub fn claimed(&mut self, by: &Hostile, competency: &str, level: i64, evidence: &[(u64, RecordId)]) -> RecordId {
        self.shared(by, Role::Mentee, "claim", &claim(competency, level, evidence))
    }

    pub fn decides(&mut self, by: &Hostile, role: Role, act: Act, kind: &str, record: RecordId, version: u32) -> Item {
        Item::Decision(sign(by, &self.decision(by, role, act, kind, record, version)))
    }

    pub fn agreed(&mut self, amara: &Hostile, ruth: &Hostile, bea: &Hostile) -> RecordId {
        let record = self.shared(ruth, Role::Mentor, "agreement", &agreement());
        for (who, role) in [(amara, Role::Mentee), (ruth, Role::Mentor), (bea, Role::Supervisor)] {
            let item = self.decides(who, role, Act::Sign, "agreement", record, 1);
            self.accepted(who, &[item]);
        }
        record
    }

    pub fn end(&mut self, number: u8, role: Role) {
        self.ward.end_membership(number, role);
    }
}
