//! Proof files: written from the store, checked without it.

use std::{fs::File, io::Read as _, path::Path};

use shared::{
    id::{LogId, PersonId, RecordId},
    key::PublicKey,
    kind::Kinds,
    line::Line,
    proof::{self, MAX_PROOF_BYTES, MAX_PROOF_LINES, MAX_PROOF_LOGS, NotProvable, Outcome, Proof, Report},
    role::Role,
    time::At,
    wire::{MAX_LINE_BYTES, MAX_LINES},
};

use crate::store::{Page, Store, StoreError};

/// What a proof is to be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Record(RecordId),
    /// Everything that was signed in the relationships of a mentee.
    Portfolio(PersonId),
}

/// Why no proof was written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("no decision here is about that record")]
    NoSuchRecord,
    #[error("that person learns, or learned, in no relationship here")]
    NoRelationship,
    #[error("{got} {what}, a proof holds {limit}")]
    TooMuch { what: &'static str, got: usize, limit: usize },
    #[error("there is nothing to prove: {0}")]
    NotProvable(#[from] NotProvable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a proof of what is stored, and attests that the logs end there.
pub async fn export(store: &dyn Store, wanted: Wanted, now: At) -> Result<Vec<u8>, ExportError> {
    let organisation = store.organisation().await?.ok_or(NotProvable::NotOpened)?;
    let mut proof = gathered(store, wanted, now).await?;
    proof.attest(&organisation.key, now);
    Ok(proof.file()?)
}

async fn gathered(store: &dyn Store, wanted: Wanted, now: At) -> Result<Proof, ExportError> {
    let kinds = Kinds::standard();
    match wanted {
        Wanted::Record(record) => {
            for person in store.people().await? {
                for log in learned_in(store, person.id, now).await? {
                    match proof::of_record(&kinds, log, &whole(store, log).await?, record) {
                        Err(NotProvable::NeverSigned) => {}
                        made => return Ok(made?),
                    }
                }
            }
            Err(ExportError::NoSuchRecord)
        }
        Wanted::Portfolio(person) => {
            let logs = learned_in(store, person, now).await?;
            if logs.is_empty() {
                return Err(ExportError::NoRelationship);
            }
            if logs.len() > MAX_PROOF_LOGS {
                return Err(ExportError::TooMuch { what: "relationships", got: logs.len(), limit: MAX_PROOF_LOGS });
            }
            let mut parts = Vec::new();
            for log in logs {
                parts.push((log, whole(store, log).await?));
            }
            Ok(proof::of_logs(&kinds, &parts)?)
        }
    }
}

/// The relationships in which somebody is, or was, the mentee.
async fn learned_in(store: &dyn Store, person: PersonId, now: At) -> Result<Vec<LogId>, ExportError> {
    let mut logs = Vec::new();
    for reach in store.reach(person, now).await?.into_iter().filter(|reach| reach.log.holds_decisions()) {
        let memberships = store.memberships(reach.log).await?;
        if memberships.iter().any(|membership| membership.person == person && membership.role == Role::Mentee) {
            logs.push(reach.log);
        }
    }
    Ok(logs)
}

/// Every line of a log.
async fn whole(store: &dyn Store, log: LogId) -> Result<Vec<Line>, ExportError> {
    let end = store.stand(log).await?.map_or(0, |stand| stand.head.next);
    let got = usize::try_from(end).unwrap_or(usize::MAX);
    if got > MAX_PROOF_LINES {
        return Err(ExportError::TooMuch { what: "lines", got, limit: MAX_PROOF_LINES });
    }
    let mut lines: Vec<Line> = Vec::new();
    while let Some(from) = lines.last().map_or(Some(0), |line| line.header.position.checked_add(1)).filter(|from| *from < end) {
        let page = store.lines(log, Page { from, end, lines: MAX_LINES, bytes: MAX_LINE_BYTES }).await?;
        if page.is_empty() {
            return Err(StoreError::Damaged(format!("{log} ends before line {end}")).into());
        }
        lines.extend(page);
    }
    Ok(lines)
}

/// Why a file was not even looked at.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error("{0} cannot be read: {1}")]
    File(String, std::io::Error),
    #[error("{0} is longer than a proof may be: the limit is {MAX_PROOF_BYTES} bytes")]
    TooLong(String),
    #[error("--key: {0}")]
    Key(#[from] shared::key::BadKey),
}

/// Checks a file by nothing but itself and the organisation's key.
pub fn check(file: &Path, key: Option<&str>) -> Result<Report, CheckError> {
    let key: Option<PublicKey> = key.map(str::parse).transpose()?;
    let name = || file.display().to_string();
    let mut bytes = Vec::new();
    let mut limited = File::open(file).map_err(|error| CheckError::File(name(), error))?.take(MAX_PROOF_BYTES as u64 + 1);
    limited.read_to_end(&mut bytes).map_err(|error| CheckError::File(name(), error))?;
    if bytes.len() > MAX_PROOF_BYTES {
        return Err(CheckError::TooLong(name()));
    }
    Ok(proof::verify(&bytes, &Kinds::standard(), key.as_ref()))
}

/// What `countersign verify` exits with: 0 all holds, 1 something does not or cannot be told, 2 not a proof.
pub fn exit_code(verdict: Outcome) -> u8 {
    match verdict {
        Outcome::Holds | Outcome::Beyond => 0,
        Outcome::CannotTell | Outcome::DoesNotHold => 1,
        Outcome::Unreadable => CANNOT_BE_READ,
    }
}

/// Also where there is no file, or the key is none.
pub const CANNOT_BE_READ: u8 = 2;
