//! A skill of a plan in words: start, now, target, what is missing.

use leptos::prelude::*;
use shared::words::level_meaning;

use super::{Icon, icon};
use crate::{
    phone_app::{clock, skill::Skill, standing},
    words::{people as say, rating},
};

/// `ask` is the address of a new request, where the reader may make one.
pub fn skill_card(skill: &Skill, ask: Option<String>) -> AnyView {
    let scale = skill.scale;
    let step = |words: &'static str, level: Option<u8>| {
        let text = level.map_or(say::NOT_SEEN, |level| rating(scale, i64::from(level)));
        view! {
            <div class="step">
                <dt>{words}</dt>
                <dd>
                    {level.map(|level| view! { <span class="level">{level}</span> })}
                    {text}
                </dd>
            </div>
        }
        .into_any()
    };
    let planned = skill.target.is_some() || skill.baseline.is_some();
    let start = planned.then(|| step(say::START, skill.baseline));
    let aim = skill.target.map(|target| step(say::AIM, Some(target)));
    let due = skill.due.as_deref().map(|due| say::due(&clock::written_day(due)));
    let measure = skill.measure.as_deref().map(say::measured);
    let signed = skill.signed_off.map(|level| say::signed_off(level_meaning(level)));
    let outcome = skill.outcome.as_deref().and_then(|code| standing::choice_label("plan", "outcome/C", code));
    let asked = skill.asked.map(say::asked);
    let ready = skill.is_ready();
    let missing = skill.missing.clone().filter(|_| skill.signed_off < skill.target);
    let ask = ask.filter(|_| skill.asked.is_none() && skill.signed_off < Some(5)).map(|href| {
        view! {
            <a class=if ready { "button button-main" } else { "button" } href=href>
                {say::ASK}
                <span class="unseen">": " {skill.name.clone()}</span>
            </a>
        }
    });
    view! {
        <li class="skill">
            <h3>{skill.name.clone()}</h3>
            <dl class="steps">{start} {step(say::NOW, skill.now.map(|(level, _)| level))} {aim}</dl>
            {signed.map(|text| view! { <p class="skill-good">{icon(Icon::Check)} <span>{text}</span></p> })}
            {outcome.map(|text| view! { <p>{text}</p> })}
            {asked.map(|text| view! { <p class="skill-waits">{text}</p> })}
            {ready.then(|| view! { <p class="skill-good">{icon(Icon::Check)} <span>{say::READY}</span></p> })}
            {missing.map(|text| view! { <p>{text}</p> })}
            {due.map(|text| view! { <p class="small">{text}</p> })}
            {measure.map(|text| view! { <p class="small">{text}</p> })}
            {ask}
        </li>
    }
    .into_any()
}
