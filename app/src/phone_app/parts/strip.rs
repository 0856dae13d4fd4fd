//! The strip on top of every screen: is everything sent?

use leptos::prelude::*;

use shared::time::MINUTE_MS;

use super::{Icon, icon};
use crate::{
    phone_app::{clock, memo::memo, model::model},
    words::frame as say,
};

#[component]
pub fn Strip() -> impl IntoView {
    let model = model();
    let state = memo(move || {
        let sync = model.sync.get();
        let stuck = model.stuck.with(Vec::len);
        if stuck > 0 {
            return ("strip strip-stuck", Icon::Phone, say::stuck(stuck));
        }
        if sync.unsent == 0 {
            return ("strip", Icon::Check, say::ALL_SENT.to_owned());
        }
        // 'Oldest just now' would say nothing.
        let age = sync.oldest_unsent_at.map(|at| model.now.get().since(at)).filter(|ms| *ms >= MINUTE_MS).map(clock::age);
        ("strip strip-here", Icon::Phone, say::only_here(sync.unsent, age.as_deref()))
    });
    view! {
        <header class="top">
            <a class="brand" href="/app/">
                "Countersign"
            </a>
            <a class=move || state.get().0 href="/app/unsent" data-testid="strip">
                {move || icon(state.get().1)}
                <span>{move || state.get().2}</span>
            </a>
        </header>
    }
    .into_any()
}
