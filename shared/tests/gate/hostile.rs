//! A client that asks no rule beforehand.

use shared::{
    decision::{Decision, SignedDecision},
    id::{DeviceId, PersonId},
    key::{Domain, SecretKey},
};

/// Somebody's device in the hands of a programmer.
#[derive(Clone)]
pub struct Hostile {
    pub person: PersonId,
    pub device: DeviceId,
    pub key: SecretKey,
    pub slot: u16,
}

pub fn sign(by: &Hostile, decision: &Decision) -> SignedDecision {
    let body = decision.encode();
    SignedDecision { signature: by.key.sign(Domain::Decision, &body.0), body, salt: None, heads: Vec::new() }
}
