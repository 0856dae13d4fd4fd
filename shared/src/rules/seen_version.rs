//! R4: a decision binds the submitted version that its signer saw; superseded or sent back means refused.

use super::{Proposal, State};
use crate::{
    decision::{Act, Decision},
    ledger::State as VersionState,
    refusal::Refusal,
    words::refusal as say,
};

pub(super) fn check(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    let entry = state.ledger.get(proposal.record);
    let latest = entry.and_then(|entry| entry.latest()).map_or(0, |version| version.number);
    if proposal.act == Act::Submit {
        return if proposal.version == latest + 1 { Ok(()) } else { Err(say::r4_version(latest + 1)) };
    }
    let (Some(entry), Some(version)) = (entry, entry.and_then(|entry| entry.version(proposal.version))) else {
        return Err(say::r4_not_sent());
    };
    let reached = entry.state(proposal.version).unwrap_or(VersionState::Sent);
    match proposal.act {
        // These settle what already happened to a version; a later draft does not stand in their way.
        Act::Void | Act::Hide | Act::Revoke => {}
        _ if latest > proposal.version => return Err(say::r4_superseded(latest)),
        _ if reached == VersionState::SentBack => return Err(say::r4_sent_back()),
        _ => {}
    }
    let decided = match proposal.act {
        Act::Submit => false,
        // What is signed and locked is not sent back: R5 says so in its own words.
        Act::Return => !matches!(reached, VersionState::Sent | VersionState::Sealed),
        Act::Confirm | Act::Approve => reached != VersionState::Sent,
        Act::Sign => version.voided.is_some() || version.signatures.iter().any(|mark| mark.by == proposal.by),
        Act::Acknowledge | Act::Disagree => version.acknowledged.is_some() || !version.stands(),
        Act::Countersign => version.countersigned.is_some() || !version.stands(),
        Act::Revoke => !version.is_approved(),
        Act::Void => version.voided.is_some(),
        Act::Hide => version.hidden.is_some(),
    };
    if decided { Err(say::r4_decided()) } else { Ok(()) }
}

/// The digest that was signed is the one of the version: whoever decides has bound the words and not a number.
pub(super) fn digest(state: State<'_>, decision: &Decision) -> Result<(), Refusal> {
    if decision.act == Act::Submit {
        return Ok(());
    }
    let version = state.ledger.get(decision.record).and_then(|entry| entry.version(decision.version));
    if version.is_some_and(|version| version.digest == decision.digest && version.form == decision.form) { Ok(()) } else { Err(say::digest_mismatch()) }
}
