//! The bounded pre-parse: everything that could hurt Automerge is refused before Automerge sees a byte.
//!
//! Takes exactly one plain change chunk: magic (4 bytes), checksum (4), type 1, length, then dependencies, actor,
//! sequence number, first counter, time, message, other actors, columns. Costs one SHA-256 and one walk over the bytes;
//! allocates for dependencies and actors alone.

use sha2::{Digest as _, Sha256};

use crate::bytes::{Fixed, Hash};

use super::{
    actor::{ACTOR_BYTES, Actor},
    column,
    limits::{MAX_ACTORS, MAX_CHANGE_BYTES, MAX_DEPENDENCIES, MAX_MESSAGE_BYTES},
    reader::Reader,
    refused::Refused,
};

/// The four bytes every Automerge chunk begins with.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The chunk type of a plain change.
const CHANGE: u8 = 1;
/// The chunk type of a deflated change.
const DEFLATED_CHANGE: u8 = 2;

/// What a change says about itself, its operations only counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preparsed<'a> {
    /// SHA-256 of the chunk, Automerge's name of the change.
    pub hash: Hash,
    /// Who wrote it: 16 bytes of a genesis or 18 of a device.
    pub actor: Actor,
    /// Its number among its actor's changes, from 1.
    pub seq: u32,
    /// The counter of its first operation, from 1.
    pub start_op: u32,
    /// Operations, from 1 to [`super::limits::MAX_OPERATIONS`].
    pub operations: usize,
    /// The message; empty where there is none.
    pub message: &'a str,
    /// The changes it builds on, ascending, no two the same.
    pub deps: Vec<Hash>,
    /// The other actors that its operations name.
    pub other_actors: Vec<Actor>,
}

/// Reads one change within the limits of [`super::limits`]; panics on no input.
pub fn preparse(bytes: &[u8]) -> Result<Preparsed<'_>, Refused> {
    if bytes.len() > MAX_CHANGE_BYTES {
        return Err(Refused::TooLarge);
    }
    let mut chunk = Reader::new(bytes);
    let hash = header(&mut chunk)?;
    let mut reader = Reader::new(chunk.rest());
    let deps = dependencies(&mut reader)?;
    let actor = actor(&mut reader)?;
    let seq = counter(&mut reader, Refused::BadSeq)?;
    let start_op = counter(&mut reader, Refused::BadStartOp)?;
    if reader.signed()? != 0 {
        return Err(Refused::BadTime);
    }
    let message = reader.prefixed(MAX_MESSAGE_BYTES, Refused::BadMessage)?;
    let message = std::str::from_utf8(message).map_err(|_| Refused::BadMessage)?;
    let others = reader.count(MAX_ACTORS, Refused::BadActor)?;
    let other_actors = (0..others).map(|_| self::actor(&mut reader)).collect::<Result<Vec<_>, _>>()?;
    let operations = column::walk(&mut reader, other_actors.len().saturating_add(1))?;
    let last = u32::try_from(operations).ok().and_then(|count| start_op.checked_add(count));
    if last.is_none() {
        return Err(Refused::BadStartOp);
    }
    Ok(Preparsed { hash, actor, seq, start_op, operations, message, deps, other_actors })
}

/// Magic, checksum, type and length; leaves the body, which is all that follows.
fn header(chunk: &mut Reader<'_>) -> Result<Hash, Refused> {
    if chunk.array()? != MAGIC {
        return Err(Refused::NotAChange);
    }
    let checksum: [u8; 4] = chunk.array()?;
    match chunk.array()? {
        [CHANGE] => {}
        [DEFLATED_CHANGE] => return Err(Refused::Compressed),
        _ => return Err(Refused::NotAChange),
    }
    let hashed = [CHANGE];
    let length_and_body = chunk.rest();
    let length = chunk.unsigned()?;
    if u64::try_from(chunk.rest().len()) != Ok(length) {
        return Err(Refused::NotAChange);
    }
    let hash: [u8; 32] = Sha256::new().chain_update(hashed).chain_update(length_and_body).finalize().into();
    if hash.first_chunk() == Some(&checksum) { Ok(Fixed(hash)) } else { Err(Refused::BadChecksum) }
}

fn dependencies(reader: &mut Reader<'_>) -> Result<Vec<Hash>, Refused> {
    let count = reader.count(MAX_DEPENDENCIES, Refused::BadDependencies)?;
    let deps = (0..count).map(|_| reader.array().map(Fixed)).collect::<Result<Vec<Hash>, _>>()?;
    if deps.is_sorted_by(|before, after| before < after) { Ok(deps) } else { Err(Refused::BadDependencies) }
}

fn actor(reader: &mut Reader<'_>) -> Result<Actor, Refused> {
    Actor::new(reader.prefixed(ACTOR_BYTES, Refused::BadActor)?).ok_or(Refused::BadActor)
}

fn counter(reader: &mut Reader<'_>, wrong: Refused) -> Result<u32, Refused> {
    match u32::try_from(reader.unsigned()?) {
        Ok(0) | Err(_) => Err(wrong),
        Ok(counter) => Ok(counter),
    }
}
