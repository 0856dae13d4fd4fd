//! Five places: at the bottom of a phone, at the side of a tablet.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::role::Role;

use super::{Icon, icon};
use crate::{
    phone_app::{
        memo::memo,
        model::{Model, model},
        to_review,
    },
    words::frame as say,
};

/// One of the five.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    href: &'static str,
    words: &'static str,
    icon: Icon,
    /// In the middle, filled.
    main: bool,
}

const fn place(href: &'static str, words: &'static str, icon: Icon) -> Place {
    Place { href, words, icon, main: false }
}

fn places(model: Model) -> [Place; 5] {
    let is = |role| !model.relationships_as(role).is_empty();
    let only_mentee = is(Role::Mentee) && !is(Role::Mentor) && !is(Role::Supervisor) && !is(Role::Lead);
    let second = if only_mentee { place("/app/plan", say::MY_PLAN, Icon::Plan) } else { place("/app/people", say::PEOPLE, Icon::People) };
    let middle = if only_mentee {
        place("/app/write", say::WRITE, Icon::Write)
    } else if is(Role::Supervisor) && !is(Role::Mentor) {
        place("/app/review", say::REVIEW, Icon::Review)
    } else {
        place("/app/observe", say::OBSERVE, Icon::Observe)
    };
    [
        place("/app/", say::TODAY, Icon::Today),
        second,
        Place { main: true, ..middle },
        place("/app/records", say::RECORDS, Icon::Records),
        place("/app/me", say::ME, Icon::Me),
    ]
}

#[component]
pub fn Nav() -> impl IntoView {
    let model = model();
    let path = use_location().pathname;
    let places = memo(move || places(model));
    let waiting = memo(move || {
        let me = model.me.get()?.person;
        let supervised = model.relationships_as(Role::Supervisor);
        (!supervised.is_empty()).then(|| to_review::all(&supervised, me, model.now.get_untracked()).len())
    });
    let item = move |place: Place| {
        let current = move || {
            let path = path.get();
            let here = if place.href == "/app/" { path == "/app/" || path == "/app" } else { path.starts_with(place.href) };
            here.then_some("page")
        };
        let count = move || {
            let count = waiting.get().filter(|count| *count > 0 && place.href == "/app/review")?;
            let words = say::waiting(count);
            Some(view! {
                <span class="count" aria-hidden="true">
                    {count}
                </span>
                <span class="unseen">{words}</span>
            })
        };
        view! {
            <li>
                <a class=if place.main { "place place-main" } else { "place" } href=place.href aria-current=current>
                    <span class="place-icon">{icon(place.icon)}</span>
                    <span class="place-words">{place.words}</span>
                    {move || count()}
                </a>
            </li>
        }
        .into_any()
    };
    view! {
        <nav class="nav" aria-label=say::NAV>
            <ul>{move || places.get().map(item).collect_view()}</ul>
        </nav>
    }
    .into_any()
}
