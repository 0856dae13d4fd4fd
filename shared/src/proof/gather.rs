//! Making a proof: from the lines of a log, whatever the check needs and nothing else.

use std::collections::BTreeSet;

use super::{
    MAX_PROOF_BYTES, PROOF_DOMAIN, PROOF_FORMAT, Proof, ProofError, ProofLog, Subject,
    replay::{Replay, evidence},
};
use crate::{
    cbor,
    decision::{Act, Decision, MAX_DECISION_BYTES, SignedDecision, frozen_fields},
    fact::{Fact, MAX_FACT_BYTES, Opened},
    id::{LogId, RecordId},
    key::PublicKey,
    keys::Keys,
    kind::Kinds,
    line::{Line, LineKind, Side},
};

/// Why there is nothing to prove.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProvable {
    #[error("the record was never signed")]
    NeverSigned,
    #[error("the log does not begin with the organisation's opening line")]
    NotOpened,
    #[error("the organisation is changing its key, and has not done so in every log: make the proof once it has")]
    KeyChanges,
    #[error("{0} bytes, the limit is {MAX_PROOF_BYTES}")]
    TooLong(usize),
    #[error(transparent)]
    Limit(#[from] ProofError),
}

/// A decision of a log, read.
struct Read {
    position: u64,
    decision: Decision,
    /// Records that the frozen words name as evidence.
    names: Vec<RecordId>,
}

/// A proof of one record. `lines`: the log's, from its first.
pub fn of_record(kinds: &Kinds, log: LogId, lines: &[Line], record: RecordId) -> Result<Proof, NotProvable> {
    let read = decisions(lines);
    let needed = needed(&read, record);
    finish(kinds, &[record].into(), vec![trimmed(log, lines, &read, &needed)])
}

/// A proof of every record that was signed in these logs: a portfolio.
pub fn of_logs(kinds: &Kinds, logs: &[(LogId, Vec<Line>)]) -> Result<Proof, NotProvable> {
    let mut all = BTreeSet::new();
    let logs = logs.iter().map(|(log, lines)| {
        let read = decisions(lines);
        let records: BTreeSet<RecordId> = read.iter().map(|read| read.decision.record).collect();
        all.extend(&records);
        trimmed(*log, lines, &read, &records)
    });
    let logs = logs.collect();
    finish(kinds, &all, logs)
}

fn finish(kinds: &Kinds, records: &BTreeSet<RecordId>, logs: Vec<ProofLog>) -> Result<Proof, NotProvable> {
    let opened = logs.first().and_then(opened).ok_or(NotProvable::NotOpened)?;
    let subjects: Vec<Subject> = logs.iter().flat_map(|log| subjects(kinds, log, records)).collect();
    if subjects.is_empty() {
        return Err(NotProvable::NeverSigned);
    }
    let Opened { organisation, organisation_name, .. } = opened;
    let mut keys: Vec<PublicKey> = logs.iter().filter_map(|log| Keys::of(&log.lines).current().cloned()).collect();
    let key = keys.pop().ok_or(NotProvable::NotOpened)?;
    if keys.iter().any(|other| *other != key) {
        return Err(NotProvable::KeyChanges);
    }
    let proof = Proof { domain: PROOF_DOMAIN.to_owned(), v: PROOF_FORMAT, organisation, organisation_name, key, subjects, logs };
    proof.within_limits()?;
    Ok(proof)
}

/// What the records have come to, by the fold that the check makes.
fn subjects(kinds: &Kinds, log: &ProofLog, records: &BTreeSet<RecordId>) -> Vec<Subject> {
    let replay = Replay::of(kinds, log);
    let entries = replay.ledger().records.iter().filter(|(record, entry)| records.contains(record) && !entry.is_copy());
    let subject = |(record, entry): (&RecordId, &crate::ledger::RecordLedger)| {
        let version = entry.latest()?.number;
        Some(Subject { log: log.log, record: *record, version, state: entry.state(version)? })
    };
    entries.filter_map(subject).collect()
}

fn opened(log: &ProofLog) -> Option<Opened> {
    let line = log.lines.first().filter(|line| line.header.kind == LineKind::Fact)?;
    match cbor::decode(&line.side.as_ref()?.bytes.0, MAX_FACT_BYTES).ok()? {
        Fact::Opened(opened) => Some(opened),
        _ => None,
    }
}

fn decisions(lines: &[Line]) -> Vec<Read> {
    let read = |line: &Line| {
        let side = line.side.as_ref().filter(|_| line.header.kind == LineKind::Decision)?;
        let signed: SignedDecision = cbor::decode(&side.bytes.0, MAX_DECISION_BYTES).ok()?;
        let content = side.content.as_ref().and_then(frozen_fields).unwrap_or_default();
        Some(Read { position: line.header.position, decision: signed.decision().ok()?, names: evidence(&content).collect() })
    };
    lines.iter().filter_map(read).collect()
}

/// The record, the evidence that it names, and what the rules ask of a record of its kind.
fn needed(read: &[Read], record: RecordId) -> BTreeSet<RecordId> {
    let own = || read.iter().filter(|read| read.decision.record == record);
    let beside = own().find_map(|read| match read.decision.kind.as_str() {
        // R11 reads the agreement, R12 the other plans.
        "claim" => Some("agreement"),
        "plan" => Some("plan"),
        _ => None,
    });
    let of_kind = read.iter().filter(|read| Some(read.decision.kind.as_str()) == beside).map(|read| read.decision.record);
    own().flat_map(|read| read.names.iter().copied()).chain(of_kind).chain([record]).collect()
}

/// The record that a line copies from another log, with its words.
fn copied(kind: LineKind, side: &Side) -> Option<RecordId> {
    side.content.as_ref().filter(|_| kind == LineKind::Fact)?;
    match cbor::decode(&side.bytes.0, MAX_FACT_BYTES).ok()? {
        Fact::Evidence(evidence) => Some(evidence.signed.decision().ok()?.record),
        _ => None,
    }
}

fn trimmed(log: LogId, lines: &[Line], read: &[Read], needed: &BTreeSet<RecordId>) -> ProofLog {
    // Whoever has read half a batch has no receipt for it.
    let lines = lines.iter().rposition(|line| line.signature.is_some()).and_then(|last| lines.get(..=last)).unwrap_or_default();
    let last = lines.last().map_or(0, |line| line.header.position);
    let first = read.iter().find(|read| needed.contains(&read.decision.record)).map_or(u64::MAX, |read| read.position);
    let words = |position: u64| {
        let at = read.binary_search_by_key(&position, |read| read.position).ok();
        at.and_then(|at| read.get(at)).is_some_and(|read| read.decision.act == Act::Submit && needed.contains(&read.decision.record))
    };
    let trim = |line: &Line| {
        let position = line.header.position;
        let keep = match line.header.kind {
            LineKind::Word => false,
            LineKind::Fact => true,
            LineKind::Decision => position >= first,
        };
        let words = |side: &Side| words(position) || copied(line.header.kind, side).is_some_and(|record| needed.contains(&record));
        let side = line.side.as_ref().filter(|_| keep).map(|side| Side { content: side.content.clone().filter(|_| words(side)), ..side.clone() });
        // The receipt at the end covers every word before it.
        let signature = line.signature.clone().filter(|_| line.header.kind != LineKind::Word || position == last);
        Line { signature, side, ..line.clone() }
    };
    ProofLog { log, lines: lines.iter().map(trim).collect(), checkpoint: None }
}
