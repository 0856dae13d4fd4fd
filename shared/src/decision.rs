//! Decisions: signed on a device, judged by the rules, ordered and signed again by the organisation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    beacon::Beacon,
    bytes::{Bytes, Hash, Salt},
    canonical,
    fact::Facts,
    id::{DeviceId, LogId, PersonId, RecordId},
    key::{Domain, PublicKey, Signature, SignatureError},
    line::Seen,
    role::Role,
    scalar::Scalar,
    time::At,
};

/// What is decided. Its code is final; what a person reads is in [`crate::words`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Freezes the record's words as a version; seals it at once where writer and signer are one person.
    Submit,
    /// Sends a submitted version back, with a reason.
    Return,
    /// A party's signature; the last one seals.
    Sign,
    /// The mentee has read it and sees it the same way.
    Acknowledge,
    /// The mentee has read it and sees it differently.
    Disagree,
    /// Reviewed by the supervisor, who was not present.
    Countersign,
    /// The supervisor starts the plan.
    Confirm,
    /// The supervisor signs the milestone off.
    Approve,
    /// The approval is taken back.
    Revoke,
    /// Recorded by mistake: stays, struck out, no longer counts.
    Void,
    /// The words are hidden everywhere at once.
    Hide,
}

impl Act {
    pub const ALL: [Self; 11] = [
        Self::Submit,
        Self::Return,
        Self::Sign,
        Self::Acknowledge,
        Self::Disagree,
        Self::Countersign,
        Self::Confirm,
        Self::Approve,
        Self::Revoke,
        Self::Void,
        Self::Hide,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Return => "return",
            Self::Sign => "sign",
            Self::Acknowledge => "acknowledge",
            Self::Disagree => "disagree",
            Self::Countersign => "countersign",
            Self::Confirm => "confirm",
            Self::Approve => "approve",
            Self::Revoke => "revoke",
            Self::Void => "void",
            Self::Hide => "hide",
        }
    }
}

/// How the person showed that it is they, R9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnlockMethod {
    Pin,
    Password,
    Passkey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlock {
    pub method: UnlockMethod,
    /// By the device's clock.
    pub at: At,
}

/// What the device signs: the CBOR of this struct, byte for byte as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Format version, 1.
    pub v: u8,
    pub log: LogId,
    pub record: RecordId,
    /// The record's version that is decided on; a submit names the one that it makes. From 1.
    pub version: u32,
    pub act: Act,
    /// The record kind's code.
    pub kind: String,
    /// The declaration under which the content was written: [`crate::kind::Kind::form`].
    pub form: Hash,
    /// Salted digest of the version's canonical content.
    pub digest: Hash,
    pub by: PersonId,
    pub device: DeviceId,
    /// In which role the person decides.
    pub role: Role,
    pub unlock: Unlock,
    /// When, by the device's clock.
    pub at: At,
    /// The newest line that the device had seen.
    pub seen: Seen,
    /// The newest beacon that the device had heard, where it is later than that line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon: Option<Beacon>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

pub const DECISION_FORMAT: u8 = 1;
/// A reason's length, in characters.
pub const MAX_REASON_CHARS: usize = 1_000;
/// An encoded decision with its signature, in bytes.
pub const MAX_DECISION_BYTES: usize = 8 * 1_024;
/// Heads that a submit may name.
pub const MAX_HEADS: usize = 32;

/// A decision as it travels and, without the salt, as its line keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedDecision {
    /// The CBOR of [`Decision`].
    pub body: Bytes,
    pub signature: Signature,
    /// On a submit, while it travels: the digest's salt. A line keeps it beside the frozen words, so that it goes with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<Salt>,
    /// On a submit: the document's heads that were on the screen. Not signed: a replay moves them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heads: Vec<Hash>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecisionError {
    #[error("not a decision: {0}")]
    Unreadable(String),
    #[error("a decision of format {0}, which this build does not know")]
    Format(u8),
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// Why a decision cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    #[error(transparent)]
    Decision(#[from] DecisionError),
    #[error("it was signed by a device without a certificate of that person here")]
    NoCertificate,
    #[error("the words are not the ones that were signed")]
    Digest,
    #[error("the hour that it quotes was not signed by the organisation")]
    Beacon,
}

impl Decision {
    /// The bytes to sign.
    pub fn encode(&self) -> Bytes {
        Bytes(crate::cbor::encode(self))
    }

    /// The moment after which it was signed: when the line that it names was received, or when the hour of its beacon
    /// struck; never after its own receipt, since two processes may have two clocks.
    pub fn signed_after(&self, seen_at: Option<At>, received_at: At) -> At {
        let hour = self.beacon.as_ref().map(Beacon::at);
        seen_at.max(hour).map_or(received_at, |after| after.min(received_at))
    }

    /// Whether the beacon that it quotes, if any, is the organisation's.
    pub fn quotes_truly(&self, facts: &Facts) -> bool {
        self.beacon.as_ref().is_none_or(|beacon| facts.has_signed(beacon))
    }
}

impl SignedDecision {
    /// Reads the body without checking the signature.
    pub fn decision(&self) -> Result<Decision, DecisionError> {
        let decision: Decision = crate::cbor::decode(&self.body.0, MAX_DECISION_BYTES).map_err(|error| DecisionError::Unreadable(error.to_string()))?;
        if decision.v != DECISION_FORMAT {
            return Err(DecisionError::Format(decision.v));
        }
        Ok(decision)
    }

    pub fn verify(&self, key: &PublicKey) -> Result<(), DecisionError> {
        key.verify(Domain::Decision, &self.body.0, &self.signature).map_err(DecisionError::Signature)
    }

    /// The decision, once its signature holds by the key that its certificate names among these facts; with a submit's
    /// frozen words, where they are at hand, once they are this record's, of this kind and form, in their one spelling,
    /// and the signed digest binds them.
    pub fn proven(&self, log: LogId, facts: &Facts, frozen: Option<&Bytes>) -> Result<(Decision, Option<Content>), Unproven> {
        let decision = self.decision()?;
        let key = facts.device_key(decision.device, decision.by).ok_or(Unproven::NoCertificate)?;
        if !decision.quotes_truly(facts) {
            return Err(Unproven::Beacon);
        }
        self.proven_by(key, log, frozen)
    }

    /// The same by a key that is known to be the device's.
    pub fn proven_by(&self, key: &PublicKey, log: LogId, frozen: Option<&Bytes>) -> Result<(Decision, Option<Content>), Unproven> {
        let decision = self.decision()?;
        self.verify(key)?;
        if decision.log != log {
            return Err(Unproven::Digest);
        }
        if self.salt.is_some() {
            return Err(Unproven::Digest);
        }
        let Some(frozen) = frozen else { return Ok((decision, None)) };
        let (salt, canonical) = thawed(frozen).filter(|_| decision.act == Act::Submit).ok_or(Unproven::Digest)?;
        let content = canonical::read_fields(canonical).ok_or(Unproven::Digest)?;
        let spelt = canonical_content(log, decision.record, &decision.kind, &decision.form, &content);
        let binds = spelt == canonical && content_digest(&salt, canonical) == decision.digest;
        if binds { Ok((decision, Some(content))) } else { Err(Unproven::Digest) }
    }
}

/// A record's words as a decision binds them: every visible scalar by field.
pub type Content = BTreeMap<String, Scalar>;

/// Canonical content: RFC 8785 JSON with a domain tag, log, record, kind, form and content version.
pub fn canonical_content(log: LogId, record: RecordId, kind: &str, form: &Hash, fields: &Content) -> Vec<u8> {
    canonical::content(log, record, kind, form, fields)
}

/// `H("countersign content 1" ‖ salt ‖ canonical content)`.
pub fn content_digest(salt: &Salt, canonical: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(b"countersign content 1\0");
    hasher.update(salt.0);
    hasher.update(canonical);
    Hash::from_digest(hasher)
}

/// A submit's words as its line keeps them: the digest's salt ‖ canonical content, in one piece that can be erased.
pub fn frozen(salt: &Salt, canonical: &[u8]) -> Bytes {
    Bytes([&salt.0, canonical].concat())
}

/// The salt and the canonical content of what [`frozen`] wrote.
fn thawed(frozen: &Bytes) -> Option<(Salt, &[u8])> {
    let (salt, canonical) = frozen.0.split_first_chunk::<16>()?;
    Some((Salt::from(*salt), canonical))
}

/// The fields of what [`frozen`] wrote, not held against any digest.
pub fn frozen_fields(frozen: &Bytes) -> Option<Content> {
    canonical::read_fields(thawed(frozen)?.1)
}
