//! A proof of a record, made of the lines that this phone keeps: without signal too.

use super::Replica;
use crate::{
    id::{LogId, RecordId},
    line::Line,
    phone::ProofFile,
    proof::{self, EXTENSION, NotProvable},
    refusal::Refusal,
};

impl Replica {
    /// A proof of a record. `lines`: all that the store keeps of its log, from the first.
    pub fn prove(&self, log: LogId, lines: &[Line], record: RecordId) -> Result<ProofFile, Refusal> {
        let book = self.book(log)?;
        lines.last().filter(|last| book.log.is_whole() && last.hash == book.log.chain.hash).ok_or_else(not_whole)?;
        // A proof ends where the organisation signed.
        let newest = lines.iter().rfind(|line| line.signature.is_some()).ok_or_else(not_whole)?;
        let made = proof::of_record(&self.kinds, log, lines, record).and_then(|proof| proof.file());
        let file = made.map_err(|error| match error {
            NotProvable::NeverSigned => Refusal::new("proof_not_signed", "Nothing on this record is signed and in force yet, so there is nothing to prove."),
            NotProvable::NotOpened | NotProvable::KeyChanges => not_whole(),
            NotProvable::TooLong(_) | NotProvable::Limit(_) => {
                Refusal::new("proof_too_long", "This record's relationship is longer than a proof may be. Nothing was saved.")
            }
        })?;
        let kind = book.log.ledger.get(record).map_or("record", |entry| entry.kind.as_str());
        Ok(ProofFile { record, name: format!("{kind}-{record}.{EXTENSION}"), as_of: newest.header.received_at, file: file.into() })
    }
}

/// The store and the replica are not of one mind, which a fetch puts right.
fn not_whole() -> Refusal {
    Refusal::new("proof_not_whole", "This phone does not have all of this relationship right now. Open Countersign with signal, then save the proof.")
}
