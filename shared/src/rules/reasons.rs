//! R6: return, revoke, void, exemption, reopening and override need a reason.

use super::Proposal;
use crate::{
    decision::{Act, MAX_REASON_CHARS},
    fact::{Fact, KeyTaken},
    refusal::Refusal,
    words::refusal as say,
};

pub(super) fn check(proposal: &Proposal<'_>) -> Result<(), Refusal> {
    let needed = matches!(proposal.act, Act::Return | Act::Revoke | Act::Void);
    match proposal.reason {
        Some(reason) if reason.chars().count() > MAX_REASON_CHARS => Err(say::r6_too_long(MAX_REASON_CHARS)),
        Some(reason) if needed && reason.trim().is_empty() => Err(say::r6_reason()),
        None if needed => Err(say::r6_reason()),
        _ => Ok(()),
    }
}

pub(super) fn fact(fact: &Fact) -> Result<(), Refusal> {
    let reason = match fact {
        Fact::Exemption(exemption) => &exemption.reason,
        Fact::MemberEnded(ended) => &ended.reason,
        Fact::Discarded { reason, .. } => reason,
        Fact::Epoch(epoch) => &epoch.reason,
        Fact::KeyNamed(named) => &named.reason,
        // Where the key before named it, that line says why.
        Fact::KeyTaken(KeyTaken { reason: Some(reason), .. }) => reason,
        _ => return Ok(()),
    };
    given(reason)
}

pub(super) fn given(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() {
        Err(say::r6_reason())
    } else if reason.chars().count() > MAX_REASON_CHARS {
        Err(say::r6_too_long(MAX_REASON_CHARS))
    } else {
        Ok(())
    }
}
