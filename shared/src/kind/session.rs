//! A session of mentee and mentor: when, where and how long is for everybody; what they talk about is the pair's.

use super::{Chain, Choice, Circle, Field, Kind, Sharing, Value};
use crate::role::Role;

/// Who keeps it: either of the two.
const BOTH: &[Role] = &[Role::Mentee, Role::Mentor];

pub static SESSION: Kind = Kind {
    code: "session",
    name: "Session",
    purpose: "Time together: what to talk about, what was said, and what the others may know of it.",
    writers: BOTH,
    sharing: Sharing::Freely,
    chain: Chain::None,
    widest: Circle::All,
    fields: &[
        // Both begin with an empty box and write in it at once, often apart.
        Field::new("agenda", "To talk about", Value::Prose { max_chars: 10_000 }).by(BOTH).within(Circle::Pair),
        Field::new("notes", "Notes", Value::Prose { max_chars: 20_000 }).by(BOTH).within(Circle::Pair),
        Field::new("mentor", "With", Value::Person { role: Role::Mentor }).within(Circle::All).needed(),
        Field::new("planned_at", "Planned for", Value::Moment).by(BOTH).within(Circle::All),
        Field::new("place", "Where, or how", Value::Line { max_chars: 120 }).by(BOTH).within(Circle::All),
        Field::new("minutes_planned", "Minutes planned", Value::Number { min: 1, max: 480 }).by(BOTH).within(Circle::All),
        Field::new("held_at", "Held on", Value::Moment).by(BOTH).within(Circle::All),
        Field::new("minutes_used", "Minutes used", Value::Number { min: 1, max: 480 }).by(BOTH).within(Circle::All),
        Field::new(
            "instead",
            "Not held",
            Value::Choice {
                of: &[
                    Choice { code: "moved", label: "Moved to another day" },
                    Choice { code: "no_time", label: "No time on the ward" },
                    Choice { code: "need_support", label: "Not today, I need support" },
                ],
            },
        )
        .by(BOTH)
        .within(Circle::All),
        Field::new("summary", "Summary for supervision", Value::Paragraph { max_chars: 4_000 }).by(BOTH).within(Circle::All),
    ],
};
