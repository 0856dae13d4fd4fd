//! Held words: what somebody sent after they were removed. The lead decides.

use std::fmt;

use sha2::{Digest as _, Sha256};
use shared::{
    bytes::{Fixed, Hash},
    id::{DeviceId, LogId, PersonId},
    time::At,
    wire::{Bundle, Item},
};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeldId(pub Uuid);

impl fmt::Display for HeldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// One bundle that waits for the lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub id: HeldId,
    pub log: LogId,
    pub author: PersonId,
    pub device: DeviceId,
    pub bundle: Bundle,
    pub received_at: At,
    /// Absent while it waits.
    pub outcome: Option<Outcome>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Adopted,
    Discarded,
}

/// What makes two pushes of the same items one: the SHA-256 of their hashes, in order.
pub fn items_hash(items: &[Item]) -> Hash {
    let mut hasher = Sha256::new();
    for item in items {
        hasher.update(item.hash().0);
    }
    Fixed(hasher.finalize().into())
}
