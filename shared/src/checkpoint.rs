//! Checkpoints: the organisation signs that a log ended with that line at that moment. The chain shows that nothing is
//! missing in between; only this shows that nothing was cut off at the end.

use serde::{Deserialize, Serialize};

use crate::{
    bytes::Hash,
    key::{Domain, PublicKey, SecretKey, Signature, SignatureError},
    time::At,
};

/// A signed end of a log. Which log, organisation and line is in the hash of that line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// When nothing came behind that line yet, by the server's clock.
    pub at: At,
    pub signature: Signature,
}

impl Checkpoint {
    /// `head`: the hash of the log's last line.
    pub fn of(head: Hash, key: &SecretKey, at: At) -> Self {
        Self { at, signature: key.sign(Domain::Checkpoint, &message(head, at)) }
    }

    pub fn verify(&self, head: Hash, key: &PublicKey) -> Result<(), SignatureError> {
        key.verify(Domain::Checkpoint, &message(head, self.at), &self.signature)
    }
}

fn message(head: Hash, at: At) -> Vec<u8> {
    [head.0.as_slice(), &at.0.to_be_bytes()].concat()
}
