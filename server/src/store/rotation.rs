//! A change of the organisation's key that is under way.

use shared::{key::SecretKey, time::At};

/// What the logs that have not come to the new key yet need for it.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// The former key, which names the new one. Absent where it was lost.
    pub former: Option<SecretKey>,
    pub reason: String,
    pub began_at: At,
}
