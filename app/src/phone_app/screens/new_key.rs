//! The organisation goes on under a key that its former one did not name: what still works, and how a person takes it.

use leptos::{html::Input, prelude::*};
use shared::phone::Ask;

use crate::{
    phone_app::{
        browser,
        memo::memo,
        model::{Model, model},
        parts::Heading,
    },
    words::new_key as say,
};

/// Digits of the half that is typed.
const DIGITS: usize = 16;

#[component]
pub fn NewKey() -> impl IntoView {
    let model = model();
    let begins = memo(move || model.sync.with(|sync| sync.key_replaced.clone()));
    view! {
        <Heading title=say::TITLE/>
        {move || match begins.get() {
            Some(begins) => asked(model, begins),
            None => view! { <p role="status">{say::KNOWN}</p> }.into_any(),
        }}
    }
    .into_any()
}

fn asked(model: Model, begins: String) -> AnyView {
    let unsent = move || match model.sync.with(|sync| sync.unsent) {
        0 => say::NOTHING_UNSENT.to_owned(),
        count => say::unsent(count),
    };
    view! {
        <p>{say::WHY}</p>
        <section class="card card-needs" aria-labelledby="confirm">
            <h2 id="confirm">{say::CONFIRM}</h2>
            <p>{say::ASK}</p>
            <div>
                <p class="small">{say::BEGINS}</p>
                <p class="digits" dir="ltr">{begins}</p>
            </div>
            {form(model)}
            <p>
                <strong>{say::NONE}</strong>
            </p>
        </section>
        <section class="card" aria-labelledby="still">
            <h2 id="still">{say::STILL}</h2>
            <ul class="points">
                <li>{say::STILL_READ}</li>
                <li>{say::STILL_WRITE}</li>
                <li>
                    <a href="/app/unsent">{unsent}</a>
                </li>
            </ul>
        </section>
    }
    .into_any()
}

fn form(model: Model) -> AnyView {
    let typed = NodeRef::<Input>::new();
    let refused = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let take = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let words = typed.get_untracked().map(|input| input.value()).unwrap_or_default();
        if words.chars().filter(char::is_ascii_digit).count() < DIGITS {
            refused.set(Some(say::TOO_FEW.to_owned()));
            browser::focus("goes-on");
        } else if !busy.get_untracked() {
            refused.set(None);
            busy.set(true);
            model.ask(Ask::TakeKey { typed: words }, move |result| match result {
                Ok(()) => model.say(say::TAKEN),
                // The screen is there as long as no key was taken.
                Err(refusal) => {
                    busy.set(false);
                    refused.set(Some(refusal.sentence));
                    browser::focus("goes-on");
                }
            });
        }
    };
    view! {
        <form class="key-form" novalidate on:submit=take>
            <div class="field">
                <label for="goes-on">{say::GOES_ON}</label>
                <input
                    id="goes-on"
                    class="digits"
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    maxlength="64"
                    dir="ltr"
                    node_ref=typed
                    aria-describedby="goes-on-refused"
                />
            </div>
            <p id="goes-on-refused" class="refused" role="alert">
                {refused}
            </p>
            <button type="submit" class="button button-main button-wide" aria-disabled=move || busy.get().to_string()>
                {move || if busy.get() { say::WORKING } else { say::TAKE }}
            </button>
        </form>
    }
    .into_any()
}
