//! R15: a rating below the expected level needs 'try next time' and a next step, at submit.

use super::{Proposal, State};
use crate::{decision::Content, kind::COULD_NOT_JUDGE, ledger::CLOCK_TOLERANCE_MS, refusal::Refusal, scalar::Scalar, time::At, words::refusal as say};

pub(super) fn check(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    let Some(content) = proposal.content else { return Ok(()) };
    if proposal.kind.code != "observation" || !is_below_expected(state, content, proposal.at.plus(CLOCK_TOLERANCE_MS)) {
        return Ok(());
    }
    let filled = |field: &str| content.get(field).and_then(Scalar::text).is_some_and(|text| !text.trim().is_empty());
    if filled("try_next") && filled("next_step") { Ok(()) } else { Err(say::r15_guidance()) }
}

/// Whether an observation's rating lies below what is expected at the mentee's stage when it happened.
pub fn is_below_expected(state: State<'_>, content: &Content, latest: At) -> bool {
    let level = content.get("level").and_then(Scalar::integer).unwrap_or(COULD_NOT_JUDGE);
    let when = content.get("happened_at").or_else(|| content.get("captured_at")).and_then(Scalar::integer).map_or(latest, At).min(latest);
    let expected = content.get("competency").and_then(Scalar::text).and_then(|code| state.facts.expected_level(code, when));
    level != COULD_NOT_JUDGE && expected.is_some_and(|expected| level < i64::from(expected))
}
