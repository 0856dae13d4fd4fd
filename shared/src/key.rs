//! Keys and signatures. Every signature says its algorithm and every signed text its domain.

use std::{fmt, str::FromStr};

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::bytes::{Bytes, Fixed};

/// What is signed differs by its first bytes, so that one sort of text never passes for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// A person's decision, signed on a device.
    Decision,
    /// A line's hash, signed by the organisation.
    Line,
}

impl Domain {
    fn tag(self) -> &'static [u8] {
        match self {
            Self::Decision => b"countersign decision 1\0",
            Self::Line => b"countersign line 1\0",
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
    /// ECDSA on P-256 with SHA-256; uncompressed point, 65 bytes. Read and stored; verifying it is not built in yet.
    Es256 { key: Bytes },
}

/// A signature, tagged with its algorithm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signature {
    Ed25519 { sig: Bytes },
    Es256 { sig: Bytes },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the key and the signature name different algorithms")]
    Mismatch,
    #[error("this build cannot check that algorithm")]
    Unsupported,
    #[error("the key is not a point of its curve")]
    BadKey,
    #[error("the signature does not fit the text and the key")]
    Wrong,
}

/// A key's text is not `ed25519:` and 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key reads ed25519: and 64 hex digits")]
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
        let digits = text.strip_prefix("ed25519:").ok_or(BadKey)?;
        let mut key = [0; 32];
        hex::decode_to_slice(digits, &mut key).map_err(|_| BadKey)?;
        Ok(Self::Ed25519 { key: Fixed(key) })
    }
}

impl PublicKey {
    /// Checks `signature` over tag ‖ `message`, strictly: small-order keys and malleable forms are refused.
    pub fn verify(&self, domain: Domain, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        match (self, signature) {
            (Self::Ed25519 { key }, Signature::Ed25519 { sig }) => {
                let key = VerifyingKey::from_bytes(&key.0).map_err(|_| SignatureError::BadKey)?;
                let sig = ed25519_dalek::Signature::from_slice(&sig.0).map_err(|_| SignatureError::Wrong)?;
                key.verify_strict(&domain.message(message), &sig).map_err(|_| SignatureError::Wrong)
            }
            (Self::Es256 { .. }, Signature::Es256 { .. }) => Err(SignatureError::Unsupported),
            _ => Err(SignatureError::Mismatch),
        }
    }
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
}
