//! What stands already: folded without asking the rules.

use shared::{
    bytes::{Fixed, Hash},
    decision::{Act, Content, DECISION_FORMAT, Decision, Unlock, UnlockMethod},
    id::{DeviceId, PersonId, RecordId},
    ledger::{Decided, Receipt},
    line::Seen,
    role::Role,
    scalar::Scalar,
    time::At,
};

use super::{AMARA, BEA, FARID, RUTH, Relationship, agreement, claim, log, observation, record};

impl Relationship {
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
            beacon: None,
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

    /// An observation each at level 3 of C02, as records 1, 2, and so on; with the lines that sealed them.
    pub fn evidence<const MANY: usize>(&mut self, by: [PersonId; MANY]) -> [(u64, RecordId); MANY] {
        let mut numbers = 1..;
        by.map(|by| {
            let on = record(numbers.next().expect("few of them"));
            (self.observed(by, on, "C02", 3), on)
        })
    }

    /// Evidence of two people as records 1 and 2, and a claim on it as record 3.
    pub fn ready_to_approve(&mut self) {
        let lines = self.evidence([RUTH, FARID]);
        self.claimed(record(3), "C02", 3, &lines);
    }
}
