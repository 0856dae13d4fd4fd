//! Automerge actors: who wrote, as the document knows it.

use std::{fmt, ops::Deref};

/// Bytes of a device's actor: 16 of the device, 2 of the slot.
pub const ACTOR_BYTES: usize = 18;
/// Bytes of the actor of a genesis.
pub const GENESIS_ACTOR_BYTES: usize = 16;
/// Bytes of a device id.
pub const DEVICE_BYTES: usize = 16;

/// An actor of a device's pool: the device's id, then the slot, big-endian.
///
/// ```
/// use shared::change::actor::{actor, device_of};
/// let pool = actor([7; 16], 258);
/// assert_eq!(pool[16..], [1, 2]);
/// assert_eq!(device_of(&pool), Some([7; 16]));
/// ```
pub fn actor(device: [u8; DEVICE_BYTES], slot: u16) -> [u8; ACTOR_BYTES] {
    let mut bytes = [0; ACTOR_BYTES];
    let (head, tail) = bytes.split_at_mut(DEVICE_BYTES);
    head.copy_from_slice(&device);
    tail.copy_from_slice(&slot.to_be_bytes());
    bytes
}

/// The device an actor belongs to; `None` for a genesis and for anything else that is no device's.
pub fn device_of(actor: &[u8]) -> Option<[u8; DEVICE_BYTES]> {
    if actor.len() != ACTOR_BYTES {
        return None;
    }
    actor.first_chunk().copied()
}

/// An actor's bytes, kept in place: 16 of a genesis or 18 of a device. Ordered as Automerge orders them, by bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Actor {
    bytes: [u8; ACTOR_BYTES],
    length: u8,
}

impl Actor {
    /// `None` unless `bytes` are 16 or 18.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != ACTOR_BYTES && bytes.len() != GENESIS_ACTOR_BYTES {
            return None;
        }
        let mut kept = [0; ACTOR_BYTES];
        kept.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Some(Self { bytes: kept, length: u8::try_from(bytes.len()).ok()? })
    }

    /// The device it belongs to, see [`device_of`].
    pub fn device(&self) -> Option<[u8; DEVICE_BYTES]> {
        device_of(self)
    }
}

impl Deref for Actor {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&self.bytes)
    }
}

impl PartialOrd for Actor {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Actor {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.deref().cmp(other)
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&**self))
    }
}
