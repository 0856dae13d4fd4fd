//! Comments and questions under a record. What is typed is a draft that only its writer sees,
//! until they add it.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::{
    id::{LogId, RecordId},
    phone::Ask,
    scalar::Scalar,
};

use super::TextBox;
use crate::{
    phone_app::{browser, clock, memo::memo, model::model, order},
    words::record as say,
};

/// One comment as it is read.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    by: String,
    when: String,
    words: String,
    question: bool,
    /// Of what mentee and mentor keep between them.
    pair: bool,
}

#[component]
pub fn Comments(record: RecordId, log: LogId) -> impl IntoView {
    let model = model();
    // A record that two circles share has comments of both, for whoever is in both.
    let pair = memo(move || model.pair_row(record).map(|row| row.log).filter(|pair| *pair != log));
    let said = memo(move || {
        let mut all = Vec::new();
        for id in [Some(log), pair.get()].into_iter().flatten() {
            let Some(view) = model.log(id) else { continue };
            let zone = view.facts.zone();
            let now = model.now.get_untracked();
            all.extend(view.comments_on(record).into_iter().map(|row| {
                let said = Said {
                    by: view.facts.name(row.by),
                    when: clock::day_and_time(row.touched_at, &zone, now),
                    words: row.text("words").unwrap_or_default().to_owned(),
                    question: row.flag("question"),
                    pair: id != log,
                };
                (row.touched_at, said)
            }));
        }
        order::by(&mut all, |(at, _)| at.0);
        all.into_iter().map(|(_, said)| said).collect::<Vec<_>>()
    });
    // A comment begun and not added yet.
    let draft = memo(move || {
        let on = record.to_string();
        let me = model.me.get()?.person;
        let own = model.log(LogId::Own(me))?;
        own.of_kind("comment").find(|row| row.text("on") == Some(&on)).map(|row| row.record)
    });
    let begun = RwSignal::new(None::<RecordId>);
    let current = move || draft.get().or_else(|| begun.get());
    let words = memo(move || draft.get().and_then(|draft| model.row(draft)).and_then(|row| row.text("words").map(str::to_owned)).unwrap_or_default());
    let write = Callback::new(move |(text, leaving): (String, bool)| {
        let Some(me) = model.person() else { return };
        let own = LogId::Own(me);
        match untrack(current) {
            Some(draft) => model.set(own, draft, "words", Some(Scalar::Text(text)), leaving),
            None if text.is_empty() => {}
            None => {
                let draft = browser::new_record();
                begun.set(Some(draft));
                let fields = BTreeMap::from([("on".to_owned(), Scalar::Text(record.to_string())), ("words".to_owned(), Scalar::Text(text))]);
                model.tell(Ask::Create { log: own, record: draft, kind: "comment".to_owned(), fields });
            }
        }
    });
    let add = move |question: bool, to: LogId| {
        let (Some(me), Some(draft)) = (model.person(), untrack(current)) else {
            browser::focus("comment");
            return;
        };
        if question {
            model.set(LogId::Own(me), draft, "question", Some(Scalar::Flag(true)), true);
        }
        model.ask(Ask::Share { record: draft, to: vec![to] }, move |result| match result {
            Ok(()) => {
                begun.set(None);
                model.say(say::COMMENT_DONE);
            }
            Err(refusal) => model.refuse(&refusal),
        });
    };
    let list = move || {
        let items = said.get().into_iter().map(|said| {
            view! {
                <li class="comment">
                    <p class="comment-head">
                        <strong>{said.by}</strong>
                        " · "
                        {said.when}
                        {said.question.then(|| view! { <span class="chip chip-waits">{say::QUESTION}</span> })}
                        {said.pair.then(|| view! { <span class="chip">{say::PAIR_PART}</span> })}
                    </p>
                    <p class="words" dir="auto">{said.words}</p>
                </li>
            }
        });
        let items = items.collect_view();
        view! { <ul class="comments">{items}</ul> }
    };
    let hint = if pair.with_untracked(Option::is_some) { say::COMMENT_SHARED_OR_PAIR } else { say::COMMENT_SHARED };
    view! {
        <section class="card" aria-labelledby="comments">
            <h2 id="comments">{say::COMMENTS}</h2>
            {move || list()}
            <TextBox id="comment".to_owned() label=say::COMMENT value=words write hint max_chars=4000/>
            <div class="bar-inline">
                <button type="button" class="button" on:click=move |_| add(false, log)>
                    {say::COMMENT_SEND}
                </button>
                <button type="button" class="button" on:click=move |_| add(true, log)>
                    {say::QUESTION_SEND}
                </button>
                {move || {
                    pair.get().map(|pair| {
                        view! {
                            <button type="button" class="button" on:click=move |_| add(false, pair)>
                                {say::COMMENT_PAIR}
                            </button>
                        }
                    })
                }}
            </div>
        </section>
    }
    .into_any()
}
