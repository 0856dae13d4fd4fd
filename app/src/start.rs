//! Where the phone app begins: mounts the view and starts the replica's worker.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlMetaElement, MessageEvent, Worker, WorkerOptions, WorkerType};

/// Called once by the generated glue, as soon as the module is compiled.
#[wasm_bindgen(start)]
fn start() {
    let document = document();
    let root: HtmlElement = document
        .get_element_by_id("app")
        .expect("the shell holds #app")
        .unchecked_into();
    root.set_inner_html("");
    let address = document
        .query_selector("meta[name=replica-worker]")
        .ok()
        .flatten()
        .expect("the build writes the worker's address into the shell")
        .unchecked_into::<HtmlMetaElement>()
        .content();
    leptos::mount::mount_to(root, move || view! { <Hello address/> }).forget();
}

#[component]
fn Hello(
    /// Where the replica's worker is served.
    address: String,
) -> impl IntoView {
    let (answer, set_answer) = signal(String::from("waiting for the replica"));
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(&address, &options).expect("module workers are supported");
    let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        set_answer.set(event.data().as_string().unwrap_or_default());
    });
    worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    worker
        .post_message(&"hello".into())
        .expect("a string can be posted");
    view! {
        <main>
            <h1>"Countersign"</h1>
            <p id="answer">{answer}</p>
        </main>
    }
}
