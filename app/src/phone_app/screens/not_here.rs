//! An address without a screen, or a record that is not on this phone.

use leptos::prelude::*;

use crate::{phone_app::parts::dead_end, words::frame as say};

#[component]
pub fn NotHere() -> impl IntoView {
    dead_end(say::NOT_HERE_TITLE, view! { <p>{say::NOT_HERE}</p> }.into_any())
}
