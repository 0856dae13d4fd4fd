//! R11: no approval before mentee, lead mentor and approver signed the agreement.

use super::{Proposal, State};
use crate::{
    ledger::{State as VersionState, Version},
    refusal::Refusal,
    role::Role,
    time::At,
    words::refusal as say,
};

pub(super) fn check(state: State<'_>, proposal: &Proposal<'_>, received_at: At) -> Result<(), Refusal> {
    if !state.facts.settings.agreement_first {
        return Ok(());
    }
    let sealed = state.ledger.standing("agreement").map(|(_, version)| version).max_by_key(|version| version.sealed);
    let Some(version) = sealed.or_else(|| waiting(state)) else { return Err(say::r11_no_agreement()) };

    // Who covers signs in their own name; the agreement was signed by the supervisor whom they stand in for.
    let approver = if state.facts.has_role(proposal.by, Role::Supervisor, received_at) {
        Some(proposal.by)
    } else {
        state.facts.supervisor(received_at).map(|member| member.person)
    };
    let parties = [state.facts.mentee().map(|member| member.person), state.facts.lead_mentor(received_at).map(|member| member.person), approver];
    let missing: Vec<String> =
        parties.into_iter().flatten().filter(|party| !version.signatures.iter().any(|mark| mark.by == *party)).map(|party| state.facts.name(party)).collect();
    if missing.is_empty() { Ok(()) } else { Err(say::r11_agreement(&missing)) }
}

/// The newest agreement that waits for signatures: neither sent back nor withdrawn.
fn waiting<'a>(state: State<'a>) -> Option<&'a Version> {
    let latest =
        state.ledger.of_kind("agreement").filter_map(|(_, entry)| entry.latest().filter(|version| entry.state(version.number) == Some(VersionState::Sent)));
    latest.max_by_key(|version| version.submitted.position)
}
