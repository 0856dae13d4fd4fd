//! R3 and R7 over several logs: evidence of another relationship is copied in when a claim names it, and what becomes of
//! it there is stated here in the same transaction.

use super::{Proposal, State, order};
use crate::{
    bytes::Bytes,
    decision::Act,
    evidence::elsewhere,
    fact::{AtOrigin, Evidence, Fact},
    id::RecordId,
    kind::Chain,
    ledger::RecordLedger,
    refusal::Refusal,
    words::refusal as say,
};

/// What may be copied in: sealed feedback on this mentee, from another record log, once.
pub(super) fn copied(state: State<'_>, evidence: &Evidence, frozen: &Bytes) -> Result<(), Refusal> {
    let (decision, content) = evidence.proven(Some(frozen)).map_err(|_| say::r3_elsewhere())?;
    let here = state.facts.log().filter(|log| log.holds_decisions()).ok_or_else(say::r3_elsewhere)?;
    let sealed = state.kinds.get(&decision.kind).is_some_and(|kind| kind.chain == Chain::WriterSeals);
    let mentee = content.as_ref().and_then(|content| content.get("mentee")?.text()?.parse().ok());
    let is_ours = mentee.is_some() && mentee == state.facts.mentee().map(|mentee| mentee.person);
    let from_another = decision.log != here && decision.log.holds_decisions();
    let twice = state.ledger.copies_from(decision.log, decision.record).any(|(_, origin)| origin.line == evidence.line);
    // A record is signed in one log: nobody's version here becomes another's.
    let is_of_here = state.ledger.get(decision.record).is_some_and(|entry| !entry.is_copy());
    let erased = state.facts.erased.contains(&decision.record);
    if sealed && is_ours && from_another && !twice && !is_of_here && !erased { Ok(()) } else { Err(say::r3_elsewhere()) }
}

/// At the submit of a claim: what it names elsewhere was copied in, stands there still, and is on this skill.
pub(super) fn named(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    let Some(content) = proposal.content else { return Ok(()) };
    let competency = content.get("competency").and_then(|code| code.text());
    let stands = |(record, named): (_, elsewhere::Elsewhere)| {
        let copy = state.ledger.copies_from(named.log, record).map(|(version, _)| version).find(|version| named.is(version));
        copy.is_some_and(|version| version.voided.is_none() && version.text("competency") == competency)
    };
    if elsewhere::named(content).all(stands) { Ok(()) } else { Err(say::r3_elsewhere()) }
}

/// A copy is decided on where it comes from, and nowhere else.
pub(super) fn decides(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    if is_copy(state, proposal.record) { Err(say::unknown_record()) } else { Ok(()) }
}

pub(super) fn is_copy(state: State<'_>, record: RecordId) -> bool {
    state.ledger.get(record).is_some_and(RecordLedger::is_copy)
}

/// A fact about a copy names one that is here. It is voided at its origin only where no approval here rests on it.
pub(super) fn fact(state: State<'_>, fact: &Fact) -> Result<(), Refusal> {
    match fact {
        // Only together with its words.
        Fact::Evidence(_) => Err(say::r3_elsewhere()),
        Fact::EvidenceVoided(moved) => {
            known(state, moved)?;
            if moved.mark.act == Act::Void && order::rests(state, moved.record) { Err(say::r7_elsewhere()) } else { Ok(()) }
        }
        Fact::EvidenceHidden(moved) => known(state, moved),
        _ => Ok(()),
    }
}

fn known(state: State<'_>, moved: &AtOrigin) -> Result<(), Refusal> {
    let mut copies = state.ledger.copies_from(moved.log, moved.record);
    if copies.any(|(_, origin)| origin.line == moved.line) { Ok(()) } else { Err(say::unknown_record()) }
}
