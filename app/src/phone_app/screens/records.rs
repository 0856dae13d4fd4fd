//! Everything that is kept, newest first.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::{id::PersonId, phone::Row, time::At};

use crate::{
    phone_app::{
        clock,
        log::{Log, Relationship},
        memo::memo,
        model::{Model, model},
        order,
        parts::{Choice, Choices, Heading, Line, empty, lines},
        standing,
    },
    words::{frame, record as say},
};

/// Lines drawn at once.
const PAGE: usize = 40;
/// Characters of a quote in a list.
const QUOTE_CHARS: usize = 90;

/// A record in a list.
pub fn record_line(row: &Row, log: &Log, me: PersonId, now: At) -> Line {
    let zone = log.facts.zone();
    let about = log.mentee().filter(|mentee| mentee.person != me).map(|mentee| mentee.first_name().to_owned());
    let by = (row.by != me && !log.is_mentee(row.by)).then(|| log.facts.first_name(row.by));
    let when = clock::day(happened(row), &zone, now);
    let note: Vec<String> = about.into_iter().chain(by).chain([when]).collect();
    Line { href: address(row), title: standing::title(row, log), quote: quote(row), note: note.join(" · "), standing: Some(standing::of(row, log)) }
}

/// When it is about: what was seen, or else when it was sent or last written.
pub fn happened(row: &Row) -> At {
    match row.entry.as_ref().and_then(|entry| entry.latest()) {
        Some(version) if row.kind == "observation" => version.happened_at(),
        Some(version) => version.submitted.when(),
        None => At(row.integer("happened_at").or_else(|| row.integer("captured_at")).unwrap_or(row.touched_at.0)),
    }
}

pub fn address(row: &Row) -> String {
    ["/app/records/", &row.record.to_string()].concat()
}

/// The first words of a piece of feedback.
pub fn quote(row: &Row) -> Option<String> {
    if row.kind != "observation" || row.entry.as_ref().and_then(|entry| entry.latest()).is_some_and(|version| version.hidden.is_some()) {
        return None;
    }
    let text = row.text("went_well").or_else(|| row.text("try_next")).or_else(|| row.text("jot")).filter(|text| !text.is_empty())?;
    Some(shortened(text))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTE_CHARS) {
        Some((end, _)) => [text[..end].trim_end(), "…"].concat(),
        None => text.to_owned(),
    }
}

fn fits(kind: &str, shown: &str) -> bool {
    match shown {
        "feedback" => kind == "observation",
        "sign-offs" => kind == "claim",
        "plans" => kind == "plan" || kind == "agreement",
        // A kind without a chip of its own is under 'All'.
        _ => kind != "comment",
    }
}

/// The newest records, at most so many: only what is drawn becomes a line.
fn newest(model: Model, shown: &str, most: usize) -> Vec<Line> {
    let Some(me) = model.me.get().map(|me| me.person) else { return Vec::new() };
    let now = model.now.get_untracked();
    let relationships = model.relationships();
    let mut all = Vec::new();
    for Relationship { log, .. } in &relationships {
        all.extend(log.rows.values().filter(|row| fits(&row.kind, shown)).map(|row| (happened(row), row, log)));
    }
    order::down_by(&mut all, |(at, ..)| at.0);
    all.into_iter().take(most).map(|(_, row, log)| record_line(row, log, me, now)).collect()
}

#[component]
pub fn Records() -> impl IntoView {
    let model = model();
    let query = use_query_map();
    let shown = RwSignal::new(query.with_untracked(|query| query.get("show")).unwrap_or_else(|| "all".to_owned()));
    let most = RwSignal::new(PAGE);
    // One more than is drawn, to know whether there is one.
    let records = memo(move || newest(model, &shown.get(), most.get() + 1));
    let choices = Signal::stored(vec![
        Choice::new("all", say::ALL),
        Choice::new("feedback", say::FEEDBACK),
        Choice::new("sign-offs", say::SIGN_OFFS),
        Choice::new("plans", say::PLANS),
    ]);
    let choose = Callback::new(move |(code, _): (String, bool)| {
        most.set(PAGE);
        shown.set(code);
    });
    view! {
        <Heading title=say::LIST_TITLE/>
        <fieldset class="filter">
            <legend class="unseen">{say::FILTER}</legend>
            <Choices name="show".to_owned() choices chosen=Signal::derive(move || Some(shown.get())) choose/>
        </fieldset>
        {move || {
            let mut records = records.get();
            if records.is_empty() {
                return empty(say::NONE, say::NONE_MORE);
            }
            let more = records.len() > most.get();
            records.truncate(most.get());
            view! {
                {lines(records)}
                {more
                    .then(|| {
                        view! {
                            <button type="button" class="button button-wide" on:click=move |_| most.update(|most| *most += PAGE)>
                                {frame::MORE}
                            </button>
                        }
                    })}
            }
                .into_any()
        }}
    }
    .into_any()
}
