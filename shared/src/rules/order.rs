//! R7: what an approval rests on cannot be voided before the approval is revoked. Hiding words never waits.

use super::{Proposal, State};
use crate::{decision::Act, evidence::elsewhere::ELSEWHERE, id::RecordId, kind::Chain, ledger::Version, refusal::Refusal, words::refusal as say};

pub(super) fn check(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    if proposal.act != Act::Void {
        return Ok(());
    }
    let Some(entry) = state.ledger.get(proposal.record) else { return Ok(()) };
    if entry.version(proposal.version).is_some_and(|version| version.is_approved()) {
        return Err(say::r7_order());
    }
    if rests(state, proposal.record) { Err(say::r7_order()) } else { Ok(()) }
}

/// Whether an approval here rests on a record, whichever of its versions was named: withdrawing any of them would pull the
/// record from under it.
pub(super) fn rests(state: State<'_>, record: RecordId) -> bool {
    let name = record.to_string();
    let names =
        |claim: &Version| claim.keyed("evidence").any(|(_, named)| named.text() == Some(&name)) || claim.keyed(ELSEWHERE).any(|(named, _)| named == name);
    // Nothing else is ever approved.
    let approved = state.kinds.iter().filter(|kind| kind.chain == Chain::SupervisorApproves).flat_map(|kind| state.ledger.of_kind(kind.code));
    approved.flat_map(|(_, other)| &other.versions).any(|claim| claim.is_approved() && names(claim))
}
