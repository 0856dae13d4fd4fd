//! A record's words, field by field, as its declaration orders them.

use leptos::prelude::*;
use shared::{
    decision::Content,
    kind::{Field, NEXT_STEPS, Value},
    scalar::Scalar,
    time::At,
    words::level_meaning,
};

use crate::{
    phone_app::{clock, log::Log, model::kinds},
    words::{form, rating, record as say},
};

/// A value as a person reads it.
pub fn value_text(kind: &str, key: &str, value: &Scalar, log: Option<&Log>) -> String {
    let declared = kinds().get(kind).and_then(|kind| kind.field(key)).map(|field| field.value);
    match (declared, value) {
        (Some(Value::Choice { of }), Scalar::Text(code)) => {
            of.iter().find(|choice| choice.code == code).map_or(code.as_str(), |choice| choice.label).to_owned()
        }
        (Some(Value::Person { .. }), Scalar::Text(id)) => id.parse().ok().zip(log).map_or_else(|| id.clone(), |(person, log)| log.facts.name(person)),
        (Some(Value::Competency), Scalar::Text(code)) => skill_name(code, log),
        (Some(Value::Day), Scalar::Text(day)) => clock::written_day(day),
        (Some(Value::Moment), Scalar::Integer(ms)) => log.map_or_else(
            || ms.to_string(),
            |log| {
                let zone = log.facts.zone();
                [clock::full_day(At(*ms), &zone), clock::time(At(*ms), &zone)].join(", ")
            },
        ),
        (Some(Value::Level), Scalar::Integer(level)) => level_text(*level),
        (Some(Value::Rating), Scalar::Integer(level)) => say::level_of(*level),
        (_, Scalar::Flag(flag)) => if *flag { form::YES } else { "" }.to_owned(),
        (_, Scalar::Integer(number)) => number.to_string(),
        // A chip's code, or the writer's own words.
        (_, Scalar::Text(text)) if key == "next_step" => next_step_text(text),
        (_, Scalar::Text(text)) => text.clone(),
    }
}

/// 'level 3: may do this with someone in reach'.
pub fn level_text(level: i64) -> String {
    let meaning = u8::try_from(level).map_or("", level_meaning);
    [&level.to_string(), ": ", meaning].concat()
}

/// A next step in words: chips are stored by code.
pub fn next_step_text(text: &str) -> String {
    NEXT_STEPS.iter().find(|choice| choice.code == text).map_or(text, |choice| choice.label).to_owned()
}

pub fn skill_name(code: &str, log: Option<&Log>) -> String {
    log.and_then(|log| log.facts.competency(code)).map_or(code, |competency| competency.name.as_str()).to_owned()
}

/// Shown elsewhere on the record's screen, or of no use to a reader.
const ELSEWHERE: [&str; 9] = ["mentee", "captured_at", "evidence", "elsewhere", "practice", "late_reason", "jot", "on", "question"];

/// The words of a version. Words come before the level.
#[component]
pub fn ContentView(kind: String, content: Content, #[prop(into)] log: std::sync::Arc<Log>) -> impl IntoView {
    let Some(declared) = kinds().get(&kind) else { return ().into_any() };
    let plain = declared.fields.iter().filter(|field| field.keyed.is_none() && !ELSEWHERE.contains(&field.code));
    let (words, rest): (Vec<&Field>, Vec<&Field>) = plain.partition(|field| is_words(field) || field.code == "next_step");
    let scale = content.get("competency").and_then(Scalar::text).and_then(|code| log.facts.competency(code)).map(|competency| competency.scale);
    let item = |field: &Field| {
        let value = content.get(field.code)?;
        let text = match (field.value, value, scale) {
            (Value::Rating, Scalar::Integer(level), Some(scale)) => [rating(scale, *level), " (", &say::level_of(*level), ")"].concat(),
            _ => value_text(&kind, field.code, value, Some(&log)),
        };
        let class = if is_words(field) { "said said-words" } else { "said" };
        (!text.is_empty()).then(|| {
            view! {
                <div class=class>
                    <dt>{field.label}</dt>
                    <dd dir="auto">{text}</dd>
                </div>
            }
        })
    };
    let words = words.into_iter().filter_map(item).collect_view();
    let rest = rest.into_iter().filter_map(item).collect_view();
    let keyed = keyed(&kind, declared.fields, &content, &log);
    view! {
        <dl class="content">{words} {rest}</dl>
        {keyed}
    }
    .into_any()
}

fn is_words(field: &Field) -> bool {
    matches!(field.value, Value::Paragraph { .. } | Value::Prose { .. })
}

/// What is kept by skill or by month, one block each.
fn keyed(kind: &str, fields: &'static [Field], content: &Content, log: &Log) -> AnyView {
    let fields: Vec<&Field> = fields.iter().filter(|field| field.keyed.is_some() && !ELSEWHERE.contains(&field.code)).collect();
    let of = |key: &str| key.split_once('/').filter(|(code, _)| fields.iter().any(|field| field.code == *code)).map(|(_, key)| key.to_owned());
    let mut keys: Vec<String> = content.keys().filter_map(|key| of(key)).collect();
    keys.sort();
    keys.dedup();
    let blocks = keys.into_iter().map(|key| {
        let items = fields.iter().filter_map(|field| {
            let path = [field.code, "/", &key].concat();
            let text = value_text(kind, &path, content.get(&path)?, Some(log));
            Some(view! {
                <div class="said">
                    <dt>{field.label}</dt>
                    <dd dir="auto">{text}</dd>
                </div>
            })
        });
        let items = items.collect_view();
        let title = if key.parse::<u32>().is_ok() { form::number(&key) } else { skill_name(&key, Some(log)) };
        view! {
            <div class="block">
                <h2>{title}</h2>
                <dl class="content">{items}</dl>
            </div>
        }
    });
    blocks.collect_view().into_any()
}
