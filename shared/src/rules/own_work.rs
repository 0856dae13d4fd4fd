//! R2: nobody decides on what they contributed to. Commenting, or writing the plan, is not contributing.

use std::collections::BTreeSet;

use super::{Proposal, State, claim_assessment};
use crate::{
    decision::Act,
    id::PersonId,
    ledger::Version,
    planted::{LeftOut, is_left_out},
    refusal::Refusal,
    time::At,
    words::refusal as say,
};

pub(super) fn check(state: State<'_>, proposal: &Proposal<'_>, received_at: At) -> Result<(), Refusal> {
    if state.facts.exempt("r2", proposal.by, received_at).is_some() || is_left_out(LeftOut::OwnWork) {
        return Ok(());
    }
    match proposal.act {
        Act::Approve | Act::Countersign if proposal.by == proposal.author => Err(say::r2_author()),
        Act::Approve => {
            let version = state.ledger.get(proposal.record).and_then(|entry| entry.version(proposal.version));
            let observers = version.map(|version| observers(state, version)).unwrap_or_default();
            if observers.len() == 1 && observers.contains(&proposal.by) { Err(say::r2_own_work()) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

/// Who stands behind the evidence that a claim chose: what was withdrawn, or does not count, carries nothing.
fn observers(state: State<'_>, claim: &Version) -> BTreeSet<PersonId> {
    claim_assessment(state, claim).map(|assessment| assessment.observers).unwrap_or_default()
}
