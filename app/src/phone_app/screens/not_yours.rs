//! A form that is not the reader's to write (R1).

use leptos::prelude::*;
use shared::kind::Kind;

use crate::{
    phone_app::{
        browser,
        memo::memo,
        model::{Model, model},
        parts::Heading,
        writer,
    },
    words::frame as say,
};

/// Draws `form`, or says beforehand why nothing would come of it.
pub fn where_yours<V: IntoView + 'static>(kind: &'static Kind, title: &'static str, form: impl Fn() -> V + Send + 'static) -> AnyView {
    let model = model();
    let refused = memo(move || why_not(model, kind));
    (move || match refused.get() {
        Some(sentence) => not_yours(title, sentence),
        None => form().into_any(),
    })
    .into_any()
}

fn why_not(model: Model, kind: &'static Kind) -> Option<String> {
    let me = model.me.get()?.person;
    writer::why_not(&model.relationships(), kind, me, browser::now())
}

fn not_yours(title: &'static str, sentence: String) -> AnyView {
    view! {
        <Heading title/>
        <p class="refused">{sentence}</p>
        <p>
            <a class="button" href="/app/">
                {say::TO_TODAY}
            </a>
        </p>
    }
    .into_any()
}
