//! Asking for a sign-off: skill, level, feedback, words.

use std::{collections::BTreeMap, rc::Rc};

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map, use_query_map},
};
use shared::{
    evidence::{Item, assess},
    id::RecordId,
    kind::CLAIM,
    phone::Ask,
    role::Role,
    rules,
    scalar::Scalar,
    words::level_meaning,
};

use super::{
    not_yours::where_yours,
    person::future_readers,
    record::evidence::{not_counted, piece_title, rule},
};
use crate::{
    phone_app::{
        ask_for_pin::{AskForPin, Reason},
        browser,
        draft::Draft,
        elsewhere,
        log::{Log, Relationship},
        memo::memo,
        model::{Model, model},
        parts::{Choice, Choices, Conflicts, Heading, TextBox},
        skill,
    },
    words::{claim as say, observe, rating},
};

#[component]
pub fn Claim() -> impl IntoView {
    let record = use_params_map().with_untracked(|params| params.get("record")).and_then(|record| record.parse::<RecordId>().ok());
    match record {
        Some(_) => view! { <Request record/> }.into_any(),
        None => where_yours(&CLAIM, say::TITLE, move || view! { <Request record/> }),
    }
}

#[component]
fn Request(record: Option<RecordId>) -> impl IntoView {
    let model = model();
    let query = use_query_map();
    let asked = query.with_untracked(|query| (query.get("skill"), query.get("level").and_then(|level| level.parse::<i64>().ok())));
    let presets = Signal::derive(move || {
        let mut presets = BTreeMap::new();
        if let Some(skill) = &asked.0 {
            presets.insert("competency".to_owned(), Scalar::Text(skill.clone()));
        }
        if let Some(level) = asked.1 {
            presets.insert("level".to_owned(), Scalar::Integer(level));
        }
        presets
    });
    let draft = Draft::new("claim", record, presets);
    let places = memo(move || model.relationships_as(Role::Mentee));
    let place = RwSignal::new(None::<String>);
    let mine = memo(move || {
        let wanted = place.get();
        places.with(|places| places.iter().find(|one| Some(one.address()) == wanted).or_else(|| places.first()).cloned())
    });
    view! {
        <Heading title=say::TITLE who=future_readers(model, draft, mine)/>
        <Conflicts row=draft.row log=Signal::derive(move || mine.get().map(|relationship| relationship.log))/>
        <Show when=move || places.with(|places| places.len() > 1)>
            <Whom places mine place/>
        </Show>
        <Skill draft mine/>
        <Show when=move || draft.text("competency").is_some()>
            <Level draft/>
            <Choose draft mine/>
            <TextBox id="claim-words".to_owned() label=say::WORDS value=draft.words("words") write=draft.writer("words") rows=3 max_chars=4000/>
        </Show>
        <Send draft mine/>
    }
    .into_any()
}

/// Where there are several relationships: whose supervisor is asked.
#[component]
fn Whom(places: Memo<Vec<Relationship>>, mine: Memo<Option<Relationship>>, place: RwSignal<Option<String>>) -> impl IntoView {
    let choices = memo(move || {
        let now = browser::now();
        let name = |member: Option<&shared::fact::Member>| member.map(|member| member.name.clone()).unwrap_or_default();
        let choice =
            |one: &Relationship| Choice::new(one.address(), say::asked_of(&name(one.log.facts.supervisor(now)), &name(one.log.facts.lead_mentor(now))));
        places.with(|places| places.iter().map(choice).collect::<Vec<_>>())
    });
    let chosen = Signal::derive(move || mine.with(|mine| mine.as_ref().map(Relationship::address)));
    let choose = Callback::new(move |(address, _): (String, bool)| place.set(Some(address)));
    view! {
        <fieldset class="question" id="whom">
            <legend>{say::WHOM}</legend>
            <Choices name="whom".to_owned() choices chosen choose rows=true/>
        </fieldset>
    }
    .into_any()
}

#[component]
fn Skill(draft: Draft, mine: Memo<Option<Relationship>>) -> impl IntoView {
    let choices = memo(move || {
        mine.with(|mine| {
            let Some(mine) = mine else { return Vec::new() };
            let now = browser::now();
            let planned = skill::planned(&mine.log, now).len();
            let all = skill::all(&mine.log, now).into_iter().enumerate();
            let offered = all.filter(|(index, skill)| *index < planned || skill.now.is_some());
            offered.map(|(_, skill)| Choice::new(skill.code, skill.name)).collect::<Vec<_>>()
        })
    });
    let chosen = Signal::derive(move || draft.text("competency"));
    let choose = Callback::new(move |(code, _): (String, bool)| {
        // Feedback chosen for another skill is not evidence for this one.
        for key in untrack(|| draft.content()).keys().filter(|key| key.starts_with("evidence/") || key.starts_with("elsewhere/")) {
            draft.put(key, None, true);
        }
        draft.put("competency", Some(Scalar::Text(code)), true);
    });
    view! {
        <fieldset class="question" id="skill">
            <legend>{say::SKILL}</legend>
            <Choices name="skill".to_owned() choices chosen choose rows=true/>
        </fieldset>
    }
    .into_any()
}

#[component]
fn Level(draft: Draft) -> impl IntoView {
    let choices = Signal::stored((1..=5_u8).map(|level| Choice::new(level.to_string(), say::level_row(level, level_meaning(level)))).collect::<Vec<_>>());
    let chosen = Signal::derive(move || draft.integer("level").map(|level| level.to_string()));
    let choose = Callback::new(move |(code, _): (String, bool)| draft.put("level", code.parse().ok().map(Scalar::Integer), true));
    view! {
        <fieldset class="question" id="claim-level">
            <legend>{say::LEVEL}</legend>
            <Choices name="claim-level".to_owned() choices chosen choose rows=true/>
        </fieldset>
    }
    .into_any()
}

/// The rule with what is chosen, and the feedback to choose from.
#[component]
fn Choose(draft: Draft, mine: Memo<Option<Relationship>>) -> impl IntoView {
    let asked = memo(move || {
        let level = draft.integer("level").and_then(|level| u8::try_from(level).ok());
        draft.text("competency").zip(level)
    });
    let model = model();
    let all = memo(move || {
        let me = model.me.with(|me| me.as_ref().map(|me| me.person))?;
        let others: Vec<Relationship> = model.relationships().into_iter().filter(|other| other.log.is_mentee(me)).collect();
        mine.with(|mine| {
            let mine = mine.as_ref()?;
            Some(Relationship { id: mine.id, log: elsewhere::with_others(mine, &others) })
        })
    });
    let items = memo(move || {
        let (competency, level) = asked.get()?;
        all.with(|all| {
            let log = &all.as_ref()?.log;
            Some(assess(&log.facts, log.ledger(), &competency, level, browser::now(), None)?.items)
        })
    });
    let chosen = memo(move || all.with(|all| all.as_ref().map(|all| rules::chosen(all.log.ledger(), &draft.content())).unwrap_or_default()));
    let so_far = move || {
        let (competency, level) = asked.get()?;
        let assessment = all.with(|all| {
            let log = &all.as_ref()?.log;
            assess(&log.facts, log.ledger(), &competency, level, browser::now(), Some(&chosen.get()))
        });
        let open = assessment.as_ref().is_none_or(|assessment| !assessment.is_met());
        Some(view! {
            {rule(assessment.as_ref())}
            {(open && assessment.is_some()).then(|| view! { <p class="small">{say::STILL_NEEDED}</p> })}
        })
    };
    let list = move || {
        let items = items.get()?;
        if items.is_empty() {
            return Some(view! { <p>{say::NO_EVIDENCE}</p> }.into_any());
        }
        let log = all.get_untracked()?.log;
        let from_another = items.iter().any(|item| elsewhere::is_from_another(&log, item));
        let items = items.into_iter().map(|item| choice(draft, &log, chosen, &item)).collect_view();
        let hint = from_another.then(|| view! { <p class="hint">{say::FROM_ANOTHER_HINT}</p> });
        Some(
            view! {
                <div class="choices choices-rows">{items}</div>
                {hint}
            }
            .into_any(),
        )
    };
    view! {
        <fieldset class="question" id="choose">
            <legend>{say::EVIDENCE}</legend>
            <p class="hint">{say::EVIDENCE_HINT}</p>
            {move || list()}
            <div aria-live="polite">{move || so_far()}</div>
        </fieldset>
    }
    .into_any()
}

fn choice(draft: Draft, log: &Log, chosen: Memo<std::collections::BTreeSet<u64>>, item: &Item) -> AnyView {
    let line = item.line;
    let id = ["evidence-", &line.to_string()].concat();
    let (key, named) = elsewhere::choice(log, item);
    let scale = draft.text("competency").and_then(|code| log.facts.competency(&code)).map(|competency| competency.scale);
    let note = [scale.map(|scale| rating(scale, item.level)), not_counted(item.counts)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let title = piece_title(log, item);
    let checked = move || chosen.with(|chosen| chosen.contains(&line));
    let change = move |on: bool| draft.put(&key, on.then(|| named.clone()), true);
    view! {
        <div class="choice choice-row">
            <input type="checkbox" id=id.clone() prop:checked=checked on:change:target=move |event| change(event.target().checked())/>
            <label for=id>
                <span class="choice-words">{title}</span>
                <span class="choice-note">{note}</span>
            </label>
        </div>
    }
    .into_any()
}

#[component]
fn Send(draft: Draft, mine: Memo<Option<Relationship>>) -> impl IntoView {
    let model = model();
    let navigate = use_navigate();
    let to = memo(move || {
        mine.with(|mine| mine.as_ref().and_then(|mine| mine.log.facts.supervisor(browser::now()).map(|member| member.first_name().to_owned())))
            .unwrap_or_default()
    });
    let needed = memo(move || {
        let labels = [("competency", say::SKILL), ("level", say::LEVEL)].into_iter().filter(|(field, _)| draft.value(field).is_none());
        let labels: Vec<&str> = labels.map(|(_, label)| label).collect();
        (!labels.is_empty()).then(|| observe::still_needed(&labels))
    });
    let go = navigate.clone();
    let send = move |_| {
        if needed.with_untracked(Option::is_some) {
            browser::scroll_to("skill");
            return;
        }
        // A request with nothing typed into it is still to be made.
        if draft.record.get_untracked().is_none()
            && let Some(level) = draft.integer("level")
        {
            draft.put("level", Some(Scalar::Integer(level)), true);
        }
        ask(model, draft, mine, &to.get_untracked(), go.clone());
    };
    let discard = move |_| {
        if let Some(record) = draft.record.get_untracked() {
            let navigate = navigate.clone();
            model.ask(Ask::Discard { record }, move |result| match result {
                Ok(()) => navigate("/app/write", NavigateOptions::default()),
                Err(refusal) => model.refuse(&refusal),
            });
        }
    };
    let is_draft = move || draft.row.with(|row| row.as_ref().is_some_and(|row| !row.log.holds_decisions()));
    view! {
        <Show when=is_draft>
            <p class="bar-inline">
                <button type="button" class="button button-quiet" on:click=discard.clone()>
                    {say::DISCARD}
                </button>
            </p>
        </Show>
        <div class="send-bar">
            <p class="send-needed" id="send-needed" aria-live="polite">
                {needed}
            </p>
            <button type="button" class="button button-main button-wide" aria-describedby="send-needed" on:click=send>
                {move || say::send(&to.get())}
            </button>
        </div>
    }
    .into_any()
}

fn ask(model: Model, draft: Draft, mine: Memo<Option<Relationship>>, name: &str, navigate: impl Fn(&str, NavigateOptions) + Clone + 'static) {
    let (Some(record), Some(mine)) = (draft.record.get_untracked(), mine.get_untracked()) else { return };
    let to = mine.id;
    let skill = draft.text("competency").and_then(|code| mine.log.facts.competency(&code).map(|competency| competency.name.clone())).unwrap_or_default();
    model.pin.set(Some(AskForPin {
        title: say::send(name),
        lines: vec![say::title(&skill, draft.integer("level").unwrap_or_default()), say::ONCE_SIGNED.to_owned()],
        button: say::send(name),
        reason: Reason::No,
        reason_label: String::new(),
        ask: Rc::new(move |pin, _| Ask::Send { record, to, sign: false, reason: None, pin }),
        then: Rc::new(move || navigate(&["/app/records/", &record.to_string()].concat(), NavigateOptions { replace: true, ..NavigateOptions::default() })),
    }));
}
