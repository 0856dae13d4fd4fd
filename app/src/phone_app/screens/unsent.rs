//! What is only on this phone, and what could not be sent: every word, to copy, save or try again.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{
    decision::Act,
    id::PersonId,
    kind::Value,
    phone::{Ask, Row, Stuck},
    scalar::Scalar,
    words::act_meaning,
};

use crate::{
    phone_app::{
        browser, clock,
        log::Log,
        memo::memo,
        model::{Model, kinds, model},
        order,
        parts::{Heading, value_text},
        standing,
    },
    words::{record, unsent as say},
};

#[component]
pub fn Unsent() -> impl IntoView {
    let model = model();
    let waiting = memo(move || {
        let mut rows: Vec<_> = model.logs.with(|logs| {
            let rows = logs.values().flat_map(|log| log.rows.values().map(move |row| (row, log)));
            rows.filter(|(row, _)| row.unsent || !row.waiting.is_empty()).map(|(row, log)| (row.clone(), log.clone())).collect()
        });
        order::by(&mut rows, |(row, _)| row.touched_at.0);
        rows.iter().map(|(row, log)| item(model, row, log)).collect::<Vec<_>>()
    });
    view! {
        <Heading title=say::TITLE/>
        {move || {
            let stuck = model.stuck.get();
            let revoked = model.sync.with(|sync| sync.revoked);
            let more = if revoked {
                say::STUCK_REVOKED
            } else if stuck.iter().any(|stuck| !stuck.words().is_empty()) { say::STUCK_MORE } else { say::STUCK_DECISIONS };
            (!stuck.is_empty())
                .then(|| {
                    let items = stuck.into_iter().map(|stuck| stuck_item(model, stuck)).collect_view();
                    view! {
                        <section class="card card-needs" aria-labelledby="stuck">
                            <h2 id="stuck">{say::STUCK}</h2>
                            <p>{more}</p>
                            <ul class="stuck">{items}</ul>
                        </section>
                    }
                })
        }}
        {move || {
            let items = waiting.get();
            if items.is_empty() {
                // Beside what could not be sent this would not be so.
                return model.stuck.with(Vec::is_empty).then(|| view! { <p class="quiet">{say::ALL_SENT}</p> }.into_any());
            }
            let items = items.into_iter().map(|item| waiting_item(model, item)).collect_view();
            let waiting = view! {
                <section class="card" aria-labelledby="waiting">
                    <h2 id="waiting">{move || model.held_up().unwrap_or(say::WAITING)}</h2>
                    <ul class="plain">{items}</ul>
                    <button type="button" class="button" on:click=move |_| model.tell(Ask::Wake)>
                        {say::TRY_NOW}
                    </button>
                </section>
            };
            Some(waiting.into_any())
        }}
    }
    .into_any()
}

/// A record with something that is only here.
#[derive(Debug, Clone, PartialEq)]
struct Waiting {
    record: shared::id::RecordId,
    href: String,
    title: String,
    note: String,
    may_take_back: bool,
}

fn item(model: Model, row: &Row, log: &Log) -> Waiting {
    let is_own = !row.log.holds_decisions();
    // The own log has no framework: a draft's skill is named by its relationship's.
    let facts = if is_own { mentee_log(model, row) } else { None };
    let acts = row.waiting.iter().map(|waiting| signed(waiting.act));
    let age = clock::ago(model.now.get().since(row.touched_at));
    let note: Vec<String> = acts.map(str::to_owned).chain([age]).collect();
    Waiting {
        record: row.record,
        href: super::today::draft_address(row).unwrap_or_else(|| super::records::address(row)),
        title: standing::title(row, facts.as_deref().unwrap_or(log)),
        note: note.join(" · "),
        may_take_back: !row.waiting.is_empty() && row.waiting.iter().all(|waiting| !waiting.gone),
    }
}

/// What was signed here, before it is in force.
fn signed(act: Act) -> &'static str {
    if act == Act::Submit { say::SIGNED } else { act_meaning(act) }
}

pub fn mentee_log(model: Model, row: &Row) -> Option<Arc<Log>> {
    let mentee = row.text("mentee").and_then(|mentee| mentee.parse().ok()).and_then(|mentee| model.relationship_of(mentee));
    mentee.or_else(|| model.relationships().into_iter().next()).map(|relationship| relationship.log)
}

fn waiting_item(model: Model, item: Waiting) -> AnyView {
    let take_back = item.may_take_back.then(|| {
        let record = item.record;
        let title = item.title.clone();
        view! {
            <button type="button" class="button" on:click=move |_| super::record::take_back(model, record)>
                {record::TAKE_BACK}
                <span class="unseen">": " {title.clone()}</span>
            </button>
        }
    });
    view! {
        <li class="waiting">
            <a href=item.href>{item.title}</a>
            <span class="small">{item.note}</span>
            {take_back}
        </li>
    }
    .into_any()
}

/// Every word of it, one field a line, in the order of its form.
fn all_words(model: Model, stuck: &Stuck) -> Vec<(String, String)> {
    let log = stuck_log(model, stuck);
    let kind = kinds().get(&stuck.kind);
    let declared = |field: &str| kind.and_then(|kind| kind.field(field));
    let place = |field: &str| kind.and_then(|kind| kind.fields.iter().position(|known| declared(field).is_some_and(|declared| declared.code == known.code)));
    let text = |field: &str, value: &Scalar| {
        let is_gone = |person: PersonId| !log.as_ref().is_some_and(|log| log.facts.members.iter().any(|member| member.person == person));
        let somebody = declared(field).is_some_and(|field| matches!(field.value, Value::Person { .. }));
        if somebody && value.text().and_then(|person| person.parse().ok()).is_some_and(is_gone) {
            return say::GONE.to_owned();
        }
        value_text(&stuck.kind, field, value, log.as_deref())
    };
    let words = stuck.words();
    let mut fields: Vec<_> = words.iter().collect();
    order::by(&mut fields, |(field, _)| place(field).and_then(|place| i64::try_from(place).ok()).unwrap_or(i64::MAX));
    let line = |(field, value): (&String, &Option<Scalar>)| {
        let label = declared(field).map_or(field.as_str(), |field| field.label).to_owned();
        (label, value.as_ref().map_or_else(|| say::CLEARED.to_owned(), |value| text(field, value)))
    };
    fields.into_iter().map(line).collect()
}

/// The log that it was for. Whoever was removed has it no more: skills have the same names in another of theirs.
fn stuck_log(model: Model, stuck: &Stuck) -> Option<Arc<Log>> {
    let mentee = stuck.fields.get("mentee").and_then(Option::as_ref).and_then(Scalar::text);
    if let Some(relationship) = mentee.and_then(|mentee| mentee.parse().ok()).and_then(|mentee| model.relationship_of(mentee)) {
        return Some(relationship.log);
    }
    let all = model.relationships();
    let place = all.iter().position(|relationship| relationship.id == stuck.log).unwrap_or_default();
    all.into_iter().nth(place).map(|relationship| relationship.log)
}

/// What it is about, as far as this phone still has it.
fn stuck_title(model: Model, stuck: &Stuck, row: Option<&Row>) -> String {
    match row.zip(stuck_log(model, stuck)) {
        Some((row, log)) => standing::title(row, &log),
        None => kinds().get(&stuck.kind).map_or("", |kind| kind.name).to_owned(),
    }
}

fn stuck_item(model: Model, stuck: Stuck) -> AnyView {
    let words = all_words(model, &stuck);
    let has_words = !words.is_empty();
    let row = model.row(stuck.record);
    let title = stuck_title(model, &stuck, row.as_deref());
    let acts: Vec<&str> = stuck.acts.iter().map(|act| signed(*act)).collect();
    let acts = (!acts.is_empty()).then(|| say::not_in_force(&acts));
    let as_text = words.iter().map(|(label, text)| [label.as_str(), ": ", text].concat());
    let as_text = std::iter::once(title.clone()).chain(acts.clone()).chain(as_text).chain([stuck.refusal.sentence.clone()]).collect::<Vec<_>>().join("\n");
    let to_save = as_text.clone();
    let id = stuck.id;
    let copy = move |_| {
        browser::copy(&as_text);
        model.say(say::COPIED);
    };
    let words = words.into_iter().map(|(label, text)| {
        view! {
            <div class="said">
                <dt>{label}</dt>
                <dd dir="auto">{text}</dd>
            </div>
        }
    });
    let words = words.collect_view();
    let open = row.map(|row| view! { <a href=super::records::address(&row)>{title.clone()}</a> }.into_any());
    let keep = has_words.then(|| {
        view! {
            <button type="button" class="button" on:click=copy>
                {say::COPY}
            </button>
            <button type="button" class="button" on:click=move |_| browser::save_file(say::FILE, to_save.as_bytes())>
                {say::SAVE}
            </button>
        }
    });
    let retry = model.sync.with_untracked(|sync| !sync.revoked).then(|| {
        view! {
            <button type="button" class="button" on:click=move |_| model.tell(Ask::Retry { stuck: id })>
                {say::RETRY}
            </button>
        }
    });
    view! {
        <li class="stuck-item">
            <h3>{open.unwrap_or_else(|| title.into_any())}</h3>
            {acts.map(|acts| view! { <p class="small">{acts}</p> })}
            <p class="refused">{stuck.refusal.sentence}</p>
            <dl class="content">{words}</dl>
            <div class="bar-inline">
                {keep}
                {retry}
                <button type="button" class="button button-quiet" on:click=move |_| model.tell(Ask::Dismiss { stuck: id })>
                    {if has_words { say::DISMISS } else { say::DISMISS_DECISION }}
                </button>
            </div>
        </li>
    }
    .into_any()
}
