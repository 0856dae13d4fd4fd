//! The organisation's keys: one that is named is taken at once, and none comes a second time.

use super::State;
use crate::{fact::Fact, refusal::Refusal, words::refusal as say};

pub(super) fn fact(state: State<'_>, fact: &Fact) -> Result<(), Refusal> {
    let keys = &state.facts.keys;
    if !keys.admits(fact) {
        return Err(say::key_out_of_turn());
    }
    match fact {
        // The line that names a key says why; where none does, the key's own.
        Fact::KeyTaken(taken) if taken.reason.is_some() == keys.is_naming() => Err(say::r6_reason()),
        _ => Ok(()),
    }
}
