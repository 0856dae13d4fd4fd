//! R1: only whom a kind's declaration names writes a field; authors are fixed at creation.

use std::collections::BTreeMap;

use super::{Proposal, State, deciders};
use crate::{
    canonical::MAX_INTEGER,
    decision::{Act, Content},
    id::{LogId, PersonId, RecordId},
    kind::{BadValue, Chain, Circle, Field, Keyed, Kind, Sharing, Value, Writers},
    refusal::Refusal,
    role::Role,
    scalar::Scalar,
    time::At,
    words::refusal as say,
};

/// One record's part of a change.
#[derive(Debug, Clone)]
pub struct Write<'a> {
    pub record: RecordId,
    pub to: WriteTo,
    /// Fields put, and fields deleted (`None`).
    pub fields: Vec<(&'a str, Option<&'a Scalar>)>,
    /// Text that is made, typed into or deleted from.
    pub typed: Vec<Typed<'a>>,
    /// Keys that the record has already: the bound on keyed fields counts them.
    pub keys: Vec<String>,
}

/// What becomes of one Text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed<'a> {
    pub field: &'a str,
    /// Something was inserted, not only deleted.
    pub grows: bool,
    /// Characters that it then has.
    pub chars: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteTo {
    /// The change makes the record.
    /// `with_submit`: signed and sent in the same bundle, or taken over by the lead, whose fact stands in for that.
    New { kind: String, by: String, with_submit: bool },
    /// The record is there.
    Known { kind: String, by: PersonId },
}

pub(super) fn check(state: State<'_>, log: LogId, author: PersonId, writes: &[Write<'_>], received_at: At) -> Result<(), Refusal> {
    for write in writes {
        match &write.to {
            WriteTo::New { kind, by, with_submit } => create(state, log, author, write, (kind, by, *with_submit), received_at)?,
            WriteTo::Known { kind, by } => change(state, log, author, write, kind, *by, received_at)?,
        }
    }
    Ok(())
}

fn create(
    state: State<'_>,
    log: LogId,
    author: PersonId,
    write: &Write<'_>,
    (kind, by, with_submit): (&str, &str, bool),
    received_at: At,
) -> Result<(), Refusal> {
    let kind = state.kinds.get(kind).ok_or_else(say::unknown_kind)?;
    if by.parse() != Ok(author) {
        return Err(say::r1_fixed());
    }
    if !kind.may_stand_in(log) {
        return Err(say::r13_not_there(kind.name));
    }
    // Whoever makes a record makes its Text, or nobody could ever type there.
    if kind.prose_in(log).any(|field| !write.typed.iter().any(|typed| typed.field == field.code)) {
        return Err(say::incomplete(kind.name));
    }
    if !matches!(log, LogId::Own(_)) {
        // Words of a removed member that the lead adopted are judged by the role that they had.
        let roles = roles_ever(state, author, received_at);
        if !roles.iter().any(|role| kind.writers.contains(role)) {
            return Err(say::r1_kind(kind.name));
        }
        if kind.sharing == Sharing::BySubmit && !with_submit {
            return Err(say::not_shared_yet(kind.name));
        }
        if kind.code == "observation"
            && write.fields.iter().any(|(field, value)| *field == "mentee" && value.and_then(|value| value.text()) == Some(&author.to_string()))
        {
            return Err(say::r1_kind(kind.name));
        }
    }
    fields(state, log, author, kind, true, write, received_at)
}

fn change(state: State<'_>, log: LogId, author: PersonId, write: &Write<'_>, kind: &str, by: PersonId, received_at: At) -> Result<(), Refusal> {
    let kind = state.kinds.get(kind).ok_or_else(say::unknown_kind)?;
    fields(state, log, author, kind, by == author, write, received_at)
}

fn fields(state: State<'_>, log: LogId, author: PersonId, kind: &'static Kind, is_author: bool, write: &Write<'_>, received_at: At) -> Result<(), Refusal> {
    let roles = roles_ever(state, author, received_at);
    let mut counts: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    for (key, value) in &write.fields {
        let field = may_write(log, author, kind, is_author, &roles, key)?;
        if field.is_prose() {
            return Err(say::bad_value(field.label));
        }
        if let Some(value) = value {
            kind.check(key, value).map_err(|error| say::bad_field(kind, key, &error))?;
            if let Some(keyed) = field.keyed
                && !write.keys.iter().any(|known| known == key)
            {
                let entry = counts.entry(field.code).or_insert_with(|| {
                    let known = write.keys.iter().filter(|known| kind.field(known).is_some_and(|other| other.code == field.code)).count();
                    (known, keyed.most())
                });
                entry.0 += 1;
                if entry.0 > entry.1 {
                    return Err(say::too_many_keys(field.label, entry.1));
                }
            }
        }
    }
    for typed in &write.typed {
        let field = may_write(log, author, kind, is_author, &roles, typed.field)?;
        let Value::Prose { max_chars } = field.value else { return Err(say::bad_value(field.label)) };
        if typed.grows && typed.chars > max_chars {
            return Err(say::bad_field(kind, typed.field, &BadValue::TooLong { field: field.code, chars: typed.chars, limit: max_chars }));
        }
    }
    Ok(())
}

/// Whether somebody may write a field there at all.
fn may_write(log: LogId, author: PersonId, kind: &'static Kind, is_author: bool, roles: &[Role], key: &str) -> Result<&'static Field, Refusal> {
    let field = kind.field(key).ok_or_else(|| say::bad_field(kind, key, &BadValue::NoSuchField(String::new())))?;
    let allowed = match log {
        LogId::Own(owner) => owner == author,
        LogId::Pair(_) | LogId::Record(_) => kind.may_write(key, is_author, roles),
    };
    if !allowed {
        return Err(say::r1_writer(kind.name));
    }
    match field.stands_in(log) {
        true => Ok(field),
        false if field.circle == Some(Circle::Pair) => Err(say::r13_pair(field.label)),
        false => Err(say::bad_value(field.label)),
    }
}

/// Current roles; for somebody who left, the roles that they had (only adopted words get this far).
fn roles_ever(state: State<'_>, author: PersonId, received_at: At) -> Vec<Role> {
    let roles = state.facts.roles(author, received_at);
    if roles.is_empty() { state.facts.members.iter().filter(|member| member.person == author).map(|member| member.role).collect() } else { roles }
}

/// Whose act it is.
pub(super) fn decider(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    if !deciders(proposal.act, proposal.kind.chain).contains(&proposal.role) {
        return Err(say::r1_act(who_decides(proposal)));
    }
    let author_only = match proposal.act {
        // A record whose fields are its author's alone is sent by its author alone.
        Act::Submit => proposal.kind.fields.iter().all(|field| field.writers == Writers::Author),
        Act::Void | Act::Hide => proposal.role != Role::Lead,
        _ => false,
    };
    if author_only && proposal.by != proposal.author {
        return Err(say::r1_writer(proposal.kind.name));
    }
    if matches!(proposal.act, Act::Acknowledge | Act::Disagree) && version_mentee(state, proposal) != Some(proposal.by) {
        return Err(say::r1_act(who_decides(proposal)));
    }
    Ok(())
}

fn who_decides(proposal: &Proposal<'_>) -> &'static str {
    match proposal.act {
        Act::Submit => "whoever wrote it",
        Act::Acknowledge | Act::Disagree => "the mentee whom it is about",
        Act::Void | Act::Hide => "whoever wrote it, or the programme lead",
        Act::Sign => "mentee, mentors and supervisor",
        Act::Revoke => "the supervisor or the programme lead",
        Act::Return if proposal.kind.chain == Chain::PartiesSign => "mentee, mentors and supervisor",
        Act::Return | Act::Countersign | Act::Confirm | Act::Approve => "the supervisor",
    }
}

fn version_mentee(state: State<'_>, proposal: &Proposal<'_>) -> Option<PersonId> {
    state.ledger.get(proposal.record)?.version(proposal.version)?.person("mentee")
}

/// What a form needs, at submit: every needed field, every value of its type, nothing that the kind does not have.
pub(super) fn form(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    let Some(content) = proposal.content else { return Ok(()) };
    let missing = proposal.kind.missing(|code| has(content, code));
    if !missing.is_empty() {
        let labels: Vec<_> = missing.iter().map(|field| field.label).collect();
        return Err(say::form_needed(&labels));
    }
    for (key, value) in content {
        proposal.kind.check(key, value).map_err(|error| say::bad_field(proposal.kind, key, &error))?;
        if matches!(value, Scalar::Integer(number) if number.abs() > MAX_INTEGER) {
            return Err(say::bad_field(proposal.kind, key, &BadValue::WrongValue { field: "" }));
        }
        if let Some((field, skill)) = proposal.kind.field(key).zip(key.split_once('/').map(|(_, skill)| skill))
            && matches!(field.keyed, Some(Keyed::Competency { .. }))
            && state.facts.competency(skill).is_none()
        {
            return Err(say::bad_value(field.label));
        }
    }
    let competency = content.get("competency").and_then(Scalar::text);
    if let Some(code) = competency
        && state.facts.competency(code).is_none()
    {
        return Err(say::bad_value("Skill"));
    }
    if let Some(mentee) = content.get("mentee").and_then(Scalar::text)
        && state.facts.mentee().is_none_or(|member| member.person.to_string() != mentee)
    {
        return Err(say::bad_value("Who"));
    }
    Ok(())
}

/// A field has a value; a keyed one has any.
fn has(content: &Content, code: &str) -> bool {
    let filled = |value: &Scalar| value.text().is_none_or(|text| !text.trim().is_empty());
    content.iter().any(|(key, value)| key.strip_prefix(code).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) && filled(value))
}
