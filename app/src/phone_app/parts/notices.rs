//! Short messages, read out: saved, taken back, refused.

use std::time::Duration;

use leptos::prelude::*;

use crate::{phone_app::model::model, words::frame as say};

/// How long a message that asks for nothing stays.
const STAYS: Duration = Duration::from_secs(6);

#[component]
pub fn Notices() -> impl IntoView {
    let model = model();
    Effect::new(move |_| {
        let shown = model.notice.get();
        if shown.as_ref().is_some_and(|notice| !notice.refused) {
            let clear = move || {
                if model.notice.get_untracked() == shown {
                    model.notice.set(None);
                }
            };
            set_timeout(clear, STAYS);
        }
    });
    let said = move || model.notice.get().filter(|notice| !notice.refused).map(|notice| view! { <p class="notice">{notice.text}</p> });
    let refused = move || {
        model.notice.get().filter(|notice| notice.refused).map(|notice| {
            view! {
                <div class="notice notice-refused">
                    <p>{notice.text}</p>
                    <button type="button" class="button" on:click=move |_| model.notice.set(None)>
                        {say::CLOSE}
                    </button>
                </div>
            }
        })
    };
    view! {
        <div class="notices" role="status" aria-live="polite">
            {move || said()}
        </div>
        <div class="notices" role="alert">
            {move || refused()}
        </div>
    }
    .into_any()
}
