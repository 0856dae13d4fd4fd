//! A screen where nothing can be done: why, and a way on.

use leptos::prelude::*;

use super::Heading;
use crate::words::frame as say;

pub fn dead_end(title: &'static str, why: AnyView) -> AnyView {
    view! {
        <Heading title/>
        {why}
        <p>
            <a class="button" href="/app/">
                {say::TO_TODAY}
            </a>
        </p>
    }
    .into_any()
}
