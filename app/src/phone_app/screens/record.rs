//! A record: its words, what was decided on it, and what the reader may do.

mod actions;
pub mod evidence;
mod proof;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::{
    decision::Content,
    id::RecordId,
    kind::Kinds,
    ledger::{State, Version, parties_missing},
    phone::{Ask, Row},
    rules::is_below_expected,
    time::At,
};

use self::{actions::Actions, evidence::Evidence, proof::Proof};
use super::not_here::NotHere;
use crate::{
    phone_app::{
        clock,
        log::Log,
        memo::memo,
        model::{Model, kinds, model},
        parts::{Comments, Conflicts, ContentView, Heading, decision_marks, value_text, who_can_see},
        standing,
    },
    words::{self, form, observe, record as say, unsent},
};

/// A record and its log, as one value that changes when either does.
#[derive(Clone)]
pub struct Shown {
    pub row: Arc<Row>,
    pub log: Arc<Log>,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.row, &other.row) && Arc::ptr_eq(&self.log.facts, &other.log.facts) && self.log.has_ledger_of(&other.log)
    }
}

/// The record, where it is on this phone. A draft is shown with its relationship's facts.
pub fn shown(model: Model, record: RecordId) -> Memo<Option<Shown>> {
    memo(move || {
        let row = model.row(record)?;
        let log = if row.log.holds_decisions() { model.log(row.log) } else { super::unsent::mentee_log(model, &row).or_else(|| model.log(row.log)) };
        Some(Shown { row, log: log? })
    })
}

#[component]
pub fn RecordScreen() -> impl IntoView {
    let model = model();
    let params = use_params_map();
    let record = memo(move || params.with(|params| params.get("record")).and_then(|record| record.parse::<RecordId>().ok()));
    move || match record.get() {
        Some(record) => {
            let shown = shown(model, record);
            let there = memo(move || shown.with(Option::is_some));
            view! {
                <Show when=move || there.get() fallback=NotHere>
                    <Heading title=title(shown) who=readers(model, shown) back=("/app/records".to_owned(), say::LIST_TITLE.to_owned())/>
                    <RecordView record shown/>
                </Show>
            }
            .into_any()
        }
        None => view! { <NotHere/> }.into_any(),
    }
}

pub fn title(shown: Memo<Option<Shown>>) -> Signal<String> {
    Signal::derive(move || shown.with(|shown| shown.as_ref().map(|shown| standing::title(&shown.row, &shown.log)).unwrap_or_default()))
}

/// By name, who can read it.
pub fn readers(model: Model, shown: Memo<Option<Shown>>) -> Signal<String> {
    Signal::derive(move || {
        let names = shown.with(|shown| {
            let shown = shown.as_ref()?;
            Some(standing::who_can_see(&shown.row, &shown.log, model.me.get()?.person, model.now.get_untracked()))
        });
        names.unwrap_or_default()
    })
}

/// Everything about a record, for its own screen and for the review's right side.
#[component]
pub fn RecordView(record: RecordId, shown: Memo<Option<Shown>>) -> impl IntoView {
    let model = model();
    let row = Signal::derive(move || shown.with(|shown| shown.as_ref().map(|shown| Arc::clone(&shown.row))));
    let log = Signal::derive(move || shown.with(|shown| shown.as_ref().map(|shown| Arc::clone(&shown.log))));
    let log_id = memo(move || shown.with(|shown| shown.as_ref().map(|shown| shown.row.log).filter(|log| log.holds_decisions())));
    view! {
        <div class="record">
            {move || shown.get().map(|shown| status(model, &shown))}
            <Conflicts row log/>
            <Evidence shown/>
            {move || shown.get().map(|shown| body(model, &shown))}
            {move || shown.get().and_then(|shown| pair_part(model, &shown))}
            <Actions shown/>
            {move || shown.get().map(|shown| decisions(&shown))}
            <Proof shown/>
            {move || log_id.get().map(|log| view! { <Comments record log/> })}
        </div>
    }
    .into_any()
}

/// Where it is; and what waits here, to take back.
fn status(model: Model, shown: &Shown) -> AnyView {
    let Shown { row, log } = shown;
    let state = standing::of(row, log);
    let zone = log.facts.zone();
    let record = row.record;
    let waiting = row.waiting.first().map(|waiting| {
        let time = clock::time(waiting.at, &zone);
        let gone = row.waiting.iter().any(|waiting| waiting.gone);
        let words = move || match model.held_up() {
            None if gone => observe::under_way(&time),
            why => observe::signed_here(&time, why.unwrap_or(unsent::WAITING)),
        };
        let button = (!gone).then(|| {
            view! {
                <button type="button" class="button" on:click=move |_| take_back(model, record)>
                    {say::TAKE_BACK}
                </button>
            }
        });
        view! {
            <div class="banner banner-here" role="status">
                <p>{words}</p>
                {button}
            </div>
        }
    });
    let version = row.entry.as_ref().and_then(|entry| entry.latest());
    let missing = version.filter(|version| version.sealed.is_none() && standing::chain(&row.kind) == shared::kind::Chain::PartiesSign).map(|version| {
        let names: Vec<String> =
            parties_missing(&log.facts, version, model.now.get_untracked()).into_iter().map(|(_, person)| log.facts.name(person)).collect();
        view! { <p>{say::missing_signatures(&words::list(&names))}</p> }
    });
    let refused = model.stuck.with(|stuck| stuck.iter().filter(|stuck| stuck.record == record).map(|stuck| stuck.refusal.sentence.clone()).collect::<Vec<_>>());
    let refused = refused.into_iter().map(|sentence| {
        view! {
            <div class="banner banner-needs" role="alert">
                <p>
                    <strong>{unsent::STUCK}</strong>
                    " "
                    {sentence}
                </p>
                <a class="button" href="/app/unsent">
                    {unsent::SEE}
                </a>
            </div>
        }
    });
    view! {
        {refused.collect_view()}
        {waiting}
        <p class="status">
            <span class=state.tone.class()>{state.text}</span>
        </p>
        {missing}
    }
    .into_any()
}

pub fn take_back(model: Model, record: RecordId) {
    model.ask(Ask::TakeBack { record }, move |result| match result {
        Ok(()) => model.say(say::TAKEN_BACK),
        Err(refusal) => model.refuse(&refusal),
    });
}

/// The words as they stand now, before any version.
pub fn current(row: &Row) -> Content {
    row.fields.iter().filter_map(|(field, values)| Some((field.clone(), values.first()?.clone()))).collect()
}

/// What mentee and mentor keep to themselves of a record that all read.
fn pair_part(model: Model, shown: &Shown) -> Option<AnyView> {
    let row = model.pair_row(shown.row.record).filter(|row| row.log != shown.row.log)?;
    let content = current(&row);
    let words = if content.is_empty() {
        view! { <p class="small">{say::PAIR_EMPTY}</p> }.into_any()
    } else {
        view! { <ContentView kind=row.kind.clone() content log=Arc::clone(&shown.log)/> }.into_any()
    };
    Some(
        view! {
            <article class="card" aria-labelledby="pair-part">
                <h2 id="pair-part">{say::PAIR_PART}</h2>
                <p class="small">{form::PAIR_ONLY}</p>
                {words}
            </article>
        }
        .into_any(),
    )
}

fn body(model: Model, shown: &Shown) -> AnyView {
    let Shown { row, log } = shown;
    let now = model.now.get_untracked();
    let zone = log.facts.zone();
    let Some(version) = row.entry.as_ref().and_then(|entry| entry.latest()) else {
        let line = say::written_by(&log.facts.name(row.by), &clock::day_and_time(row.touched_at, &zone, now));
        return view! {
            <article class="card">
                <p class="small">{line}</p>
                <ContentView kind=row.kind.clone() content=current(row) log=Arc::clone(log)/>
            </article>
        }
        .into_any();
    };
    let by = log.facts.name(version.submitted.by);
    let line = if row.kind == "observation" {
        let about = log.mentee().map(|mentee| [say::ABOUT, &mentee.name, " · "].concat()).unwrap_or_default();
        [about, say::seen_by(&by, &clock::day_and_time(version.happened_at(), &zone, now))].concat()
    } else {
        [say::written_by(&by, &clock::day_and_time(version.submitted.when(), &zone, now)), " · ".to_owned(), say::version(version.number)].concat()
    };
    let mut remarks = standing::remarks(version, log);
    remarks.extend(below(version, log, now));
    let remarks = remarks.into_iter().map(|remark| view! { <li>{remark}</li> }).collect_view();
    let struck = version.voided.is_some();
    let words = if log.facts.erased.contains(&row.record) {
        view! { <p>{say::WORDS_ARE_ERASED}</p> }.into_any()
    } else if version.hidden.is_some() {
        let mut content = version.content.clone();
        content.retain(|field, _| {
            !kinds()
                .get(&row.kind)
                .and_then(|kind| kind.field(field))
                .is_some_and(|field| matches!(field.value, shared::kind::Value::Line { .. } | shared::kind::Value::Paragraph { .. }))
        });
        view! {
            <p>{say::WORDS_ARE_HIDDEN}</p>
            <ContentView kind=row.kind.clone() content log=Arc::clone(log)/>
        }
        .into_any()
    } else {
        view! { <ContentView kind=row.kind.clone() content=version.content.clone() log=Arc::clone(log)/> }.into_any()
    };
    view! {
        <article class="card" class:struck=struck>
            <p class="small">{line}</p>
            <ul class="remarks">{remarks}</ul>
            {words}
        </article>
        {row.changed_after.then(|| changed(row, version, log))}
    }
    .into_any()
}

fn below(version: &Version, log: &Log, now: At) -> Option<String> {
    let kinds = Kinds::standard();
    let state = shared::rules::State { kinds: &kinds, facts: &log.facts, ledger: log.ledger() };
    is_below_expected(state, &version.content, now).then(|| {
        let expected = version.text("competency").and_then(|code| log.facts.expected_level(code, version.happened_at()));
        [say::BELOW, " (", &expected.map(say::expected).unwrap_or_default(), ")"].concat()
    })
}

/// What was written after the signature, beside what is signed.
fn changed(row: &Row, version: &Version, log: &Log) -> AnyView {
    view! {
        <section class="card card-needs" aria-labelledby="changed">
            <h2 id="changed">{say::CHANGED}</h2>
            <p>{say::CHANGED_MORE}</p>
            {differences(&row.kind, log, &version.content, &current(row))}
        </section>
    }
    .into_any()
}

/// Field by field, what stood there and what stands there.
fn differences(kind: &str, log: &Log, before: &Content, after: &Content) -> AnyView {
    let declared = kinds().get(kind);
    let keys: std::collections::BTreeSet<&String> = after.keys().chain(before.keys()).collect();
    let differences = keys.into_iter().filter(|key| after.get(*key) != before.get(*key)).map(|key| {
        let label = declared.and_then(|kind| kind.field(key)).map_or(key.as_str(), |field| field.label).to_owned();
        let text = |content: &Content| content.get(key).map_or_else(|| say::EMPTY.to_owned(), |value| value_text(kind, key, value, Some(log)));
        view! {
            <div class="said">
                <dt>{label}</dt>
                <dd>
                    <del>
                        <span class="unseen">{say::WAS}</span>
                        {text(before)}
                    </del>
                </dd>
                <dd>
                    <ins>
                        <span class="unseen">{say::NOW}</span>
                        {text(after)}
                    </ins>
                </dd>
            </div>
        }
    });
    let differences = differences.collect_view();
    view! { <dl class="content">{differences}</dl> }.into_any()
}

/// Decisions on the newest version, and each earlier version with its words.
fn decisions(shown: &Shown) -> AnyView {
    let Shown { row, log } = shown;
    let Some(entry) = &row.entry else { return ().into_any() };
    let Some(latest) = entry.latest() else { return ().into_any() };
    let earlier = entry.versions.iter().rev().skip(1).map(|version| {
        let state = match entry.state(version.number) {
            Some(State::SentBack) => words::standing::SENT_BACK,
            Some(State::Voided) => words::standing::VOIDED,
            Some(State::Sealed) => words::standing::SIGNED,
            _ => words::standing::SENT,
        };
        view! {
            <details class="more">
                <summary>{say::version(version.number)} " · " {state}</summary>
                {(version.hidden.is_none() && !log.facts.erased.contains(&row.record))
                    .then(|| view! { <ContentView kind=row.kind.clone() content=version.content.clone() log=Arc::clone(log)/> })}
                {decision_marks(version, log)}
            </details>
        }
    });
    let earlier = earlier.collect_view();
    let erased = log.facts.erased.contains(&row.record);
    let before = entry.versions.iter().rev().nth(1).filter(|before| !erased && before.hidden.is_none() && latest.hidden.is_none());
    let since = before.map(|before| {
        view! {
            <details class="more" open>
                <summary>{say::changed_since(before.number)}</summary>
                {differences(&row.kind, log, &before.content, &latest.content)}
            </details>
        }
    });
    let versions = (entry.versions.len() > 1).then(|| {
        view! {
            {since}
            <h3>{say::VERSIONS}</h3>
            {earlier}
        }
    });
    view! {
        <section class="card" aria-labelledby="decisions">
            <h2 id="decisions">{say::DECISIONS}</h2>
            {decision_marks(latest, log)}
            {versions}
        </section>
    }
    .into_any()
}

/// Names of who reads it, under a title that is not the screen's own.
pub fn readers_line(model: Model, shown: Memo<Option<Shown>>) -> AnyView {
    who_can_see(readers(model, shown))
}
