//! The people that somebody mentors or answers for.

use leptos::prelude::*;

use crate::{
    phone_app::{
        clock,
        log::Relationship,
        memo::memo,
        model::model,
        parts::{Heading, Line, empty, lines},
        skill,
    },
    words::people as say,
};

/// One line about a mentee: day of the plan, what moved, last feedback.
pub fn person_line(relationship: &Relationship, now: shared::time::At) -> Line {
    let log = &relationship.log;
    let mentee = log.mentee();
    let planned = skill::planned(log, now);
    let mut notes = Vec::new();
    if let Some((day, of)) = skill::plan_day(log, now) {
        notes.push(say::day_of(day, of));
    }
    if !planned.is_empty() {
        notes.push(say::moved(planned.iter().filter(|skill| skill.has_moved()).count(), planned.len()));
    }
    notes.push(skill::last_seen(log).map_or_else(|| say::NO_CONTACT.to_owned(), |at| say::last_feedback(clock::days_between(at, now, &log.facts.zone()))));
    if is_paused(relationship, now) {
        notes.push(say::PAUSED.to_owned());
    }
    Line {
        href: ["/app/people/", &relationship.address()].concat(),
        title: mentee.map(|mentee| mentee.name.clone()).unwrap_or_default(),
        quote: mentee
            .map(|mentee| [mentee.job.as_str(), mentee.place.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "))
            .filter(|text| !text.is_empty()),
        note: notes.join(" · "),
        standing: None,
    }
}

pub fn is_paused(relationship: &Relationship, now: shared::time::At) -> bool {
    relationship.log.facts.pauses.iter().any(|pause| pause.from <= now && pause.until.is_none_or(|until| now < until))
}

#[component]
pub fn People() -> impl IntoView {
    let model = model();
    let people = memo(move || {
        let me = model.me.get().map(|me| me.person);
        let others = model.relationships().into_iter().filter(|relationship| relationship.log.mentee().map(|mentee| mentee.person) != me);
        others.map(|relationship| person_line(&relationship, model.now.get_untracked())).collect::<Vec<_>>()
    });
    view! {
        <Heading title=say::TITLE/>
        {move || {
            let people = people.get();
            if people.is_empty() { empty(say::NOBODY, say::NOBODY_MORE) } else { lines(people) }
        }}
    }
    .into_any()
}
