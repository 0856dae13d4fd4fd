//! The help page: how it works, without signal, who sees what, refusals by code, answers for security teams.

use leptos::prelude::*;

use super::{
    refusals::{RefusalEntry, refusal_list},
    words::help::{self as say, Section},
};

pub(super) fn view() -> impl IntoView {
    view! {
        <h1>{say::HEADING}</h1>
        {contents()}
        {say::ROLES.iter().map(section).collect_view()}
        {section(&say::OFFLINE)}
        {section(&say::WHO_SEES)}
        {section(&say::KEPT)}
        {proofs()}
        {refusals()}
        {section(&say::SECURITY)}
    }
}

/// Anchors and headings, in the page's order.
fn anchors() -> Vec<(&'static str, &'static str)> {
    let mut anchors: Vec<_> =
        say::ROLES.iter().chain([&say::OFFLINE, &say::WHO_SEES, &say::KEPT, &say::PROOFS]).map(|section| (section.id, section.heading)).collect();
    anchors.push((say::REFUSALS_ID, say::REFUSALS_HEADING));
    anchors.push((say::SECURITY.id, say::SECURITY.heading));
    anchors
}

fn contents() -> impl IntoView {
    view! {
        <nav class="page-contents" aria-label=say::CONTENTS>
            <ul>{anchors().into_iter().map(|(id, heading)| view! { <li><a href=format!("#{id}")>{heading}</a></li> }).collect_view()}</ul>
        </nav>
    }
}

fn proofs() -> impl IntoView {
    let (address, words) = say::PROOFS_LINK;
    view! {
        {section(&say::PROOFS)}
        <p><a href=address>{words}</a></p>
    }
}

fn section(section: &'static Section) -> impl IntoView {
    let points = (!section.points.is_empty()).then(|| {
        let rows = section.points.iter().map(|(term, meaning)| view! { <div><dt>{*term}</dt><dd>{*meaning}</dd></div> }).collect_view();
        view! { <dl class="page-terms">{rows}</dl> }
    });
    view! {
        <section aria-labelledby=section.id>
            <h2 id=section.id>{section.heading}</h2>
            {section.paragraphs.iter().map(|text| view! { <p>{*text}</p> }).collect_view()}
            {points}
        </section>
    }
}

fn refusals() -> impl IntoView {
    view! {
        <section aria-labelledby=say::REFUSALS_ID>
            <h2 id=say::REFUSALS_ID>{say::REFUSALS_HEADING}</h2>
            <p>{say::REFUSALS_LEDE}</p>
            <dl class="page-terms">{refusal_list().into_iter().map(refusal).collect_view()}</dl>
        </section>
    }
}

fn refusal(entry: RefusalEntry) -> impl IntoView {
    let id = entry.code.clone();
    view! {
        <div>
            <dt id=id><code>{entry.code}</code></dt>
            {entry.sentences.into_iter().map(|sentence| view! { <dd>{sentence}</dd> }).collect_view()}
            <dd class="page-hint">{entry.why}</dd>
        </div>
    }
}
