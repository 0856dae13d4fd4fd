//! The browser's own: clock, ids, addresses, small memories, files. Nothing else calls them.

use std::{cell::Cell, time::Duration};

use leptos::prelude::*;
use shared::{id::RecordId, phone::Ask, time::At};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, Element, HtmlAnchorElement, HtmlElement, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition, Url};

use super::model::Model;

/// Seconds between two looks at the clock.
const TICK: Duration = Duration::from_secs(30);
/// Long enough for the chosen row to be seen, and for what follows to be drawn.
const MOVE_ON: Duration = Duration::from_millis(160);

thread_local! {
    /// How often a finger came down or a key was pressed.
    static TOUCHES: Cell<u32> = const { Cell::new(0) };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    fn random_uuid() -> String;
    #[wasm_bindgen(js_namespace = console, js_name = warn)]
    fn console_warn(text: &str);
}

/// The phone's clock.
pub fn now() -> At {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit 53 bits")]
    At(js_sys::Date::now() as i64)
}

/// A new record's id: a UUID of version 7, so that what was made later sorts later.
pub fn new_record() -> RecordId {
    let at = format!("{:012x}", now().0);
    let random = random_uuid();
    [&at[..8], "-", &at[8..12], "-7", &random[15..]].concat().parse().expect("the browser makes lower-case identifiers")
}

pub fn warn(text: &str) {
    console_warn(text);
}

/// Follows what concerns every screen: the clock, coming back, a new version.
pub fn watch(model: Model) {
    set_interval(move || model.now.set(now()), TICK);
    let wake = move || {
        model.now.set(now());
        model.tell(Ask::Wake);
    };
    listen(document().unchecked_ref(), "visibilitychange", move || {
        if document().visibility_state() == web_sys::VisibilityState::Visible {
            wake();
        }
    });
    listen(window().unchecked_ref(), "online", wake);
    for name in ["pointerdown", "keydown"] {
        listen(document().unchecked_ref(), name, || TOUCHES.set(TOUCHES.get().wrapping_add(1)));
    }
    let look = move || model.new_version.set(has_new_version());
    listen(window().unchecked_ref(), "countersign:new-version", look);
    look();
}

fn has_new_version() -> bool {
    document().document_element().is_some_and(|root| root.has_attribute("data-new-version"))
}

/// Asks the page's start script for the version that waits.
pub fn use_new_version() {
    let event = web_sys::Event::new("countersign:use-new-version").expect("an event needs a name only");
    window().dispatch_event(&event).ok();
}

/// Asks the page's start script to look whether there is a newer version.
pub fn look_for_new_version() {
    let event = web_sys::Event::new("countersign:look-for-new-version").expect("an event needs a name only");
    window().dispatch_event(&event).ok();
}

fn listen(target: &web_sys::EventTarget, name: &str, heard: impl Fn() + 'static) {
    let heard = Closure::<dyn Fn()>::new(heard);
    target.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref()).expect("a listener can be added");
    heard.forget();
}

/// Asks the browser not to clear what only this phone has.
pub fn keep_storage() {
    let storage = window().navigator().storage();
    let promise = storage.persist();
    if let Ok(promise) = promise {
        wasm_bindgen_futures::spawn_local(async move {
            wasm_bindgen_futures::JsFuture::from(promise).await.ok();
        });
    }
}

/// A small memory of this browser: which card was closed, when somebody last looked. Never words.
pub fn remembered(name: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(&memory(name)).ok().flatten()
}

pub fn remember(name: &str, value: &str) {
    if let Some(storage) = window().local_storage().ok().flatten() {
        storage.set_item(&memory(name), value).ok();
    }
}

fn memory(name: &str) -> String {
    ["countersign-", name].concat()
}

/// Whether the app was opened from the home screen.
pub fn is_installed() -> bool {
    window().match_media("(display-mode: standalone)").ok().flatten().is_some_and(|query| query.matches())
}

pub fn copy(text: &str) {
    let promise = window().navigator().clipboard().write_text(text);
    wasm_bindgen_futures::spawn_local(async move {
        wasm_bindgen_futures::JsFuture::from(promise).await.ok();
    });
}

/// Hands the person a file.
pub fn save_file(name: &str, bytes: &[u8]) {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let Ok(blob) = Blob::new_with_u8_array_sequence(&parts) else { return };
    let Ok(address) = Url::create_object_url_with_blob(&blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    Url::revoke_object_url(&address).ok();
}

/// Moves the screen on to what is asked next. Whoever went on by themselves meanwhile is left where they are: the screen
/// does not move away under a finger.
pub fn move_on_to(id: &'static str) {
    let touches = TOUCHES.get();
    let go = move || {
        if TOUCHES.get() == touches {
            scroll_to(id);
        }
    };
    set_timeout(go, MOVE_ON);
}

/// Brings the element with this id into sight.
pub fn scroll_to(id: &str) {
    let Some(element) = document().get_element_by_id(id) else { return };
    let options = ScrollIntoViewOptions::new();
    let calm = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten().is_some_and(|query| query.matches());
    options.set_behavior(if calm { ScrollBehavior::Auto } else { ScrollBehavior::Smooth });
    options.set_block(ScrollLogicalPosition::Start);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Puts the cursor into the element with this id.
pub fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.unchecked_into::<HtmlElement>().focus().ok();
    }
}

pub fn set_title(text: &str) {
    document().set_title(&[text, " · Countersign"].concat());
}

/// Whether the cursor is in this element.
pub fn has_focus(element: &Element) -> bool {
    document().active_element().is_some_and(|active| active == *element)
}
