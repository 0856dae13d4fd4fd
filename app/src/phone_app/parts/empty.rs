//! Where there is nothing: what it will be.

use leptos::prelude::*;

pub fn empty(title: &'static str, more: &'static str) -> AnyView {
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            <p>{more}</p>
        </div>
    }
    .into_any()
}
