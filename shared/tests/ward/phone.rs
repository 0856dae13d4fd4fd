//! One person's phone, with a store that can be reopened.

use std::collections::BTreeMap;

use shared::{
    id::PersonId,
    key::{Domain, SecretKey},
    replica::{Replica, StoreOp, Table},
};

pub struct Phone {
    pub replica: Replica,
    pub key: SecretKey,
    pub person: PersonId,
    pub store: BTreeMap<(Table, String), Vec<u8>>,
    pub salts: u8,
    /// This phone's clock minus the ward's.
    pub clock_off_ms: i64,
}

impl Phone {
    pub fn keep(&mut self, effects: shared::replica::Effects) {
        for op in effects.store {
            match op {
                StoreOp::Put { table, key, value } => self.store.insert((table, key), value),
                StoreOp::Delete { table, key } => self.store.remove(&(table, key)),
            };
        }
    }

    /// Signs bytes that carry their domain tag already.
    pub fn sign_raw(&self, tagged: &[u8]) -> shared::key::Signature {
        let body = tagged.strip_prefix(Domain::Decision.message(&[]).as_slice()).expect("a decision's tag");
        self.key.sign(Domain::Decision, body)
    }
}
