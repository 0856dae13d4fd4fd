//! Record kinds, each declared once. Policy table, generic form, canonical content, view and export all follow
//! from the declaration: adding a kind touches its file under `kind/` and, where the generic screen does not do,
//! one screen.

mod agreement;
mod claim;
mod comment;
mod observation;
mod plan;
mod session;

use serde::Serialize;

pub use self::{
    agreement::AGREEMENT,
    claim::CLAIM,
    comment::COMMENT,
    observation::{COULD_NOT_JUDGE, NEXT_STEPS, OBSERVATION, PLACE_CHIP_HOURS},
    plan::{OUTCOMES, PLAN},
    session::SESSION,
};
use crate::{
    bytes::Hash,
    canonical::MAX_INTEGER,
    evidence::elsewhere::Elsewhere,
    id::{LogId, PersonId, RecordId},
    role::Role,
    scalar::Scalar,
    time::parse_day,
};

/// A sort of record: who may make it, what it holds, who signs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kind {
    /// Final: it is part of every signature.
    pub code: &'static str,
    /// For people: 'Observation'.
    pub name: &'static str,
    /// One sentence: what it is for.
    pub purpose: &'static str,
    /// Who may make one.
    pub writers: &'static [Role],
    pub sharing: Sharing,
    pub chain: Chain,
    /// The widest circle that it may be shared with. Not part of the form where it is everybody.
    #[serde(skip_serializing_if = "Circle::is_all")]
    pub widest: Circle,
    pub fields: &'static [Field],
}

/// Who reads what is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Circle {
    /// One mentee and one mentor, in their pair log.
    Pair,
    /// Everybody of the relationship, in its record log.
    All,
}

impl Circle {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_all(&self) -> bool {
        *self == Self::All
    }

    /// The circle that reads a log; an own log has none.
    pub fn of(log: LogId) -> Option<Self> {
        match log {
            LogId::Own(_) => None,
            LogId::Pair(_) => Some(Self::Pair),
            LogId::Record(_) => Some(Self::All),
        }
    }
}

/// How a record leaves its author's own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sharing {
    /// Only together with its submit: nobody sees it unsigned.
    BySubmit,
    /// By an act of its own, also unsigned.
    Freely,
}

/// Who decides what, after the submit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Chain {
    /// Words only.
    None,
    /// Writer and signer are one: the submit seals.
    WriterSeals,
    /// Mentee, lead mentor and supervisor sign the same version; the last signature seals.
    PartiesSign,
    /// The supervisor confirms.
    SupervisorConfirms,
    /// The supervisor, or who covers, approves.
    SupervisorApproves,
}

/// One field of a kind. In the document it is a scalar under `code`, or under `code/{key}` where it is keyed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    pub code: &'static str,
    /// What a person reads above the box.
    pub label: &'static str,
    pub value: Value,
    pub writers: Writers,
    /// Whether a submit needs it.
    pub needed: bool,
    /// A flat map: at most so many keys of this sort.
    pub keyed: Option<Keyed>,
    /// Stays in its author's own log when the record is shared.
    pub stays_own: bool,
    /// A record that two circles share has each of its fields in one of them; `None`: wherever the record is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub circle: Option<Circle>,
}

impl Field {
    /// A field that the record's author alone writes, optional, with one value.
    pub const fn new(code: &'static str, label: &'static str, value: Value) -> Self {
        Self { code, label, value, writers: Writers::Author, needed: false, keyed: None, stays_own: false, circle: None }
    }

    pub const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    pub const fn by(mut self, roles: &'static [Role]) -> Self {
        self.writers = Writers::Roles(roles);
        self
    }

    pub const fn keyed(mut self, keyed: Keyed) -> Self {
        self.keyed = Some(keyed);
        self
    }

    pub const fn stays_own(mut self) -> Self {
        self.stays_own = true;
        self
    }

    pub const fn within(mut self, circle: Circle) -> Self {
        self.circle = Some(circle);
        self
    }

    /// Whether its value stands in that log once the record is shared there.
    pub fn stands_in(&self, log: LogId) -> bool {
        match Circle::of(log) {
            None => true,
            Some(circle) => !self.stays_own && self.circle.is_none_or(|own| own == circle),
        }
    }

    pub fn is_prose(&self) -> bool {
        matches!(self.value, Value::Prose { .. })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Writers {
    /// The record's author and nobody else.
    Author,
    /// Any current member in one of these roles.
    Roles(&'static [Role]),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyed {
    /// A competency's code, `targets/C01`; at most so many.
    Competency { most: usize },
    /// The position of a sealed line, `evidence/42`; at most so many.
    Line { most: usize },
    /// A month's number in the plan, `check/2`.
    Number { most: usize },
    /// A record's id; at most so many.
    Record { most: usize },
}

impl Keyed {
    pub fn most(self) -> usize {
        match self {
            Self::Competency { most } | Self::Line { most } | Self::Number { most } | Self::Record { most } => most,
        }
    }

    /// One spelling a key: `7`, never `07`.
    fn fits(self, key: &str) -> bool {
        match self {
            Self::Competency { .. } => {
                !key.is_empty() && key.len() <= MAX_CODE_BYTES && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
            }
            Self::Line { .. } | Self::Number { .. } => key.len() <= 16 && key.parse::<u64>().is_ok_and(|number| number.to_string() == key),
            Self::Record { .. } => key.parse::<RecordId>().is_ok(),
        }
    }
}

/// A competency's or framework's code, in bytes.
pub const MAX_CODE_BYTES: usize = 32;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// One line of text, up to so many characters.
    Line {
        max_chars: usize,
    },
    /// Several lines of text, up to so many characters.
    Paragraph {
        max_chars: usize,
    },
    /// Several lines of text that several people write at once, up to so many characters: they merge character by
    /// character. Nothing of it is ever signed.
    Prose {
        max_chars: usize,
    },
    /// A whole number within the two ends.
    Number {
        min: i64,
        max: i64,
    },
    /// A rating 1 to 5, or 0 for 'could not judge'; shown with the competency's scale.
    Rating,
    /// A sign-off level, 1 to 5.
    Level,
    Flag,
    /// One of these codes.
    Choice {
        of: &'static [Choice],
    },
    /// A member's id, as text.
    Person {
        role: Role,
    },
    /// A competency's code.
    Competency,
    /// A calendar day, `2026-05-12`.
    Day,
    /// Milliseconds since the Unix epoch.
    Moment,
    /// Another record's id, as text.
    Record,
    /// A line of another record log that sealed something, as text: log, position, digest.
    Elsewhere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub code: &'static str,
    pub label: &'static str,
}

/// Marks an own draft as thrown away; a field that every kind has, and that never leaves the own log.
pub const DISCARDED: &str = "discarded";

static DISCARDED_FIELD: Field = Field::new(DISCARDED, "Thrown away", Value::Flag).stays_own();

/// A value that its field does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadValue {
    #[error("a record of this kind has no field {0:?}")]
    NoSuchField(String),
    #[error("{field}: {chars} characters, the limit is {limit}")]
    TooLong { field: &'static str, chars: usize, limit: usize },
    #[error("{field}: not a value that it takes")]
    WrongValue { field: &'static str },
}

impl Value {
    fn check(self, field: &'static str, scalar: &Scalar) -> Result<(), BadValue> {
        let wrong = BadValue::WrongValue { field };
        let fits = match (self, scalar) {
            (Self::Line { max_chars } | Self::Paragraph { max_chars } | Self::Prose { max_chars }, Scalar::Text(text)) => {
                let chars = text.chars().count();
                if chars > max_chars {
                    return Err(BadValue::TooLong { field, chars, limit: max_chars });
                }
                !(matches!(self, Self::Line { .. }) && text.contains('\n'))
            }
            (Self::Number { min, max }, Scalar::Integer(number)) => (min..=max).contains(number),
            (Self::Rating, Scalar::Integer(number)) => (0..=5).contains(number),
            (Self::Level, Scalar::Integer(number)) => (1..=5).contains(number),
            (Self::Moment, Scalar::Integer(number)) => number.abs() <= MAX_INTEGER,
            (Self::Flag, Scalar::Flag(_)) => true,
            (Self::Choice { of }, Scalar::Text(code)) => of.iter().any(|choice| choice.code == code),
            (Self::Person { .. }, Scalar::Text(id)) => id.parse::<PersonId>().is_ok(),
            (Self::Record, Scalar::Text(id)) => id.parse::<RecordId>().is_ok(),
            (Self::Elsewhere, Scalar::Text(text)) => text.parse::<Elsewhere>().is_ok_and(|elsewhere| elsewhere.log.holds_decisions()),
            (Self::Competency, Scalar::Text(code)) => !code.is_empty() && code.len() <= MAX_CODE_BYTES,
            (Self::Day, Scalar::Text(day)) => parse_day(day).is_some(),
            _ => false,
        };
        if fits { Ok(()) } else { Err(wrong) }
    }
}

impl Kind {
    /// The field that a document key belongs to: `targets/C01` belongs to the keyed field `targets`.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        if key == DISCARDED {
            return Some(&DISCARDED_FIELD);
        }
        self.fields.iter().find(|field| match field.keyed {
            None => field.code == key,
            Some(keyed) => key.strip_prefix(field.code).and_then(|rest| rest.strip_prefix('/')).is_some_and(|rest| keyed.fits(rest)),
        })
    }

    /// Whether `scalar` may stand under `key`.
    pub fn check(&self, key: &str, scalar: &Scalar) -> Result<&'static Field, BadValue> {
        let field = self.field(key).ok_or_else(|| BadValue::NoSuchField(key.chars().take(64).collect()))?;
        field.value.check(field.code, scalar)?;
        Ok(field)
    }

    /// The declaration's fingerprint: every submit is signed together with it, so that years later it is certain
    /// which questions were on the screen.
    pub fn form(&self) -> Hash {
        Hash::of(&serde_json::to_vec(self).expect("a declaration is plain data"))
    }

    /// Whether records of this kind may stand in that log.
    pub fn may_stand_in(&self, log: LogId) -> bool {
        match Circle::of(log) {
            None => true,
            // Decisions live where everybody bound by them reads.
            Some(Circle::Pair) => self.chain == Chain::None && self.sharing == Sharing::Freely,
            Some(Circle::All) => self.widest == Circle::All,
        }
    }

    /// Whether the pair keeps some of it to itself.
    pub fn has_pair_part(&self) -> bool {
        self.widest == Circle::Pair || self.fields.iter().any(|field| field.circle == Some(Circle::Pair))
    }

    /// The fields that are Text in that log: whoever makes the record there makes them.
    pub fn prose_in(&self, log: LogId) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().filter(move |field| field.is_prose() && field.stands_in(log))
    }

    /// Needed fields without a value, in the order of the form.
    pub fn missing<'a>(&self, has: impl Fn(&str) -> bool + 'a) -> Vec<&'static Field> {
        self.fields.iter().filter(|field| field.needed && !has(field.code)).collect()
    }

    /// Whether somebody in this role, the author or not, may write the field under `key`.
    pub fn may_write(&self, key: &str, author: bool, roles: &[Role]) -> bool {
        self.field(key).is_some_and(|field| match field.writers {
            Writers::Author => author,
            Writers::Roles(allowed) => roles.iter().any(|role| allowed.contains(role)),
        })
    }
}

/// The kinds that a build knows.
#[derive(Debug, Clone)]
pub struct Kinds(Vec<&'static Kind>);

impl Kinds {
    pub fn standard() -> Self {
        Self(vec![&OBSERVATION, &CLAIM, &AGREEMENT, &PLAN, &SESSION, &COMMENT])
    }

    /// The same with one more.
    pub fn and(mut self, kind: &'static Kind) -> Self {
        self.0.push(kind);
        self
    }

    pub fn get(&self, code: &str) -> Option<&'static Kind> {
        self.0.iter().copied().find(|kind| kind.code == code)
    }

    pub fn iter(&self) -> impl Iterator<Item = &'static Kind> {
        self.0.iter().copied()
    }
}
