//! People as the organisation knows them, and who is signed in.

use shared::{
    bytes::Hash,
    id::{DeviceId, PersonId},
    time::At,
};

use super::Reach;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    /// Lower case.
    pub email: String,
    pub job: String,
    pub place: String,
    pub employed_from: At,
    /// Whether they see the programme lead's pages. What they may do in a log, its facts say.
    pub leads: bool,
}

/// A sign-in that lasts until `ends_at`. The token itself is not kept, its SHA-256 is the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    pub person: PersonId,
    pub began_at: At,
    pub ends_at: At,
    /// The device that was last heard from by it, and when.
    pub device: Option<(DeviceId, At)>,
}

/// Whose call it is, as the store had it when the call came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub session: Session,
    /// What the store knows the session by.
    pub token_hash: Hash,
    /// The person's devices that are not revoked.
    pub devices: Vec<DeviceId>,
    /// As [`Store::reach`](super::Store::reach) says it.
    pub reach: Vec<Reach>,
}
