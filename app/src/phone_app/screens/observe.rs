//! Feedback on what was seen: who, what, where, how much help, words; signed and sent.

mod details;
mod send;
mod what;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map, use_query_map},
};
use shared::{
    framework::Scale,
    id::RecordId,
    kind::{OBSERVATION, PLACE_CHIP_HOURS},
    role::Role,
    scalar::Scalar,
    time::HOUR_MS,
};

use self::{details::Details, send::SendBar, what::What};
use crate::{
    phone_app::{
        browser,
        draft::Draft,
        log::Relationship,
        memo::memo,
        model::{Model, model},
        parts::{Choice, Choices, Conflicts, Heading, LevelRows, TextBox, empty},
        screens::{not_yours::where_yours, person::future_readers},
    },
    words::observe as say,
};

/// Relationships whose mentee this person may observe.
fn observed(model: Model) -> Vec<Relationship> {
    let mut all: Vec<Relationship> = Vec::new();
    for role in [Role::Mentor, Role::Supervisor, Role::Lead] {
        for relationship in model.relationships_as(role) {
            if !all.iter().any(|known| known.id == relationship.id) {
                all.push(relationship);
            }
        }
    }
    let me = model.person();
    all.retain(|relationship| relationship.log.mentee().map(|mentee| mentee.person) != me);
    all
}

/// The place of this person's newest observation of the last hours.
fn last_place(model: Model) -> Option<String> {
    let me = model.person()?;
    let since = browser::now().plus(-PLACE_CHIP_HOURS * HOUR_MS).0;
    model.logs.with(|logs| {
        let rows = logs.values().flat_map(|log| log.of_kind("observation")).filter(|row| row.by == me);
        let recent = rows.filter_map(|row| Some((row.integer("captured_at").filter(|at| *at >= since)?, row.text("setting")?)));
        recent.max_by_key(|(at, _)| *at).map(|(_, place)| place.to_owned())
    })
}

#[component]
pub fn Observe() -> impl IntoView {
    let params = use_params_map();
    let shown = memo(move || params.with(|params| params.get("record").and_then(|record| record.parse::<RecordId>().ok())));
    // The record that this screen itself began: its address comes after it.
    let begun = StoredValue::new(None::<RecordId>);
    // Which draft this is, counted, and the record that it began with.
    let draft_of = Memo::new(move |before: Option<&(u32, Option<RecordId>)>| {
        let shown = shown.get();
        let (count, record) = before.copied().unwrap_or((0, shown));
        match begun.get_value() {
            Some(made) if shown == Some(made) => (count, record),
            // Back on the address without a record: the next observation.
            Some(_) if shown.is_none() => {
                begun.set_value(None);
                (count + 1, None)
            }
            _ => (count, shown),
        }
    });
    move || {
        let (_, record) = draft_of.get();
        match record {
            Some(_) => view! { <ObserveDraft record begun/> }.into_any(),
            None => where_yours(&OBSERVATION, say::TITLE, move || view! { <ObserveDraft record begun/> }),
        }
    }
}

#[component]
fn ObserveDraft(record: Option<RecordId>, begun: StoredValue<Option<RecordId>>) -> impl IntoView {
    let model = model();
    let query = use_query_map();
    let navigate = use_navigate();
    let people = memo(move || observed(model));
    let asked_for = query.with_untracked(|query| query.get("mentee"));
    let jotting = query.with_untracked(|query| query.get("jot").is_some());
    let presets = Signal::derive(move || {
        let mut presets = BTreeMap::new();
        let people = people.get();
        let only = if let [one] = people.as_slice() { one.log.mentee().map(|mentee| mentee.person.to_string()) } else { None };
        if let Some(mentee) = asked_for.clone().or(only) {
            presets.insert("mentee".to_owned(), Scalar::Text(mentee));
        }
        if let Some(place) = last_place(model) {
            presets.insert("setting".to_owned(), Scalar::Text(place));
        }
        presets
    });
    let trying = record.is_none() && query.with_untracked(|query| query.get("try").is_some());
    let draft = if trying { Draft::to_try("observation") } else { Draft::new("observation", record, presets) };

    let go = navigate.clone();
    Effect::new(move |_| {
        // The address follows the record, so that the browser can close and open on it.
        if let Some(made) = draft.record.get()
            && record.is_none()
            && !trying
        {
            begun.set_value(Some(made));
            go(&["/app/observe/", &made.to_string()].concat(), NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        }
    });
    Effect::new(move |_| {
        // Signed, here or on another phone: it is read where records are read.
        if let Some(row) = draft.row.get()
            && row.log.holds_decisions()
        {
            navigate(&["/app/records/", &row.record.to_string()].concat(), NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
    Effect::new(move |_| {
        if jotting {
            browser::focus("jot");
        }
    });

    let mentee = memo(move || draft.person("mentee"));
    let relationship = memo(move || mentee.get().and_then(|mentee| model.relationship_of(mentee)));
    let names = future_readers(model, draft, relationship);
    view! {
        <Heading title=if trying { say::TRY_TITLE } else { say::TITLE } who=names/>
        <Conflicts row=draft.row log=Signal::derive(move || relationship.get().map(|relationship| relationship.log))/>
        {trying.then(|| view! { <p class="banner banner-here">{say::TRY_LINE}</p> })}
        <div class="jot">
            <TextBox id="jot".to_owned() label=say::JOT hint=say::JOT_HINT value=draft.words("jot") write=draft.writer("jot")/>
        </div>
        <Show when=move || people.with(|people| people.is_empty())>{empty(say::WHO, say::NOBODY)}</Show>
        <Who draft people/>
        <Show when=move || relationship.with(Option::is_some)>
            <What draft relationship/>
            <Where draft relationship/>
            <HowMuch draft relationship/>
            <Details draft relationship/>
        </Show>
        <SendBar draft relationship/>
    }
    .into_any()
}

#[component]
fn Who(draft: Draft, people: Memo<Vec<Relationship>>) -> impl IntoView {
    let choices = Signal::derive(move || {
        let mentee = |relationship: &Relationship| {
            let mentee = relationship.log.mentee()?;
            let note = [mentee.job.as_str(), mentee.place.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
            Some(Choice { code: mentee.person.to_string(), label: mentee.name.clone(), note: Some(note) })
        };
        people.with(|people| people.iter().filter_map(mentee).collect::<Vec<_>>())
    });
    let chosen = Signal::derive(move || draft.text("mentee"));
    let choose = Callback::new(move |(code, finger): (String, bool)| {
        draft.put("mentee", Some(Scalar::Text(code)), true);
        if finger {
            browser::move_on_to("what");
        }
    });
    view! {
        <fieldset class="question" id="who">
            <legend>{say::WHO}</legend>
            <Choices name="who".to_owned() choices chosen choose rows=true/>
        </fieldset>
    }
    .into_any()
}

#[component]
fn Where(draft: Draft, relationship: Memo<Option<Relationship>>) -> impl IntoView {
    let own = draft.words("setting");
    // Drawn again only when a place comes or goes, so that the keyboard stays on the one it chose.
    let choices = memo(move || {
        let mut places =
            relationship.with(|relationship| relationship.as_ref().map(|relationship| relationship.log.facts.settings.places.clone())).unwrap_or_default();
        let chosen = own.get();
        if !chosen.is_empty() && !places.contains(&chosen) && !typing_place() {
            places.push(chosen);
        }
        places.into_iter().map(|place| Choice::new(place.clone(), place)).collect::<Vec<_>>()
    });
    let chosen = Signal::derive(move || draft.text("setting"));
    let choose = Callback::new(move |(code, finger): (String, bool)| {
        draft.put("setting", Some(Scalar::Text(code)), true);
        if finger {
            browser::move_on_to("how-much");
        }
    });
    let practice = move || draft.flag("practice");
    let practise = move |on: bool| draft.put("practice", on.then_some(Scalar::Flag(true)), true);
    view! {
        <fieldset class="question" id="where">
            <legend>{say::WHERE}</legend>
            <Choices name="where".to_owned() choices chosen choose/>
            <div class="choice">
                <input type="checkbox" id="practice" prop:checked=practice on:change:target=move |event| practise(event.target().checked())/>
                <label for="practice">
                    <span class="choice-words">{say::PRACTICE}</span>
                </label>
            </div>
            <details class="more">
                <summary>{say::ELSEWHERE}</summary>
                <TextBox id="elsewhere".to_owned() label=say::ELSEWHERE value=own write=draft.writer("setting") rows=1 max_chars=120 one_line=true quiet_label=true/>
            </details>
        </fieldset>
    }
    .into_any()
}

fn typing_place() -> bool {
    document().active_element().is_some_and(|element| element.id() == "elsewhere")
}

#[component]
fn HowMuch(draft: Draft, relationship: Memo<Option<Relationship>>) -> impl IntoView {
    let scale = Signal::derive(move || {
        let code = draft.text("competency");
        relationship
            .with(|relationship| {
                relationship.as_ref().zip(code).and_then(|(relationship, code)| relationship.log.facts.competency(&code).map(|competency| competency.scale))
            })
            .unwrap_or(Scale::Doing)
    });
    let scale = memo(move || scale.get());
    let level = memo(move || draft.integer("level"));
    let choose = Callback::new(move |(level, finger): (i64, bool)| {
        draft.put("level", Some(Scalar::Integer(level)), true);
        if finger {
            browser::move_on_to("words");
        }
    });
    view! {
        <fieldset class="question" id="how-much">
            <legend>{say::HOW_MUCH}</legend>
            <LevelRows scale=scale.into() level choose/>
        </fieldset>
    }
    .into_any()
}
