//! The values that a field of a record can hold.

use serde::{Deserialize, Serialize};

/// One value of one field: a text, a whole number or a yes/no.
///
/// There is no float and no null: what is absent is absent, and canonical content must have one spelling.
/// Numbers lie within ±(2^53 − 1), see [`Scalar::MAX_INTEGER`]; the gate refuses others.
///
/// Written untagged: `"text"`, `12`, `true`.
///
/// ```
/// use shared::scalar::Scalar;
/// assert_eq!(serde_json::to_string(&Scalar::from("went well")).expect("a string"), "\"went well\"");
/// assert_eq!(Scalar::from(3).integer(), Some(3));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A yes or a no.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// Words, or a code.
    Text(String),
}

impl Scalar {
    /// The largest number that JSON readers everywhere keep exactly: 2^53 − 1.
    pub const MAX_INTEGER: i64 = (1 << 53) - 1;

    /// The words, where this is a text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Integer(_) | Self::Flag(_) => None,
        }
    }

    /// The number, where this is one.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Text(_) | Self::Flag(_) => None,
        }
    }

    /// The yes or no, where this is one.
    pub fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            Self::Text(_) | Self::Integer(_) => None,
        }
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Scalar {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Scalar {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_reads_back_as_what_it_was() {
        for scalar in [Scalar::from(""), Scalar::from("12"), Scalar::from("true"), Scalar::from(-7), Scalar::from(0), Scalar::from(true)] {
            let json = serde_json::to_string(&scalar).expect("a scalar is plain JSON");
            assert_eq!(serde_json::from_str::<Scalar>(&json).expect("read back"), scalar);
            let mut cbor = Vec::new();
            ciborium::into_writer(&scalar, &mut cbor).expect("a scalar is plain CBOR");
            assert_eq!(ciborium::from_reader::<Scalar, _>(cbor.as_slice()).expect("read back"), scalar);
        }
    }
}
