//! A decision as its reader sees it: printed name, role, date, time, meaning, and what it binds.

use leptos::prelude::*;
use shared::{
    decision::Act,
    ledger::{Mark, Version},
    words::{act_meaning, role_name},
};

use crate::{
    phone_app::{clock, happening, log::Log},
    words::{record as say, standing},
};

/// Every decision on a version, in its order.
pub fn decision_marks(version: &Version, log: &Log) -> AnyView {
    let marks = happening::marks(version).into_iter().map(|mark| decision_mark(mark, version.number, version.sealed, log)).collect_view();
    view! { <ol class="marks">{marks}</ol> }.into_any()
}

fn decision_mark(mark: &Mark, number: u32, sealed: Option<u64>, log: &Log) -> AnyView {
    let zone = log.facts.zone();
    let when = [clock::full_day(mark.when(), &zone), clock::time(mark.when(), &zone)].join(", ");
    let who = [log.facts.name(mark.by), role_name(mark.role).to_owned()].join(", ");
    let small = [say::binds(number), say::unlocked(mark.unlock.method).to_owned()].join(" · ");
    let ahead = mark.clock_ahead_ms().map(|ms| view! { <span class="mark-small">{standing::clock_ahead(&clock::age(ms))}</span> });
    let exempt = log.facts.exempt("r2", mark.by, mark.received_at).map(|exemption| view! { <span class="mark-small">{exemption.reason.clone()}</span> });
    // Where writer and signer are one, sending is signing.
    let meaning = if mark.act == Act::Submit && sealed == Some(mark.position) { standing::SIGNED } else { act_meaning(mark.act) };
    view! {
        <li class="mark">
            <span class="mark-meaning">{meaning}</span>
            <span class="mark-who">{who}</span>
            <span class="mark-when">{when}</span>
            {mark.reason.clone().map(|reason| view! { <q class="mark-reason" dir="auto">{reason}</q> })}
            <span class="mark-small">{small}</span>
            {ahead}
            {exempt}
        </li>
    }
    .into_any()
}
