//! Beacons: each hour the organisation signs the hour. Nobody can tell the signature before it is given out, so whoever
//! quotes it in a decision decided after the hour struck. That narrows the window of a decision in a log where nothing
//! was written for long; in a busy one, the newest line says more.

use serde::{Deserialize, Serialize};

use crate::{
    id::OrganisationId,
    key::{Domain, PublicKey, SecretKey, Signature, SignatureError},
    time::{At, HOUR_MS},
};

/// A signed hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beacon {
    /// Whole hours since the Unix epoch, by the server's clock.
    pub hour: i64,
    pub signature: Signature,
}

impl Beacon {
    /// The beacon of the hour that `now` is in. Ed25519 signs the same hour the same way in every process, so that none
    /// need remember it.
    pub fn of(organisation: OrganisationId, key: &SecretKey, now: At) -> Self {
        let hour = now.0.div_euclid(HOUR_MS);
        Self { hour, signature: key.sign(Domain::Beacon, &message(organisation, hour)) }
    }

    /// Whether `now` is in its hour.
    pub fn is_of(&self, now: At) -> bool {
        self.hour == now.0.div_euclid(HOUR_MS)
    }

    /// When the hour struck.
    pub fn at(&self) -> At {
        At(self.hour.saturating_mul(HOUR_MS))
    }

    pub fn verify(&self, organisation: OrganisationId, key: &PublicKey) -> Result<(), SignatureError> {
        key.verify(Domain::Beacon, &message(organisation, self.hour), &self.signature)
    }
}

fn message(organisation: OrganisationId, hour: i64) -> Vec<u8> {
    [organisation.0.as_bytes().as_slice(), &hour.to_be_bytes()].concat()
}
