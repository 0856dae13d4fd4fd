//! What a device signs with: Ed25519, and ES256 where the browser lacks it.

use js_sys::{Array, Object};
use shared::{
    bytes::{Bytes, Fixed},
    key::{PublicKey, Signature},
};
use wasm_bindgen::prelude::*;
use web_sys::CryptoKeyPair;

use crate::browser;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Ed25519,
    Es256,
}

impl Algorithm {
    pub(super) fn of(key: &PublicKey) -> Self {
        match key {
            PublicKey::Ed25519 { .. } => Self::Ed25519,
            PublicKey::Es256 { .. } => Self::Es256,
        }
    }

    /// As WebCrypto makes and reads such keys.
    pub(super) fn keys(self) -> Object {
        match self {
            Self::Ed25519 => browser::object(&[("name", &"Ed25519".into())]),
            Self::Es256 => browser::object(&[("name", &"ECDSA".into()), ("namedCurve", &"P-256".into())]),
        }
    }

    /// As WebCrypto signs with them.
    pub(super) fn signing(self) -> Object {
        match self {
            Self::Ed25519 => browser::object(&[("name", &"Ed25519".into())]),
            Self::Es256 => browser::object(&[("name", &"ECDSA".into()), ("hash", &"SHA-256".into())]),
        }
    }

    /// A public key as WebCrypto exports it: 32 bytes, or an uncompressed point.
    pub(super) fn public(self, raw: Vec<u8>) -> Result<PublicKey, JsValue> {
        match self {
            Self::Ed25519 => {
                let key = <[u8; 32]>::try_from(raw).map_err(|_| js_sys::Error::new("the public key is not 32 bytes"))?;
                Ok(PublicKey::Ed25519 { key: Fixed(key) })
            }
            Self::Es256 => Ok(PublicKey::Es256 { key: Bytes(raw) }),
        }
    }

    pub(super) fn signature(self, sig: Vec<u8>) -> Signature {
        match self {
            Self::Ed25519 => Signature::Ed25519 { sig: Bytes(sig) },
            Self::Es256 => Signature::Es256 { sig: Bytes(sig) },
        }
    }

    async fn pair(self) -> Result<CryptoKeyPair, JsValue> {
        let usages = Array::of2(&"sign".into(), &"verify".into());
        let made = browser::subtle()?.generate_key_with_object(&self.keys(), true, &usages)?;
        browser::settled(made).await.map(JsCast::unchecked_into)
    }
}

/// A new pair by the first algorithm that the browser has.
pub(super) async fn generate() -> Result<(Algorithm, CryptoKeyPair), JsValue> {
    match Algorithm::Ed25519.pair().await {
        Ok(pair) => Ok((Algorithm::Ed25519, pair)),
        Err(error) if browser::code(&error) == "NotSupportedError" => Ok((Algorithm::Es256, Algorithm::Es256.pair().await?)),
        Err(error) => Err(error),
    }
}
