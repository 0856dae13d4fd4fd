//! A file of vectors, held against what the code makes.

use std::{fs, path::PathBuf};

use serde_json::Value;
use shared::{
    cbor,
    key::{PublicKey, Signature},
};

/// Compares a file of vectors with what the code makes, or writes it.
pub fn held(name: &str, made: &Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    let made = serde_json::to_string_pretty(made).expect("plain data") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, made).expect("the vectors can be written");
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let line = kept.lines().zip(made.lines()).position(|(kept, made)| kept != made).unwrap_or(kept.lines().count().min(made.lines().count()));
    assert!(kept == made, "{} differs from what the code makes, first in line {}; UPDATE=1 writes it anew", path.display(), line + 1);
}

pub fn encoded(value: &impl serde::Serialize) -> String {
    hex::encode(cbor::encode(value))
}

pub fn of_key(key: &PublicKey) -> String {
    match key {
        PublicKey::Ed25519 { key } => key.to_string(),
        PublicKey::Es256 { .. } => unreachable!("no vector has such a key"),
    }
}

pub fn of_signature(signature: &Signature) -> String {
    match signature {
        Signature::Ed25519 { sig } => hex::encode(&sig.0),
        Signature::Es256 { .. } => unreachable!("no vector has such a signature"),
    }
}
