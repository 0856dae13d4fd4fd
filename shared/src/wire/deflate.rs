//! A request's body in HTTP's coding `deflate` (RFC 1950): what a draft says on its way to the own log and again on its
//! way to everybody costs once.
//!
//! The library is the one that Automerge packs its documents with, so that it adds nothing to the replica's module.

use std::io::Read;

use flate2::{Compression, bufread::ZlibDecoder, bufread::ZlibEncoder};

/// The value of `content-encoding`.
pub const CODING: &str = "deflate";

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InflateError {
    #[error("more than {0} bytes when unpacked")]
    TooLong(usize),
    #[error("not in the coding that it names")]
    Broken,
}

/// The body packed, where that makes it shorter.
pub fn deflated(body: &[u8]) -> Option<Vec<u8>> {
    let mut packed = Vec::new();
    ZlibEncoder::new(body, Compression::default()).read_to_end(&mut packed).expect("memory is readable");
    (packed.len() < body.len()).then_some(packed)
}

/// The body as it was. Never more than `limit` bytes and one are unpacked.
pub fn inflated(packed: &[u8], limit: usize) -> Result<Vec<u8>, InflateError> {
    let mut body = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    ZlibDecoder::new(packed).take(most).read_to_end(&mut body).map_err(|_| InflateError::Broken)?;
    if body.len() > limit { Err(InflateError::TooLong(limit)) } else { Ok(body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_comes_back_within_its_limit_or_not_at_all() {
        let body = b"the same words twice, the same words twice".repeat(10);
        let packed = deflated(&body).expect("shorter");
        assert_eq!(inflated(&packed, body.len()).as_ref(), Ok(&body));
        assert_eq!(inflated(&packed, body.len() - 1), Err(InflateError::TooLong(body.len() - 1)));
        assert_eq!(inflated(&packed[..packed.len() - 6], body.len()), Err(InflateError::Broken));
        assert_eq!(inflated(b"no deflate", 100), Err(InflateError::Broken));
        assert_eq!(deflated(b"short"), None);
    }
}
