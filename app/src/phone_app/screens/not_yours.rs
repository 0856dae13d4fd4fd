//! A form that is not the reader's to write (R1).

use leptos::prelude::*;
use shared::kind::Kind;

use crate::phone_app::{
    browser,
    memo::memo,
    model::{Model, model},
    parts::dead_end,
    writer,
};

/// Draws `form`, or says beforehand why nothing would come of it.
pub fn where_yours<V: IntoView + 'static>(kind: &'static Kind, title: &'static str, form: impl Fn() -> V + Send + 'static) -> AnyView {
    let model = model();
    let refused = memo(move || why_not(model, kind));
    (move || match refused.get() {
        Some(sentence) => dead_end(title, view! { <p class="refused">{sentence}</p> }.into_any()),
        None => form().into_any(),
    })
    .into_any()
}

fn why_not(model: Model, kind: &'static Kind) -> Option<String> {
    let me = model.me.get()?.person;
    writer::why_not(&model.relationships(), kind, me, browser::now())
}
