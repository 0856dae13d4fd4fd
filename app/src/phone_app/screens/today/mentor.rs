//! A mentor's Today.

use leptos::prelude::*;
use shared::{role::Role, time::At};

use super::{happenings, needs_me, part};
use crate::{
    phone_app::{
        feedback,
        memo::memo,
        model::{Model, model},
        parts::{Line, next_step_text},
        screens::{people::person_line, records::record_line},
        skill,
    },
    words::{people, today as say},
};

fn needs(model: Model) -> Vec<Line> {
    let Some(me) = model.me.get().map(|me| me.person) else { return Vec::new() };
    let now = model.now.get_untracked();
    let mut list = Vec::new();
    for relationship in model.relationships_as(Role::Mentor) {
        for row in relationship.log.rows.values() {
            let version = row.entry.as_ref().and_then(|entry| entry.latest());
            let disagreed = version
                .filter(|version| version.submitted.by == me && version.stands())
                .and_then(|version| feedback::seen_differently(version, &relationship.log));
            let why = match disagreed {
                Some(mark) => Some([&relationship.log.facts.first_name(mark.by), " ", say::SEEN_DIFFERENTLY].concat()),
                None if row.by == me && row.changed_after => Some(say::CHANGED_AFTER.to_owned()),
                None => needs_me(&relationship, row, me, now),
            };
            if let Some(why) = why {
                let quote = disagreed.and_then(|mark| mark.reason.clone());
                list.push(Line { note: why, quote, standing: None, ..record_line(row, &relationship.log, me, now) });
            }
        }
    }
    list
}

#[component]
pub fn MentorToday(since: At) -> impl IntoView {
    let model = model();
    let needs = memo(move || needs(model));
    let mentees = memo(move || {
        let now = model.now.get_untracked();
        let line = |relationship: &crate::phone_app::log::Relationship| {
            let step = skill::last_step(&relationship.log).map(|(step, _)| people::promised(&next_step_text(&step)));
            let line = person_line(relationship, now);
            Line { quote: step, ..line }
        };
        model.relationships_as(Role::Mentor).iter().map(line).collect::<Vec<_>>()
    });
    let happened = memo(move || happenings(model, &model.relationships_as(Role::Mentor), since, |_| true));
    let quiet = move || (needs.with(Vec::is_empty) && model.drafts().is_empty()).then(|| view! { <p class="quiet">{say::QUIET_MENTOR}</p> });
    view! {
        {move || part("needs-mentor", say::NEEDS_YOU, needs.get())}
        {move || quiet()}
        {move || part("mentees", say::MY_MENTEES, mentees.get())}
        {move || part("since-mentor", say::SINCE, happened.get())}
    }
    .into_any()
}
