//! Words, the next step, another time, and the longer form.

use leptos::prelude::*;
use shared::{
    kind::{Kinds, NEXT_STEPS, OBSERVATION},
    ledger::CLOCK_TOLERANCE_MS,
    rules::{State, is_below_expected},
    scalar::Scalar,
    time::{At, DAY_MS, Zone},
};

use crate::{
    phone_app::{
        browser, clock,
        draft::Draft,
        log::Relationship,
        memo::memo,
        parts::{Choice, Choices, FormField, TextBox},
    },
    words::observe as say,
};

/// Whether the rating so far lies below what is expected of the mentee now.
pub fn is_below(draft: Draft, relationship: &Relationship) -> bool {
    let kinds = Kinds::standard();
    let state = State { kinds: &kinds, facts: &relationship.log.facts, ledger: relationship.log.ledger() };
    is_below_expected(state, &draft.content(), browser::now())
}

#[component]
pub fn Details(draft: Draft, relationship: Memo<Option<Relationship>>) -> impl IntoView {
    let below = memo(move || relationship.with(|relationship| relationship.as_ref().is_some_and(|relationship| is_below(draft, relationship))));
    let try_next = draft.words("try_next");
    let next_step = draft.words("next_step");
    let went_well = draft.words("went_well");
    let try_open = memo(move || below.get() || !try_next.with(String::is_empty));
    let step_open = memo(move || below.get() || !next_step.with(String::is_empty));
    let well_open = memo(move || !went_well.with(String::is_empty));
    let steps: Vec<Choice> = NEXT_STEPS.iter().map(|choice| Choice::new(choice.code, choice.label)).collect();
    let steps = Signal::stored(steps);
    let own_step = memo(move || next_step.with(|step| if NEXT_STEPS.iter().any(|choice| choice.code == step) { String::new() } else { step.clone() }));
    let chosen = Signal::derive(move || draft.text("next_step"));
    let choose = Callback::new(move |(code, _): (String, bool)| draft.put("next_step", Some(Scalar::Text(code)), true));
    view! {
        <section class="question" id="words">
            <details class="more" prop:open=well_open>
                <summary>{say::WENT_WELL}</summary>
                <TextBox id="went-well".to_owned() label=say::WENT_WELL value=went_well write=draft.writer("went_well") quiet_label=true/>
            </details>
            <div role="status">{move || below.get().then(|| view! { <p class="remark">{say::BELOW}</p> })}</div>
            <details class="more" prop:open=try_open>
                <summary>{say::TRY_NEXT}</summary>
                <TextBox id="try-next".to_owned() label=say::TRY_NEXT value=try_next write=draft.writer("try_next") needed=below quiet_label=true/>
            </details>
            <details class="more" prop:open=step_open>
                <summary>{say::NEXT_STEP}</summary>
                <fieldset>
                    <legend class="unseen">{say::NEXT_STEP}</legend>
                    <Choices name="next-step".to_owned() choices=steps chosen choose/>
                </fieldset>
                <TextBox id="own-step".to_owned() label=say::NEXT_STEP_OWN value=own_step write=draft.writer("next_step") rows=1 max_chars=300 one_line=true/>
            </details>
            <Earlier draft relationship/>
            <Late draft relationship/>
            <details class="more">
                <summary>{say::MORE}</summary>
                {["mode", "complexity", "age_band", "minutes", "problem"]
                    .into_iter()
                    .filter_map(|code| OBSERVATION.field(code))
                    .map(|field| {
                        let value = memo(move || draft.value(field.code));
                        let write = Callback::new(move |(value, leaving): (Option<Scalar>, bool)| draft.put(field.code, value, leaving));
                        view! { <FormField field key=field.code.to_owned() value write log=Signal::derive(move || relationship.get().map(|relationship| relationship.log))/> }
                    })
                    .collect_view()}
            </details>
        </section>
    }
    .into_any()
}

fn zone(relationship: Memo<Option<Relationship>>) -> Zone {
    relationship.with_untracked(|relationship| relationship.as_ref().map_or_else(Zone::utc, |relationship| relationship.log.facts.zone()))
}

#[component]
fn Earlier(draft: Draft, relationship: Memo<Option<Relationship>>) -> impl IntoView {
    let happened = memo(move || draft.integer("happened_at").map(At));
    let shown = move || happened.get().map(|at| clock::to_field(at, &zone(relationship))).unwrap_or_default();
    let in_future = memo(move || happened.get().is_some_and(|at| at.since(model_now()) > CLOCK_TOLERANCE_MS));
    let chosen = move |text: String| {
        let at = clock::from_field(&text, &zone(relationship));
        draft.put("happened_at", at.map(|at| Scalar::Integer(at.0)), true);
    };
    let open = memo(move || happened.get().is_some());
    view! {
        <details class="more" prop:open=open>
            <summary>{say::EARLIER}</summary>
            <div class="field">
                <label for="happened">{say::EARLIER_LABEL}</label>
                <input id="happened" type="datetime-local" aria-describedby="happened-refused" prop:value=shown on:change:target=move |event| chosen(event.target().value())/>
                <p id="happened-refused" class="refused" role="alert">
                    {move || in_future.get().then_some(say::FUTURE)}
                </p>
            </div>
        </details>
    }
    .into_any()
}

fn model_now() -> At {
    crate::phone_app::model::model().now.get()
}

/// Asked only where it is written up later than the organisation's limit.
#[component]
fn Late(draft: Draft, relationship: Memo<Option<Relationship>>) -> impl IntoView {
    let late = memo(move || {
        let limit = relationship.with(|relationship| relationship.as_ref().map(|relationship| relationship.log.facts.settings.late_after_days));
        let happened = draft.integer("happened_at").or_else(|| draft.integer("captured_at")).map(At);
        limit.zip(happened).is_some_and(|(limit, at)| model_now().since(at) > limit * DAY_MS)
    });
    let choices = Signal::stored(OBSERVATION.field("late_reason").map(|field| field.value).map_or_else(Vec::new, |value| match value {
        shared::kind::Value::Choice { of } => of.iter().map(|choice| Choice::new(choice.code, choice.label)).collect(),
        _ => Vec::new(),
    }));
    let chosen = Signal::derive(move || draft.text("late_reason"));
    let choose = Callback::new(move |(code, _): (String, bool)| draft.put("late_reason", Some(Scalar::Text(code)), true));
    view! {
        <Show when=move || late.get()>
            <fieldset class="question-inner">
                <legend>{say::LATE}</legend>
                <Choices name="late-reason".to_owned() choices chosen choose/>
            </fieldset>
        </Show>
    }
    .into_any()
}
