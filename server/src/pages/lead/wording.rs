//! Stored values as a lead reads them: labels, names of people and skills, moments.

use std::collections::BTreeMap;

use app::pages::words::lead as say;
use shared::{
    fact::Facts,
    id::PersonId,
    kind::{Field, Kind, Kinds, Value},
    scalar::Scalar,
    time::{At, Zone},
};

use super::super::times;

/// Turns stored values into words.
pub(super) struct Wording<'a> {
    pub(super) kinds: &'a Kinds,
    pub(super) facts: &'a Facts,
    pub(super) zone: &'a Zone,
}

impl Wording<'_> {
    pub(super) fn kind(&self, code: &str) -> Option<&'static Kind> {
        self.kinds.get(code)
    }

    /// Known fields in the order of their form, the rest behind them: no word is left out.
    pub(super) fn fields(&self, kind: Option<&'static Kind>, fields: &BTreeMap<String, Option<Scalar>>) -> Vec<(String, String)> {
        let place = |key: &str| {
            kind.and_then(|kind| kind.fields.iter().position(|field| kind.field(key).is_some_and(|known| known.code == field.code))).unwrap_or(usize::MAX)
        };
        let mut keys: Vec<&String> = fields.keys().collect();
        keys.sort_by_key(|key| (place(key), key.as_str()));
        keys.into_iter().filter_map(|key| fields.get(key).map(|value| self.field(kind.and_then(|kind| kind.field(key)), key, value.as_ref()))).collect()
    }

    fn field(&self, field: Option<&Field>, key: &str, value: Option<&Scalar>) -> (String, String) {
        let label = match (field, key.split_once('/')) {
            (Some(field), Some((_, entry))) => format!("{}: {}", field.label, self.competency(entry)),
            (Some(field), None) => field.label.to_owned(),
            (None, _) => key.to_owned(),
        };
        let value = value.map_or_else(|| say::HELD_TAKEN_OUT.to_owned(), |value| self.value(field.map(|field| field.value), value));
        (label, value)
    }

    fn value(&self, sort: Option<Value>, scalar: &Scalar) -> String {
        match (sort, scalar) {
            (_, Scalar::Text(text)) if text.is_empty() => say::HELD_NO_VALUE.to_owned(),
            (Some(Value::Choice { of }), Scalar::Text(code)) => {
                of.iter().find(|choice| choice.code == code).map_or(code.as_str(), |choice| choice.label).to_owned()
            }
            (Some(Value::Competency), Scalar::Text(code)) => self.competency(code),
            (Some(Value::Person { .. }), Scalar::Text(id)) => id.parse::<PersonId>().map_or_else(|_| id.clone(), |person| self.facts.name(person)),
            (Some(Value::Moment), Scalar::Integer(ms)) => times::moment(At(*ms), self.zone),
            (Some(Value::Rating), Scalar::Integer(0)) => say::COULD_NOT_JUDGE.to_owned(),
            (_, Scalar::Text(text)) => text.clone(),
            (_, Scalar::Integer(number)) => number.to_string(),
            (_, Scalar::Flag(flag)) => if *flag { say::YES } else { say::NO }.to_owned(),
        }
    }

    fn competency(&self, code: &str) -> String {
        self.facts.competency(code).map_or_else(|| code.to_owned(), |competency| competency.name.clone())
    }
}
