//! The form that follows from a record's declaration: for every kind without a screen of its own.

mod keyed;
mod send;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use shared::{
    id::{PersonId, RecordId},
    kind::{Circle, Kind, Value},
    role::Role,
    scalar::Scalar,
};

use self::{keyed::KeyedFields, send::FormBar};
use super::{not_here::NotHere, not_yours::where_yours, person::future_readers};
use crate::{
    phone_app::{
        browser,
        draft::Draft,
        log::Relationship,
        memo::memo,
        model::{Model, kinds, model},
        parts::{Choice, Choices, Conflicts, FormField, Heading, TextBox},
    },
    words::form as say,
};

/// `/app/new/{kind}?in={relationship}`
#[component]
pub fn NewRecord() -> impl IntoView {
    let kind = use_params_map().with_untracked(|params| params.get("kind")).and_then(|kind| kinds().get(&kind));
    let to = use_query_map().with_untracked(|query| query.get("in"));
    match kind {
        Some(kind) => where_yours(kind, kind.name, move || view! { <Form kind record=None to=to.clone()/> }),
        None => view! { <NotHere/> }.into_any(),
    }
}

/// `/app/edit/{record}`
#[component]
pub fn EditRecord() -> impl IntoView {
    let model = model();
    let record = use_params_map().with_untracked(|params| params.get("record")).and_then(|record| record.parse::<RecordId>().ok());
    let kind = memo(move || record.and_then(|record| model.row(record)).map(|row| row.kind.clone()));
    move || match kind.get().and_then(|kind| kinds().get(&kind)) {
        Some(kind) => view! { <Form kind record to=None/> }.into_any(),
        None => view! { <NotHere/> }.into_any(),
    }
}

/// Whoever can only be one person is filled in: the writer, where they have that role, or the only one who has it.
fn only_people(kind: &'static Kind, relationship: &Relationship, me: PersonId) -> BTreeMap<String, Scalar> {
    let now = browser::now();
    let mut presets = BTreeMap::new();
    for field in kind.fields {
        let Value::Person { role } = field.value else { continue };
        let people: Vec<PersonId> = relationship.log.facts.current(now).filter(|member| member.role == role).map(|member| member.person).collect();
        let only = if people.contains(&me) { Some(me) } else { people.first().copied().filter(|_| people.len() == 1) };
        if let Some(only) = only {
            presets.insert(field.code.to_owned(), Scalar::Text(only.to_string()));
        }
    }
    presets
}

/// The relationship that the record is, or will be, shared with.
fn destination(model: Model, draft: Draft, to: &str, roles: &[Role]) -> Option<Relationship> {
    match draft.row.get().filter(|row| row.log.holds_decisions()) {
        Some(row) => model.relationships().into_iter().find(|relationship| relationship.id == row.log),
        None => meant(model, to, roles),
    }
}

/// The relationship that somebody in one of these roles means by an address, or by none.
fn meant(model: Model, to: &str, roles: &[Role]) -> Option<Relationship> {
    let mut own: Vec<Relationship> = Vec::new();
    for role in roles {
        own.extend(model.relationships_as(*role));
    }
    let named = own.iter().find(|relationship| relationship.address() == to).cloned();
    // Several and none named: nobody guesses whom it is for.
    named.or_else(|| if let [one] = own.as_slice() { Some(one.clone()) } else { None })
}

#[component]
fn Form(kind: &'static Kind, record: Option<RecordId>, to: Option<String>) -> impl IntoView {
    let model = model();
    // Which relationship a draft is meant for is remembered here; nobody else needs to know.
    let remembered = record.and_then(|record| browser::remembered(&["to-", &record.to_string()].concat()));
    let to = RwSignal::new(to.or(remembered).unwrap_or_default());
    let presets = Signal::derive(move || {
        let meant = model.person().zip(meant(model, &to.get(), kind.writers));
        meant.map(|(me, relationship)| only_people(kind, &relationship, me)).unwrap_or_default()
    });
    let draft = Draft::new(kind.code, record, presets);
    Effect::new(move |_| {
        if let Some(made) = draft.record.get() {
            browser::remember(&["to-", &made.to_string()].concat(), &to.get());
        }
    });
    let relationship = memo(move || destination(model, draft, &to.get(), kind.writers));
    let others = memo(move || {
        let shared = draft.row.with(|row| row.as_ref().is_some_and(|row| row.log.holds_decisions()));
        let mut choices: Vec<Choice> = Vec::new();
        for relationship in kind.writers.iter().filter(|_| !shared).flat_map(|role| model.relationships_as(*role)) {
            if !choices.iter().any(|choice| choice.code == relationship.address()) {
                let name = relationship.log.mentee().map(|mentee| mentee.name.clone()).unwrap_or_default();
                choices.push(Choice::new(relationship.address(), name));
            }
        }
        if choices.len() > 1 { choices } else { Vec::new() }
    });
    let log = Signal::derive(move || relationship.with(|relationship| relationship.as_ref().map(|relationship| relationship.log.clone())));
    let chosen = Signal::derive(move || relationship.with(|relationship| relationship.as_ref().map(Relationship::address)));
    let choose = Callback::new(move |(code, _): (String, bool)| to.set(code));
    let writes = move |field: &shared::kind::Field| {
        let Some(me) = model.person() else { return false };
        let roles = log.with_untracked(|log| log.as_ref().map(|log| log.facts.roles(me, browser::now()))).unwrap_or_default();
        let author = draft.row.with_untracked(|row| row.as_ref().is_none_or(|row| row.by == me));
        let own = draft.row.with_untracked(|row| row.as_ref().is_none_or(|row| !row.log.holds_decisions()));
        if draft.log_of(field).is_none() {
            return false;
        }
        let key = if field.keyed.is_some() { return true } else { field.code };
        own || kind.may_write(key, author, &roles)
    };
    let plain = kind.fields.iter().filter(|field| field.keyed.is_none() && writes(field)).map(|field| {
        if let Value::Prose { max_chars } = field.value {
            let id = ["field-", field.code].concat();
            let (value, typing) = (draft.words(field.code), draft.typist(field));
            return match field.circle {
                Some(Circle::Pair) => view! { <TextBox id label=field.label value typing rows=4 max_chars hint=say::PAIR_ONLY/> }.into_any(),
                _ => view! { <TextBox id label=field.label value typing rows=4 max_chars/> }.into_any(),
            };
        }
        let value = memo(move || draft.value(field.code));
        let write = Callback::new(move |(value, leaving): (Option<Scalar>, bool)| draft.put(field.code, value, leaving));
        view! { <FormField field key=field.code.to_owned() value write log/> }.into_any()
    });
    let plain = plain.collect_view();
    let keyed = kind.fields.iter().any(|field| field.keyed.is_some());
    view! {
        <Heading title=kind.name who=future_readers(model, draft, relationship)/>
        <Conflicts row=draft.row log=Signal::derive(move || relationship.get().map(|relationship| relationship.log))/>
        <p>{kind.purpose}</p>
        {move || {
            let choices = others.get();
            (!choices.is_empty())
                .then(|| {
                    view! {
                        <fieldset class="question">
                            <legend>{say::WITH}</legend>
                            <Choices name="with".to_owned() choices=Signal::stored(choices) chosen choose rows=true/>
                        </fieldset>
                    }
                })
        }}
        <div class="card form">{plain}</div>
        {keyed.then(|| view! { <KeyedFields kind draft log/> })}
        <FormBar kind draft relationship/>
    }
    .into_any()
}
