//! One mentee: plan, skills, agreement, latest records, and who is in it.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::{
    kind::{PLAN, SESSION},
    role::Role,
    words::role_name,
};

use super::{not_here::NotHere, records::record_line};
use crate::{
    phone_app::{
        draft::Draft,
        log::Relationship,
        memo::memo,
        model::{Model, model},
        order,
        parts::{Heading, Icon, Line, icon, lines, skill_card},
        skill, standing,
    },
    words::{self, frame, observe, people as say},
};

/// Records listed on a person's page.
const LATEST: usize = 5;

#[component]
pub fn Person() -> impl IntoView {
    let model = model();
    let params = use_params_map();
    let relationship = memo(move || params.with(|params| params.get("relationship")).and_then(|address| model.relationship_at(&address)));
    let title = memo(move || {
        relationship.with(|relationship| relationship.as_ref().and_then(|relationship| relationship.log.mentee().map(|mentee| mentee.name.clone())))
    });
    view! {
        <Show when=move || title.with(Option::is_some) fallback=NotHere>
            <Heading
                title=Signal::derive(move || title.get().unwrap_or_default())
                who=readers(model, relationship)
                back=("/app/people".to_owned(), say::TITLE.to_owned())
            />
            {move || relationship.get().map(|relationship| body(model, &relationship))}
        </Show>
    }
    .into_any()
}

/// 'Ruth, Bea and me', for what is shared in a relationship.
pub fn readers(model: Model, relationship: Memo<Option<Relationship>>) -> Signal<String> {
    Signal::derive(move || {
        let names = relationship.with(|relationship| {
            let me = model.me.get()?.person;
            relationship.as_ref().map(|relationship| standing::readers(&relationship.log, me, model.now.get_untracked()))
        });
        words::and_me(&names.unwrap_or_default())
    })
}

/// For what is being written: only me, and who reads it once it is sent.
pub fn future_readers(model: Model, draft: Draft, relationship: Memo<Option<Relationship>>) -> Signal<String> {
    let names = readers(model, relationship);
    Signal::derive(move || {
        let Some(relationship) = relationship.get() else { return names.get() };
        let shared = draft.row.with(|row| {
            let row = row.as_ref().filter(|row| row.log.holds_decisions())?;
            Some(standing::who_can_see(row, &relationship.log, model.me.get()?.person, model.now.get_untracked()))
        });
        shared.unwrap_or_else(|| observe::until_sent(&names.get()))
    })
}

fn body(model: Model, relationship: &Relationship) -> AnyView {
    let log = &relationship.log;
    let now = model.now.get_untracked();
    let Some(me) = model.person() else { return ().into_any() };
    let mentee = log.mentee().map(|mentee| mentee.person);
    let observe = mentee.filter(|mentee| *mentee != me && log.facts.is_member(me, now)).map(|mentee| {
        view! {
            <p>
                <a class="button button-main button-wide" href=["/app/observe?mentee=", &mentee.to_string()].concat()>
                    {icon(Icon::Observe)}
                    {say::OBSERVE}
                </a>
            </p>
        }
    });
    let mut latest: Vec<_> = log.rows.values().filter(|row| row.kind != "comment").collect();
    order::down_by(&mut latest, |row| row.touched_at.0);
    let latest: Vec<Line> = latest.into_iter().take(LATEST).map(|row| record_line(row, log, me, now)).collect();
    let members = log.facts.current(now).map(|member| {
        let leads = if member.leads { [", ", say::LEADS].concat() } else { String::new() };
        view! {
            <li>
                <strong>{member.name.clone()}</strong>
                " · "
                {role_name(member.role)}
                {leads}
            </li>
        }
    });
    let members = members.collect_view();
    view! {
        {observe}
        {plan_part(model, relationship)}
        {session_part(model, relationship)}
        {agreement_part(model, relationship)}
        <section class="card" aria-labelledby="latest">
            <h2 id="latest">{say::LATEST}</h2>
            {lines(latest)}
        </section>
        {others_part(relationship, now)}
        <section class="card" aria-labelledby="members">
            <h2 id="members">{say::WHO_IS_HERE}</h2>
            <ul class="plain">{members}</ul>
        </section>
    }
    .into_any()
}

/// The plan's skills, or how to begin one.
pub fn plan_part(model: Model, relationship: &Relationship) -> AnyView {
    let log = &relationship.log;
    let now = model.now.get_untracked();
    let Some(me) = model.person() else { return ().into_any() };
    let is_mentee = log.is_mentee(me);
    let day = skill::plan_day(log, now).map(|(day, of)| say::day_of(day, of));
    let plan = skill::plan(log);
    let may_draft = log.facts.roles(me, now).iter().any(|role| PLAN.writers.contains(role));
    let rest = match plan {
        Some((record, _)) => {
            let cards =
                skill::planned(log, now).iter().map(|skill| skill_card(skill, is_mentee.then(|| ask_address(&skill.code, skill.target)))).collect_view();
            view! {
                <ul class="skills">{cards}</ul>
                <p>
                    <a class="button" href=["/app/records/", &record.to_string()].concat()>
                        {say::OPEN_PLAN}
                    </a>
                </p>
            }
            .into_any()
        }
        None => view! {
            <p>{say::NO_PLAN} " " {is_mentee.then_some(say::NO_PLAN_MENTEE)}</p>
            {may_draft
                .then(|| {
                    view! {
                        <p>
                            <a class="button" href=["/app/new/plan?in=", &relationship.address()].concat()>
                                {say::START_PLAN}
                            </a>
                        </p>
                    }
                })}
        }
        .into_any(),
    };
    view! {
        <section class="card" aria-labelledby="plan">
            <h2 id="plan">{say::PLAN} {day.map(|day| view! { <span class="beside">{day}</span> })}</h2>
            {rest}
        </section>
    }
    .into_any()
}

/// The address of a new request for sign-off.
pub fn ask_address(competency: &str, level: Option<u8>) -> String {
    let level = level.map(|level| ["&level=", &level.to_string()].concat()).unwrap_or_default();
    ["/app/claim?skill=", competency, &level].concat()
}

/// The newest session, and how the two prepare the next one.
fn session_part(model: Model, relationship: &Relationship) -> Option<AnyView> {
    let log = &relationship.log;
    let now = model.now.get_untracked();
    let me = model.person()?;
    let newest = log.newest("session").map(|row| lines(vec![record_line(row, log, me, now)]));
    let may = log.facts.roles(me, now).iter().any(|role| SESSION.writers.contains(role));
    let start = may.then(|| {
        view! {
            <p>
                <a class="button" href=["/app/new/session?in=", &relationship.address()].concat()>
                    {say::PREPARE_SESSION}
                </a>
            </p>
        }
    });
    (may || newest.is_some()).then(|| {
        view! {
            <section class="card" aria-labelledby="sessions">
                <h2 id="sessions">{say::SESSIONS}</h2>
                {newest}
                {start}
            </section>
        }
        .into_any()
    })
}

/// The agreement: where it stands, or how to begin one.
pub fn agreement_part(model: Model, relationship: &Relationship) -> AnyView {
    let log = &relationship.log;
    let now = model.now.get_untracked();
    let Some(me) = model.person() else { return ().into_any() };
    let rest = match log.newest("agreement") {
        Some(row) => lines(vec![record_line(row, log, me, now)]),
        None => {
            let may = [Role::Mentee, Role::Mentor].into_iter().any(|role| log.facts.has_role(me, role, now));
            let start = may.then(|| {
                view! {
                    <p>
                        <a class="button" href=["/app/new/agreement?in=", &relationship.address()].concat()>
                            {say::START_AGREEMENT}
                        </a>
                    </p>
                }
            });
            view! {
                <p>{say::NO_AGREEMENT}</p>
                {start}
            }
            .into_any()
        }
    };
    view! {
        <section class="card" aria-labelledby="agreement">
            <h2 id="agreement">{say::AGREEMENT}</h2>
            {rest}
        </section>
    }
    .into_any()
}

/// Skills that were seen and are not in the plan.
pub fn others_part(relationship: &Relationship, now: shared::time::At) -> AnyView {
    let log = &relationship.log;
    let others: Vec<_> = skill::all(log, now).into_iter().filter(|skill| skill.target.is_none() && skill.now.is_some()).collect();
    if others.is_empty() {
        return ().into_any();
    }
    let cards = others.iter().map(|skill| skill_card(skill, None)).collect_view();
    view! {
        <details class="card more">
            <summary>
                <h2>{say::SKILLS}</h2>
            </summary>
            <ul class="skills">{cards}</ul>
        </details>
    }
    .into_any()
}

/// Where the relationship is not on this phone.
pub fn nobody() -> AnyView {
    view! { <p>{frame::NOT_HERE}</p> }.into_any()
}
