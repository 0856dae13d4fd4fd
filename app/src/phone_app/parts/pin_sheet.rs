//! The sheet that asks for the PIN before something is signed.

use std::rc::Rc;

use leptos::{
    html::{Dialog, Input, Textarea},
    prelude::*,
};

use crate::{
    phone_app::{
        ask_for_pin::{AskForPin, Reason},
        model::model,
    },
    words::pin as say,
};

/// Digits that a PIN has at least.
pub const PIN_DIGITS: usize = 6;

#[component]
pub fn PinSheet() -> impl IntoView {
    let model = model();
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if model.pin.with(Option::is_some) {
            if !dialog.open() {
                dialog.show_modal().ok();
            }
        } else if dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog class="sheet" node_ref=dialog aria-labelledby="sheet-title" on:close=move |_| model.pin.set(None)>
            {move || model.pin.get().map(sheet)}
        </dialog>
    }
    .into_any()
}

/// The cursor starts in the first thing that is needed: the reason where there must be one, else the PIN.
fn sheet(ask: AskForPin) -> AnyView {
    let model = model();
    let AskForPin { title, lines, button, reason, reason_label, ask, then } = ask;
    let pin = NodeRef::<Input>::new();
    let words = NodeRef::<Textarea>::new();
    let refused = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let sign = move || {
        let typed = pin.get_untracked().map(|pin| pin.value()).unwrap_or_default();
        let said = words.get_untracked().map(|area| area.value().trim().to_owned()).filter(|said| !said.is_empty());
        if reason == Reason::Must && said.is_none() {
            refused.set(Some(say::NEEDS_REASON.to_owned()));
            if let Some(area) = words.get_untracked() {
                area.focus().ok();
            }
            return;
        }
        if typed.chars().count() < PIN_DIGITS {
            refused.set(Some(say::TOO_SHORT.to_owned()));
            if let Some(pin) = pin.get_untracked() {
                pin.focus().ok();
            }
            return;
        }
        if busy.get_untracked() {
            return;
        }
        refused.set(None);
        busy.set(true);
        let then = Rc::clone(&then);
        model.ask(ask(typed, said), move |result| match result {
            Ok(()) => {
                model.pin.set(None);
                then();
            }
            Err(refusal) => {
                busy.set(false);
                refused.set(Some(refusal.sentence));
                if let Some(pin) = pin.get_untracked() {
                    pin.select();
                    pin.focus().ok();
                }
            }
        });
    };
    let box_for_words = (reason != Reason::No).then(|| {
        view! {
            <div class="field">
                <label for="sheet-reason">{reason_label}</label>
                <textarea
                    id="sheet-reason"
                    rows="3"
                    maxlength="1000"
                    node_ref=words
                    dir="auto"
                    required=reason == Reason::Must
                    autofocus=reason == Reason::Must
                ></textarea>
            </div>
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        sign();
    };
    view! {
        <form class="sheet-form" novalidate on:submit=submit>
            <h2 id="sheet-title">{title}</h2>
            {lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
            {box_for_words}
            <div class="field">
                <label for="sheet-pin">{say::LABEL}</label>
                <input
                    id="sheet-pin"
                    class="pin"
                    type="password"
                    inputmode="numeric"
                    autocomplete="off"
                    maxlength="64"
                    node_ref=pin
                    autofocus=reason != Reason::Must
                    aria-describedby="sheet-refused"
                />
            </div>
            <p id="sheet-refused" class="refused" role="alert">
                {refused}
            </p>
            <div class="sheet-bar">
                <button type="button" class="button" on:click=move |_| model.pin.set(None)>
                    {say::CANCEL}
                </button>
                <button type="submit" class="button button-main" aria-disabled=move || busy.get().to_string()>
                    {move || if busy.get() { say::WORKING.to_owned() } else { button.clone() }}
                </button>
            </div>
        </form>
    }
    .into_any()
}
