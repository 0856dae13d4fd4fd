//! Facts and a ledger built by hand, for the rules as pure functions: no keys, no documents, no server.

mod answers;
mod asking;
mod framework;
mod standing;
mod words;

use shared::{
    fact::{Cover, Exemption, Fact, Facts, Member, MemberEnded, Opened, Pause},
    id::{LogId, OrganisationId, PersonId, RecordId, RelationshipId},
    key::SecretKey,
    kind::Kinds,
    ledger::Ledger,
    refusal::Refusal,
    role::Role,
    rules::{self, State},
    time::{At, DAY_MS, SECOND_MS},
};
use uuid::Uuid;

use self::framework::framework;
pub use self::{
    answers::{allowed, refused},
    asking::{known, new},
    framework::rule,
    words::{agreement, claim, content, observation, plan},
};

/// 2026-01-15 12:00 in London.
pub const START: At = At(1_768_478_400_000);
/// Winter and summer time change at 01:00 UTC on the last Sundays of March and October.
pub const LONDON: &str = "GMT0BST,M3.5.0/1,M10.5.0";

pub const DAY: i64 = DAY_MS;
pub const SECOND: i64 = SECOND_MS;

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
        relationship.fact(Fact::Framework(Box::new(framework())));
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
}
