//! A comment, or a question, on another record. Words only: it changes no state and stops no clock.

use super::{Chain, Circle, Field, Kind, Sharing, Value};
use crate::role::Role;

pub static COMMENT: Kind = Kind {
    code: "comment",
    name: "Comment",
    purpose: "Words on a record, for everybody who can see it.",
    writers: &[Role::Mentee, Role::Mentor, Role::Supervisor, Role::Lead],
    sharing: Sharing::Freely,
    chain: Chain::None,
    widest: Circle::All,
    fields: &[
        Field::new("on", "On", Value::Record).needed(),
        Field::new("words", "Words", Value::Paragraph { max_chars: 4_000 }).needed(),
        // A question puts the record under its author's 'Needs you'.
        Field::new("question", "A question", Value::Flag),
    ],
};
