//! The first minutes: sign in, choose a PIN, fetch the records. And what stands there when the
//! store cannot be opened.

use leptos::{html::Input, prelude::*};
use shared::{phone::Ask, wire::SetUp};

use crate::{
    phone_app::{
        browser, clock,
        model::{Model, model},
        parts::Heading,
    },
    words::{first_run as say, frame, me, pin},
};

/// Digits that a PIN has at least.
const PIN_DIGITS: usize = 6;

#[component]
pub fn Opening() -> impl IntoView {
    view! {
        <p class="opening" role="status">
            {frame::OPENING}
        </p>
    }
    .into_any()
}

#[component]
pub fn SignIn() -> impl IntoView {
    view! {
        <div class="alone">
            <Heading title=say::SIGN_IN_TITLE/>
            <p>{say::SIGN_IN}</p>
            <p>
                <a class="button button-main" href="/sign-in" rel="external">
                    {say::SIGN_IN_BUTTON}
                </a>
            </p>
        </div>
    }
    .into_any()
}

#[component]
pub fn ChoosePin(name: String, set_up: Vec<SetUp>) -> impl IntoView {
    let model = model();
    let (first, second, label) = (NodeRef::<Input>::new(), NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let refused = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let value = |node: NodeRef<Input>| node.get_untracked().map(|input| input.value()).unwrap_or_default();
    let choose = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (chosen, again) = (value(first), value(second));
        if chosen.chars().count() < PIN_DIGITS {
            refused.set(Some(pin::TOO_SHORT.to_owned()));
        } else if chosen != again {
            refused.set(Some(say::PIN_DIFFERS.to_owned()));
        } else if !busy.get_untracked() {
            refused.set(None);
            busy.set(true);
            browser::keep_storage();
            model.ask(Ask::ChoosePin { pin: chosen, label: value(label) }, move |result| {
                busy.set(false);
                if let Err(refusal) = result {
                    refused.set(Some(refusal.sentence));
                }
            });
        }
    };
    let secret = move |id: &'static str, words: &'static str, node: NodeRef<Input>| {
        view! {
            <div class="field">
                <label for=id>{words}</label>
                <input id=id class="pin" type="password" inputmode="numeric" autocomplete="new-password" maxlength="64" required node_ref=node/>
            </div>
        }
    };
    view! {
        <div class="alone">
            <p class="kicker">{say::welcome(&name)}</p>
            {set_up_before(model, &set_up)}
            <Heading title=say::PIN_TITLE/>
            <p>{say::PIN_WHY}</p>
            <form novalidate on:submit=choose>
                {secret("pin", say::PIN, first)}
                {secret("pin-again", say::PIN_AGAIN, second)}
                <div class="field">
                    <label for="label">{say::LABEL}</label>
                    <input id="label" type="text" maxlength="60" value=say::LABEL_DEFAULT node_ref=label/>
                </div>
                <p class="refused" role="alert">
                    {refused}
                </p>
                <button type="submit" class="button button-main button-wide" aria-disabled=move || busy.get().to_string()>
                    {move || if busy.get() { say::WORKING } else { say::CHOOSE }}
                </button>
            </form>
        </div>
    }
    .into_any()
}

/// Whoever was here before may find everything gone, and reads why.
fn set_up_before(model: Model, set_up: &[SetUp]) -> Option<AnyView> {
    let now = model.now.get_untracked();
    let line = |known: &SetUp| say::set_up(&known.label, &clock::ago(now.since(known.at)), &clock::ago(now.since(known.heard_at)));
    let (title, lines, more) = match set_up.iter().find(|known| known.here) {
        Some(here) => (say::CLEARED_TITLE, vec![line(here)], [say::CLEARED, say::CLEARED_GONE]),
        None if set_up.is_empty() => return None,
        None => (say::KNOWN_TITLE, set_up.iter().map(line).collect(), [say::KNOWN, say::KNOWN_GONE]),
    };
    let card = view! {
        <section class="card card-needs" aria-labelledby="set-up-before">
            <h2 id="set-up-before">{title}</h2>
            <ul class="points">{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            {more.map(|words| view! { <p>{words}</p> }).into_iter().collect_view()}
            <p>
                <a href="/devices" rel="external">
                    {me::DEVICES}
                </a>
            </p>
        </section>
    };
    Some(card.into_any())
}

#[component]
pub fn Fetching(records: u32) -> impl IntoView {
    view! {
        <div class="alone">
            <Heading title=say::FETCHING/>
            <p role="status">{say::fetched(records)}</p>
            <p>{say::FETCHING_AFTER}</p>
        </div>
    }
    .into_any()
}

#[component]
pub fn Broken(sentence: String) -> impl IntoView {
    view! {
        <div class="alone">
            <Heading title=frame::BROKEN_TITLE/>
            <p role="alert">{sentence}</p>
            <p>
                <a class="button" href="/app/" rel="external">
                    {frame::TRY_AGAIN}
                </a>
            </p>
        </div>
    }
    .into_any()
}
