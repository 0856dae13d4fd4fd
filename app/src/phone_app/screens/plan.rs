//! The mentee's own plan and skills.

use leptos::prelude::*;
use shared::role::Role;

use super::person::{agreement_part, ask_address, nobody, plan_part, readers};
use crate::{
    phone_app::{
        log::Relationship,
        memo::memo,
        model::{Model, model},
        parts::{Heading, skill_card},
        skill,
    },
    words::people as say,
};

#[component]
pub fn Plan() -> impl IntoView {
    let model = model();
    let mine = memo(move || model.relationships_as(Role::Mentee));
    let first = memo(move || mine.with(|mine| mine.first().cloned()));
    view! {
        <Heading title=say::PLAN_TITLE who=readers(model, first)/>
        {move || {
            let mine = mine.get();
            if mine.is_empty() { nobody() } else { mine.iter().map(|relationship| one(model, relationship)).collect_view().into_any() }
        }}
    }
    .into_any()
}

fn one(model: Model, relationship: &Relationship) -> AnyView {
    let now = model.now.get_untracked();
    let others = skill::all(&relationship.log, now).into_iter().filter(|skill| skill.target.is_none());
    let others = others.map(|skill| skill_card(&skill, Some(ask_address(&skill.code, None)))).collect_view();
    view! {
        {plan_part(model, relationship)}
        {agreement_part(model, relationship)}
        <details class="card more">
            <summary>
                <h2>{say::SKILLS}</h2>
            </summary>
            <ul class="skills">{others}</ul>
        </details>
    }
    .into_any()
}
