//! Lines and what chains them, computed a second time.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shared::{
    bytes::Hash,
    id::LogId,
    kind::Kinds,
    line::{ChainHead, Header, Line, LineKind, Seen},
    log::Log,
};

use crate::{
    held::{encoded, held, of_key, of_signature},
    world::{ORGANISATION, OWN, World, organisation_key},
};

/// The header's 69 bytes as PROTOCOL.md lays them out, built here a second time.
fn layout(header: &Header) -> Vec<u8> {
    let kind = match header.kind {
        LineKind::Word => 0,
        LineKind::Decision => 1,
        LineKind::Fact => 2,
    };
    let mut bytes = vec![kind];
    bytes.extend(header.position.to_be_bytes());
    bytes.extend(header.epoch.to_be_bytes());
    bytes.extend(header.received_at.0.to_be_bytes());
    bytes.extend(header.nonce.0);
    bytes.extend(header.author.map_or([0; 16], |author| *author.0.as_bytes()));
    bytes.extend(header.device.map_or([0; 16], |device| *device.0.as_bytes()));
    bytes
}

fn line(prev: &Hash, line: &Line) -> Value {
    let (header, side) = (&line.header, line.side.as_ref().expect("nothing is erased"));
    let layout = layout(header);
    let commitment: [u8; 32] = Sha256::digest([&side.salt.0[..], &side.bytes.0].concat()).into();
    assert_eq!(commitment, line.commitment.0);
    let hash: [u8; 32] = Sha256::digest([&b"countersign chain 1\0"[..], &prev.0, &layout, &commitment].concat()).into();
    assert_eq!(hash, line.hash.0);
    json!({
        "position": header.position,
        "epoch": header.epoch,
        "kind": header.kind,
        "author": header.author.map(|author| author.to_string()),
        "device": header.device.map(|device| device.to_string()),
        "received_at": header.received_at,
        "nonce": header.nonce,
        "header_bytes": hex::encode(layout),
        "salt": side.salt,
        "bytes": side.bytes,
        "content": side.content,
        "commitment": line.commitment,
        "hash": line.hash,
        "signature": line.signature.as_ref().map(of_signature),
        "cbor": encoded(line),
        "seen": Seen::of(header).message(),
    })
}

pub fn chain(log: LogId, lines: &[Line]) -> Value {
    let origin = ChainHead::origin(log, ORGANISATION).hash;
    let formula: [u8; 32] = Sha256::digest([&b"countersign log 1\0"[..], ORGANISATION.0.as_bytes(), log.to_string().as_bytes()].concat()).into();
    assert_eq!(formula, origin.0);
    let mut prev = origin;
    let mut told = Vec::new();
    for one in lines {
        told.push(line(&prev, one));
        prev = one.hash;
    }
    json!({
        "log": log.to_string(),
        "organisation": ORGANISATION.to_string(),
        "organisation_key": of_key(&organisation_key().public()),
        "origin": origin,
        "lines": told,
    })
}

/// Whoever has the lines believes them, and with a word erased still believes the chain.
pub fn verified(log: LogId, lines: &[Line]) {
    let mut reader = Log::new(log, ORGANISATION);
    for line in lines {
        reader.verify(&Kinds::standard(), line).expect("every line verifies");
    }
    let mut head = ChainHead::origin(log, ORGANISATION);
    for line in lines {
        let erased = Line { side: None, ..line.clone() };
        head.accept(&erased, &organisation_key().public()).expect("an erased line keeps its place");
    }
    assert_eq!(head, reader.chain);
}

#[test]
fn a_chain_of_three_lines_holds() {
    let world = World::new();
    let lines = &world.lines(OWN)[..3];
    verified(OWN, lines);
    held("chain.json", &chain(OWN, lines));
}
