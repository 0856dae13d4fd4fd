//! Keys and signatures. Every signature says its algorithm and every signed text its domain.

use std::{fmt, str::FromStr};

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use p256::ecdsa::signature::Verifier as _;
use serde::{Deserialize, Serialize};

use crate::bytes::{Bytes, Fixed};

/// What is signed differs by its first bytes, so that one sort of text never passes for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// A person's decision, signed on a device.
    Decision,
    /// A line's hash, signed by the organisation.
    Line,
    /// An hour, signed by the organisation.
    Beacon,
    /// A log's end, signed by the organisation.
    Checkpoint,
}

impl Domain {
    fn tag(self) -> &'static [u8] {
        match self {
            Self::Decision => b"countersign decision 1\0",
            Self::Line => b"countersign line 1\0",
            Self::Beacon => b"countersign beacon 1\0",
            Self::Checkpoint => b"countersign checkpoint 1\0",
        }
    }

    /// The bytes that a signature covers: tag ‖ message.
    pub fn message(self, message: &[u8]) -> Vec<u8> {
        [self.tag(), message].concat()
    }
}

/// A public key, tagged with its algorithm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PublicKey {
    /// RFC 8032, 32 bytes.
    Ed25519 { key: Fixed<32> },
    /// ECDSA on P-256 with SHA-256, where a browser lacks Ed25519; uncompressed point, 65 bytes.
    Es256 { key: Bytes },
}

/// A signature, tagged with its algorithm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signature {
    Ed25519 {
        sig: Bytes,
    },
    /// r ‖ s, 64 bytes.
    Es256 {
        sig: Bytes,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the key and the signature name different algorithms")]
    Mismatch,
    #[error("the key is not a point of its curve")]
    BadKey,
    #[error("the signature does not fit the text and the key")]
    Wrong,
}

/// A key's text is not its algorithm, a colon and the hex digits of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key reads ed25519: and 64 hex digits, or es256: and 130")]
pub struct BadKey;

/// As people hand a key on: `ed25519:9d61…`.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ed25519 { key } => write!(f, "ed25519:{key}"),
            Self::Es256 { key } => write!(f, "es256:{}", hex::encode(&key.0)),
        }
    }
}

impl FromStr for PublicKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        if let Some(digits) = text.strip_prefix("es256:") {
            let key = hex::decode(digits).map_err(|_| BadKey)?;
            return if key.len() == POINT_BYTES { Ok(Self::Es256 { key: Bytes(key) }) } else { Err(BadKey) };
        }
        let digits = text.strip_prefix("ed25519:").ok_or(BadKey)?;
        let mut key = [0; 32];
        hex::decode_to_slice(digits, &mut key).map_err(|_| BadKey)?;
        Ok(Self::Ed25519 { key: Fixed(key) })
    }
}

impl PublicKey {
    /// Whether it is a point of its curve, in the one form in which keys are kept.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Ed25519 { key } => VerifyingKey::from_bytes(&key.0).is_ok_and(|key| !key.is_weak()),
            Self::Es256 { key } => point(key).is_some(),
        }
    }

    /// Checks `signature` over tag ‖ `message`. Ed25519 strictly: small-order keys and malleable forms are refused. Of
    /// ES256 both forms of s are taken, since browsers make both: no identity hangs on a signature's bytes.
    pub fn verify(&self, domain: Domain, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        match (self, signature) {
            (Self::Ed25519 { key }, Signature::Ed25519 { sig }) => {
                let key = VerifyingKey::from_bytes(&key.0).map_err(|_| SignatureError::BadKey)?;
                let sig = ed25519_dalek::Signature::from_slice(&sig.0).map_err(|_| SignatureError::Wrong)?;
                key.verify_strict(&domain.message(message), &sig).map_err(|_| SignatureError::Wrong)
            }
            (Self::Es256 { key }, Signature::Es256 { sig }) => {
                let key = point(key).ok_or(SignatureError::BadKey)?;
                let sig = p256::ecdsa::Signature::from_slice(&sig.0).map_err(|_| SignatureError::Wrong)?;
                key.verify(&domain.message(message), &sig).map_err(|_| SignatureError::Wrong)
            }
            _ => Err(SignatureError::Mismatch),
        }
    }
}

/// An uncompressed point of P-256, in bytes.
const POINT_BYTES: usize = 65;

fn point(key: &Bytes) -> Option<p256::ecdsa::VerifyingKey> {
    if key.0.len() == POINT_BYTES { p256::ecdsa::VerifyingKey::from_sec1_bytes(&key.0).ok() } else { None }
}

/// A signing key held in memory: the organisation's, and a device's where no browser keeps it.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// `seed`: 32 bytes of the caller's randomness.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    pub fn public(&self) -> PublicKey {
        PublicKey::Ed25519 { key: Fixed(self.0.verifying_key().to_bytes()) }
    }

    pub fn sign(&self, domain: Domain, message: &[u8]) -> Signature {
        Signature::Ed25519 { sig: Bytes(self.0.sign(&domain.message(message)).to_bytes().to_vec()) }
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_text_its_key_and_its_domain_alone() {
        let key = SecretKey::from_seed([7; 32]);
        let signature = key.sign(Domain::Decision, b"may do this");
        assert_eq!(key.public().verify(Domain::Decision, b"may do this", &signature), Ok(()));
        assert_eq!(key.public().verify(Domain::Decision, b"may do that", &signature), Err(SignatureError::Wrong));
        assert_eq!(key.public().verify(Domain::Line, b"may do this", &signature), Err(SignatureError::Wrong));
        let other = SecretKey::from_seed([8; 32]).public();
        assert_eq!(other.verify(Domain::Decision, b"may do this", &signature), Err(SignatureError::Wrong));
    }

    /// RFC 6979, A.2.5: key and signature of `sample` with SHA-256.
    #[test]
    fn an_es256_signature_of_the_standard_holds() {
        let key: PublicKey = concat!(
            "es256:04",
            "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
            "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
        )
        .parse()
        .expect("a key");
        assert!(key.is_sound());
        let PublicKey::Es256 { key: bytes } = &key else { panic!("an ES256 key") };
        let sig = hex::decode(concat!(
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
        ))
        .expect("hex");
        let sig = p256::ecdsa::Signature::from_slice(&sig).expect("r and s");
        assert!(point(bytes).expect("a point").verify(b"sample", &sig).is_ok());
    }

    #[test]
    fn an_es256_signature_holds_for_its_text_its_key_and_its_domain_alone() {
        let sign = |seed: u8, text: &[u8]| {
            let key = p256::ecdsa::SigningKey::from_slice(&[seed; 32]).expect("a scalar");
            let sig: p256::ecdsa::Signature = key.sign(text);
            let public = PublicKey::Es256 { key: Bytes(key.verifying_key().to_sec1_point(false).as_bytes().to_vec()) };
            (public, Signature::Es256 { sig: Bytes(sig.to_bytes().to_vec()) })
        };
        let (key, signature) = sign(7, &Domain::Decision.message(b"may do this"));
        assert_eq!(key.verify(Domain::Decision, b"may do this", &signature), Ok(()));
        assert_eq!(key.verify(Domain::Decision, b"may do that", &signature), Err(SignatureError::Wrong));
        assert_eq!(key.verify(Domain::Line, b"may do this", &signature), Err(SignatureError::Wrong));
        let (other, _) = sign(8, b"");
        assert_eq!(other.verify(Domain::Decision, b"may do this", &signature), Err(SignatureError::Wrong));
        let ed25519 = SecretKey::from_seed([7; 32]);
        assert_eq!(ed25519.public().verify(Domain::Decision, b"may do this", &signature), Err(SignatureError::Mismatch));
        assert_eq!(key.verify(Domain::Decision, b"may do this", &ed25519.sign(Domain::Decision, b"may do this")), Err(SignatureError::Mismatch));
        assert_eq!(key.to_string().parse(), Ok(key));
    }

    #[test]
    fn a_key_that_is_no_point_is_not_sound() {
        assert!(SecretKey::from_seed([7; 32]).public().is_sound());
        assert!(!PublicKey::Ed25519 { key: Fixed([0; 32]) }.is_sound(), "of small order");
        let mut off = vec![4; POINT_BYTES];
        assert!(!PublicKey::Es256 { key: Bytes(off.clone()) }.is_sound());
        off.truncate(33);
        assert!(!PublicKey::Es256 { key: Bytes(off) }.is_sound());
    }
}
