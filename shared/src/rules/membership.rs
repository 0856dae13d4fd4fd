//! R10: only current members write or decide.

use super::{Proposal, State, evidence_elsewhere};
use crate::{
    fact::Fact,
    id::{LogId, PersonId},
    planted::{LeftOut, is_left_out},
    refusal::Refusal,
    role::Role,
    time::At,
    words::refusal as say,
};

pub(super) fn writer(state: State<'_>, author: PersonId, received_at: At) -> Result<(), Refusal> {
    if state.facts.is_member(author, received_at) || is_left_out(LeftOut::Membership) { Ok(()) } else { Err(say::r10_not_member()) }
}

/// A decider is a member now, in the role that the decision names; cover signs in its own name as supervisor.
pub(super) fn decider(state: State<'_>, proposal: &Proposal<'_>, received_at: At) -> Result<(), Refusal> {
    let covers = proposal.role == Role::Supervisor && state.facts.supervises(proposal.by, received_at);
    if !covers && !state.facts.is_member(proposal.by, received_at) {
        return Err(say::r10_not_member());
    }
    if covers || state.facts.has_role(proposal.by, proposal.role, received_at) { Ok(()) } else { Err(say::r10_role()) }
}

/// A fact that names a lead needs a lead of this relationship.
pub(super) fn fact(state: State<'_>, fact: &Fact, received_at: At) -> Result<(), Refusal> {
    let by = match fact {
        Fact::MemberEnded(ended) => ended.by,
        Fact::Exemption(exemption) => exemption.by,
        Fact::Adopted { by, .. } | Fact::Discarded { by, .. } => *by,
        Fact::Epoch(epoch) => epoch.by,
        Fact::Cover(cover) if cover.by == cover.supervisor => {
            return if state.facts.has_role(cover.by, Role::Supervisor, received_at) { Ok(()) } else { Err(say::r10_role()) };
        }
        Fact::Cover(cover) => cover.by,
        Fact::Opened(_)
        | Fact::Framework(_)
        | Fact::Settings(_)
        | Fact::Member(_)
        | Fact::Device(_)
        | Fact::DeviceRevoked { .. }
        | Fact::Paused(_)
        | Fact::Captured { .. }
        | Fact::Evidence(_)
        | Fact::EvidenceVoided(_)
        | Fact::EvidenceHidden(_)
        | Fact::KeyNamed(_)
        | Fact::KeyTaken(_) => return Ok(()),
    };
    let log = state.facts.log();
    // No lead is a member of a pair log. A membership that ends there follows the one in the record log, whose fact the
    // lead's role was asked for in the same transaction.
    if matches!((log, fact), (Some(LogId::Pair(_)), Fact::MemberEnded(_))) {
        return Ok(());
    }
    // Nor of an own log: the drafts of an erased record go with it, in the same transaction.
    if matches!((log, fact), (Some(LogId::Pair(_) | LogId::Own(_)), Fact::Epoch(_))) {
        return Ok(());
    }
    // What was copied from another relationship is erased with its origin, whose lead asked for it.
    if matches!(fact, Fact::Epoch(epoch) if epoch.erased.iter().all(|record| evidence_elsewhere::is_copy(state, *record))) {
        return Ok(());
    }
    let is_record_log = matches!(log, Some(LogId::Record(_)));
    if is_record_log && state.facts.has_role(by, Role::Lead, received_at) { Ok(()) } else { Err(say::r10_role()) }
}
