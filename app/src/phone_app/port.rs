//! The way to the replica: text in, text out. The worker's own side decides which tab leads.

use leptos::prelude::document;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlMetaElement, MessageEvent, Worker, WorkerOptions, WorkerType};

/// Where questions to the replica go. What comes back is handed to whoever opened the port.
pub trait Port {
    /// Sends one question.
    fn send(&self, text: &str);
}

/// The replica in its web worker.
pub struct WorkerPort {
    worker: Worker,
    /// Kept, since the worker calls it as long as it lives.
    _hear: Closure<dyn FnMut(MessageEvent)>,
}

impl WorkerPort {
    /// Starts the worker that the shell names. `hear` gets each piece of news.
    pub fn start(hear: impl Fn(&str) + 'static) -> Self {
        let address = document()
            .query_selector("meta[name=replica-worker]")
            .ok()
            .flatten()
            .expect("the build writes the worker's address into the shell")
            .unchecked_into::<HtmlMetaElement>()
            .content();
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&address, &options).expect("a page that runs this module also has module workers");
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                hear(&text);
            }
        });
        worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        Self { worker, _hear: hear }
    }
}

impl Port for WorkerPort {
    fn send(&self, text: &str) {
        self.worker.post_message(&JsValue::from_str(text)).expect("a string can be posted");
    }
}
