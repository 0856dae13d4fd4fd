//! The milestone claim: the mentee asks for a sign-off and chooses the evidence.

use super::{Chain, Circle, Field, Keyed, Kind, Sharing, Value};
use crate::{evidence::elsewhere::ELSEWHERE, role::Role};

pub static CLAIM: Kind = Kind {
    code: "claim",
    name: "Milestone claim",
    purpose: "Ask for a sign-off, with the feedback that shows it.",
    writers: &[Role::Mentee],
    sharing: Sharing::BySubmit,
    chain: Chain::SupervisorApproves,
    widest: Circle::All,
    fields: &[
        Field::new("competency", "Skill", Value::Competency).needed(),
        Field::new("level", "May do this", Value::Level).needed(),
        // Key: the position of the line that sealed the observation. Value: the observation's record.
        Field::new("evidence", "Feedback chosen", Value::Record).keyed(Keyed::Line { most: 50 }),
        // Key: the observation's record. Value: where it was sealed.
        Field::new(ELSEWHERE, "Feedback chosen from elsewhere", Value::Elsewhere).keyed(Keyed::Record { most: 20 }),
        Field::new("words", "In your words", Value::Paragraph { max_chars: 4_000 }),
    ],
};
