//! What a claim rests on: the rule, what was chosen, and what was not.

use leptos::prelude::*;
use shared::{
    evidence::{Assessment, Counts, Item, assess},
    ledger::State,
    rules,
    words::{act_meaning, level_meaning},
};

use super::Shown;
use crate::{
    phone_app::{clock, elsewhere, log::Log, model::model, order, parts::value_text, standing},
    words::{claim, rating, record as say, review},
};

/// Shown for claims only.
#[component]
pub fn Evidence(shown: Memo<Option<Shown>>) -> impl IntoView {
    let model = model();
    move || {
        let shown = shown.get().filter(|shown| shown.row.kind == "claim")?;
        let version = shown.row.entry.as_ref()?.latest()?;
        let competency = version.text("competency")?.to_owned();
        let level = version.integer("level").and_then(|level| u8::try_from(level).ok())?;
        let at = version.submitted.when();
        let log = &shown.log;
        let chosen = rules::chosen(log.ledger(), &version.content);
        let me = model.me.get()?.person;
        let with_chosen = assess(&log.facts, log.ledger(), &competency, level, at, Some(&chosen));
        let all = assess(&log.facts, log.ledger(), &competency, level, at, None);
        let (taken, left): (Vec<Item>, Vec<Item>) = all.map(|all| all.items).unwrap_or_default().into_iter().partition(|item| chosen.contains(&item.line));
        let asks = (!log.is_mentee(me)).then(|| {
            let who = log.mentee().map(|mentee| mentee.first_name().to_owned()).unwrap_or_default();
            let skill = log.facts.competency(&competency).map_or(competency.clone(), |competency| competency.name.clone());
            view! { <p class="asks">{review::asks_for(&who, &skill, level_meaning(level))}</p> }
        });
        Some(view! {
            <section class="card" aria-labelledby="evidence">
                {asks}
                {rule(with_chosen.as_ref())}
                <h2 id="evidence">{review::CHOSEN}</h2>
                {items(log, &taken, review::NONE_CHOSEN)}
                <h2>{review::NOT_CHOSEN}</h2>
                {items(log, &left, review::ALL_CHOSEN)}
            </section>
            {earlier(&shown, &competency)}
        })
    }
}

/// The rule in words, and whether it is met.
pub fn rule(assessment: Option<&Assessment>) -> AnyView {
    let Some(assessment) = assessment else {
        return view! { <p class="rule rule-open">{claim::NO_RULE}</p> }.into_any();
    };
    // Where it is met, its own sentence ends in that.
    match assessment.missing() {
        None => view! { <p class="rule rule-met">{assessment.sentence()}</p> }.into_any(),
        Some(missing) => view! {
            <p class="rule rule-open">
                <strong>{review::RULE_NOT_MET}</strong>
                <span>{assessment.sentence()}</span>
                <span class="rule-missing">{missing}</span>
            </p>
        }
        .into_any(),
    }
}

fn items(log: &Log, items: &[Item], none: &'static str) -> AnyView {
    if items.is_empty() {
        return view! { <p>{none}</p> }.into_any();
    }
    let items = items.iter().map(|item| piece(log, item)).collect_view();
    view! { <div class="pieces">{items}</div> }.into_any()
}

/// Why a piece does not count, where it does not.
pub fn not_counted(counts: Counts) -> Option<&'static str> {
    match counts {
        Counts::Yes => None,
        Counts::TooLow => Some(claim::TOO_LOW),
        Counts::TooOld => Some(claim::TOO_OLD),
        Counts::Practice => Some(claim::TOO_MUCH_PRACTICE),
    }
}

/// 'Ruth Calloray, 12 May 2026'; and where it was signed, where that was not here.
pub fn piece_title(log: &Log, item: &Item) -> String {
    let zone = log.facts.zone();
    let from = elsewhere::is_from_another(log, item).then(|| claim::FROM_ANOTHER.to_owned());
    [log.facts.name(item.observer), clock::full_day(item.happened_at, &zone)].into_iter().chain(from).collect::<Vec<_>>().join(", ")
}

/// One piece of feedback, opening in place.
fn piece(log: &Log, item: &Item) -> AnyView {
    let version = log.ledger().get(item.record).and_then(|entry| entry.versions.iter().find(|version| version.sealed == Some(item.line)));
    let Some(version) = version else { return ().into_any() };
    let scale = version.text("competency").and_then(|code| log.facts.competency(code)).map(|competency| competency.scale);
    let level = scale.map(|scale| [rating(scale, item.level), " (", &say::level_of(item.level), ")"].concat());
    let words = ["went_well", "try_next", "next_step"].into_iter().filter(|_| version.hidden.is_none()).filter_map(|field| {
        let label = crate::phone_app::model::kinds().get("observation")?.field(field)?.label;
        let text = value_text("observation", field, version.content.get(field)?, Some(log));
        Some(view! {
            <div class="said said-words">
                <dt>{label}</dt>
                <dd dir="auto">{text}</dd>
            </div>
        })
    });
    let words = words.collect_view();
    let remarks = standing::remarks(version, log).into_iter().chain(not_counted(item.counts).map(str::to_owned));
    let read = version
        .acknowledged
        .as_ref()
        .map(|mark| [act_meaning(mark.act), &mark.reason.as_ref().map(|reason| [": ", reason].concat()).unwrap_or_default()].concat());
    let remarks = remarks.chain(read).map(|remark| view! { <li>{remark}</li> }).collect_view();
    // Of what was copied in, all that came is here.
    let own = version.origin.is_none().then(|| {
        let href = ["/app/records/", &item.record.to_string()].concat();
        view! {
            <p>
                <a href=href>{say::WORDS}</a>
            </p>
        }
    });
    view! {
        <details class="piece">
            <summary>
                <span class="piece-level" aria-hidden="true">{item.level}</span>
                <span>{piece_title(log, item)} <span class="small">{level}</span></span>
            </summary>
            <dl class="content">{words}</dl>
            <ul class="remarks">{remarks}</ul>
            {own}
        </details>
    }
    .into_any()
}

/// What was decided on this skill before.
fn earlier(shown: &Shown, competency: &str) -> AnyView {
    let log = &shown.log;
    let zone = log.facts.zone();
    let mut lines = Vec::new();
    for (record, entry) in log.ledger().records.iter().filter(|(_, entry)| entry.kind == "claim") {
        for version in entry.versions.iter().filter(|version| version.text("competency") == Some(competency)) {
            let state = entry.state(version.number);
            if *record == shown.row.record && Some(version.number) == entry.latest().map(|latest| latest.number) && state == Some(State::Sent) {
                continue;
            }
            let marks = [&version.returned, &version.approved, &version.revoked];
            for mark in marks.into_iter().flatten() {
                let level = version.integer("level").map(|level| claim::title("", level)).unwrap_or_default();
                let reason = mark.reason.as_ref().map(|reason| [": ", reason].concat()).unwrap_or_default();
                let text = [act_meaning(mark.act), &level, " · ", &log.facts.name(mark.by), ", ", &clock::full_day(mark.when(), &zone), &reason].concat();
                lines.push((mark.position, text));
            }
        }
    }
    if lines.is_empty() {
        return ().into_any();
    }
    order::by(&mut lines, |(position, _)| i64::try_from(*position).unwrap_or(i64::MAX));
    let lines = lines.into_iter().map(|(_, line)| view! { <li>{line}</li> }).collect_view();
    view! {
        <section class="card" aria-labelledby="earlier">
            <h2 id="earlier">{review::EARLIER}</h2>
            <ul class="plain">{lines}</ul>
        </section>
    }
    .into_any()
}
