//! Where a record is, in the words of the domain: on this phone, sent, signed, needs somebody.

use shared::{
    decision::Act,
    id::{LogId, PersonId},
    kind::{Chain, Kinds},
    ledger::{Lateness, State, Version, parties_missing},
    phone::Row,
    time::At,
};

use super::{clock, log::Log};
use crate::words::{self, standing as say};

/// How it is coloured. The words alone carry the meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    /// Only on this phone.
    Here,
    /// Waits for somebody.
    Waits,
    /// Holds.
    Holds,
    /// Struck out, sent back.
    Struck,
}

impl Tone {
    pub fn class(self) -> &'static str {
        match self {
            Self::Plain => "chip",
            Self::Here => "chip chip-here",
            Self::Waits => "chip chip-waits",
            Self::Holds => "chip chip-holds",
            Self::Struck => "chip chip-struck",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub text: String,
    pub tone: Tone,
}

impl Standing {
    fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }
}

/// Where the record is now.
pub fn of(row: &Row, log: &Log) -> Standing {
    if !row.waiting.is_empty() {
        return Standing::new(say::ASKED_FOR, Tone::Here);
    }
    if matches!(row.log, LogId::Own(_)) {
        return Standing::new(say::NOT_SHARED, Tone::Plain);
    }
    let Some(entry) = &row.entry else {
        return match (row.unsent, chain(&row.kind)) {
            (true, _) => Standing::new(say::ONLY_HERE, Tone::Here),
            (false, Chain::None) => Standing::new(say::SHARED_FOR_GOOD, Tone::Plain),
            (false, _) => Standing::new(say::SHARED, Tone::Plain),
        };
    };
    let Some(version) = entry.latest() else { return Standing::new(say::SHARED, Tone::Plain) };
    let state = entry.state(version.number).unwrap_or(State::Sent);
    if log.facts.erased.contains(&row.record) && matches!(state, State::Sent | State::Sealed | State::SentBack) {
        return Standing::new(say::ERASED, Tone::Struck);
    }
    if row.changed_after && matches!(state, State::Sealed | State::InForce) {
        return Standing::new(say::CHANGED_AFTER, Tone::Waits);
    }
    decided(version, state, chain(&row.kind), log)
}

fn decided(version: &Version, state: State, chain: Chain, log: &Log) -> Standing {
    match state {
        State::Sent if chain == Chain::PartiesSign => {
            let missing = parties_missing(&log.facts, version, version.submitted.received_at).len();
            Standing::new(say::signed_by(version.signatures.len(), version.signatures.len() + missing), Tone::Waits)
        }
        State::Sent | State::Superseded => Standing::new(say::SENT, Tone::Waits),
        State::SentBack => Standing::new(say::SENT_BACK, Tone::Struck),
        State::Voided => Standing::new(say::VOIDED, Tone::Struck),
        State::Revoked => Standing::new(say::REVOKED, Tone::Struck),
        State::InForce if version.approved.is_some() => Standing::new(say::SIGNED_OFF, Tone::Holds),
        State::InForce => Standing::new(say::STARTED, Tone::Holds),
        State::Sealed => match &version.acknowledged {
            _ if version.countersigned.is_some() => Standing::new(say::REVIEWED, Tone::Holds),
            Some(mark) if mark.act == Act::Disagree => Standing::new(say::DISAGREED, Tone::Waits),
            Some(_) => Standing::new(say::READ, Tone::Holds),
            None => Standing::new(say::SIGNED, Tone::Holds),
        },
    }
}

/// What stands beside a version: written up later, practice, hidden, clock ahead.
pub fn remarks(version: &Version, log: &Log) -> Vec<String> {
    let mut remarks = Vec::new();
    if version.flag("practice") {
        remarks.push(say::PRACTICE.to_owned());
    }
    if let Lateness::Late { days } | Lateness::VeryLate { days } = version.lateness(&log.facts.settings) {
        let reason = version.text("late_reason").and_then(|code| choice_label("observation", "late_reason", code));
        remarks.push(say::late(days, reason));
    }
    if let Some(ms) = version.submitted.clock_ahead_ms() {
        remarks.push(say::clock_ahead(&clock::age(ms)));
    }
    if version.hidden.is_some() {
        remarks.push(say::HIDDEN.to_owned());
    }
    if version.voided.is_some() {
        remarks.push(say::VOIDED_LONG.to_owned());
    }
    remarks
}

/// The words for a code of a choice field.
pub fn choice_label(kind: &str, field: &str, code: &str) -> Option<&'static str> {
    let field = Kinds::standard().get(kind)?.field(field)?;
    match field.value {
        shared::kind::Value::Choice { of } => of.iter().find(|choice| choice.code == code).map(|choice| choice.label),
        _ => None,
    }
}

pub fn chain(kind: &str) -> Chain {
    Kinds::standard().get(kind).map_or(Chain::None, |kind| kind.chain)
}

/// What the record is about, in a line: the skill, the milestone, the kind's name.
pub fn title(row: &Row, log: &Log) -> String {
    let skill = row.text("competency").and_then(|code| log.facts.competency(code)).map(|competency| competency.name.as_str());
    match (row.kind.as_str(), skill) {
        (kind, None) if log.facts.erased.contains(&row.record) => Kinds::standard().get(kind).map_or(kind, |kind| kind.name).to_owned(),
        ("observation", Some(skill)) => skill.to_owned(),
        ("observation", None) => say::AN_OBSERVATION.to_owned(),
        ("claim", Some(skill)) => match row.integer("level") {
            Some(level) => crate::words::claim::title(skill, level),
            None => skill.to_owned(),
        },
        (kind, _) => Kinds::standard().get(kind).map_or(kind, |kind| kind.name).to_owned(),
    }
}

/// By name, who can see a record: nobody else before it is shared, and before it has gone.
pub fn who_can_see(row: &Row, log: &Log, me: PersonId, now: At) -> String {
    if !row.log.holds_decisions() {
        return words::and_me(&[]);
    }
    let names = words::and_me(&readers(log, me, now));
    if row.only_here { say::once_gone(&names) } else { names }
}

/// The first names of everybody who reads a record log besides the person, in the order of the log.
pub fn readers(log: &Log, me: PersonId, now: At) -> Vec<String> {
    let mut seen = Vec::new();
    for member in log.facts.current(now).filter(|member| member.person != me) {
        if !seen.iter().any(|name: &String| name == member.first_name()) {
            seen.push(member.first_name().to_owned());
        }
    }
    seen
}
