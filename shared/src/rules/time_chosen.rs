//! R8: time marks words and never refuses them; only a time *chosen* in the future is refused.

use super::Proposal;
use crate::{ledger::CLOCK_TOLERANCE_MS, refusal::Refusal, scalar::Scalar, time::At, words::refusal as say};

pub(super) fn check(proposal: &Proposal<'_>, received_at: At) -> Result<(), Refusal> {
    let chosen = proposal.content.and_then(|content| content.get("happened_at")).and_then(Scalar::integer).map(At);
    match chosen {
        Some(chosen) if chosen.since(received_at) > CLOCK_TOLERANCE_MS => Err(say::r8_future()),
        _ => Ok(()),
    }
}
