//! A client that asks no rule beforehand.

use std::collections::BTreeMap;

use shared::{
    change::Document,
    decision::{Decision, SignedDecision},
    id::{DeviceId, LogId, PersonId},
    key::{Domain, SecretKey},
};

/// Somebody's device in the hands of a programmer.
pub struct Hostile {
    pub person: PersonId,
    pub device: DeviceId,
    pub key: SecretKey,
    pub documents: BTreeMap<LogId, Document>,
    pub slot: u16,
}

/// The same person and key once more.
pub fn the_same(of: &Hostile) -> Hostile {
    Hostile { person: of.person, device: of.device, key: of.key.clone(), documents: BTreeMap::new(), slot: of.slot }
}

pub fn sign(by: &Hostile, decision: &Decision) -> SignedDecision {
    let body = decision.encode();
    SignedDecision { signature: by.key.sign(Domain::Decision, &body.0), body, salt: None, heads: Vec::new() }
}
