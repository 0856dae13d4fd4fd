//! R7: what an approval rests on cannot be voided before the approval is revoked. Hiding words never waits.

use super::{Proposal, State};
use crate::{decision::Act, refusal::Refusal, words::refusal as say};

pub(super) fn check(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    if proposal.act != Act::Void {
        return Ok(());
    }
    let Some(entry) = state.ledger.get(proposal.record) else { return Ok(()) };
    if entry.version(proposal.version).is_some_and(|version| version.is_approved()) {
        return Err(say::r7_order());
    }
    let Some(sealed) = entry.version(proposal.version).and_then(|version| version.sealed) else { return Ok(()) };
    let key = format!("evidence/{sealed}");
    let rests = state.ledger.records.values().flat_map(|other| &other.versions).any(|claim| claim.is_approved() && claim.content.contains_key(&key));
    if rests { Err(say::r7_order()) } else { Ok(()) }
}
