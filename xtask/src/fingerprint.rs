//! Content hashes, for file names and for skipping work whose input has not changed.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// The whole SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Twelve hexadecimal characters over all parts: enough to tell two builds of one file apart.
pub fn short(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hex::encode(&hasher.finalize()[..6])
}

/// Whether `stamp` says that the outputs beside it were made from this `input`.
pub fn is_fresh(stamp: &Path, input: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|written| written == input)
}

/// Remembers what the outputs beside `stamp` were made from. Call it last.
pub fn stamp(stamp: &Path, input: &str) -> Result<()> {
    fs::write(stamp, input).with_context(|| format!("{} cannot be written", stamp.display()))
}
