//! What waits for a supervisor: sign-offs, plans, agreements, and feedback to look at.

use shared::{
    evidence,
    id::{PersonId, RecordId},
    kind::Kinds,
    ledger::{State as VersionState, Version, parties_missing},
    rules::{self, State, is_below_expected},
    time::At,
};

use super::{clock, feedback, log::Relationship, order, standing};
use crate::words::review as say;

/// The chips above the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    SignOff,
    Plan,
    Feedback,
}

/// The groups of the list, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Differently,
    Ready,
    NotReady,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ToReview {
    pub record: RecordId,
    pub sort: Sort,
    pub group: Group,
    pub who: String,
    pub title: String,
    /// The rule in words, or why it is here.
    pub note: String,
    pub days: i64,
}

/// Everything that waits for `me`: sign-offs first, then the longest wait.
pub fn all(relationships: &[Relationship], me: PersonId, now: At) -> Vec<ToReview> {
    let mut all: Vec<ToReview> = relationships.iter().flat_map(|relationship| one(relationship, me, now)).collect();
    order::down_by(&mut all, |item| item.days);
    order::by(&mut all, |item| item.group as i64 * 10 + item.sort as i64);
    all
}

fn one(relationship: &Relationship, me: PersonId, now: At) -> Vec<ToReview> {
    let log = &relationship.log;
    let who = log.mentee().map(|mentee| mentee.name.clone()).unwrap_or_default();
    let mut items = Vec::new();
    for row in log.rows.values() {
        let Some(version) = row.entry.as_ref().and_then(|entry| entry.latest()) else { continue };
        // What was decided here and waits to be sent is off the desk.
        if !row.waiting.is_empty() {
            continue;
        }
        let state = row.entry.as_ref().and_then(|entry| entry.state(version.number));
        let Some((sort, group, note)) = place(relationship, &row.kind, version, state, me, now) else { continue };
        items.push(ToReview {
            record: row.record,
            sort,
            group,
            who: who.clone(),
            title: standing::title(row, log),
            note,
            days: clock::days_between(version.submitted.received_at, now, &log.facts.zone()),
        });
    }
    items
}

fn place(relationship: &Relationship, kind: &str, version: &Version, state: Option<VersionState>, me: PersonId, now: At) -> Option<(Sort, Group, String)> {
    let log = &relationship.log;
    match (kind, state?) {
        ("claim", VersionState::Sent) => {
            let (group, note) = claim(relationship, version);
            Some((Sort::SignOff, group, note))
        }
        ("plan", VersionState::Sent) => Some((Sort::Plan, Group::Ready, say::PLAN_TO_START.to_owned())),
        ("agreement", VersionState::Sent) => {
            let mine = parties_missing(&log.facts, version, now).iter().any(|(_, person)| *person == me);
            mine.then(|| (Sort::Plan, Group::Ready, say::AGREEMENT_TO_SIGN.to_owned()))
        }
        ("observation", VersionState::Sealed) => to_look_at(relationship, version, me, now).map(|(group, note)| (Sort::Feedback, group, note)),
        _ => None,
    }
}

fn claim(relationship: &Relationship, version: &Version) -> (Group, String) {
    let log = &relationship.log;
    let chosen = rules::chosen(log.ledger(), &version.content);
    let assessment = version
        .text("competency")
        .zip(version.integer("level").and_then(|level| u8::try_from(level).ok()))
        .and_then(|(competency, level)| evidence::assess(&log.facts, log.ledger(), competency, level, version.submitted.when(), Some(&chosen)));
    match assessment {
        Some(assessment) if assessment.is_met() => (Group::Ready, assessment.sentence()),
        Some(assessment) => (Group::NotReady, assessment.missing().unwrap_or_default()),
        None => (Group::NotReady, say::NO_RULE.to_owned()),
    }
}

/// Only what is below expected, disagreed, high-risk or used in a claim is asked for, and nothing that a sign-off was
/// given on: who gave it had all of it before them.
fn to_look_at(relationship: &Relationship, version: &Version, me: PersonId, now: At) -> Option<(Group, String)> {
    let log = &relationship.log;
    if version.countersigned.is_some() || version.submitted.by == me {
        return None;
    }
    if feedback::seen_differently(version, log).is_some() {
        return Some((Group::Differently, say::DIFFERENTLY.to_owned()));
    }
    if feedback::signed_off(version, log).is_some() {
        return None;
    }
    let kinds = Kinds::standard();
    let state = State { kinds: &kinds, facts: &log.facts, ledger: log.ledger() };
    if is_below_expected(state, &version.content, now) {
        return Some((Group::Ready, say::BELOW.to_owned()));
    }
    if version.text("competency").and_then(|code| log.facts.competency(code)).is_some_and(|competency| competency.high_risk) {
        return Some((Group::Ready, say::HIGH_RISK.to_owned()));
    }
    feedback::is_claimed(version, log).then(|| (Group::Ready, say::CLAIMED.to_owned()))
}
