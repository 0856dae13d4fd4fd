//! The change that a log begins with.

use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::{
    change::{
        Decoded,
        genesis::{genesis, genesis_actor},
    },
    id::LogId,
};

use crate::{
    held::held,
    world::{OWN, PAIR, RECORD},
};

#[test]
fn a_genesis_follows_from_log_and_epoch() {
    let case = |log: LogId, epoch: u32| {
        let name = log.to_string();
        let bytes = genesis(&name, epoch);
        let decoded = Decoded::parse(&bytes).expect("within the limits");
        let seed = [&b"countersign genesis"[..], name.as_bytes(), &epoch.to_be_bytes()].concat();
        assert_eq!(genesis_actor(&name, epoch)[..], Sha256::digest(seed)[..16]);
        json!({ "log": name, "epoch": epoch, "actor": hex::encode(genesis_actor(&name, epoch)), "bytes": hex::encode(&bytes), "hash": decoded.hash() })
    };
    held("genesis.json", &json!([case(RECORD, 1), case(RECORD, 2), case(OWN, 1), case(PAIR, 1)]));
}
