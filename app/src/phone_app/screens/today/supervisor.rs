//! A supervisor's Today. Never anything about well-being.

use leptos::prelude::*;
use shared::{role::Role, time::At};

use super::{happenings, needs_me, part};
use crate::{
    phone_app::{
        memo::memo,
        model::model,
        parts::{Icon, Line, icon},
        screens::{
            people::{is_paused, person_line},
            records::record_line,
            review::address,
        },
        to_review::{self, Group},
    },
    words::today as say,
};

#[component]
pub fn SupervisorToday(since: At) -> impl IntoView {
    let model = model();
    let waiting = memo(move || {
        let Some(me) = model.me.get().map(|me| me.person) else { return Vec::new() };
        to_review::all(&model.relationships_as(Role::Supervisor), me, model.now.get_untracked())
    });
    let needs = memo(move || {
        let Some(me) = model.me.get().map(|me| me.person) else { return Vec::new() };
        let now = model.now.get_untracked();
        let mut list = Vec::new();
        for relationship in model.relationships_as(Role::Supervisor) {
            let rows = relationship.log.rows.values().filter(|row| row.kind != "agreement");
            list.extend(rows.filter_map(|row| {
                needs_me(&relationship, row, me, now).map(|why| Line { note: why, standing: None, ..record_line(row, &relationship.log, me, now) })
            }));
        }
        list
    });
    let differently = memo(move || {
        let items = waiting.get().into_iter().filter(|item| item.group == Group::Differently);
        items
            .map(|item| Line { href: address(item.record), title: [&item.who, ": ", &item.title].concat(), note: item.note, ..Line::default() })
            .collect::<Vec<_>>()
    });
    let people = memo(move || {
        let now = model.now.get_untracked();
        let (paused, active): (Vec<_>, Vec<_>) = model.relationships_as(Role::Supervisor).into_iter().partition(|relationship| is_paused(relationship, now));
        (active.iter().map(|one| person_line(one, now)).collect::<Vec<_>>(), paused.iter().map(|one| person_line(one, now)).collect::<Vec<_>>())
    });
    let happened = memo(move || happenings(model, &model.relationships_as(Role::Supervisor), since, |_| true));
    let review = move || {
        let waiting = waiting.get();
        let oldest = waiting.iter().map(|item| item.days).max().unwrap_or(0);
        if waiting.is_empty() {
            return view! { <p class="quiet">{say::QUIET_SUPERVISOR}</p> }.into_any();
        }
        view! {
            <section class="card card-main" aria-labelledby="waiting-review">
                <h2 id="waiting-review">{say::WAITING}</h2>
                <p>{say::waiting(waiting.len(), oldest)}</p>
                <a class="button button-main" href="/app/review">
                    {icon(Icon::Review)}
                    {say::OPEN_REVIEW}
                </a>
            </section>
        }
        .into_any()
    };
    view! {
        {move || review()}
        {move || part("needs-supervisor", say::NEEDS_YOU, needs.get())}
        {move || part("differently", say::DIFFERENTLY, differently.get())}
        {move || part("people", say::PEOPLE, people.get().0)}
        {move || part("paused", say::PAUSED, people.get().1)}
        {move || part("since-supervisor", say::SINCE, happened.get())}
    }
    .into_any()
}
