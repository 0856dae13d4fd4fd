//! CBOR with bounds: what is read is never longer than its named limit and never nests deeper than it needs.

mod decoder;
mod encoder;

use std::fmt::Display;

use serde::{Serialize, de::DeserializeOwned};

use self::{decoder::Decoder, encoder::Encoder};

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
    let mut encoder = Encoder::default();
    value.serialize(&mut encoder).expect("every wire type has a CBOR form");
    encoder.bytes
}

pub fn decode<T: DeserializeOwned>(bytes: &[u8], limit: usize) -> Result<T, CborError> {
    if bytes.len() > limit {
        return Err(CborError::TooLong { got: bytes.len(), limit });
    }
    let mut decoder = Decoder::new(bytes);
    let value = T::deserialize(&mut decoder).map_err(|Unreadable(why)| CborError::Unreadable(why))?;
    if decoder.is_done() { Ok(value) } else { Err(CborError::Trailing) }
}

/// Why something cannot be read or written, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
struct Unreadable(String);

impl Unreadable {
    fn of(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl serde::de::Error for Unreadable {
    fn custom<T: Display>(why: T) -> Self {
        Self(why.to_string())
    }
}

impl serde::ser::Error for Unreadable {
    fn custom<T: Display>(why: T) -> Self {
        Self(why.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::bytes::Bytes;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    enum Variant {
        Plain,
        One(u32),
        Two(i64, String),
        Named { flag: bool, list: Vec<Option<u8>> },
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Everything {
        unsigned: Vec<u64>,
        signed: Vec<i64>,
        bytes: Bytes,
        text: String,
        map: BTreeMap<u64, Variant>,
        none: Option<String>,
        some: Option<Box<Everything>>,
        unit: (),
        pair: (u8, bool),
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left_out: Option<u8>,
    }

    fn everything(deeper: bool) -> Everything {
        Everything {
            unsigned: vec![0, 23, 24, 255, 256, 65_535, 65_536, 1 << 32, u64::MAX],
            signed: vec![0, -1, -24, -25, -256, -257, i64::MIN, i64::MAX],
            bytes: Bytes(vec![7; 300]),
            text: "später, 03:41".into(),
            map: [
                (1, Variant::Plain),
                (2, Variant::One(9)),
                (3, Variant::Two(-9, String::new())),
                (4, Variant::Named { flag: true, list: vec![None, Some(1)] }),
            ]
            .into(),
            none: None,
            some: deeper.then(|| Box::new(everything(false))),
            unit: (),
            pair: (1, false),
            left_out: None,
        }
    }

    #[test]
    fn the_bytes_are_those_of_another_implementation_and_both_read_them() {
        let value = everything(true);
        let ours = encode(&value);
        let mut theirs = Vec::new();
        ciborium::into_writer(&value, &mut theirs).expect("written");
        assert_eq!(ours, theirs);
        assert_eq!(decode::<Everything>(&ours, ours.len()), Ok(value.clone()));
        assert_eq!(ciborium::from_reader::<Everything, _>(ours.as_slice()).expect("read"), value);
    }

    #[test]
    fn unknown_fields_are_read_over() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Narrow {
            text: String,
        }
        let bytes = encode(&everything(true));
        assert_eq!(decode(&bytes, bytes.len()), Ok(Narrow { text: "später, 03:41".into() }));
    }

    #[test]
    fn whatever_is_cut_changed_or_added_is_an_error_or_another_value_and_never_a_panic() {
        let bytes = encode(&everything(true));
        for cut in 0..bytes.len() {
            assert!(decode::<Everything>(&bytes[..cut], bytes.len()).is_err());
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(decode::<Everything>(&longer, longer.len()), Err(CborError::Trailing));
        for place in 0..bytes.len() {
            for flip in [1, 0x1f, 0x20, 0x80, 0xff] {
                let mut other = bytes.clone();
                other[place] ^= flip;
                let _ = decode::<Everything>(&other, other.len());
            }
        }
    }

    #[test]
    fn told_lengths_reserve_nothing_and_depth_ends() {
        let billions = [0x9b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert!(decode::<Vec<u64>>(&billions, 100).is_err());
        assert!(decode::<serde::de::IgnoredAny>(&billions, 100).is_err());
        let nested = [0x81; 100_000];
        assert!(decode::<serde::de::IgnoredAny>(&nested, nested.len()).is_err());
        assert!(decode::<Bytes>(&[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 100).is_err());
        assert!(matches!(decode::<u8>(&[0; 2], 1), Err(CborError::TooLong { .. })));
    }
}
