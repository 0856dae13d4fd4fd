//! R5: a sealed version never changes. A later version needs a reason and the chain again.

use super::{Proposal, State};
use crate::{decision::Act, kind::Chain, refusal::Refusal, words::refusal as say};

pub(super) fn check(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    let Some(latest) = state.ledger.get(proposal.record).and_then(|entry| entry.latest()) else { return Ok(()) };
    let locked = latest.sealed.is_some() || latest.confirmed.is_some() || latest.approved.is_some();
    match proposal.act {
        Act::Submit if locked && proposal.reason.is_none_or(|reason| reason.trim().is_empty()) => Err(say::r5_reason()),
        Act::Return if latest.sealed.is_some() => Err(say::r5_sealed()),
        // Withdrawing is for what was signed; an unsigned version is sent back or written anew.
        Act::Void if !locked && proposal.kind.chain != Chain::None => Err(say::r4_not_sent()),
        _ => Ok(()),
    }
}
