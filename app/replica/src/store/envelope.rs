//! How a value lies in the store: `version (1) ‖ key id (4, big-endian) ‖ nonce (12) ‖ ciphertext`, AES-256-GCM.
//! The envelope is bound to its table and key, so that it cannot be put in another's place.

use js_sys::{Array, Object, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CryptoKey;

use super::fault::Fault;
use crate::browser;

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
const HEAD_BYTES: usize = 1 + 4 + NONCE_BYTES;

/// The key that seals this phone's rows. It never leaves the browser.
pub struct RowKey {
    pub id: u32,
    pub key: CryptoKey,
}

impl RowKey {
    pub async fn generate(id: u32) -> Result<Self, JsValue> {
        let algorithm = browser::object(&[("name", &"AES-GCM".into()), ("length", &256.into())]);
        let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
        let key = browser::settled(browser::subtle()?.generate_key_with_object(&algorithm, false, &usages)?).await?;
        Ok(Self { id, key: key.unchecked_into() })
    }

    /// Seals all values; they come back in their order.
    pub async fn seal(&self, values: &[(&str, &str, &[u8])]) -> Result<Vec<Uint8Array>, Fault> {
        let subtle = browser::subtle().map_err(|error| Fault::of(&error))?;
        let mut promises = Vec::with_capacity(values.len());
        let mut nonces = Vec::with_capacity(values.len());
        for (table, key, value) in values {
            let nonce: [u8; NONCE_BYTES] = browser::random();
            let sealed = subtle.encrypt_with_object_and_js_u8_array(&algorithm(&nonce, table, key), &self.key, &Uint8Array::from(*value));
            promises.push(sealed.map_err(|error| Fault::of(&error))?);
            nonces.push(nonce);
        }
        let sealed = browser::all(promises).await.map_err(|error| Fault::of(&error))?;
        Ok(nonces.into_iter().zip(sealed.iter()).map(|(nonce, text)| self.envelope(&nonce, &Uint8Array::new(&text))).collect())
    }

    fn envelope(&self, nonce: &[u8; NONCE_BYTES], text: &Uint8Array) -> Uint8Array {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        head.push(VERSION);
        head.extend(self.id.to_be_bytes());
        head.extend(nonce);
        let whole = Uint8Array::new_with_length(text.length() + u32::try_from(HEAD_BYTES).expect("a few bytes"));
        whole.set(&Uint8Array::from(head.as_slice()), 0);
        whole.set(text, u32::try_from(HEAD_BYTES).expect("a few bytes"));
        whole
    }

    /// Opens values of a table, keys with them.
    pub async fn open(&self, table: &str, keys: &[String], values: &Array) -> Result<Vec<(String, Vec<u8>)>, Fault> {
        let mut promises = Vec::with_capacity(keys.len());
        for (name, value) in keys.iter().zip(values.iter()) {
            promises.push(self.opening(table, name, &value)?);
        }
        let opened = browser::all(promises).await.map_err(|error| Fault::Damaged(browser::told(&error)))?;
        Ok(keys.iter().cloned().zip(opened.iter().map(|value| browser::bytes(&value))).collect())
    }

    fn opening(&self, table: &str, key: &str, value: &JsValue) -> Result<Promise, Fault> {
        let envelope: &Uint8Array = value.dyn_ref().ok_or_else(|| Fault::Damaged("not an envelope".to_owned()))?;
        let mut head = [0; HEAD_BYTES];
        let head_length = u32::try_from(HEAD_BYTES).expect("a few bytes");
        if envelope.length() < head_length {
            return Err(Fault::Damaged("envelope cut short".to_owned()));
        }
        envelope.subarray(0, head_length).copy_to(&mut head);
        if head[0] != VERSION || head[1..5] != self.id.to_be_bytes() {
            return Err(Fault::Damaged("envelope of another key".to_owned()));
        }
        let text = envelope.subarray(head_length, envelope.length());
        let subtle = browser::subtle().map_err(|error| Fault::of(&error))?;
        subtle.decrypt_with_object_and_js_u8_array(&algorithm(&head[5..], table, key), &self.key, &text).map_err(|error| Fault::Damaged(browser::told(&error)))
    }
}

fn algorithm(nonce: &[u8], table: &str, key: &str) -> Object {
    let place = ["countersign row 1\0", table, "\0", key].concat();
    browser::object(&[("name", &"AES-GCM".into()), ("iv", &Uint8Array::from(nonce)), ("additionalData", &Uint8Array::from(place.as_bytes()))])
}
