//! The first page: what this is, and the way in.

use leptos::prelude::*;

use super::{Frame, words, words::home as say};

pub(super) fn view(frame: &Frame) -> impl IntoView + use<> {
    let way_in = match (&frame.person, frame.leads) {
        (None, _) => view! { <p><a class="page-button" href="/sign-in">{words::SIGN_IN}</a></p> }.into_any(),
        (Some(_), leads) => view! {
            <p class="page-actions">
                <a class="page-button" href="/app/">{words::OPEN_APP}</a>
                {leads.then(|| view! { <a class="page-button-quiet" href="/lead">{words::LEAD_PAGE}</a> })}
            </p>
        }
        .into_any(),
    };
    view! {
        <h1>{say::HEADING}</h1>
        <p class="page-lede">{say::LEDE}</p>
        {way_in}
        <ul class="page-points">
            {say::POINTS.iter().map(|(heading, text)| view! { <li><h2>{*heading}</h2><p>{*text}</p></li> }).collect_view()}
        </ul>
        <p>{say::INVITED}</p>
        <p><a href="/help">{say::MORE}</a></p>
    }
}
