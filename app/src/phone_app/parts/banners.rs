//! What concerns every screen: a demonstration, a new version, a session that ended, a key that nobody named.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::{phone::Phase, words::refusal};

use crate::{
    phone_app::{browser, memo::memo, model::model},
    words::{frame as say, new_key, unsent},
};

const NEW_KEY: &str = "/app/key";
const UNSENT: &str = "/app/unsent";

#[component]
pub fn Banners() -> impl IntoView {
    let model = model();
    let demonstration = move || model.me.get().filter(|me| me.demonstration).map(|_| view! { <p class="banner banner-quiet">{say::DEMONSTRATION}</p> });
    let new_version = move || {
        model.new_version.get().then(|| {
            view! {
                <div class="banner" role="status">
                    <p>{say::NEW_VERSION}</p>
                    <button type="button" class="button" on:click=move |_| browser::use_new_version()>
                        {say::USE_NEW_VERSION}
                    </button>
                </div>
            }
        })
    };
    let versions_differ = memo(move || model.sync.with(|sync| sync.other_version));
    Effect::new(move |_| {
        if versions_differ.get() {
            browser::look_for_new_version();
        }
    });
    let other_version =
        move || (versions_differ.get() && !model.new_version.get()).then(|| view! { <p class="banner banner-needs" role="status">{say::OTHER_VERSION}</p> });
    let session = move || {
        let somebody_else = model.phase.with(|phase| match phase {
            Phase::SomebodyElse { me } => Some(say::somebody_else(&me.name)),
            Phase::SignIn { known: Some(_) } => Some(say::SIGN_IN_AGAIN.to_owned()),
            _ => None,
        });
        let ended = model.sync.with(|sync| sync.sign_in_again).then(|| say::SIGN_IN_AGAIN.to_owned());
        somebody_else.or(ended).map(|sentence| {
            view! {
                <div class="banner banner-needs" role="status">
                    <p>{sentence}</p>
                    <a class="button" href="/sign-in" rel="external">
                        {say::SIGN_IN}
                    </a>
                </div>
            }
        })
    };
    // What a screen itself says in full is not said above it.
    let path = use_location().pathname;
    let is_at = move |address: &'static str| path.with(|path| path == address);
    let revoked = memo(move || model.sync.with(|sync| sync.revoked) && !is_at(UNSENT));
    let taken_off = move || {
        revoked.get().then(|| {
            view! {
                <div class="banner banner-needs" role="status">
                    <p>{say::REVOKED}</p>
                    <a class="button" href=UNSENT>
                        {unsent::SEE}
                    </a>
                </div>
            }
        })
    };
    let key_replaced = memo(move || model.sync.with(|sync| sync.key_replaced.is_some()) && !is_at(NEW_KEY));
    let new_key = move || {
        key_replaced.get().then(|| {
            view! {
                <div class="banner banner-needs" role="status">
                    <p>{refusal::key_replaced().sentence}</p>
                    <a class="button" href=NEW_KEY>
                        {new_key::WHAT_TO_DO}
                    </a>
                </div>
            }
        })
    };
    view! {
        {move || demonstration()}
        {move || new_version()}
        {move || other_version()}
        {move || session()}
        {move || new_key()}
        {move || taken_off()}
    }
    .into_any()
}
