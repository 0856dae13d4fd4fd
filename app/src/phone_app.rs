//! The phone app under `/app/*`: sends what a person asks for to the replica and draws what the
//! replica tells. It never touches a document.

mod ask_for_pin;
mod browser;
mod draft;
mod frame;
mod memo;
mod model;
mod parts;
mod port;
mod screens;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

// Screens name these as their own.
use crate::reading::{clock, elsewhere, feedback, happening, log, order, skill, standing, to_review, writer};

use self::{frame::Frame, model::Model, port::WorkerPort};

/// Called once by the generated glue, as soon as the module is compiled.
#[wasm_bindgen(start)]
fn start() {
    let root: HtmlElement = document().get_element_by_id("app").expect("the shell holds #app").unchecked_into();
    root.set_inner_html("");
    leptos::mount::mount_to(root, move || {
        let model = Model::new();
        provide_context(model);
        model.connect(std::rc::Rc::new(WorkerPort::start(move |text| model.hear(text))));
        browser::watch(model);
        view! { <Frame/> }
    })
    .forget();
}
