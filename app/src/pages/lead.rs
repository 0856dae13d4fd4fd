//! The programme lead's page: held words, relationships, the end of a membership.

mod erase;

use leptos::prelude::*;

pub use self::erase::{ErasableRow, EraseChoicePage, ErasePage};
pub(super) use self::erase::{choice_view as erase_choice_view, view as erase_view};
use super::{field::problem, reason_form::ReasonForm, words::lead as say};

/// Everything that one lead looks after.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeadPage {
    /// What was just done.
    pub done: Option<String>,
    /// Why it was not.
    pub problem: Option<String>,
    pub held: Vec<HeldWords>,
    pub relationships: Vec<RelationshipCard>,
    pub key: KeyCard,
}

/// The key that the organisation signs with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeyCard {
    pub key: String,
    /// How its check number begins, and how it goes on.
    pub number: [String; 2],
}

/// One bundle that somebody sent after they were removed.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldWords {
    /// The bundle's id, part of the forms' addresses.
    pub id: String,
    pub author: String,
    /// The relationship it belongs to, in words.
    pub relationship: String,
    /// Day and time in the organisation's zone.
    pub received: String,
    pub why: String,
    pub items: Vec<HeldItem>,
    /// Whether it can be taken over at all.
    pub adoptable: bool,
}

/// One effect of the bundle: a new record, a change, a signature.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldItem {
    pub heading: String,
    /// Label and the words in full.
    pub fields: Vec<(String, String)>,
}

/// A relationship with the people in it.
#[derive(Debug, Clone, PartialEq)]
pub struct RelationshipCard {
    pub id: String,
    pub title: String,
    pub members: Vec<MemberRow>,
}

/// Somebody's time in a role.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberRow {
    pub name: String,
    pub role: String,
    pub since: String,
    /// Absent while it lasts.
    pub until: Option<String>,
    /// Where the question before its end is asked; absent where it cannot end here.
    pub end: Option<String>,
}

/// What the organisation stated, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    pub when: String,
    pub sentence: String,
}

/// What the organisation stated in one relationship.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryPage {
    pub relationship: String,
    /// What changes who may do what, newest first.
    pub rows: Vec<HistoryRow>,
    /// What every day of work leaves behind, newest first.
    pub routine: Vec<HistoryRow>,
}

/// The question before a membership ends.
#[derive(Debug, Clone, PartialEq)]
pub struct EndPage {
    /// Where the form goes.
    pub action: String,
    pub name: String,
    pub role: String,
    pub relationship: String,
    /// As it was typed.
    pub reason: String,
    pub problem: Option<String>,
}

pub(super) fn view(page: LeadPage) -> impl IntoView {
    let held = if page.held.is_empty() {
        view! { <p>{say::HELD_NONE}</p> }.into_any()
    } else {
        let count = say::held_count(page.held.len());
        view! {
            <p><strong>{count}</strong> " " {say::HELD_LEDE}</p>
            {page.held.into_iter().map(held_words).collect_view()}
        }
        .into_any()
    };
    let relationships = if page.relationships.is_empty() {
        view! { <p>{say::RELATIONSHIPS_NONE}</p> }.into_any()
    } else {
        page.relationships.into_iter().map(relationship).collect_view().into_any()
    };
    view! {
        <h1>{say::HEADING}</h1>
        {page.done.map(|done| view! { <div class="page-done" role="status"><p>{done}</p></div> })}
        {problem(page.problem)}
        <section aria-labelledby="held">
            <h2 id="held">{say::HELD_HEADING}</h2>
            {held}
        </section>
        <section aria-labelledby="relationships">
            <h2 id="relationships">{say::RELATIONSHIPS}</h2>
            {relationships}
        </section>
        <section aria-labelledby="key">
            <h2 id="key">{say::KEY}</h2>
            <p>{say::KEY_LEDE}</p>
            {key_card(page.key)}
            <p>{say::KEY_COMPARE}</p>
        </section>
    }
}

fn key_card(KeyCard { key, number: [begins, goes_on] }: KeyCard) -> impl IntoView {
    view! {
        <dl class="page-facts">
            <div><dt>{say::KEY_BEGINS}</dt><dd class="page-digits">{begins}</dd></div>
            <div><dt>{say::KEY_GOES_ON}</dt><dd class="page-digits">{goes_on}</dd></div>
            <div><dt>{say::KEY_WHOLE}</dt><dd class="page-key">{key}</dd></div>
        </dl>
    }
}

fn held_words(held: HeldWords) -> impl IntoView {
    let heading_id = format!("held-{}", held.id);
    view! {
        <article class="page-card" aria-labelledby=heading_id.clone()>
            <h3 id=heading_id.clone()>{say::held_heading(&held.author)}</h3>
            <dl class="page-facts">
                <div><dt>{say::HELD_AUTHOR}</dt><dd>{held.author}</dd></div>
                <div><dt>{say::HELD_IN}</dt><dd>{held.relationship}</dd></div>
                <div><dt>{say::HELD_RECEIVED}</dt><dd>{held.received}</dd></div>
                <div><dt>{say::HELD_WHY}</dt><dd>{held.why}</dd></div>
            </dl>
            {held.items.into_iter().map(held_item).collect_view()}
            {held.adoptable.then(|| adopt_form(&held.id))}
            {discard_form(&held.id)}
        </article>
    }
}

fn held_item(item: HeldItem) -> impl IntoView {
    let fields = (!item.fields.is_empty()).then(|| {
        let rows = item.fields.into_iter().map(|(label, words)| view! { <div><dt>{label}</dt><dd class="page-words">{words}</dd></div> }).collect_view();
        view! { <dl class="page-terms">{rows}</dl> }
    });
    view! {
        <div class="page-held-item">
            <h4>{item.heading}</h4>
            {fields}
        </div>
    }
}

fn adopt_form(id: &str) -> impl IntoView + use<> {
    let hint = format!("adopt-{id}-hint");
    view! {
        <form class="page-form" method="post" action=format!("/lead/held/{id}/adopt")>
            <p class="page-hint" id=hint.clone()>{say::ADOPT_HINT}</p>
            <button class="page-button" type="submit" aria-describedby=hint>{say::ADOPT}</button>
        </form>
    }
}

fn discard_form(id: &str) -> impl IntoView + use<> {
    view! {
        <details class="page-more">
            <summary>{say::DISCARD}</summary>
            {ReasonForm {
                action: format!("/lead/held/{id}/discard"),
                id: format!("discard-{id}"),
                label: say::DISCARD_LABEL,
                hint: say::DISCARD_HINT,
                reason: String::new(),
                wrong: false,
                button: say::DISCARD_BUTTON,
                otherwise: None,
            }
                .view()}
        </details>
    }
}

fn relationship(card: RelationshipCard) -> impl IntoView {
    let heading_id = format!("relationship-{}", card.id);
    let history = format!("/lead/history/{}", card.id);
    let history_label = say::history_of(&card.title);
    let erase = format!("/lead/erase/{}", card.id);
    let erase_label = say::erase_in(&card.title);
    view! {
        <article class="page-card" aria-labelledby=heading_id.clone()>
            <h3 id=heading_id.clone()>{card.title}</h3>
            <ul class="page-members" aria-label=say::MEMBERS>{card.members.into_iter().map(member).collect_view()}</ul>
            <p class="page-actions">
                <a class="page-button-quiet" href=history aria-label=history_label>{say::HISTORY}</a>
                <a class="page-button-quiet" href=erase aria-label=erase_label>{say::ERASE_LINK}</a>
            </p>
        </article>
    }
}

fn member(member: MemberRow) -> impl IntoView {
    let label = say::end_label(&member.name, &member.role);
    let end = member.end.map(|href| view! { <a class="page-button-quiet" href=href aria-label=label>{say::END_LINK}</a> });
    view! {
        <li>
            <div class="page-member">
                <strong>{member.name}</strong>
                <span>{member.role}</span>
                <span class="page-when">{say::time_in_role(&member.since, member.until.as_deref())}</span>
            </div>
            {end}
        </li>
    }
}

pub(super) fn end_view(page: EndPage) -> impl IntoView {
    let wrong = page.problem.is_some();
    view! {
        <h1>{say::end_heading(&page.name, &page.role)}</h1>
        {problem(page.problem)}
        <p>{page.relationship}</p>
        <ul>{say::END_EFFECTS.iter().map(|effect| view! { <li>{*effect}</li> }).collect_view()}</ul>
        {ReasonForm {
            action: page.action,
            id: "reason".to_owned(),
            label: say::END_REASON,
            hint: say::END_REASON_HINT,
            reason: page.reason,
            wrong,
            button: say::END_BUTTON,
            otherwise: Some(("/lead", say::END_BACK)),
        }
            .view()}
    }
}

pub(super) fn history_view(page: HistoryPage) -> impl IntoView {
    let routine = (!page.routine.is_empty()).then(|| {
        view! {
            <details class="page-more">
                <summary>{say::routine(page.routine.len())}</summary>
                {history_rows(page.routine)}
            </details>
        }
    });
    view! {
        <h1>{say::history_of(&page.relationship)}</h1>
        <p>{say::HISTORY_LEDE}</p>
        {history_rows(page.rows)}
        {routine}
        <p><a class="page-button-quiet" href="/lead">{say::BACK}</a></p>
    }
}

fn history_rows(rows: Vec<HistoryRow>) -> impl IntoView {
    let rows = rows.into_iter().map(|row| view! { <li><span class="page-when">{row.when}</span> " " {row.sentence}</li> }).collect_view();
    view! { <ol class="page-history" reversed=true>{rows}</ol> }
}
