//! Sharing and sending a record written on the generic form.

use std::rc::Rc;

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    id::LogId,
    kind::{Chain, Kind, Sharing},
    phone::Ask,
    words::refusal::{form_needed, r5_reason},
};

use crate::{
    phone_app::{
        ask_for_pin::{AskForPin, Reason},
        browser,
        draft::Draft,
        log::Relationship,
        memo::memo,
        model::{Model, model},
        standing,
    },
    words::{form as say, observe, record},
};

/// The field of a kind with a pair's part that says with whom.
const WITH_MENTOR_FIELD: &str = "mentor";
const WITH_MENTOR: &str = "With";

#[component]
pub fn FormBar(kind: &'static Kind, draft: Draft, relationship: Memo<Option<Relationship>>) -> impl IntoView {
    let model = model();
    let navigate = use_navigate();
    let needed = memo(move || {
        let content = draft.content();
        let missing = kind.missing(|code| content.get(code).is_some_and(|value| value.text().is_none_or(|text| !text.trim().is_empty())));
        let labels: Vec<&str> = missing.iter().map(|field| field.label).collect();
        match (relationship.with(Option::is_some), labels.is_empty()) {
            (false, _) => Some(observe::still_needed(&[say::WITH_WHOM])),
            (true, false) => Some(observe::still_needed(&labels)),
            (true, true) => None,
        }
    });
    let names = memo(move || {
        let readers = relationship.with(|relationship| Some(standing::readers(&relationship.as_ref()?.log, model.person()?, browser::now())));
        readers.unwrap_or_default()
    });
    let is_own = memo(move || draft.row.with(|row| row.as_ref().is_none_or(|row| !row.log.holds_decisions())));
    let begun = memo(move || draft.record.get().is_some());
    let sends = kind.chain != Chain::None;
    let signs = matches!(kind.chain, Chain::WriterSeals | Chain::PartiesSign);
    let go = navigate.clone();
    let send = move |_| {
        if needed.with_untracked(Option::is_some) {
            browser::focus("send-needed");
            return;
        }
        ask(model, kind, draft, relationship, signs, &names.get_untracked(), go.clone());
    };
    let go = navigate.clone();
    let share = move |_| {
        let (Some(record), Some(relationship)) = (draft.record.get_untracked(), relationship.get_untracked()) else {
            browser::focus("send-needed");
            return;
        };
        let Some(to) = circles(model, kind, draft, relationship.id) else {
            return model.refuse(&form_needed(&[WITH_MENTOR]));
        };
        let go = go.clone();
        model.ask(Ask::Share { record, to }, move |result| match result {
            Ok(()) => {
                model.say(say::SHARED);
                go(&["/app/records/", &record.to_string()].concat(), NavigateOptions { replace: true, ..NavigateOptions::default() });
            }
            Err(refusal) => model.refuse(&refusal),
        });
    };
    let discard = move |_| {
        if let Some(record) = draft.record.get_untracked() {
            let navigate = navigate.clone();
            model.ask(Ask::Discard { record }, move |result| match result {
                Ok(()) => navigate("/app/", NavigateOptions::default()),
                Err(refusal) => model.refuse(&refusal),
            });
        }
    };
    let address = move || draft.record.get().map(|record| ["/app/records/", &record.to_string()].concat());
    view! {
        <p class="bar-inline">
            <Show when=move || is_own.get() && begun.get() && kind.sharing == Sharing::Freely>
                <button type="button" class="button" on:click=share.clone()>
                    {if sends { say::SHARE } else { say::SHARE_FOR_GOOD }}
                </button>
            </Show>
            <Show when=move || is_own.get() && begun.get()>
                <button type="button" class="button button-quiet" on:click=discard.clone()>
                    {say::DISCARD}
                </button>
            </Show>
            <Show when=move || !is_own.get()>
                <a class="button" href=address>
                    {say::DONE}
                </a>
            </Show>
        </p>
        {sends
            .then(|| {
                view! {
                    <div class="send-bar">
                        <p class="send-needed" id="send-needed" tabindex="-1" aria-live="polite">
                            {move || needed.get().or_else(|| say::goes_to(&names.get()))}
                        </p>
                        <button type="button" class="button button-main button-wide" aria-describedby="send-needed" class:button-waits=move || needed.with(Option::is_some) on:click=send>
                            {move || words(signs, &names.get())}
                        </button>
                    </div>
                }
            })}
    }
    .into_any()
}

/// The logs that a record is shared with: where the pair keeps some of it to itself, theirs too.
fn circles(model: Model, kind: &'static Kind, draft: Draft, relationship: LogId) -> Option<Vec<LogId>> {
    if !kind.has_pair_part() {
        return Some(vec![relationship]);
    }
    let mentor = untrack(|| draft.person(WITH_MENTOR_FIELD))?;
    Some(vec![relationship, untrack(|| model.pair_log(relationship, mentor))?])
}

fn words(signs: bool, names: &[String]) -> String {
    match (signs, names.is_empty()) {
        (true, true) => observe::SIGN_AND_SEND.to_owned(),
        (true, false) => say::send(&say::to_whom(names)),
        (false, true) => say::SEND.to_owned(),
        (false, false) => say::send_for(&say::to_whom(names)),
    }
}

fn ask(
    model: Model,
    kind: &'static Kind,
    draft: Draft,
    relationship: Memo<Option<Relationship>>,
    sign: bool,
    names: &[String],
    navigate: impl Fn(&str, NavigateOptions) + Clone + 'static,
) {
    let (Some(record), Some(relationship)) = (draft.record.get_untracked(), relationship.get_untracked()) else { return };
    let to = relationship.id;
    let latest = draft.row.with_untracked(|row| row.as_ref().and_then(|row| row.entry.as_ref().and_then(|entry| entry.latest().cloned())));
    // R5: after a signed version, a later one needs a reason.
    let locked = latest.is_some_and(|version| version.sealed.is_some() || version.confirmed.is_some() || version.approved.is_some());
    let button = words(sign, names);
    let locked_line = locked.then(|| r5_reason().sentence);
    let lines = [Some(kind.name.to_owned()), say::goes_to(names), locked_line];
    model.pin.set(Some(AskForPin {
        title: if locked { record::NEW_VERSION_TITLE.to_owned() } else { button.clone() },
        lines: lines.into_iter().flatten().collect(),
        button,
        reason: if locked { Reason::Must } else { Reason::No },
        reason_label: record::NEW_VERSION_REASON.to_owned(),
        ask: Rc::new(move |pin, reason| Ask::Send { record, to, sign, reason, pin }),
        then: Rc::new(move || navigate(&["/app/records/", &record.to_string()].concat(), NavigateOptions { replace: true, ..NavigateOptions::default() })),
    }));
}
