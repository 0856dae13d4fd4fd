//! What the reader may decide on a record. What the rules would refuse says so beforehand.

use std::rc::Rc;

use leptos::prelude::*;
use shared::{
    decision::Act,
    id::PersonId,
    kind::{Chain, Kind, Kinds, Writers},
    ledger::Version,
    phone::Ask,
    refusal::Refusal,
    rules::{Proposal, State, role_for, why_not},
    time::At,
    words::level_meaning,
};

use super::Shown;
use crate::{
    phone_app::{
        ask_for_pin::{AskForPin, Reason},
        browser, clock,
        memo::memo,
        model::{Model, kinds, model},
        standing,
    },
    words::{record as say, review},
};

/// One thing to decide, and the rules' answer where it is no.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    pub act: Act,
    pub refusal: Option<String>,
}

/// In the order of the bar.
const ORDER: [Act; 10] =
    [Act::Approve, Act::Confirm, Act::Sign, Act::Acknowledge, Act::Disagree, Act::Countersign, Act::Return, Act::Revoke, Act::Void, Act::Hide];

/// What would be refused for good, or is done, is not offered at all.
fn is_silent(refusal: &Refusal) -> bool {
    let code = refusal.code.as_str();
    code.starts_with("r1_")
        || code.starts_with("r10")
        || code == "r2_author"
        || matches!(code, "erased" | "r4_decided" | "r4_not_sent" | "r4_sent_back" | "r4_superseded" | "r5_sealed")
}

/// Words that stand in for the reason that is asked for later.
const A_REASON: &str = "…";

fn actions(shown: &Shown, kind: &'static Kind, version: &Version, me: PersonId, now: At) -> Vec<Action> {
    let kinds = Kinds::standard();
    let state = State { kinds: &kinds, facts: &shown.log.facts, ledger: shown.log.ledger() };
    let action = |act: Act| {
        let role = role_for(&shown.log.facts, me, act, kind, shown.row.by, now).ok()?;
        let proposal = Proposal {
            log: shown.row.log,
            record: shown.row.record,
            kind,
            version: version.number,
            act,
            by: me,
            role,
            author: shown.row.by,
            content: None,
            reason: Some(A_REASON),
            unlock: None,
            at: now,
        };
        match why_not(state, &proposal, now) {
            Some(refusal) if is_silent(&refusal) => None,
            refusal => Some(Action { act, refusal: refusal.map(|refusal| refusal.sentence) }),
        }
    };
    ORDER.into_iter().filter_map(action).collect()
}

/// The buttons under a record.
#[component]
pub fn Actions(shown: Memo<Option<Shown>>) -> impl IntoView {
    let model = model();
    let actions = memo(move || {
        let shown = shown.get()?;
        let me = model.me.get()?.person;
        let kind = kinds().get(&shown.row.kind)?;
        let version = shown.row.entry.as_ref()?.latest()?;
        // What is asked for waits: nothing else is decided before it went or was taken back.
        shown.row.waiting.is_empty().then(|| actions(&shown, kind, version, me, model.now.get()))
    });
    let may_edit = memo(move || {
        let shown = shown.get()?;
        let me = model.me.get()?.person;
        let kind = kinds().get(&shown.row.kind)?;
        let roles = shown.log.facts.roles(me, model.now.get_untracked());
        let writes = kind.fields.iter().any(|field| kind.may_write(field.code, shown.row.by == me, &roles));
        let latest = shown.row.entry.as_ref().and_then(|entry| entry.latest());
        // Withdrawn, erased or signed off: a new one is begun instead.
        let erased = shown.log.facts.erased.contains(&shown.row.record);
        let closed = erased || latest.is_some_and(|version| version.voided.is_some() || version.approved.is_some());
        let waits = !shown.row.waiting.is_empty();
        // A comment is said once; what several write goes on.
        let goes_on = kind.chain != Chain::None || kind.fields.iter().any(|field| field.writers != Writers::Author);
        (writes && !closed && !waits && goes_on).then(|| {
            let folder = match (shown.row.log.holds_decisions(), shown.row.kind.as_str()) {
                (_, "claim") => "/app/claim/",
                (false, "observation") => "/app/observe/",
                _ => "/app/edit/",
            };
            [folder, &shown.row.record.to_string()].concat()
        })
    });
    let is_wrong = |act: Act| matches!(act, Act::Void | Act::Hide | Act::Revoke);
    let part = move |wrong: bool| {
        let all = actions.get().unwrap_or_default();
        all.into_iter().filter(|action| is_wrong(action.act) == wrong).map(|action| button(model, shown, action)).collect::<Vec<_>>()
    };
    let asks = move || actions.with(|actions| actions.iter().flatten().any(|action| matches!(action.act, Act::Approve | Act::Confirm)));
    let ask_question = || {
        browser::scroll_to("comments");
        browser::focus("comment");
    };
    let main = move || {
        let buttons = part(false);
        let reading = actions.with(|actions| actions.iter().flatten().any(|action| action.act == Act::Acknowledge));
        (!buttons.is_empty()).then(|| {
            view! {
                <section class="decide" aria-label=if reading { say::READ_AND } else { review::DECIDE }>
                    {buttons}
                    {asks().then(|| view! { <button type="button" class="button button-wide" on:click=move |_| ask_question()>{review::ASK}</button> })}
                </section>
            }
        })
    };
    let edit = move || {
        may_edit.get().map(|href| {
            view! {
                <p>
                    <a class="button" href=href>
                        {say::EDIT}
                    </a>
                </p>
            }
        })
    };
    let wrong = move || {
        let buttons = part(true);
        (!buttons.is_empty()).then(|| {
            view! {
                <details class="more">
                    <summary>{say::SOMETHING_WRONG}</summary>
                    {buttons}
                </details>
            }
        })
    };
    view! {
        {move || main()}
        {move || edit()}
        {move || wrong()}
    }
    .into_any()
}

fn label(act: Act) -> &'static str {
    match act {
        Act::Approve => review::SIGN_OFF,
        Act::Confirm => review::START_PLAN,
        Act::Sign => say::SIGN,
        Act::Acknowledge => say::SAME,
        Act::Disagree => say::DIFFERENTLY,
        Act::Countersign => review::MARK_REVIEWED,
        Act::Return => review::SEND_BACK,
        Act::Revoke => say::REVOKE,
        Act::Void => say::VOID,
        Act::Hide => say::HIDE,
        Act::Submit => "",
    }
}

fn button(model: Model, shown: Memo<Option<Shown>>, action: Action) -> AnyView {
    let Action { act, refusal } = action;
    let main = matches!(act, Act::Approve | Act::Confirm | Act::Sign | Act::Acknowledge | Act::Countersign) && refusal.is_none();
    let refused = refusal.is_some();
    let id = ["why-", act.code()].concat();
    let described = refused.then(|| id.clone());
    let why = id.clone();
    let press = move |_| match shown.get_untracked() {
        // The sentence stands there already: it is brought before the eyes, and read out.
        _ if refused => browser::focus(&why),
        Some(shown) => ask(model, &shown, act),
        None => {}
    };
    view! {
        <div class="action">
            <button type="button" class="button button-wide" class:button-main=main aria-disabled=refused.then_some("true") aria-describedby=described on:click=press>
                {label(act)}
            </button>
            {refusal.map(|sentence| view! { <p class="refused" id=id tabindex="-1">{sentence}</p> })}
        </div>
    }
    .into_any()
}

/// Opens the sheet for a decision on the version that is on the screen.
fn ask(model: Model, shown: &Shown, act: Act) {
    let Some(version) = shown.row.entry.as_ref().and_then(|entry| entry.latest()) else { return };
    let (log, record, number) = (shown.row.log, shown.row.record, version.number);
    let zone = shown.log.facts.zone();
    let when = clock::day_and_time(version.submitted.when(), &zone, model.now.get_untracked());
    let title = standing::title(&shown.row, &shown.log);
    let mut lines = vec![title];
    let (heading, reason, reason_label) = match act {
        Act::Approve => {
            let level = version.integer("level").and_then(|level| u8::try_from(level).ok()).map(level_meaning).unwrap_or_default();
            let who = shown.log.mentee().map(|mentee| mentee.first_name().to_owned()).unwrap_or_default();
            lines = vec![review::from_today(&who, level)];
            (review::SIGN_OFF, Reason::May, crate::words::pin::REASON_MAY)
        }
        Act::Confirm => (review::START_PLAN, Reason::May, crate::words::pin::REASON_MAY),
        Act::Sign => (say::SIGN_TITLE, Reason::No, ""),
        Act::Acknowledge => (say::SAME_TITLE, Reason::No, ""),
        Act::Disagree => (say::DIFFERENTLY_TITLE, Reason::May, say::DIFFERENTLY_WORDS),
        Act::Countersign => (review::MARK_REVIEWED, Reason::May, crate::words::pin::REASON_MAY),
        Act::Return => (say::SEND_BACK_TITLE, Reason::Must, say::SEND_BACK_REASON),
        Act::Revoke => (say::REVOKE_TITLE, Reason::Must, say::REASON),
        Act::Void => {
            lines.push(say::VOID_LINE.to_owned());
            (say::VOID_TITLE, Reason::Must, say::REASON)
        }
        Act::Hide => {
            lines.push(say::HIDE_LINE.to_owned());
            (say::HIDE_TITLE, Reason::May, crate::words::pin::REASON_MAY)
        }
        Act::Submit => return,
    };
    lines.push(review::you_read(&when));
    let heading = heading.trim_end_matches('…').to_owned();
    model.pin.set(Some(AskForPin {
        title: heading.clone(),
        lines,
        button: if act == Act::Approve { heading } else { say::SIGN_NOW.to_owned() },
        reason,
        reason_label: reason_label.to_owned(),
        ask: Rc::new(move |pin, reason| Ask::Decide { log, record, version: number, act, reason, pin }),
        then: Rc::new(move || model.say(say::DONE)),
    }));
}
