//! What a mentee can write.

use leptos::prelude::*;
use shared::role::Role;

use super::today::draft_line;
use crate::{
    phone_app::{
        memo::memo,
        model::model,
        parts::{Heading, Line, lines},
    },
    words::write as say,
};

#[component]
pub fn Write() -> impl IntoView {
    let model = model();
    let ways = memo(move || {
        let way = |href: String, title: &str, note: &str| Line { href, title: title.to_owned(), note: note.to_owned(), ..Line::default() };
        let mut ways = vec![
            way("/app/records?show=feedback".to_owned(), say::QUESTION, say::QUESTION_MORE),
            way("/app/claim".to_owned(), say::SIGN_OFF, say::SIGN_OFF_MORE),
        ];
        let mine = model.relationships_as(Role::Mentee);
        for relationship in &mine {
            ways.push(way(["/app/new/session?in=", &relationship.address()].concat(), say::SESSION, say::SESSION_MORE));
        }
        for relationship in mine.iter().filter(|relationship| relationship.log.newest("agreement").is_none()) {
            ways.push(way(["/app/new/agreement?in=", &relationship.address()].concat(), say::AGREEMENT, say::AGREEMENT_MORE));
        }
        ways
    });
    let drafts = memo(move || model.drafts().iter().filter_map(|row| draft_line(model, row)).collect::<Vec<_>>());
    view! {
        <Heading title=say::TITLE/>
        {move || lines(ways.get())}
        {move || {
            let drafts = drafts.get();
            (!drafts.is_empty())
                .then(|| {
                    view! {
                        <section class="card" aria-labelledby="drafts">
                            <h2 id="drafts">{say::DRAFTS}</h2>
                            {lines(drafts)}
                        </section>
                    }
                })
        }}
    }
    .into_any()
}
