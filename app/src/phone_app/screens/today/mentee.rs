//! A mentee's Today.

use leptos::prelude::*;
use shared::{decision::Act, role::Role, time::At};

use super::{happenings, needs_me, part};
use crate::{
    phone_app::{
        clock, feedback,
        happening::Happening,
        memo::memo,
        model::{Model, model},
        order,
        parts::{Line, skill_card},
        screens::{
            person::ask_address,
            records::{address, happened, record_line},
        },
        skill, standing,
    },
    words::{people, rating, today as say},
};

fn needs(model: Model) -> Vec<Line> {
    let Some(me) = model.me.get().map(|me| me.person) else { return Vec::new() };
    let now = model.now.get_untracked();
    let mut list = Vec::new();
    for relationship in model.relationships_as(Role::Mentee) {
        for row in relationship.log.rows.values() {
            if let Some(why) = needs_me(&relationship, row, me, now) {
                list.push(Line { note: why, standing: None, ..record_line(row, &relationship.log, me, now) });
            }
        }
    }
    list
}

/// Unread feedback, newest first: its words before its level.
fn unread(model: Model) -> Vec<Line> {
    let now = model.now.get_untracked();
    let mut list = Vec::new();
    for relationship in model.relationships_as(Role::Mentee) {
        let log = &relationship.log;
        for row in log.of_kind("observation") {
            let Some(version) = row.entry.as_ref().and_then(|entry| entry.latest()).filter(|_| feedback::is_new(row, log)) else { continue };
            let scale = version.text("competency").and_then(|code| log.facts.competency(code)).map(|competency| competency.scale);
            let level = scale.zip(version.integer("level")).map(|(scale, level)| rating(scale, level));
            let words = [version.text("went_well"), version.text("try_next")].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let from = say::from(&log.facts.first_name(version.submitted.by), &clock::day_and_time(version.happened_at(), &log.facts.zone(), now));
            let note: Vec<&str> = [from.as_str()].into_iter().chain(level).collect();
            let line = Line {
                href: address(row),
                title: standing::title(row, log),
                quote: Some(words).filter(|words| !words.is_empty()),
                note: note.join(" · "),
                standing: None,
            };
            list.push((happened(row), line));
        }
    }
    order::down_by(&mut list, |(at, _)| at.0);
    list.into_iter().map(|(_, line)| line).collect()
}

/// Skills of the plan whose rule is met and for which nothing was asked.
fn ready(model: Model) -> Vec<Line> {
    let now = model.now.get_untracked();
    let mut list = Vec::new();
    for relationship in model.relationships_as(Role::Mentee) {
        let skills = skill::planned(&relationship.log, now).into_iter().filter(skill::Skill::is_ready);
        list.extend(skills.map(|skill| Line {
            href: ask_address(&skill.code, skill.target),
            title: skill.name,
            note: skill.rule.unwrap_or_default(),
            ..Line::default()
        }));
    }
    list
}

#[component]
pub fn MenteeToday(since: At) -> impl IntoView {
    let model = model();
    let needs = memo(move || needs(model));
    let unread = memo(move || unread(model));
    let ready = memo(move || ready(model));
    let plan = memo(move || {
        let now = model.now.get_untracked();
        let mine = model.relationships_as(Role::Mentee);
        let first = mine.iter().find(|relationship| skill::plan(&relationship.log).is_some())?;
        Some((skill::plan_day(&first.log, now), skill::planned(&first.log, now)))
    });
    let decided = memo(move || {
        let decision = |happening: &Happening| matches!(happening.act, Act::Approve | Act::Return | Act::Revoke | Act::Confirm | Act::Void);
        happenings(model, &model.relationships_as(Role::Mentee), since, decision)
    });
    let quiet = move || (needs.with(Vec::is_empty) && unread.with(Vec::is_empty)).then(|| view! { <p class="quiet">{say::QUIET_MENTEE}</p> });
    let plan_view = move || {
        plan.get().map(|(day, skills)| {
            let day = day.map(|(day, of)| view! { <span class="beside">{people::day_of(day, of)}</span> });
            let cards = skills.iter().map(|skill| skill_card(skill, None)).collect_view();
            view! {
                <section class="card" aria-labelledby="my-plan">
                    <h2 id="my-plan">{say::MY_PLAN} {day}</h2>
                    <ul class="skills">{cards}</ul>
                </section>
            }
        })
    };
    view! {
        {move || part("needs-mentee", say::NEEDS_YOU, needs.get())}
        {move || part("new-feedback", say::NEW_FEEDBACK, unread.get())}
        {move || quiet()}
        {move || part("ready", say::READY, ready.get())}
        {move || part("decided", say::DECISIONS, decided.get())}
        {move || plan_view()}
    }
    .into_any()
}
