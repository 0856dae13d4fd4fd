//! What somebody wants to do now.

use shared::{
    bytes::Bytes,
    decision::{Act, Content, Decision, SignedDecision},
    id::{LogId, PersonId, RecordId},
    key::Signature,
    refusal::Refusal,
    role::Role,
    rules::{self, Proposal, Write, WriteTo},
    scalar::Scalar,
};

use super::{Relationship, log, record};

impl Relationship {
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
