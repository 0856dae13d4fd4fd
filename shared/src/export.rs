//! A record as plain words, from its declaration alone: what a person copies out, prints or keeps.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    fact::Facts,
    kind::{Field, Kind, Value},
    ledger::{Mark, RecordLedger},
    phone::Row,
    scalar::Scalar,
    time::At,
    words,
};

/// One record: its fields in the order of the form, then every version's decisions.
pub fn record(kind: &Kind, facts: &Facts, row: &Row) -> String {
    let mut out = format!("{}\n{}: {}\n", kind.name, "By", facts.name(row.by));
    let hidden = row.entry.as_ref().and_then(|entry| entry.latest()).is_some_and(|version| version.hidden.is_some());
    if hidden {
        out.push_str(words::HIDDEN);
        out.push('\n');
    } else {
        let values = row.fields.iter().map(|(key, values)| (key.as_str(), values.as_slice()));
        fields(&mut out, kind, facts, values);
    }
    if let Some(entry) = &row.entry {
        decisions(&mut out, facts, entry);
    }
    out
}

/// Words that could not be sent: every field that was to be written, `None` where it was to be cleared.
pub fn unsent(kind: &Kind, facts: &Facts, fields: &BTreeMap<String, Option<Scalar>>) -> String {
    let mut out = format!("{}\n", kind.name);
    let values = fields.iter().map(|(key, value)| (key.as_str(), value.as_slice()));
    self::fields(&mut out, kind, facts, values);
    out
}

/// A value as a person reads it: a name for a person, a label for a choice, the skill's name for its code.
pub fn value(field: &Field, facts: &Facts, scalar: &Scalar) -> String {
    match (field.value, scalar) {
        (Value::Person { .. }, Scalar::Text(id)) => id.parse().map_or_else(|_| id.clone(), |person| facts.name(person)),
        (Value::Competency, Scalar::Text(code)) => facts.competency(code).map_or_else(|| code.clone(), |competency| competency.name.clone()),
        (Value::Choice { of }, Scalar::Text(code)) => of.iter().find(|choice| choice.code == code).map_or(code.as_str(), |choice| choice.label).to_owned(),
        (Value::Level, Scalar::Integer(level)) => format!("{level}, {}", words::level_meaning(u8::try_from(*level).unwrap_or(0))),
        (Value::Rating, Scalar::Integer(0)) => "Could not judge".to_owned(),
        (Value::Moment, Scalar::Integer(ms)) => moment(facts, At(*ms)),
        (_, Scalar::Text(text)) => text.clone(),
        (_, Scalar::Integer(number)) => number.to_string(),
        (_, Scalar::Flag(flag)) => if *flag { "Yes" } else { "No" }.to_owned(),
    }
}

/// `12 May 2026, 14:02` in the organisation's zone.
pub fn moment(facts: &Facts, at: At) -> String {
    at.civil_in(&facts.zone()).strftime("%-d %B %Y, %H:%M").to_string()
}

fn fields<'a>(out: &mut String, kind: &Kind, facts: &Facts, values: impl Iterator<Item = (&'a str, &'a [Scalar])>) {
    let values: BTreeMap<&str, &[Scalar]> = values.collect();
    for field in kind.fields {
        for (key, scalars) in values.iter().filter(|(key, _)| kind.field(key).is_some_and(|other| other.code == field.code)) {
            let label = match key.strip_prefix(field.code).and_then(|rest| rest.strip_prefix('/')) {
                Some(part) => format!("{}, {}", field.label, facts.competency(part).map_or(part, |competency| &competency.name)),
                None => field.label.to_owned(),
            };
            for scalar in *scalars {
                let _written = writeln!(out, "{label}: {}", value(field, facts, scalar));
            }
        }
    }
}

fn decisions(out: &mut String, facts: &Facts, entry: &RecordLedger) {
    for version in &entry.versions {
        let _written = writeln!(out, "\nVersion {}", version.number);
        let single = [
            &version.returned,
            &version.acknowledged,
            &version.countersigned,
            &version.confirmed,
            &version.approved,
            &version.revoked,
            &version.voided,
            &version.hidden,
        ];
        let mut marks: Vec<&Mark> = std::iter::once(&version.submitted).chain(&version.signatures).chain(single.into_iter().flatten()).collect();
        marks.sort_by_key(|mark| mark.position);
        for mark in marks {
            let reason = mark.reason.as_deref().map(|reason| format!(" – {reason}")).unwrap_or_default();
            let _written = writeln!(
                out,
                "{}: {}, {}, {}{reason}",
                words::act_meaning(mark.act),
                facts.name(mark.by),
                words::role_name(mark.role),
                moment(facts, mark.when())
            );
        }
    }
}
