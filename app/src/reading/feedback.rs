//! Signed feedback, and what is still to be done about it.

use shared::{
    decision::Act,
    ledger::{Mark, RecordLedger, State, Version},
    phone::Row,
    rules,
};

use super::log::Log;

/// Whether it is news to the mentee: unread, and no sign-off was given on it.
pub fn is_new(row: &Row, log: &Log) -> bool {
    let Some(version) = row.entry.as_ref().and_then(RecordLedger::latest) else { return false };
    let untouched = version.acknowledged.is_none() && version.hidden.is_none() && row.waiting.is_empty();
    version.stands() && untouched && !log.facts.erased.contains(&row.record) && signed_off(version, log).is_none()
}

/// The mentee's other view, until somebody decided knowing it.
pub fn seen_differently<'a>(version: &'a Version, log: &Log) -> Option<&'a Mark> {
    let mark = version.acknowledged.as_ref().filter(|mark| mark.act == Act::Disagree)?;
    let known = signed_off(version, log).is_some_and(|decided| decided > mark.position);
    (version.countersigned.is_none() && !known).then_some(mark)
}

/// The line of the newest sign-off that was given on it, also where that was taken back since.
pub fn signed_off(version: &Version, log: &Log) -> Option<u64> {
    let versions = claims(log).flat_map(|claim| &claim.versions).filter(|claim| chose(claim, version, log));
    versions.filter_map(|claim| claim.approved.as_ref()).map(|mark| mark.position).max()
}

/// Whether a request for sign-off that waits for its decision rests on it.
pub fn is_claimed(version: &Version, log: &Log) -> bool {
    let mut waiting = claims(log).filter_map(|claim| claim.latest().filter(|latest| claim.state(latest.number) == Some(State::Sent)));
    waiting.any(|claim| chose(claim, version, log))
}

fn claims(log: &Log) -> impl Iterator<Item = &RecordLedger> {
    log.ledger().records.values().filter(|entry| entry.kind == "claim")
}

fn chose(claim: &Version, version: &Version, log: &Log) -> bool {
    version.sealed.is_some_and(|line| rules::chosen(log.ledger(), &claim.content).contains(&line))
}
