//! The browser's own: clock, randomness, timers, promises, errors.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use shared::time::At;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, DedicatedWorkerGlobalScope, MessagePort, SubtleCrypto};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(run: &Function, ms: i32) -> i32;
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(what: &str, code: &str);
    /// The line to the page, as the worker's start script left it.
    #[wasm_bindgen(thread_local_v2, js_name = countersignPage)]
    static PAGE: MessagePort;
}

/// The worker itself.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Hears what the page says from now on, and what it said before.
pub fn listen_to_page(hear: &Function) {
    PAGE.with(|page| page.set_onmessage(Some(hear)));
}

/// Says something to this tab's page.
pub fn tell_page(text: &str) {
    PAGE.with(|page| page.post_message(&text.into())).expect("a string can be posted");
}

/// The phone's clock, uncorrected.
pub fn now() -> At {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit 53 bits")]
    At(js_sys::Date::now() as i64)
}

pub fn crypto() -> Crypto {
    scope().crypto().expect("every browser that runs modules in workers has a source of randomness")
}

/// Missing where the page did not come over HTTPS or from localhost.
pub fn subtle() -> Result<SubtleCrypto, JsValue> {
    let crypto = crypto();
    let subtle = Reflect::get(&crypto, &"subtle".into())?;
    if subtle.is_undefined() { Err(js_sys::Error::new("no WebCrypto on this address").into()) } else { Ok(subtle.unchecked_into()) }
}

pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    crypto().get_random_values_with_u8_array(&mut bytes).expect("fewer than 65,536 bytes are asked for");
    bytes
}

pub fn random_u64() -> u64 {
    u64::from_le_bytes(random())
}

/// Waits. A background page's timers may be late, never early.
pub async fn sleep(ms: i64) {
    let ms = i32::try_from(ms.max(0)).unwrap_or(i32::MAX);
    let promise = Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, ms);
    });
    settled(promise).await.expect("a timer does not fail");
}

pub async fn settled(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await
}

/// The values of all promises, in their order, or the first error.
pub async fn all(promises: Vec<Promise>) -> Result<Array, JsValue> {
    let promises: Array = promises.into_iter().map(JsValue::from).collect();
    settled(Promise::all(&promises)).await.map(JsCast::unchecked_into)
}

/// A plain object.
pub fn object(fields: &[(&str, &JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value).expect("a fresh object takes every field");
    }
    object
}

pub fn bytes(value: &JsValue) -> Vec<u8> {
    Uint8Array::new(value).to_vec()
}

/// An error's stable name: `QuotaExceededError`.
pub fn code(error: &JsValue) -> String {
    Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_else(|| "unknown".to_owned())
}

/// An error's name and what it says.
pub fn told(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into()).ok().and_then(|text| text.as_string()).unwrap_or_default();
    [code(error), message].join(": ")
}

/// Tells whoever looks after the phone. Never words of a person.
pub fn complain(what: &str, code: &str) {
    console_error(what, code);
}
