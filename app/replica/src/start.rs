//! Where the worker begins.

use automerge::{AutoCommit, ReadDoc, ROOT, transaction::Transactable};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Called once by the worker's bootstrap. It must set `onmessage` before it returns, since the
/// bootstrap then hands over what arrived while the module was compiling.
#[wasm_bindgen(start)]
fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let speaker = scope.clone();
    let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let heard = event.data().as_string().unwrap_or_default();
        let answer = remembered(&heard).unwrap_or_else(|error| error.to_string());
        speaker
            .post_message(&answer.into())
            .expect("a string can be posted");
    });
    scope.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
}

fn remembered(heard: &str) -> Result<String, automerge::AutomergeError> {
    let mut document = AutoCommit::new();
    document.put(ROOT, "heard", heard)?;
    let bytes = document.save();
    let loaded = AutoCommit::load(&bytes)?;
    let value = loaded.get(ROOT, "heard")?;
    Ok(format!("replica heard {value:?} in {} bytes", bytes.len()))
}
