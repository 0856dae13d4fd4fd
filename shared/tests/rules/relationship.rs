//! Facts and a ledger built by hand, for the rules as pure functions: no keys, no documents, no server.

#![allow(dead_code, reason = "each test file uses its own part")]

use shared::{
    bytes::{Bytes, Fixed, Hash},
    decision::{Act, Content, DECISION_FORMAT, Decision, SignedDecision, Unlock, UnlockMethod},
    fact::{Cover, Exemption, Fact, Facts, Member, MemberEnded, Opened, Pause},
    framework::{Competency, EvidenceRule, Expected, Framework, Practice, Scale},
    id::{DeviceId, LogId, OrganisationId, PersonId, RecordId, RelationshipId},
    key::{SecretKey, Signature},
    kind::Kinds,
    ledger::{Decided, Ledger, Receipt},
    line::Seen,
    refusal::Refusal,
    role::Role,
    rules::{self, Proposal, State, Write, WriteTo},
    scalar::Scalar,
    time::{At, DAY_MS, SECOND_MS},
};
use uuid::Uuid;

/// 2026-01-15 12:00 in London.
pub const START: At = At(1_768_478_400_000);
/// Winter and summer time change at 01:00 UTC on the last Sundays of March and October.
pub const LONDON: &str = "GMT0BST,M3.5.0/1,M10.5.0";

pub const AMARA: PersonId = person(1);
pub const RUTH: PersonId = person(2);
pub const FARID: PersonId = person(3);
pub const BEA: PersonId = person(4);
pub const TOMAS: PersonId = person(5);
pub const NORA: PersonId = person(6);

pub const fn person(number: u8) -> PersonId {
    PersonId(Uuid::from_bytes([number; 16]))
}

pub fn record(number: u8) -> RecordId {
    RecordId(Uuid::from_bytes([number, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number]))
}

pub fn log() -> LogId {
    LogId::Record(RelationshipId(Uuid::from_bytes([9; 16])))
}

/// One relationship as the rules know it.
#[derive(Clone)]
pub struct Relationship {
    pub kinds: Kinds,
    pub facts: Facts,
    pub ledger: Ledger,
    pub now: At,
    next: u64,
}

pub fn rule(count: u32, level: u8, observers: u32, months: u32, practice: Practice) -> EvidenceRule {
    EvidenceRule { count, level, observers, months, practice }
}

pub fn skill(code: &str, rules: &[(u8, EvidenceRule)]) -> Competency {
    Competency {
        code: code.into(),
        name: format!("Skill {code}"),
        domain: "care".into(),
        high_risk: false,
        scale: Scale::Doing,
        behaviours: vec![],
        critical: vec![],
        progression: vec![],
        expected: Expected { new: 2, settling: 3, established: 4 },
        evidence: rules.iter().copied().collect(),
    }
}

pub fn member(who: PersonId, name: &str, role: Role, from: At) -> Member {
    Member {
        person: who,
        name: name.into(),
        role,
        leads: who == RUTH && role == Role::Mentor,
        job: String::new(),
        place: String::new(),
        employed_from: START,
        from,
        until: None,
    }
}

impl Relationship {
    /// Amara learns since START; Ruth leads, Farid mentors too; Bea supervises; Tomas leads the programme.
    pub fn new() -> Self {
        let mut relationship = Self { kinds: Kinds::standard(), facts: Facts::default(), ledger: Ledger::default(), now: START, next: 100 };
        relationship.fact(Fact::Opened(Opened {
            log: log(),
            organisation: OrganisationId(Uuid::from_bytes([7; 16])),
            organisation_name: "Quillbrook".into(),
            key: SecretKey::from_seed([1; 32]).public(),
            zone: LONDON.into(),
            person_word: "resident".into(),
            demonstration: true,
            relationship: None,
        }));
        let competencies = vec![
            skill("C01", &[(3, rule(3, 3, 2, 6, Practice::Counted)), (4, rule(4, 4, 2, 6, Practice::NotCounted))]),
            skill("C02", &[(3, rule(2, 3, 1, 6, Practice::Counted))]),
            skill("C06", &[(3, rule(3, 3, 1, 6, Practice::AllBut(1)))]),
            skill("C10", &[(4, rule(4, 4, 2, 12, Practice::AtMost(1)))]),
        ];
        relationship.fact(Fact::Framework(Box::new(Framework { code: "core".into(), name: "Core".into(), version: 1, competencies })));
        for (who, name, role) in [
            (AMARA, "Amara Venn", Role::Mentee),
            (RUTH, "Ruth Calloray", Role::Mentor),
            (FARID, "Farid Nasweh", Role::Mentor),
            (BEA, "Bea Monteiral", Role::Supervisor),
            (TOMAS, "Tomas Lindquell", Role::Lead),
        ] {
            relationship.fact(Fact::Member(member(who, name, role, START)));
        }
        relationship
    }

    /// The same with an agreement signed by mentee, lead mentor and supervisor.
    pub fn agreed() -> Self {
        let mut relationship = Self::new();
        relationship.agreement(record(200));
        relationship
    }

    pub fn state(&self) -> State<'_> {
        State { kinds: &self.kinds, facts: &self.facts, ledger: &self.ledger }
    }

    pub fn fact(&mut self, fact: Fact) {
        self.facts.fold(&fact);
    }

    pub fn judge_fact(&self, fact: Fact) -> Result<(), Refusal> {
        rules::fact(self.state(), fact, self.now).map(|_| ())
    }

    pub fn pass(&mut self, ms: i64) -> &mut Self {
        self.now = self.now.plus(ms);
        self
    }

    pub fn exempt(&mut self, who: PersonId, review_on: At) {
        self.fact(Fact::Exemption(Exemption { rule: "r2".into(), person: who, reason: "one nurse on site".into(), review_on, by: TOMAS }));
    }

    pub fn cover(&mut self, who: PersonId, from: At, until: At) {
        self.fact(Fact::Cover(Cover { supervisor: BEA, person: who, from, until, by: TOMAS }));
    }

    pub fn pause(&mut self, from: At, until: Option<At>) {
        self.fact(Fact::Paused(Pause { from, until }));
    }

    pub fn end(&mut self, who: PersonId, role: Role) {
        self.fact(Fact::MemberEnded(MemberEnded { person: who, role, at: self.now, reason: "moved on".into(), by: TOMAS }));
    }

    // ---- what stands already: folded without asking the rules ----

    /// Folds a decision; returns its line.
    #[expect(clippy::too_many_arguments, reason = "a line of a story, each word of it told")]
    pub fn decided(&mut self, by: PersonId, role: Role, act: Act, kind: &str, on: RecordId, version: u32, content: Option<Content>) -> u64 {
        self.folded(by, role, act, kind, on, version, content, self.now, self.now)
    }

    #[expect(clippy::too_many_arguments, reason = "a line of a story, each word of it told")]
    pub fn folded(&mut self, by: PersonId, role: Role, act: Act, kind: &str, on: RecordId, version: u32, content: Option<Content>, at: At, seen_at: At) -> u64 {
        let declared = self.kinds.get(kind).expect("a known kind");
        let author = self.ledger.get(on).map_or(by, |entry| entry.author);
        let mut decision = self.decision(by, role, act, kind, on, version);
        decision.at = at;
        let position = self.next;
        self.next += 1;
        let receipt = Receipt { position, received_at: self.now, seen_at };
        self.ledger.fold(&self.facts, declared, Decided { decision: &decision, heads: &[], content, author, receipt });
        position
    }

    pub fn decision(&self, by: PersonId, role: Role, act: Act, kind: &str, on: RecordId, version: u32) -> Decision {
        Decision {
            v: DECISION_FORMAT,
            log: log(),
            record: on,
            version,
            act,
            kind: kind.into(),
            form: Hash::default(),
            digest: Hash::default(),
            by,
            device: DeviceId(by.0),
            role,
            unlock: Unlock { method: UnlockMethod::Pin, at: self.now },
            at: self.now,
            seen: Seen { position: 0, tag: Fixed::default() },
            reason: None,
        }
    }

    pub fn agreement(&mut self, on: RecordId) {
        self.decided(RUTH, Role::Mentor, Act::Submit, "agreement", on, 1, Some(agreement()));
        for (by, role) in [(AMARA, Role::Mentee), (RUTH, Role::Mentor), (BEA, Role::Supervisor)] {
            self.decided(by, role, Act::Sign, "agreement", on, 1, None);
        }
    }

    /// A sealed observation of Amara, made now; returns the line that sealed it.
    pub fn observed(&mut self, by: PersonId, on: RecordId, competency: &str, level: i64) -> u64 {
        self.observed_with(by, on, competency, level, &[])
    }

    pub fn observed_with(&mut self, by: PersonId, on: RecordId, competency: &str, level: i64, more: &[(&str, Scalar)]) -> u64 {
        let mut content = observation(competency, level, self.now);
        content.extend(more.iter().map(|(field, value)| ((*field).to_owned(), value.clone())));
        let version = self.ledger.get(on).and_then(|entry| entry.latest()).map_or(1, |latest| latest.number + 1);
        self.decided(by, Role::Mentor, Act::Submit, "observation", on, version, Some(content))
    }

    /// Amara asks for a sign-off now.
    pub fn claimed(&mut self, on: RecordId, competency: &str, level: i64, evidence: &[(u64, RecordId)]) {
        let version = self.ledger.get(on).and_then(|entry| entry.latest()).map_or(1, |latest| latest.number + 1);
        self.decided(AMARA, Role::Mentee, Act::Submit, "claim", on, version, Some(claim(competency, level, evidence)));
    }

    // ---- what somebody wants to do now ----

    pub fn asks(&self, by: PersonId, role: Role, act: Act, kind: &str, on: RecordId) -> Asking<'_> {
        let kind = self.kinds.get(kind).expect("a known kind");
        let author = self.ledger.get(on).map_or(by, |entry| entry.author);
        let version = self.ledger.get(on).and_then(|entry| entry.latest()).map_or(0, |latest| latest.number) + u32::from(act == Act::Submit);
        let proposal = Proposal { log: log(), record: on, kind, version, act, by, role, author, content: None, reason: None, unlock: None, at: self.now };
        Asking { relationship: self, proposal }
    }

    pub fn sends(&self, by: PersonId, role: Role, kind: &str, on: RecordId, content: &Content) -> Option<Refusal> {
        let mut asking = self.asks(by, role, Act::Submit, kind, on);
        asking.proposal.content = Some(content);
        asking.answer()
    }

    pub fn approves(&self, by: PersonId, on: RecordId) -> Option<Refusal> {
        self.asks(by, Role::Supervisor, Act::Approve, "claim", on).answer()
    }

    pub fn writes(&self, by: PersonId, to: WriteTo, fields: &[(&str, Option<Scalar>)]) -> Option<Refusal> {
        self.writes_in(log(), by, to, fields)
    }

    pub fn writes_in(&self, log: LogId, by: PersonId, to: WriteTo, fields: &[(&str, Option<Scalar>)]) -> Option<Refusal> {
        let fields = fields.iter().map(|(field, value)| (*field, value.as_ref())).collect();
        rules::why_not_words(self.state(), log, by, &[Write { record: record(1), to, fields, typed: Vec::new(), keys: Vec::new() }], self.now)
    }

    /// The whole judgement of a decision, the unlock included.
    pub fn judges(&self, decision: Decision) -> Option<Refusal> {
        let signed = SignedDecision { body: decision.encode(), signature: Signature::Ed25519 { sig: Bytes(vec![]) }, salt: None, heads: vec![] };
        let author = self.ledger.get(decision.record).map_or(decision.by, |entry| entry.author);
        rules::decision(self.state(), signed, decision, author, None, self.now).err()
    }
}

/// Evidence from two people, and a claim on it as record 3.
pub fn ready_to_approve(ward: &mut Relationship) {
    let lines = [(1, RUTH), (2, FARID)].map(|(number, by)| (ward.observed(by, record(number), "C02", 3), record(number)));
    ward.claimed(record(3), "C02", 3, &lines);
}

pub struct Asking<'a> {
    relationship: &'a Relationship,
    pub proposal: Proposal<'a>,
}

impl<'a> Asking<'a> {
    pub fn because(mut self, reason: &'a str) -> Self {
        self.proposal.reason = Some(reason);
        self
    }

    pub fn version(mut self, version: u32) -> Self {
        self.proposal.version = version;
        self
    }

    pub fn with(mut self, content: &'a Content) -> Self {
        self.proposal.content = Some(content);
        self
    }

    pub fn answer(self) -> Option<Refusal> {
        rules::why_not(self.relationship.state(), &self.proposal, self.relationship.now)
    }
}

/// A record that the log has.
pub fn known(kind: &str, by: PersonId) -> WriteTo {
    WriteTo::Known { kind: kind.into(), by }
}

/// A record that this makes.
pub fn new(kind: &str, by: PersonId, with_submit: bool) -> WriteTo {
    WriteTo::New { kind: kind.into(), by: by.to_string(), with_submit }
}

pub fn content(fields: &[(&str, Scalar)]) -> Content {
    fields.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect()
}

pub fn observation(competency: &str, level: i64, captured_at: At) -> Content {
    content(&[
        ("mentee", AMARA.to_string().into()),
        ("competency", competency.into()),
        ("setting", "Quillbrook House".into()),
        ("level", level.into()),
        ("went_well", "Rang on your own.".into()),
        ("try_next", "Say what you need first.".into()),
        ("next_step", "Do one together".into()),
        ("captured_at", captured_at.0.into()),
    ])
}

pub fn claim(competency: &str, level: i64, evidence: &[(u64, RecordId)]) -> Content {
    let mut content = content(&[("competency", competency.into()), ("level", level.into())]);
    content.extend(evidence.iter().map(|(line, record)| (format!("evidence/{line}"), record.to_string().into())));
    content
}

pub fn agreement() -> Content {
    ["scope", "frequency", "channel", "confidentiality", "exceptions"]
        .into_iter()
        .map(|field| (field.to_owned(), "as we said".into()))
        .chain([("review_on".to_owned(), "2026-12-01".into())])
        .collect()
}

pub fn plan(targets: &[&str], outcomes: &[(&str, &str)]) -> Content {
    let mut content = content(&[("starts_on", "2026-01-15".into()), ("due_on", "2026-04-15".into())]);
    content.extend(targets.iter().map(|skill| (format!("target/{skill}"), Scalar::Integer(3))));
    content.extend(outcomes.iter().map(|(skill, outcome)| (format!("outcome/{skill}"), Scalar::from(*outcome))));
    content
}

/// A refusal is a code for machines and a sentence that a person can act on.
#[track_caller]
pub fn refused(answer: Option<Refusal>, code: &str) -> String {
    let refusal = answer.unwrap_or_else(|| panic!("nothing refused it; {code} should"));
    assert_eq!(refusal.code, code, "{}", refusal.sentence);
    let sentence = refusal.sentence;
    assert!(sentence.ends_with(['.', ')']) && sentence.chars().next().is_some_and(char::is_uppercase), "a sentence: {sentence}");
    assert!(!sentence.contains('_') && !sentence.contains("None"), "in a person's words: {sentence}");
    let next = [
        "Ask",
        "Write",
        "write",
        "Read",
        "read the other",
        "Take",
        "Look",
        "Choose",
        "Wait",
        "wait",
        "Add",
        "Pick",
        "Unlock",
        "Update",
        "Sign",
        "sign",
        "Send",
        "Say",
        "Close",
        "Change",
        "You can",
        "can be",
        "must be",
        "needs",
    ];
    assert!(next.iter().any(|word| sentence.contains(word)), "it says what to do next: {sentence}");
    sentence
}

#[track_caller]
pub fn allowed(answer: Option<Refusal>) {
    assert_eq!(answer, None);
}

pub const DAY: i64 = DAY_MS;
pub const SECOND: i64 = SECOND_MS;
