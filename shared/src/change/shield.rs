//! The structural shield: what no honest phone would write never reaches a document.

use super::{actor::ACTOR_BYTES, decoded::Decoded, index::Index, refused::Refused, seen::Seen};
use crate::planted::{LeftOut, is_left_out};

/// Holds a decoded change against what was accepted in its log, and against who sends it.
///
/// `device_actor` says whether an actor (18 bytes) belongs to the sending device; `seen` whether a line with that
/// position and tag stands in this log. What is accepted: the next change of one of the device's actors, built
/// directly on its previous one and on accepted changes alone, with counters that follow from them, which creates
/// records that do not exist and writes fields of records its writer had seen, overwriting exactly what stood there in
/// the writer's eyes.
///
/// Errors: every other case, by its code. [`Refused::Exists`] comes last: then all else about the change is right.
pub fn shield(index: &Index, decoded: &Decoded, device_actor: impl Fn(&[u8]) -> bool, seen: impl Fn(&Seen) -> bool) -> Result<Seen, Refused> {
    if let Some(position) = index.accepted_at(decoded) {
        return Err(Refused::Duplicate { position });
    }
    let actor = decoded.actor();
    let foreign = !device_actor(&actor) && !is_left_out(LeftOut::ForeignActor);
    if index.is_empty() || actor.len() != ACTOR_BYTES || foreign {
        return Err(Refused::ForeignActor);
    }
    let reference = decoded.seen()?;
    if !seen(&reference) {
        return Err(Refused::BadMessage);
    }
    match index.plan(decoded)?.exists {
        Some(record) => Err(Refused::Exists(record.to_string())),
        None => Ok(reference),
    }
}
