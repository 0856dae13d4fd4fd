//! A proof of a record for somebody else, saved as a file out of what this phone has.

use leptos::prelude::*;
use shared::phone::Ask;

use super::Shown;
use crate::{
    phone_app::{clock, memo::memo, model::model},
    words::proof as say,
};

/// Where something on the record is sealed, confirmed or approved.
#[component]
pub fn Proof(shown: Memo<Option<Shown>>) -> impl IntoView {
    let model = model();
    let is_provable = memo(move || {
        shown.with(|shown| {
            let entry = shown.as_ref().and_then(|shown| shown.row.entry.as_ref());
            entry
                .is_some_and(|entry| entry.versions.iter().any(|version| version.sealed.is_some() || version.confirmed.is_some() || version.approved.is_some()))
        })
    });
    let waits = memo(move || shown.with(|shown| shown.as_ref().is_some_and(|shown| !shown.row.waiting.is_empty())));
    let save = move |_| {
        let Some(Shown { row, .. }) = shown.get_untracked() else { return };
        model.tell(Ask::Prove { log: row.log, record: row.record });
    };
    let saved = move || {
        let proof = model.saved_proof.get()?;
        let Shown { log, .. } = shown.get().filter(|shown| shown.row.record == proof.record)?;
        let when = clock::day_and_time(proof.as_of, &log.facts.zone(), model.now.get());
        Some(view! { <p>{say::saved(&proof.name, &when)}</p> })
    };
    view! {
        <Show when=move || is_provable.get()>
            <section class="card" aria-labelledby="proof">
                <h2 id="proof">{say::HEADING}</h2>
                <p>{say::WHAT}</p>
                <p class="small">{say::WORDS_IN_IT}</p>
                {move || waits.get().then(|| view! { <p class="small">{say::WAITS}</p> })}
                <button type="button" class="button button-wide" on:click=save>
                    {say::SAVE}
                </button>
                <div role="status">{saved}</div>
                <p>
                    <a href="/verify" rel="external">
                        {say::CHECK}
                    </a>
                </p>
            </section>
        </Show>
    }
    .into_any()
}
