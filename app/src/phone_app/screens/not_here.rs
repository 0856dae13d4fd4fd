//! An address without a screen, or a record that is not on this phone.

use leptos::prelude::*;

use crate::{phone_app::parts::Heading, words::frame as say};

#[component]
pub fn NotHere() -> impl IntoView {
    view! {
        <Heading title=say::NOT_HERE_TITLE/>
        <p>{say::NOT_HERE}</p>
        <p>
            <a class="button" href="/app/">
                {say::TO_TODAY}
            </a>
        </p>
    }
    .into_any()
}
