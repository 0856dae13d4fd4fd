//! One record in a list: what it is, from whom, where it stands.

use leptos::prelude::*;

use super::{Icon, icon};
use crate::phone_app::standing::Standing;

/// A line of a list that leads somewhere.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    pub href: String,
    pub title: String,
    /// Words of the record, before any level.
    pub quote: Option<String>,
    pub note: String,
    pub standing: Option<Standing>,
}

pub fn lines(lines: Vec<Line>) -> AnyView {
    view! { <ul class="lines">{lines.into_iter().map(line).collect_view()}</ul> }.into_any()
}

fn line(line: Line) -> AnyView {
    let standing = line.standing.map(|standing| view! { <span class=standing.tone.class()>{standing.text}</span> });
    view! {
        <li>
            <a class="line" href=line.href>
                <span class="line-body">
                    <span class="line-title">{line.title}</span>
                    {line.quote.map(|quote| view! { <span class="line-quote">{quote}</span> })}
                    <span class="line-note">{line.note}</span>
                    {standing}
                </span>
                {icon(Icon::Onward)}
            </a>
        </li>
    }
    .into_any()
}
