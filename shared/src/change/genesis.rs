//! The change that begins a log's document. Nobody but the server makes containers.

use automerge::{ActorId, Automerge, ObjType, ROOT, transaction::CommitOptions, transaction::Transactable as _};
use sha2::{Digest as _, Sha256};

use super::actor::{ACTOR_BYTES, GENESIS_ACTOR_BYTES};

/// The root's key that names the log.
pub const LOG_KEY: &str = "log";
/// The root's key that holds all records.
pub const RECORDS_KEY: &str = "records";

/// The change that makes a log's containers: root `log` = its name, root `records` = an empty map.
///
/// The same bytes for the same name and epoch, everywhere and always: actor [`genesis_actor`], time 0, no message.
pub fn genesis(log: &str, epoch: u32) -> Vec<u8> {
    let mut document = Automerge::new().with_actor(ActorId::from(genesis_actor(log, epoch).to_vec()));
    let mut transaction = document.transaction();
    transaction.put(ROOT, LOG_KEY, log).expect("the root of a new document is a map");
    transaction.put_object(ROOT, RECORDS_KEY, ObjType::Map).expect("the root of a new document is a map");
    transaction.commit_with(CommitOptions::default().with_time(0));
    document.get_last_local_change().expect("two operations make a change").raw_bytes().to_vec()
}

/// The first 16 bytes of SHA-256('countersign genesis' ‖ log ‖ epoch as 4 bytes, big-endian).
pub fn genesis_actor(log: &str, epoch: u32) -> [u8; GENESIS_ACTOR_BYTES] {
    let hash: [u8; 32] = Sha256::new().chain_update(b"countersign genesis").chain_update(log).chain_update(epoch.to_be_bytes()).finalize().into();
    let mut actor = [0; GENESIS_ACTOR_BYTES];
    actor.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    actor
}

/// Whether an actor is the one that writes what an epoch begins with: a genesis's, with a slot behind it as a device's.
pub fn carries(writer: &[u8], log: &str, epoch: u32) -> bool {
    writer.len() == ACTOR_BYTES && writer.starts_with(&genesis_actor(log, epoch))
}
