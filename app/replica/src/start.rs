//! Where the worker begins.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

use crate::{
    browser,
    leader::{self, Event},
    mailbox::Mailbox,
    tabs::Tabs,
};

/// Called once by the worker's bootstrap, with the line to the page at hand.
#[wasm_bindgen(start)]
fn start() {
    let mailbox = Mailbox::new();
    let tabs = Tabs::join(mailbox.clone());
    let scope = browser::scope();

    let hear = Closure::<dyn FnMut(MessageEvent)>::new({
        let tabs = Rc::clone(&tabs);
        move |event: MessageEvent| match event.data().as_string() {
            Some(text) => tabs.hear_page(&text),
            None => browser::complain("the page sent something else than text", ""),
        }
    });
    browser::listen_to_page(hear.as_ref().unchecked_ref());
    hear.forget();

    let online = Closure::<dyn FnMut()>::new({
        let (tabs, mailbox) = (Rc::clone(&tabs), mailbox.clone());
        move || {
            if tabs.leads() {
                mailbox.put(Event::Online);
            }
        }
    });
    scope.set_ononline(Some(online.as_ref().unchecked_ref()));
    online.forget();

    wasm_bindgen_futures::spawn_local(leader::run(tabs, mailbox));
}
