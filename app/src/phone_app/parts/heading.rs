//! A screen's title, and who can see what is on it.

use leptos::{html::H1, prelude::*};

use super::{Icon, icon};
use crate::{
    phone_app::{browser, model::model},
    words::frame as say,
};

/// The title of a screen. After a way from another screen it takes the focus, so that a screen
/// reader says where one is.
#[component]
pub fn Heading(
    #[prop(into)] title: Signal<String>,
    /// 'Only me', 'Ruth and me'.
    #[prop(optional, into)]
    who: Option<Signal<String>>,
    /// Where one came from: address and words.
    #[prop(optional)]
    back: Option<(String, String)>,
) -> impl IntoView {
    let model = model();
    let node = NodeRef::<H1>::new();
    Effect::new(move |_| browser::set_title(&title.get()));
    Effect::new(move |_| {
        if let Some(heading) = node.get()
            && model.moved_on()
        {
            heading.focus().ok();
        }
    });
    let back = back.map(|(href, words)| {
        view! {
            <a class="back" href=href>
                {icon(Icon::Back)}
                <span>{words}</span>
            </a>
        }
    });
    view! {
        <div class="heading">
            {back}
            <h1 node_ref=node tabindex="-1">
                {title}
            </h1>
            {who.map(who_can_see)}
        </div>
    }
    .into_any()
}

/// 'Who can see this: Ruth and me'.
pub fn who_can_see(who: Signal<String>) -> AnyView {
    view! {
        <p class="who">
            {icon(Icon::Eye)} <span>{say::WHO_CAN_SEE} <strong>{who}</strong></span>
        </p>
    }
    .into_any()
}
