//! What concerns every screen: a demonstration, a new version, a session that ended.

use leptos::prelude::*;
use shared::phone::Phase;

use crate::{
    phone_app::{browser, memo::memo, model::model},
    words::frame as say,
};

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
    view! {
        {move || demonstration()}
        {move || new_version()}
        {move || other_version()}
        {move || session()}
    }
    .into_any()
}
