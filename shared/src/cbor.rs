//! CBOR with bounds: what is read is never longer than its named limit and never nests deeper than it needs.

use serde::{Serialize, de::DeserializeOwned};

/// Deeper nesting than any type of this crate has.
const MAX_DEPTH: usize = 24;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    #[error("{got} bytes, the limit is {limit}")]
    TooLong { got: usize, limit: usize },
    #[error("not readable: {0}")]
    Unreadable(String),
    #[error("bytes behind the end")]
    Trailing,
}

pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("writing to memory does not fail and every wire type has a CBOR form");
    bytes
}

pub fn decode<T: DeserializeOwned>(bytes: &[u8], limit: usize) -> Result<T, CborError> {
    if bytes.len() > limit {
        return Err(CborError::TooLong { got: bytes.len(), limit });
    }
    let mut rest = bytes;
    let value = ciborium::de::from_reader_with_recursion_limit(&mut rest, MAX_DEPTH).map_err(|error| CborError::Unreadable(error.to_string()))?;
    if rest.is_empty() { Ok(value) } else { Err(CborError::Trailing) }
}
