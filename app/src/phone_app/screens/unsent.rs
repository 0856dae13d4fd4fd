//! What is only on this phone, and what could not be sent: every word, to copy, save or try again.

use leptos::prelude::*;
use shared::{
    decision::Act,
    phone::{Ask, Row, Stuck},
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
            (!stuck.is_empty())
                .then(|| {
                    let items = stuck.into_iter().map(|stuck| stuck_item(model, stuck)).collect_view();
                    view! {
                        <section class="card card-needs" aria-labelledby="stuck">
                            <h2 id="stuck">{say::STUCK}</h2>
                            <p>{say::STUCK_MORE}</p>
                            <ul class="stuck">{items}</ul>
                        </section>
                    }
                })
        }}
        <section class="card" aria-labelledby="waiting">
            <h2 id="waiting">{say::WAITING}</h2>
            {move || {
                let items = waiting.get();
                if items.is_empty() {
                    return view! { <p>{say::ALL_SENT}</p> }.into_any();
                }
                let items = items.into_iter().map(|item| waiting_item(model, item)).collect_view();
                view! {
                    <ul class="plain">{items}</ul>
                    <button type="button" class="button" on:click=move |_| model.tell(Ask::Wake)>
                        {say::TRY_NOW}
                    </button>
                }
                    .into_any()
            }}
        </section>
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
    let acts = row.waiting.iter().map(|waiting| if waiting.act == Act::Submit { say::SIGNED } else { act_meaning(waiting.act) });
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

pub fn mentee_log(model: Model, row: &Row) -> Option<std::sync::Arc<Log>> {
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

/// Every word of it, one field a line.
fn all_words(model: Model, stuck: &Stuck) -> Vec<(String, String)> {
    let log = model.log(stuck.log).filter(|_| stuck.log.holds_decisions());
    let kind = kinds().get(&stuck.kind);
    let label = |field: &str| kind.and_then(|kind| kind.field(field)).map_or(field, |field| field.label).to_owned();
    let text = |field: &str, value: &Option<shared::scalar::Scalar>| {
        value.as_ref().map_or_else(|| say::CLEARED.to_owned(), |value| value_text(&stuck.kind, field, value, log.as_deref()))
    };
    stuck.fields.iter().map(|(field, value)| (label(field), text(field, value))).collect()
}

fn stuck_item(model: Model, stuck: Stuck) -> AnyView {
    let words = all_words(model, &stuck);
    let kind = kinds().get(&stuck.kind).map_or("", |kind| kind.name);
    let acts = stuck.acts.iter().map(|act| act_meaning(*act).to_owned());
    let title = std::iter::once(kind.to_owned()).chain(acts).collect::<Vec<_>>().join(" · ");
    let as_text = words.iter().map(|(label, text)| [label.as_str(), ": ", text].concat());
    let as_text = std::iter::once(title.clone()).chain(as_text).chain([stuck.refusal.sentence.clone()]).collect::<Vec<_>>().join("\n");
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
    let record = stuck.record;
    let open = model.row(record).map(|row| view! { <a href=super::records::address(&row)>{title.clone()}</a> }.into_any());
    view! {
        <li class="stuck-item">
            <h3>{open.unwrap_or_else(|| title.into_any())}</h3>
            <p class="refused">{stuck.refusal.sentence}</p>
            {stuck.held.then(|| view! { <p>{say::HELD}</p> })}
            <dl class="content">{words}</dl>
            <div class="bar-inline">
                <button type="button" class="button" on:click=copy>
                    {say::COPY}
                </button>
                <button type="button" class="button" on:click=move |_| browser::save_file(say::FILE, &to_save)>
                    {say::SAVE}
                </button>
                <button type="button" class="button" on:click=move |_| model.tell(Ask::Retry { stuck: id })>
                    {say::RETRY}
                </button>
                <button type="button" class="button button-quiet" on:click=move |_| model.tell(Ask::Dismiss { stuck: id })>
                    {say::DISMISS}
                </button>
            </div>
        </li>
    }
    .into_any()
}
