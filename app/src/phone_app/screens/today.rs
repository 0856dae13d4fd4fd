//! Today: what waits, by role.

mod mentee;
mod mentor;
mod supervisor;

use leptos::prelude::*;
use shared::{
    id::{LogId, PersonId},
    phone::Row,
    role::Role,
    time::{At, DAY_MS},
};

use self::{mentee::MenteeToday, mentor::MentorToday, supervisor::SupervisorToday};
use super::unsent::mentee_log;
use crate::{
    phone_app::{
        browser, clock,
        happening::{self, Happening},
        log::Relationship,
        memo::memo,
        model::{Model, model},
        parts::{Heading, Icon, Line, empty, icon, lines},
        standing,
    },
    words::{first_run, observe, today as say, unsent},
};

#[component]
pub fn Today() -> impl IntoView {
    let model = model();
    let roles = memo(move || [Role::Mentor, Role::Mentee, Role::Supervisor, Role::Lead].map(|role| !model.relationships_as(role).is_empty()));
    let title = memo(move || {
        let name = model.me.get().map(|me| me.name).unwrap_or_default();
        let first = name.split_whitespace().next().unwrap_or_default().to_owned();
        let zone = model.relationships().first().map(|relationship| relationship.log.facts.zone());
        zone.map_or_else(|| say::TITLE.to_owned(), |zone| say::hello(say::part_of_day(browser::now().civil_in(&zone).hour()), &first))
    });
    let since = last_look(model);
    let several = memo(move || roles.get().into_iter().filter(|has| *has).count() > 1);
    let part = move |index: usize, words: &'static str, view: fn(At) -> AnyView| {
        roles.get()[index].then(|| {
            view! {
                <Show when=move || several.get()>
                    <h2 class="role">{words}</h2>
                </Show>
                {view(since)}
            }
        })
    };
    view! {
        <Heading title/>
        <FirstCard/>
        <Stuck/>
        <Begun/>
        {move || part(0, say::AS_MENTOR, |since| view! { <MentorToday since/> }.into_any())}
        {move || part(1, say::AS_MENTEE, |since| view! { <MenteeToday since/> }.into_any())}
        {move || part(2, say::AS_SUPERVISOR, |since| view! { <SupervisorToday since/> }.into_any())}
        {move || part(3, say::AS_LEAD, |_| lead())}
        <Show when=move || roles.get() == [false; 4]>{empty(say::TITLE, say::NOBODY)}</Show>
        <p class="help-line">
            <a href="/app/me#help">{icon(Icon::Help)} {say::HELP}</a>
        </p>
    }
    .into_any()
}

/// Who never looked before sees the last days, not years.
const FIRST_LOOK_DAYS: i64 = 7;

/// When this person last had Today before them on this phone; from now on it is now.
fn last_look(model: Model) -> At {
    let Some(me) = model.person() else { return At(0) };
    let name = ["looked-", &me.to_string()].concat();
    let before = browser::remembered(&name).and_then(|text| text.parse().ok()).map_or_else(|| browser::now().plus(-FIRST_LOOK_DAYS * DAY_MS), At);
    on_cleanup(move || browser::remember(&name, &browser::now().0.to_string()));
    before
}

fn lead() -> AnyView {
    let page = Line { href: "/lead".to_owned(), title: say::LEAD_PAGE.to_owned(), note: say::LEAD_MORE.to_owned(), ..Line::default() };
    view! { <section class="card">{lines(vec![page])}</section> }.into_any()
}

/// Once on each phone: who sees what, and where help is.
#[component]
fn FirstCard() -> impl IntoView {
    let model = model();
    let seen = RwSignal::new(browser::remembered("first-card").is_some());
    let close = move |_| {
        browser::remember("first-card", "seen");
        seen.set(true);
    };
    view! {
        <Show when=move || !seen.get()>
            <section class="card card-first" aria-labelledby="first-card">
                <h2 id="first-card">{first_run::CARD_TITLE}</h2>
                <ul class="points">
                    <li>{first_run::CARD_DRAFTS}</li>
                    <li>{first_run::CARD_SHARED}</li>
                    <li>{first_run::CARD_HELP}</li>
                    {(!browser::is_installed()).then(|| view! { <li>{first_run::CARD_INSTALL}</li> })}
                </ul>
                <div class="bar-inline">
                    <button type="button" class="button button-main" on:click=close>
                        {first_run::CARD_CLOSE}
                    </button>
                    <Show when=move || !model.relationships_as(Role::Mentor).is_empty()>
                        <a class="button" href="/app/observe?try=1">
                            {observe::TRY}
                        </a>
                    </Show>
                </div>
            </section>
        </Show>
    }
    .into_any()
}

#[component]
fn Stuck() -> impl IntoView {
    let model = model();
    move || {
        let count = model.stuck.with(Vec::len);
        (count > 0).then(|| {
            let line = Line {
                href: "/app/unsent".to_owned(),
                title: [&count.to_string(), " · ", say::STUCK].concat(),
                note: unsent::STUCK_MORE.to_owned(),
                ..Line::default()
            };
            view! { <section class="card card-needs">{lines(vec![line])}</section> }
        })
    }
}

/// Jots and other drafts, oldest first, with their age.
#[component]
fn Begun() -> impl IntoView {
    let model = model();
    let drafts = memo(move || model.drafts().iter().filter_map(|row| draft_line(model, row)).collect::<Vec<_>>());
    view! { {move || part("to-finish", say::TO_FINISH, drafts.get())} }.into_any()
}

/// A section with a list; nothing where the list is empty.
pub fn part(id: &'static str, title: &'static str, list: Vec<Line>) -> Option<AnyView> {
    (!list.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby=id>
                <h2 id=id>{title}</h2>
                {lines(list)}
            </section>
        }
        .into_any()
    })
}

/// Where a draft goes on being written; none for what is not a draft.
pub fn draft_address(row: &Row) -> Option<String> {
    if !matches!(row.log, LogId::Own(_)) {
        return None;
    }
    Some(match row.kind.as_str() {
        "observation" => ["/app/observe/", &row.record.to_string()].concat(),
        "claim" => ["/app/claim/", &row.record.to_string()].concat(),
        "comment" => ["/app/records/", row.text("on").unwrap_or_default()].concat(),
        _ => ["/app/edit/", &row.record.to_string()].concat(),
    })
}

pub fn draft_line(model: Model, row: &Row) -> Option<Line> {
    let log = mentee_log(model, row)?;
    let who = row.text("mentee").and_then(|mentee| mentee.parse::<PersonId>().ok()).map(|mentee| log.facts.first_name(mentee));
    let words = row.text("jot").or_else(|| row.text("words")).or_else(|| row.text("went_well")).filter(|text| !text.is_empty());
    let begun = At(row.integer("captured_at").unwrap_or(row.touched_at.0));
    let note: Vec<String> = who.into_iter().chain([clock::ago(model.now.get().since(begun))]).collect();
    Some(Line {
        href: draft_address(row)?,
        title: standing::title(row, &log),
        quote: words.map(str::to_owned),
        note: note.join(" · "),
        standing: row.unsent.then(|| standing::Standing { text: crate::words::standing::ONLY_HERE.to_owned(), tone: standing::Tone::Here }),
    })
}

/// What others did, as lines.
pub fn happenings(model: Model, relationships: &[Relationship], since: At, fits: fn(&Happening) -> bool) -> Vec<Line> {
    let Some(me) = model.me.get().map(|me| me.person) else { return Vec::new() };
    let now = model.now.get_untracked();
    let all = happening::since(relationships, me, since).into_iter().filter(fits);
    let line = |happening: Happening| {
        let zone = relationships.first().map(|relationship| relationship.log.facts.zone());
        let when = zone.map(|zone| clock::day_and_time(happening.at, &zone, now)).unwrap_or_default();
        Line {
            href: happening.href,
            title: happening.title,
            quote: happening.reason,
            note: [&happening.who, ": ", happening.what, " · ", &when].concat(),
            standing: None,
        }
    };
    all.map(line).collect()
}

/// Why a record waits for `me`, whatever the role: sent back, to sign, asked about, written twice.
pub fn needs_me(relationship: &Relationship, row: &Row, me: PersonId, now: At) -> Option<String> {
    let log = &relationship.log;
    if row.by == me && row.conflicts().next().is_some() {
        return Some(say::TWO_VALUES.to_owned());
    }
    if !row.waiting.is_empty() {
        return None;
    }
    if row.by == me && has_open_question(relationship, row, me) {
        return Some(say::QUESTION.to_owned());
    }
    let version = row.entry.as_ref()?.latest()?;
    let state = row.entry.as_ref()?.state(version.number)?;
    if state == shared::ledger::State::SentBack && version.submitted.by == me {
        return Some(say::WAS_SENT_BACK.to_owned());
    }
    if state == shared::ledger::State::Sent
        && standing::chain(&row.kind) == shared::kind::Chain::PartiesSign
        && shared::ledger::parties_missing(&log.facts, version, now).iter().any(|(_, person)| *person == me)
    {
        return Some(say::TO_SIGN.to_owned());
    }
    None
}

/// A question that nobody but others spoke after.
fn has_open_question(relationship: &Relationship, row: &Row, me: PersonId) -> bool {
    let comments = relationship.log.comments_on(row.record);
    let asked = comments.iter().filter(|comment| comment.by != me && comment.flag("question")).map(|comment| comment.touched_at).max();
    let answered = comments.iter().filter(|comment| comment.by == me).map(|comment| comment.touched_at).max();
    let sent = row.entry.as_ref().and_then(|entry| entry.latest()).map(|version| version.submitted.received_at);
    asked.is_some_and(|asked| answered.max(sent).is_none_or(|answered| answered < asked))
}
