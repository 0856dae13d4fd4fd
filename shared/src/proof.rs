//! A proof: one record, or all of one person's relationships, in a file that anybody can check with nothing but the
//! organisation's public key.
//!
//! The file holds every line of its logs as header, commitment, hash and signature, so that each chain verifies from
//! its first line to its last. The bytes behind a line are there only where the check reads them: every fact, every
//! decision from the first one that the record rests on, and the frozen words of the record and of what it rests on.
//! Other people's words stay in the log. Later decisions on other records are there without their words, because a void
//! or a revoke could not be told from one that was left out.

mod gather;
mod replay;
mod report;
mod verify;

use serde::{Deserialize, Serialize};

pub use self::{
    gather::{NotProvable, of_logs, of_record},
    report::{Finding, Outcome, Report},
    verify::verify,
};
use crate::{
    cbor,
    checkpoint::Checkpoint,
    id::{LogId, OrganisationId, RecordId},
    key::{PublicKey, SecretKey},
    ledger::State,
    line::Line,
    time::At,
};

/// What a proof file's name ends with.
pub const EXTENSION: &str = "countersign";
/// The first field of every proof.
pub const PROOF_DOMAIN: &str = "countersign proof";
/// The version of the file's form.
pub const PROOF_FORMAT: u8 = 1;
/// A file, in bytes.
pub const MAX_PROOF_BYTES: usize = 32 * 1024 * 1024;
/// Logs in a file: the relationships of one person.
pub const MAX_PROOF_LOGS: usize = 64;
/// Lines in all logs of a file.
pub const MAX_PROOF_LINES: usize = 100_000;
/// Records that a file is about.
pub const MAX_PROOF_SUBJECTS: usize = 10_000;
/// The frozen words of one version, in bytes.
pub const MAX_PROOF_CONTENT_BYTES: usize = 1024 * 1024;

/// The file, in CBOR. It has one encoding: any other is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// [`PROOF_DOMAIN`].
    pub domain: String,
    pub v: u8,
    pub organisation: OrganisationId,
    pub organisation_name: String,
    /// The one in force at the end of every log.
    pub key: PublicKey,
    pub subjects: Vec<Subject>,
    pub logs: Vec<ProofLog>,
}

/// A record that the file is about, and what it is said to have come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub log: LogId,
    pub record: RecordId,
    /// The newest version.
    pub version: u32,
    pub state: State,
}

/// A log from its first line to the newest one at hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProofLog {
    pub log: LogId,
    pub lines: Vec<Line>,
    /// That nothing came behind the last of them until then. A phone cannot say so; the server does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Checkpoint>,
}

/// Why a file is not a proof that can be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("It is not a proof of Countersign, or it is damaged: {0}.")]
    Unreadable(String),
    #[error("It is a proof of form {0}, which this build does not know. Use a newer one.")]
    Format(u8),
    #[error("It holds more than a proof may: {got} {what}, the limit is {limit}.")]
    TooMuch { what: &'static str, got: usize, limit: usize },
}

/// What every form of the file begins with.
#[derive(Deserialize)]
struct Preamble {
    domain: String,
    v: u8,
}

impl Proof {
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// The file's bytes, within its limit.
    pub fn file(&self) -> Result<Vec<u8>, NotProvable> {
        let bytes = self.encode();
        if bytes.len() > MAX_PROOF_BYTES { Err(NotProvable::TooLong(bytes.len())) } else { Ok(bytes) }
    }

    /// Adds that every log of it ends there now. While the organisation changes its key, a log may end under the former
    /// one, which signs nothing more: then nothing is added.
    pub fn attest(&mut self, key: &SecretKey, now: At) {
        if key.public() != self.key {
            return;
        }
        for log in &mut self.logs {
            log.checkpoint = log.lines.last().map(|last| Checkpoint::of(last.hash, key, now));
        }
    }

    /// Reads a file within its limits. Nothing in it has been checked.
    pub fn read(bytes: &[u8]) -> Result<Self, ProofError> {
        let unreadable = |error: cbor::CborError| ProofError::Unreadable(error.to_string());
        let preamble: Preamble = cbor::decode(bytes, MAX_PROOF_BYTES).map_err(unreadable)?;
        if preamble.domain != PROOF_DOMAIN {
            return Err(ProofError::Unreadable("it does not begin as one".to_owned()));
        }
        if preamble.v != PROOF_FORMAT {
            return Err(ProofError::Format(preamble.v));
        }
        let proof: Self = cbor::decode(bytes, MAX_PROOF_BYTES).map_err(unreadable)?;
        proof.within_limits()?;
        // Whatever rides along unread would be taken for checked.
        if proof.encode() != bytes {
            return Err(ProofError::Unreadable("it is not written in the one form that a proof has".to_owned()));
        }
        Ok(proof)
    }

    fn within_limits(&self) -> Result<(), ProofError> {
        let lines = self.logs.iter().map(|log| log.lines.len()).sum();
        let contents = self.logs.iter().flat_map(|log| &log.lines).filter_map(|line| line.side.as_ref()?.content.as_ref());
        let content = contents.map(|content| content.0.len()).max().unwrap_or(0);
        let counts = [
            ("logs", self.logs.len(), MAX_PROOF_LOGS),
            ("lines", lines, MAX_PROOF_LINES),
            ("records", self.subjects.len(), MAX_PROOF_SUBJECTS),
            ("bytes of one version", content, MAX_PROOF_CONTENT_BYTES),
        ];
        match counts.into_iter().find(|(_, got, limit)| got > limit) {
            Some((what, got, limit)) => Err(ProofError::TooMuch { what, got, limit }),
            None => Ok(()),
        }
    }
}
