//! Erasing a record's words: the choice, and the question with its consequences.

use leptos::prelude::*;

use super::super::{field::problem, reason_form::ReasonForm, words::lead as say};

/// Records of a relationship that still have their words.
#[derive(Debug, Clone, PartialEq)]
pub struct EraseChoicePage {
    pub relationship: String,
    /// The newest first.
    pub rows: Vec<ErasableRow>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ErasableRow {
    /// Where the question is asked.
    pub href: String,
    /// Kind, author and day.
    pub heading: String,
}

/// The question before a record's words are destroyed.
#[derive(Debug, Clone, PartialEq)]
pub struct ErasePage {
    /// Where the form goes.
    pub action: String,
    pub heading: String,
    pub relationship: String,
    /// Label and the words in full.
    pub fields: Vec<(String, String)>,
    /// As it was typed.
    pub reason: String,
    pub problem: Option<String>,
}

pub(in crate::pages) fn choice_view(page: EraseChoicePage) -> impl IntoView {
    let rows = if page.rows.is_empty() {
        view! { <p>{say::ERASE_NONE}</p> }.into_any()
    } else {
        let row = |row: ErasableRow| view! { <li><a href=row.href>{row.heading}</a></li> };
        view! { <ul class="page-choice">{page.rows.into_iter().map(row).collect_view()}</ul> }.into_any()
    };
    view! {
        <h1>{say::ERASE_TITLE}</h1>
        <p>{page.relationship}</p>
        <p>{say::ERASE_LEDE}</p>
        {rows}
        <p><a class="page-button-quiet" href="/lead">{say::BACK}</a></p>
    }
}

pub(in crate::pages) fn view(page: ErasePage) -> impl IntoView {
    let wrong = page.problem.is_some();
    let field = |(label, words)| view! { <div><dt>{label}</dt><dd class="page-words">{words}</dd></div> };
    view! {
        <h1>{say::ERASE_HEADING}</h1>
        {problem(page.problem)}
        <p><strong>{page.heading}</strong></p>
        <p>{page.relationship}</p>
        <dl class="page-terms">{page.fields.into_iter().map(field).collect_view()}</dl>
        <ul>{say::ERASE_EFFECTS.iter().map(|effect| view! { <li>{*effect}</li> }).collect_view()}</ul>
        {ReasonForm {
            action: page.action,
            id: "reason".to_owned(),
            label: say::ERASE_REASON,
            hint: say::ERASE_REASON_HINT,
            reason: page.reason,
            wrong,
            button: say::ERASE_BUTTON,
            otherwise: Some(("/lead", say::END_BACK)),
        }
            .view()}
    }
}
