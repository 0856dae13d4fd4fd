//! What was erased does not come back: nothing is written to such a record, and nothing decided but to withdraw it.

use super::{Proposal, State};
use crate::{decision::Act, fact::Fact, fact::MAX_ERASED, id::RecordId, refusal::Refusal, words::refusal as say};

pub(super) fn writes(state: State<'_>, record: RecordId) -> Result<(), Refusal> {
    if state.facts.erased.contains(&record) { Err(say::erased()) } else { Ok(()) }
}

pub(super) fn decides(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    match proposal.act {
        Act::Revoke | Act::Void | Act::Hide => Ok(()),
        _ => writes(state, proposal.record),
    }
}

/// An epoch erases something, and not everything at once.
pub(super) fn fact(fact: &Fact) -> Result<(), Refusal> {
    match fact {
        Fact::Epoch(epoch) if epoch.erased.is_empty() || epoch.erased.len() > MAX_ERASED => Err(say::erase_count(MAX_ERASED)),
        _ => Ok(()),
    }
}
