//! Fields that are kept by skill or by month: a block for each.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{
    kind::{Field, Keyed, Kind},
    scalar::Scalar,
};

use crate::{
    phone_app::{draft::Draft, log::Log, memo::memo, parts::FormField},
    words::form as say,
};

#[component]
pub fn KeyedFields(kind: &'static Kind, draft: Draft, log: Signal<Option<Arc<Log>>>) -> impl IntoView {
    let by_skill: Vec<&'static Field> = kind.fields.iter().filter(|field| matches!(field.keyed, Some(Keyed::Competency { .. }))).collect();
    let by_number: Vec<&'static Field> = kind.fields.iter().filter(|field| matches!(field.keyed, Some(Keyed::Number { .. }))).collect();
    let skills = (!by_skill.is_empty()).then(|| view! { <BySkill fields=by_skill draft log/> });
    let numbers = (!by_number.is_empty()).then(|| view! { <ByNumber fields=by_number draft log/> });
    view! {
        {skills}
        {numbers}
    }
    .into_any()
}

/// The keys that have a value under one of `fields`, with those just added.
fn keys(draft: Draft, fields: &[&'static Field], added: &[String]) -> Vec<String> {
    let content = draft.content();
    let present = content
        .keys()
        .filter_map(|path| path.split_once('/').filter(|(code, _)| fields.iter().any(|field| field.code == *code)).map(|(_, key)| key.to_owned()));
    let mut keys: Vec<String> = present.chain(added.iter().cloned()).collect();
    keys.sort();
    keys.dedup();
    keys
}

fn block(fields: &[&'static Field], key: &str, draft: Draft, log: Signal<Option<Arc<Log>>>) -> AnyView {
    let fields = fields.iter().map(|field| {
        let path = [field.code, "/", key].concat();
        let read = path.clone();
        let value = memo(move || draft.value(&read));
        let put = path.clone();
        let write = Callback::new(move |(value, leaving): (Option<Scalar>, bool)| draft.put(&put, value, leaving));
        let field: &'static Field = field;
        view! { <FormField field key=path value write log/> }
    });
    fields.collect_view().into_any()
}

#[component]
fn BySkill(fields: Vec<&'static Field>, draft: Draft, log: Signal<Option<Arc<Log>>>) -> impl IntoView {
    let added = RwSignal::new(Vec::<String>::new());
    let fields = StoredValue::new(fields);
    let shown = memo(move || fields.with_value(|fields| keys(draft, fields, &added.get())));
    let most = fields.with_value(|fields| fields.first().and_then(|field| field.keyed).map_or(0, Keyed::most));
    let name = move |code: &str| {
        log.with(|log| log.as_ref().and_then(|log| log.facts.competency(code).map(|competency| competency.name.clone()))).unwrap_or_else(|| code.to_owned())
    };
    let offered = memo(move || {
        let shown = shown.get();
        log.with(|log| {
            let all = log.iter().flat_map(|log| log.facts.framework.iter().flat_map(|framework| framework.competencies.clone()));
            all.filter(|competency| !shown.contains(&competency.code)).map(|competency| (competency.code, competency.name)).collect::<Vec<_>>()
        })
    });
    let remove = move |code: String| {
        for field in fields.get_value() {
            let path = [field.code, "/", &code].concat();
            if untrack(|| draft.value(&path)).is_some() {
                draft.put(&path, None, true);
            }
        }
        added.update(|added| added.retain(|known| *known != code));
    };
    let skill = move |code: String| {
        let title = name(&code);
        let id = ["skill-", &code].concat();
        let body = fields.with_value(|fields| block(fields, &code, draft, log));
        let gone = code.clone();
        view! {
            <section class="card form" aria-labelledby=id.clone()>
                <h2 id=id.clone()>{title.clone()}</h2>
                {body}
                <button type="button" class="button button-quiet" on:click=move |_| remove(gone.clone())>
                    {say::REMOVE_SKILL}
                    <span class="unseen">": " {title}</span>
                </button>
            </section>
        }
        .into_any()
    };
    let add = move |code: String| {
        if !code.is_empty() {
            added.update(|added| added.push(code));
        }
    };
    let full = move || shown.with(Vec::len) >= most;
    view! {
        <For each=move || shown.get() key=Clone::clone children=skill/>
        <Show when=move || !full()>
            <div class="field">
                <label for="add-skill">{say::ADD_SKILL}</label>
                <select id="add-skill" on:change:target=move |event| add(event.target().value())>
                    <option value="">{say::NOT_CHOSEN}</option>
                    {move || offered.get().into_iter().map(|(code, name)| view! { <option value=code>{name}</option> }).collect_view()}
                </select>
            </div>
        </Show>
    }
    .into_any()
}

#[component]
fn ByNumber(fields: Vec<&'static Field>, draft: Draft, log: Signal<Option<Arc<Log>>>) -> impl IntoView {
    let added = RwSignal::new(Vec::<String>::new());
    let fields = StoredValue::new(fields);
    let shown = memo(move || fields.with_value(|fields| keys(draft, fields, &added.get())));
    let most = fields.with_value(|fields| fields.first().and_then(|field| field.keyed).map_or(0, Keyed::most));
    let add = move |_| {
        let next = shown.with_untracked(|shown| shown.iter().filter_map(|key| key.parse::<u32>().ok()).max()).unwrap_or(0) + 1;
        added.update(|added| added.push(next.to_string()));
    };
    let one = move |key: String| {
        let body = fields.with_value(|fields| block(fields, &key, draft, log));
        view! {
            <fieldset class="card form">
                <legend>{say::number(&key)}</legend>
                {body}
            </fieldset>
        }
        .into_any()
    };
    view! {
        <For each=move || shown.get() key=Clone::clone children=one/>
        <Show when=move || shown.with(Vec::len) < most>
            <p>
                <button type="button" class="button" on:click=add>
                    {say::ADD_NUMBER}
                </button>
            </p>
        </Show>
    }
    .into_any()
}
