//! R12: one active 90-day plan for a mentee and lead mentor.

use super::{Proposal, State};
use crate::{decision::Act, ledger::Version, refusal::Refusal, words::refusal as say};

pub(super) fn check(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    if proposal.act != Act::Confirm || proposal.kind.code != "plan" {
        return Ok(());
    }
    let other = state.ledger.standing("plan").any(|(record, version)| record != proposal.record && is_active(version));
    if other { Err(say::r12_one_plan()) } else { Ok(()) }
}

/// A plan is active once confirmed, until each of its targets has an outcome.
pub fn is_active(plan: &Version) -> bool {
    plan.confirmed.is_some()
        && plan.voided.is_none()
        && plan.keyed("target").any(|(competency, _)| !plan.content.contains_key(&format!("outcome/{competency}")))
}
