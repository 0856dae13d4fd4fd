//! The bar at the bottom: sign and send, or what is still needed.

use std::rc::Rc;

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    decision::Act,
    kind::{Kinds, OBSERVATION},
    phone::Ask,
    refusal::Refusal,
    rules::{Proposal, State, role_for, why_not},
};

use crate::{
    phone_app::{
        ask_for_pin::{AskForPin, Reason},
        browser,
        draft::Draft,
        log::Relationship,
        memo::memo,
        model::{Model, model},
    },
    words::observe as say,
};

/// Whether it can be signed, and if not, where to look.
#[derive(Debug, Clone, PartialEq)]
enum Readiness {
    /// These labels are missing; the first one's place on the screen.
    Missing(String, &'static str),
    /// Below the expected level and nothing said yet.
    Guidance,
    Refused(String),
    Ready,
}

/// Where each needed field is asked.
fn place(code: &str) -> &'static str {
    match code {
        "mentee" => "who",
        "competency" => "what",
        "setting" => "where",
        "level" => "how-much",
        _ => "jot",
    }
}

fn readiness(model: Model, draft: Draft, relationship: Option<&Relationship>) -> Readiness {
    let content = draft.content();
    let has = |code: &str| content.get(code).is_some_and(|value| value.text().is_none_or(|text| !text.trim().is_empty()));
    let missing: Vec<_> = OBSERVATION.missing(has).into_iter().filter(|field| field.code != "captured_at").collect();
    if let Some(first) = missing.first() {
        let labels: Vec<&str> = missing.iter().map(|field| say::short(field.code)).collect();
        return Readiness::Missing(say::still_needed(&labels), place(first.code));
    }
    match relationship.and_then(|relationship| refusal(model, draft, relationship)) {
        Some(refusal) if refusal.code.starts_with("r15") => Readiness::Guidance,
        Some(refusal) => Readiness::Refused(refusal.sentence),
        None => Readiness::Ready,
    }
}

/// The rules' own answer, before anything is asked.
fn refusal(model: Model, draft: Draft, relationship: &Relationship) -> Option<Refusal> {
    let me = model.person()?;
    let now = model.now.get();
    let log = &relationship.log;
    let mut content = draft.content();
    content.retain(|field, _| OBSERVATION.field(field).is_some_and(|field| !field.stays_own));
    let role = match role_for(&log.facts, me, Act::Submit, &OBSERVATION, me, now) {
        Ok(role) => role,
        Err(refusal) => return Some(refusal),
    };
    let kinds = Kinds::standard();
    let proposal = Proposal {
        log: relationship.id,
        record: draft.record.get()?,
        kind: &OBSERVATION,
        version: 1,
        act: Act::Submit,
        by: me,
        role,
        author: me,
        content: Some(&content),
        reason: None,
        unlock: None,
        at: now,
    };
    why_not(State { kinds: &kinds, facts: &log.facts, ledger: log.ledger() }, &proposal, now)
}

#[component]
pub fn SendBar(draft: Draft, relationship: Memo<Option<Relationship>>) -> impl IntoView {
    let model = model();
    let navigate = use_navigate();
    let ready = memo(move || relationship.with(|relationship| readiness(model, draft, relationship.as_ref())));
    let mentee = memo(move || {
        relationship.with(|relationship| relationship.as_ref().and_then(|relationship| relationship.log.mentee().map(|mentee| mentee.first_name().to_owned())))
    });
    let words = move || match (ready.get(), mentee.get()) {
        (Readiness::Guidance, _) => say::SAY_NEXT.to_owned(),
        (_, Some(name)) => say::sign_and_send(&name),
        (_, None) => say::SIGN_AND_SEND.to_owned(),
    };
    let needed = move || match ready.get() {
        Readiness::Missing(sentence, _) | Readiness::Refused(sentence) => Some(sentence),
        Readiness::Guidance | Readiness::Ready => None,
    };
    let go = navigate.clone();
    let sign = move |_| match ready.get_untracked() {
        Readiness::Missing(_, place) => browser::scroll_to(place),
        Readiness::Guidance => {
            let said = draft.text("try_next").is_some_and(|text| !text.trim().is_empty());
            browser::scroll_to("words");
            browser::focus(if said { "next-step-0" } else { "try-next" });
        }
        Readiness::Refused(sentence) => model.refuse(&Refusal::new("courtesy", sentence)),
        Readiness::Ready if draft.is_tried() => {
            model.say(say::TRIED);
            go("/app/", NavigateOptions::default());
        }
        Readiness::Ready => ask_for_pin(model, draft, relationship, go.clone()),
    };
    let discard = move |_| {
        if let Some(record) = draft.record.get_untracked() {
            let navigate = navigate.clone();
            model.ask(Ask::Discard { record }, move |result| match result {
                Ok(()) => {
                    model.say(say::DISCARDED);
                    navigate("/app/", NavigateOptions::default());
                }
                Err(refusal) => model.refuse(&refusal),
            });
        }
    };
    let begun = move || draft.record.get().is_some() && !draft.is_tried();
    view! {
        <Show when=begun>
            <p class="bar-inline">
                <a class="button" href="/app/">
                    {say::TO_TODAY}
                </a>
                <button type="button" class="button button-quiet" on:click=discard.clone()>
                    {say::DISCARD}
                </button>
            </p>
        </Show>
        <div class="send-bar">
            <p class="send-needed" id="send-needed" aria-live="polite">
                {move || needed()}
            </p>
            <button type="button" class="button button-main button-wide" aria-describedby="send-needed" class:button-waits=move || ready.get() != Readiness::Ready on:click=sign>
                {move || words()}
            </button>
        </div>
    }
    .into_any()
}

fn ask_for_pin(model: Model, draft: Draft, relationship: Memo<Option<Relationship>>, navigate: impl Fn(&str, NavigateOptions) + Clone + 'static) {
    let (Some(record), Some(relationship)) = (draft.record.get_untracked(), relationship.get_untracked()) else { return };
    let name = relationship.log.mentee().map(|mentee| mentee.first_name().to_owned()).unwrap_or_default();
    let skill = draft
        .text("competency")
        .map(|code| relationship.log.facts.competency(&code).map_or(code.clone(), |competency| competency.name.clone()))
        .unwrap_or_default();
    let scale = draft.text("competency").and_then(|code| relationship.log.facts.competency(&code).map(|competency| competency.scale));
    let rating = scale.zip(draft.integer("level")).map(|(scale, level)| crate::words::rating(scale, level)).unwrap_or_default();
    let to = relationship.id;
    model.pin.set(Some(AskForPin {
        title: say::sign_and_send(&name),
        lines: vec![[&skill, ": ", rating].concat(), say::SIGNED_LOCKED.to_owned()],
        button: say::sign_and_send(&name),
        reason: Reason::No,
        reason_label: String::new(),
        ask: Rc::new(move |pin, _| Ask::Send { record, to, sign: true, reason: None, pin }),
        then: Rc::new(move || {
            navigate(&["/app/records/", &record.to_string()].concat(), NavigateOptions { replace: true, ..NavigateOptions::default() });
        }),
    }));
}
