//! R9: sign, countersign, confirm, approve, revoke and void need a fresh unlock.

use super::{Proposal, State};
use crate::{decision::Act, kind::Chain, refusal::Refusal, words::refusal as say};

/// Whether an act needs the person to show that it is they. A submit does where it seals.
pub fn needs_unlock(act: Act, chain: Chain) -> bool {
    match act {
        Act::Sign | Act::Countersign | Act::Confirm | Act::Approve | Act::Revoke | Act::Void => true,
        Act::Submit => chain == Chain::WriterSeals,
        Act::Return | Act::Acknowledge | Act::Disagree | Act::Hide => false,
    }
}

pub(super) fn check(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    if !needs_unlock(proposal.act, proposal.kind.chain) {
        return Ok(());
    }
    let age_ms = proposal.unlock.map(|unlock| proposal.at.since(unlock.at));
    match age_ms {
        Some(age_ms) if (0..=state.facts.settings.unlock_max_age_ms).contains(&age_ms) => Ok(()),
        _ => Err(say::r9_unlock()),
    }
}
