//! The device's signing key: made here, kept wrapped under the PIN, never to be exported again.
//!
//! The PIN stretched by PBKDF2 opens an AES-GCM wrap, which itself lies in a sealed row: a copied disk needs both.

mod algorithm;
mod tries;

use js_sys::{Array, Object, Uint8Array};
use serde::{Deserialize, Serialize};
use shared::{
    bytes::{Bytes, Fixed, Salt},
    cbor,
    decision::{Unlock, UnlockMethod},
    fact::Settings,
    key::{PublicKey, Signature},
    refusal::Refusal,
    time::At,
    words::refusal as say,
};
use wasm_bindgen::prelude::*;
use web_sys::CryptoKey;

use self::{algorithm::Algorithm, tries::Tries};
use crate::{
    browser,
    store::{self, Fault, Store, Write},
};

/// OWASP's figure for PBKDF2 with SHA-256; each key's record says with how many it was made.
const PBKDF2_ROUNDS: u32 = 600_000;
const NONCE_BYTES: usize = 12;
pub const PIN_DIGITS: std::ops::RangeInclusive<usize> = 6..=12;
/// A key's record, in bytes.
const MAX_RECORD_BYTES: usize = 4 * 1024;
const KEY: &str = "key";
const TRIES: &str = "tries";

/// How the key lies in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Wrapped {
    v: u8,
    public: PublicKey,
    salt: Salt,
    rounds: u32,
    nonce: Fixed<NONCE_BYTES>,
    key: Bytes,
}

const FORMAT: u8 = 1;

/// The key behind the PIN, and for a while in front of it.
pub struct Keys {
    wrapped: Wrapped,
    tries: Tries,
    open: Option<Open>,
}

#[derive(Clone)]
struct Open {
    key: CryptoKey,
    at: At,
}

/// A key made but not kept yet.
pub struct Fresh {
    wrapped: Wrapped,
}

impl Fresh {
    pub fn public(&self) -> PublicKey {
        self.wrapped.public.clone()
    }

    pub fn writes(&self) -> Vec<Write> {
        vec![kept(KEY, &self.wrapped), kept(TRIES, &Tries::default())]
    }

    pub fn into_keys(self) -> Keys {
        Keys { wrapped: self.wrapped, tries: Tries::default(), open: None }
    }
}

/// Makes a key and wraps it under `pin`.
pub async fn make(pin: &str) -> Result<Fresh, Refusal> {
    if !is_pin(pin) {
        return Err(Refusal::new("bad_pin", "The PIN needs 6 to 12 digits. Choose another one."));
    }
    try_make(pin).await.map(|wrapped| Fresh { wrapped }).map_err(|error| {
        browser::complain("the key could not be made", &browser::told(&error));
        Refusal::new("no_key", "This browser cannot make a signing key. Update it, or use another one.")
    })
}

async fn try_make(pin: &str) -> Result<Wrapped, JsValue> {
    let subtle = browser::subtle()?;
    let (algorithm, pair) = algorithm::generate().await?;
    let public = algorithm.public(browser::bytes(&browser::settled(subtle.export_key("raw", &pair.get_public_key())?).await?))?;
    let salt = Salt::from(browser::random());
    let nonce: [u8; NONCE_BYTES] = browser::random();
    let lock = stretched(pin, &salt, PBKDF2_ROUNDS).await?;
    let wrapped = subtle.wrap_key_with_object("pkcs8", &pair.get_private_key(), &lock, &wrapping(&nonce))?;
    let key = Bytes(browser::bytes(&browser::settled(wrapped).await?));
    Ok(Wrapped { v: FORMAT, public, salt, rounds: PBKDF2_ROUNDS, nonce: Fixed(nonce), key })
}

/// 6 to 12 digits.
pub fn is_pin(pin: &str) -> bool {
    PIN_DIGITS.contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit())
}

impl Keys {
    /// Reads the key out of the phone's table; `None` where there is none.
    pub fn restore(phone: &[(String, Vec<u8>)]) -> Result<Option<Self>, Fault> {
        let entry = |name: &str| phone.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let damaged = |error: cbor::CborError| Fault::Damaged(error.to_string());
        let Some(wrapped) = entry(KEY) else { return Ok(None) };
        let wrapped: Wrapped = cbor::decode(wrapped, MAX_RECORD_BYTES).map_err(damaged)?;
        let tries = entry(TRIES).map_or(Ok(Tries::default()), |tries| cbor::decode(tries, MAX_RECORD_BYTES)).map_err(damaged)?;
        Ok(Some(Self { wrapped, tries, open: None }))
    }

    /// Opens the key: by the PIN, or with an empty one by the last unlock while that is fresh.
    pub async fn unlock(&mut self, pin: &str, store: &Store) -> Result<Unlock, Refused> {
        if pin.is_empty() {
            let now = browser::now();
            let open = self.open.take().filter(|open| (0..=max_age_ms()).contains(&now.since(open.at)));
            self.open = open;
            let open = self.open.as_ref().ok_or_else(say::r9_unlock)?;
            return Ok(Unlock { method: UnlockMethod::Pin, at: open.at });
        }
        if !is_pin(pin) {
            return Err(say::r9_pin().into());
        }
        let now = browser::now();
        self.tries = self.tries.by_clock(now);
        let counted = self.tries.begin(now)?;
        store.write(vec![kept(TRIES, &counted)]).await?;
        self.tries = counted;
        let Some(key) = self.opened(pin).await else { return Err(say::r9_pin().into()) };
        store.write(vec![kept(TRIES, &Tries::default())]).await?;
        self.tries = Tries::default();
        let at = browser::now();
        self.open = Some(Open { key, at });
        Ok(Unlock { method: UnlockMethod::Pin, at })
    }

    async fn opened(&self, pin: &str) -> Option<CryptoKey> {
        let opened = async {
            let lock = stretched(pin, &self.wrapped.salt, self.wrapped.rounds).await?;
            let algorithm = Algorithm::of(&self.wrapped.public).keys();
            let wrapped = Uint8Array::from(self.wrapped.key.0.as_slice());
            let usages = Array::of1(&"sign".into());
            let unwrapping = wrapping(&self.wrapped.nonce.0);
            browser::settled(browser::subtle()?.unwrap_key_with_js_u8_array_and_object_and_object(
                "pkcs8",
                &wrapped,
                &lock,
                &unwrapping,
                &algorithm,
                false,
                &usages,
            )?)
            .await
        };
        let key: Result<JsValue, JsValue> = opened.await;
        match key {
            Ok(key) => Some(key.unchecked_into()),
            Err(error) => {
                // `OperationError` is what a wrong PIN looks like.
                if browser::code(&error) != "OperationError" {
                    browser::complain("the key could not be opened", &browser::told(&error));
                }
                None
            }
        }
    }

    /// Signs with the key that [`Self::unlock`] opened.
    pub async fn sign(&self, texts: &[Vec<u8>]) -> Result<Vec<Signature>, Refusal> {
        let open = self.open.as_ref().ok_or_else(say::r9_unlock)?;
        let algorithm = Algorithm::of(&self.wrapped.public);
        let signed = async {
            let subtle = browser::subtle()?;
            let mut promises = Vec::with_capacity(texts.len());
            for text in texts {
                promises.push(subtle.sign_with_object_and_js_u8_array(&algorithm.signing(), &open.key, &Uint8Array::from(text.as_slice()))?);
            }
            browser::all(promises).await
        };
        let signed: Result<Array, JsValue> = signed.await;
        match signed {
            Ok(signed) => Ok(signed.iter().map(|sig| algorithm.signature(browser::bytes(&sig))).collect()),
            Err(error) => {
                browser::complain("signing failed", &browser::told(&error));
                Err(Refusal::new("no_signature", "This browser could not sign. Nothing was sent. Open Countersign again and try once more."))
            }
        }
    }

    /// Forgets an unlock that is no longer fresh, or any if `now` is not given.
    pub fn lock(&mut self, now: Option<At>) {
        self.open = self.open.take().filter(|open| now.is_some_and(|now| (0..=max_age_ms()).contains(&now.since(open.at))));
    }
}

/// Why an unlock did not come about.
pub enum Refused {
    For(Refusal),
    Store(Fault),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::For(refusal)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Store(fault)
    }
}

/// R9: the settings' default. The rules look at the log's own setting again when something is signed.
pub fn max_age_ms() -> i64 {
    Settings::default().unlock_max_age_ms
}

async fn stretched(pin: &str, salt: &Salt, rounds: u32) -> Result<CryptoKey, JsValue> {
    let subtle = browser::subtle()?;
    let typed = Uint8Array::from(pin.as_bytes());
    let base = subtle.import_key_with_str("raw", &typed, "PBKDF2", false, &Array::of1(&"deriveKey".into()))?;
    let base: CryptoKey = browser::settled(base).await?.unchecked_into();
    let stretch = browser::object(&[
        ("name", &"PBKDF2".into()),
        ("hash", &"SHA-256".into()),
        ("salt", &Uint8Array::from(salt.0.as_slice())),
        ("iterations", &rounds.into()),
    ]);
    let lock = browser::object(&[("name", &"AES-GCM".into()), ("length", &256.into())]);
    let usages = Array::of2(&"wrapKey".into(), &"unwrapKey".into());
    browser::settled(subtle.derive_key_with_object_and_object(&stretch, &base, &lock, false, &usages)?).await.map(JsCast::unchecked_into)
}

fn wrapping(nonce: &[u8]) -> Object {
    browser::object(&[("name", &"AES-GCM".into()), ("iv", &Uint8Array::from(nonce))])
}

fn kept(name: &str, value: &impl Serialize) -> Write {
    Write { table: store::PHONE, key: name.to_owned(), value: Some(cbor::encode(value)) }
}
