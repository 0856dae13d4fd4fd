//! The way to the replica: text in, text out. The worker's own side decides which tab leads.

use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};

/// Where questions to the replica go. What comes back is handed to whoever opened the port.
pub trait Port {
    /// Sends one question.
    fn send(&self, text: &str);
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = countersignReplica)]
    static REPLICA: MessagePort;
}

/// The replica in its web worker, which the page's start script began before this module was there.
pub struct WorkerPort {
    line: MessagePort,
    /// Kept, since the line calls it as long as it lives.
    _hear: Closure<dyn FnMut(MessageEvent)>,
}

impl WorkerPort {
    /// Takes the line up. `hear` gets each piece of news, those that waited there first.
    pub fn start(hear: impl Fn(&str) + 'static) -> Self {
        let line = REPLICA.with(MessagePort::clone);
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                hear(&text);
            }
        });
        line.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        Self { line, _hear: hear }
    }
}

impl Port for WorkerPort {
    fn send(&self, text: &str) {
        self.line.post_message(&JsValue::from_str(text)).expect("a string can be posted");
    }
}
