//! What travels: requests plain and packed, answers, the stream's frames, and what lies signed within them.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};
use shared::{
    bytes::Bytes,
    cbor,
    decision::{Decision, MAX_DECISION_BYTES, SignedDecision},
    fact::{Fact, MAX_FACT_BYTES},
    key::{Domain, PublicKey, SecretKey, Signature},
    line::Line,
    wire::{
        Enrol, Enrolled, Item, LiveFrame, MAX_FRAME_BYTES, MAX_LINE_BYTES, MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES, Problem, Session, SyncRequest, SyncResponse,
        deflate::{deflated, inflated},
    },
};

use crate::vectors;

/// Which reader an input goes to is said by its first byte.
const READERS: [fn(&[u8]); 12] = [
    |bytes| request(bytes),
    |bytes| packed(bytes),
    |bytes| answer(bytes),
    |bytes| _ = told::<LiveFrame>(bytes, MAX_FRAME_BYTES),
    |bytes| _ = told::<Line>(bytes, MAX_LINE_BYTES),
    |bytes| _ = told::<Fact>(bytes, MAX_FACT_BYTES),
    |bytes| _ = told::<Decision>(bytes, MAX_DECISION_BYTES),
    |bytes| _ = told::<Session>(bytes, MAX_RESPONSE_BYTES),
    |bytes| _ = told::<Enrol>(bytes, MAX_REQUEST_BYTES),
    |bytes| _ = told::<Enrolled>(bytes, MAX_RESPONSE_BYTES),
    |bytes| _ = serde_json::from_slice::<Problem>(bytes),
    |bytes| signature(bytes),
];

pub fn run(bytes: &[u8]) {
    if let Some((which, bytes)) = bytes.split_first() {
        READERS[usize::from(*which) % READERS.len()](bytes);
    }
}

/// What the key of the seed signed.
const MESSAGE: &[u8] = b"sample";

/// The key and the signature of RFC 6979, A.2.5, on P-256.
const ES256: (&str, &str) = (
    "es256:0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
);

/// Everything for every reader: what one of them refuses is a start, too.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut told = vectors::all(&[vectors::WIRE, vectors::CHAIN, vectors::FACTS, vectors::DECISION, vectors::OBSERVATION]);
    told.extend(signatures().iter().map(cbor::encode));
    let told = &told;
    (0..READERS.len()).flat_map(|which| told.iter().map(move |bytes| [&[u8::try_from(which).expect("few")], &bytes[..]].concat())).collect()
}

/// What can be read is written again, and that is read as the same; and another library reads what was read here.
fn told<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8], limit: usize) -> Option<T> {
    let value: T = cbor::decode(bytes, limit).ok()?;
    assert!(bytes.len() <= limit);
    let written = cbor::encode(&value);
    let again: T = cbor::decode(&written, usize::MAX).expect("what was written reads");
    assert_eq!(again, value);
    assert_eq!(cbor::encode(&again), written);
    let other: T = ciborium::from_reader(written.as_slice()).expect("another library reads it");
    assert_eq!(other, value);
    Some(value)
}

fn request(bytes: &[u8]) {
    let Some(request) = told::<SyncRequest>(bytes, MAX_REQUEST_BYTES) else { return };
    for item in request.push.iter().flat_map(|bundle| &bundle.items) {
        item.hash();
        if let Item::Decision(signed) = item {
            decision(signed);
        }
    }
}

fn packed(bytes: &[u8]) {
    let Ok(body) = inflated(bytes, MAX_REQUEST_BYTES) else { return };
    assert!(body.len() <= MAX_REQUEST_BYTES);
    if let Some(shorter) = deflated(&body) {
        assert_eq!(inflated(&shorter, body.len()).as_ref(), Ok(&body));
    }
    request(&body);
}

fn answer(bytes: &[u8]) {
    let Some(answer) = told::<SyncResponse>(bytes, MAX_RESPONSE_BYTES) else { return };
    for side in answer.logs.iter().flat_map(|update| &update.lines).filter_map(|line| line.side.as_ref()) {
        told::<Fact>(&side.bytes.0, MAX_FACT_BYTES);
        if let Some(signed) = told::<SignedDecision>(&side.bytes.0, MAX_DECISION_BYTES) {
            decision(&signed);
        }
    }
}

fn decision(signed: &SignedDecision) {
    told::<Decision>(&signed.body.0, MAX_DECISION_BYTES);
}

/// A key with a signature by it, of either sort.
fn signatures() -> [(PublicKey, Signature); 2] {
    let key = SecretKey::from_seed([7; 32]);
    let es256 = Signature::Es256 { sig: Bytes(hex::decode(ES256.1).expect("hexadecimal")) };
    [(key.public(), key.sign(Domain::Decision, MESSAGE)), (ES256.0.parse().expect("a key"), es256)]
}

fn signature(bytes: &[u8]) {
    let Some((key, signature)) = told::<(PublicKey, Signature)>(bytes, MAX_REQUEST_BYTES) else { return };
    if key.is_sound() {
        assert_eq!(key.to_string().parse().as_ref(), Ok(&key));
    }
    if key.verify(Domain::Decision, MESSAGE, &signature).is_ok() {
        assert!(key.is_sound() && key.verify(Domain::Line, MESSAGE, &signature).is_err(), "a signature holds in its domain alone");
    }
}
