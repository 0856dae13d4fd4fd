//! One field of a form, as its declaration says.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{
    framework::Scale,
    kind::{Field, Value},
    scalar::Scalar,
    time::At,
    words::level_meaning,
};

use super::{Choice, Choices, TextBox};
use crate::{
    phone_app::{browser, clock, log::Log, memo::memo},
    words::{claim, form as say, observe, rating},
};

/// Draws `field` under `key` and hands each change to `write`: value, and whether it is final.
#[component]
pub fn FormField(
    field: &'static Field,
    key: String,
    #[prop(into)] value: Signal<Option<Scalar>>,
    write: Callback<(Option<Scalar>, bool)>,
    /// Facts for names, skills and the zone.
    #[prop(into)]
    log: Signal<Option<Arc<Log>>>,
) -> impl IntoView {
    let id = ["field-", &key.replace('/', "-")].concat();
    match field.value {
        Value::Line { max_chars } | Value::Paragraph { max_chars } => words(field, id, value, write, max_chars),
        Value::Flag => flag(field, id, value, write),
        Value::Number { min, max } => number(field, id, value, write, min, max),
        Value::Day => dated(field, id, value, write, log, true),
        Value::Moment => dated(field, id, value, write, log, false),
        // Prose has a box of its own: it is typed and not set.
        Value::Record | Value::Elsewhere | Value::Prose { .. } => ().into_any(),
        Value::Rating | Value::Level | Value::Choice { .. } | Value::Person { .. } | Value::Competency => one_of(field, id, value, write, log),
    }
}

fn words(field: &'static Field, id: String, value: Signal<Option<Scalar>>, write: Callback<(Option<Scalar>, bool)>, max_chars: usize) -> AnyView {
    let text = memo(move || value.get().and_then(|value| value.text().map(str::to_owned)).unwrap_or_default());
    let write = Callback::new(move |(text, leaving): (String, bool)| write.run(((!text.is_empty()).then_some(Scalar::Text(text)), leaving)));
    let one_line = matches!(field.value, Value::Line { .. });
    let rows = if one_line { 1 } else { 3 };
    view! { <TextBox id label=field.label value=text write rows max_chars one_line needed=field.needed/> }.into_any()
}

fn flag(field: &'static Field, id: String, value: Signal<Option<Scalar>>, write: Callback<(Option<Scalar>, bool)>) -> AnyView {
    let checked = move || value.get().and_then(|value| value.flag()).unwrap_or(false);
    view! {
        <div class="choice">
            <input type="checkbox" id=id.clone() prop:checked=checked on:change:target=move |event| write.run((event.target().checked().then_some(Scalar::Flag(true)), true))/>
            <label for=id>
                <span class="choice-words">{field.label}</span>
            </label>
        </div>
    }
    .into_any()
}

fn number(field: &'static Field, id: String, value: Signal<Option<Scalar>>, write: Callback<(Option<Scalar>, bool)>, min: i64, max: i64) -> AnyView {
    let shown = move || value.get().and_then(|value| value.integer()).map(|number| number.to_string()).unwrap_or_default();
    let changed = move |text: String| write.run((text.parse().ok().filter(|number| (min..=max).contains(number)).map(Scalar::Integer), true));
    view! {
        <div class="field">
            <label for=id.clone()>{field.label} {needed(field)}</label>
            <input id=id class="short" type="number" inputmode="numeric" min=min max=max prop:value=shown on:change:target=move |event| changed(event.target().value())/>
        </div>
    }
    .into_any()
}

fn dated(
    field: &'static Field,
    id: String,
    value: Signal<Option<Scalar>>,
    write: Callback<(Option<Scalar>, bool)>,
    log: Signal<Option<Arc<Log>>>,
    day: bool,
) -> AnyView {
    let zone = move || log.with(|log| log.as_ref().map_or_else(shared::time::Zone::utc, |log| log.facts.zone()));
    let shown = move || match value.get() {
        Some(Scalar::Text(day)) => day,
        Some(Scalar::Integer(ms)) => clock::to_field(At(ms), &zone()),
        _ => String::new(),
    };
    let changed = move |text: String| {
        let value =
            if day { (!text.is_empty()).then_some(Scalar::Text(text)) } else { clock::from_field(&text, &untrack(zone)).map(|at| Scalar::Integer(at.0)) };
        write.run((value, true));
    };
    view! {
        <div class="field">
            <label for=id.clone()>{field.label} {needed(field)}</label>
            <input id=id class="short" type=if day { "date" } else { "datetime-local" } prop:value=shown on:change:target=move |event| changed(event.target().value())/>
        </div>
    }
    .into_any()
}

fn needed(field: &Field) -> Option<AnyView> {
    field.needed.then(|| view! { <span class="needed">{say::NEEDED}</span> }.into_any())
}

fn one_of(field: &'static Field, id: String, value: Signal<Option<Scalar>>, write: Callback<(Option<Scalar>, bool)>, log: Signal<Option<Arc<Log>>>) -> AnyView {
    let choices = memo(move || log.with(|log| choices(field.value, log.as_deref())));
    let chosen = Signal::derive(move || {
        value.get().map(|value| match value {
            Scalar::Text(code) => code,
            Scalar::Integer(number) => number.to_string(),
            Scalar::Flag(_) => String::new(),
        })
    });
    let numeric = matches!(field.value, Value::Rating | Value::Level);
    let choose = Callback::new(move |(code, _): (String, bool)| {
        let value = if numeric { code.parse().ok().map(Scalar::Integer) } else { Some(Scalar::Text(code)) };
        write.run((value, true));
    });
    let rows = !matches!(field.value, Value::Choice { .. });
    view! {
        <fieldset class="question-inner">
            <legend>{field.label} {needed(field)}</legend>
            <Choices name=id choices chosen choose rows/>
        </fieldset>
    }
    .into_any()
}

fn choices(value: Value, log: Option<&Log>) -> Vec<Choice> {
    match value {
        Value::Choice { of } => of.iter().map(|choice| Choice::new(choice.code, choice.label)).collect(),
        Value::Level => (1..=5).map(|level| Choice::new(level.to_string(), claim::level_row(level, level_meaning(level)))).collect(),
        Value::Rating => {
            let rows = (1..=5).map(|level: i64| Choice::new(level.to_string(), rating(Scale::Doing, level)));
            rows.chain([Choice::new("0", observe::COULD_NOT_JUDGE)]).collect()
        }
        Value::Person { role } => {
            let members = log.into_iter().flat_map(|log| log.facts.current(browser::now()).filter(move |member| member.role == role));
            members.map(|member| Choice::new(member.person.to_string(), member.name.clone())).collect()
        }
        Value::Competency => {
            let all = log.into_iter().flat_map(|log| log.facts.framework.iter().flat_map(|framework| &framework.competencies));
            all.map(|competency| Choice::new(competency.code.clone(), competency.name.clone())).collect()
        }
        _ => Vec::new(),
    }
}
