//! Which skill: the plan's on top, the others below, search last.

use leptos::prelude::*;
use shared::scalar::Scalar;

use crate::{
    phone_app::{
        browser,
        draft::Draft,
        log::Relationship,
        memo::memo,
        parts::{Choice, Choices},
        skill,
    },
    words::observe as say,
};

#[component]
pub fn What(draft: Draft, relationship: Memo<Option<Relationship>>) -> impl IntoView {
    // Codes and names only, so that nothing is drawn again while somebody types.
    let planned = memo(move || {
        relationship.with(|relationship| {
            let Some(relationship) = relationship else { return Vec::new() };
            let planned = skill::planned(&relationship.log, browser::now()).into_iter();
            planned.map(|skill| choice(relationship, &skill.code, skill.name)).collect::<Vec<_>>()
        })
    });
    let sought = RwSignal::new(String::new());
    let others = memo(move || {
        let sought = sought.get().to_lowercase();
        relationship.with(|relationship| {
            let Some(relationship) = relationship else { return Vec::new() };
            let all = relationship.log.facts.framework.iter().flat_map(|framework| &framework.competencies);
            let others = all.filter(|competency| planned.with(|planned| !planned.iter().any(|choice| choice.code == competency.code)));
            let found = others.filter(|competency| {
                sought.is_empty() || competency.name.to_lowercase().contains(&sought) || competency.domain.to_lowercase().contains(&sought)
            });
            found.map(|competency| choice(relationship, &competency.code, competency.name.clone())).collect::<Vec<_>>()
        })
    });
    let chosen = Signal::derive(move || draft.text("competency"));
    let choose = Callback::new(move |(code, finger): (String, bool)| {
        draft.put("competency", Some(Scalar::Text(code)), true);
        if finger {
            let next = if draft.text("setting").is_some() { "how-much" } else { "where" };
            browser::move_on_to(next);
        }
    });
    let open =
        memo(move || planned.with(Vec::is_empty) || others.with(|others| chosen.get().is_some_and(|code| others.iter().any(|choice| choice.code == code))));
    view! {
        <fieldset class="question" id="what">
            <legend>{say::WHAT}</legend>
            <Choices name="what".to_owned() choices=planned chosen choose rows=true/>
            <details class="more" prop:open=open>
                <summary>{say::OTHER_SKILLS}</summary>
                <Choices name="what".to_owned() prefix="what-other" choices=others chosen choose rows=true/>
                <div class="field">
                    <label for="find-skill">{say::FIND_SKILL}</label>
                    <input id="find-skill" type="search" autocomplete="off" on:input:target=move |event| sought.set(event.target().value())/>
                </div>
            </details>
        </fieldset>
    }
    .into_any()
}

fn choice(relationship: &Relationship, code: &str, name: String) -> Choice {
    let high_risk = relationship.log.facts.competency(code).is_some_and(|competency| competency.high_risk);
    Choice { code: code.to_owned(), label: name, note: high_risk.then(|| say::HIGH_RISK.to_owned()) }
}
