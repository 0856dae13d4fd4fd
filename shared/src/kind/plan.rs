//! The 90-day plan (objective sheet): the competencies that the two work on, from where, to where, by when.

use super::{Chain, Choice, Circle, Field, Keyed, Kind, Sharing, Value};
use crate::role::Role;

const PLANNERS: &[Role] = &[Role::Mentor, Role::Supervisor];
const TARGETS: Keyed = Keyed::Competency { most: 8 };

/// How a target ended.
pub const OUTCOMES: [Choice; 4] = [
    Choice { code: "met", label: "Met" },
    Choice { code: "partly", label: "Partly" },
    Choice { code: "not_met", label: "Not met" },
    Choice { code: "carried_over", label: "Carried over" },
];

pub static PLAN: Kind = Kind {
    code: "plan",
    name: "90-day plan",
    purpose: "The skills to work on, from where, to where, by when.",
    writers: PLANNERS,
    sharing: Sharing::Freely,
    chain: Chain::SupervisorConfirms,
    widest: Circle::All,
    fields: &[
        Field::new("starts_on", "From", Value::Day).by(PLANNERS).needed(),
        Field::new("due_on", "To", Value::Day).by(PLANNERS).needed(),
        Field::new("baseline", "Now at", Value::Level).by(PLANNERS).keyed(TARGETS),
        Field::new("target", "Wants to reach", Value::Level).by(PLANNERS).keyed(TARGETS),
        Field::new("target_due_on", "By", Value::Day).by(PLANNERS).keyed(TARGETS),
        Field::new("measure", "How you will know", Value::Line { max_chars: 300 }).by(PLANNERS).keyed(TARGETS),
        Field::new("outcome", "How it ended", Value::Choice { of: &OUTCOMES }).by(PLANNERS).keyed(TARGETS),
        Field::new("check", "Monthly check", Value::Paragraph { max_chars: 1_000 }).by(PLANNERS).keyed(Keyed::Number { most: 12 }),
        Field::new("words", "In short", Value::Paragraph { max_chars: 2_000 }).by(PLANNERS),
    ],
};
