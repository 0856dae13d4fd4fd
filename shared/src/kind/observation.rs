//! The observation: what somebody saw, how much help was needed, what to try next. Micro by default.

use super::{Chain, Choice, Circle, Field, Kind, Sharing, Value};
use crate::role::Role;

/// The rating that stands for 'could not judge'.
pub const COULD_NOT_JUDGE: i64 = 0;

/// Hours for which the last place stays preselected.
pub const PLACE_CHIP_HOURS: i64 = 8;

/// Chips for the next step.
pub const NEXT_STEPS: [Choice; 4] = [
    Choice { code: "do_one_together", label: "Do one together" },
    Choice { code: "watch_me", label: "Watch me do one" },
    Choice { code: "practise_first", label: "Practise first" },
    Choice { code: "talk", label: "Talk at next session" },
];

pub static OBSERVATION: Kind = Kind {
    code: "observation",
    name: "Observation",
    purpose: "What you saw, how much help was needed, and what to try next.",
    // R1: any current member but the mentee may observe.
    writers: &[Role::Mentor, Role::Supervisor, Role::Lead],
    sharing: Sharing::BySubmit,
    chain: Chain::WriterSeals,
    widest: Circle::All,
    fields: &[
        Field::new("jot", "Jot", Value::Paragraph { max_chars: 2_000 }).stays_own(),
        Field::new("mentee", "Who", Value::Person { role: Role::Mentee }).needed(),
        Field::new("competency", "What", Value::Competency).needed(),
        Field::new("setting", "Where", Value::Line { max_chars: 120 }).needed(),
        Field::new("practice", "Practice or simulation", Value::Flag),
        Field::new("level", "How much did you need to help?", Value::Rating).needed(),
        Field::new("went_well", "Went well", Value::Paragraph { max_chars: 2_000 }),
        Field::new("try_next", "Try next time", Value::Paragraph { max_chars: 2_000 }),
        Field::new("next_step", "Next step", Value::Line { max_chars: 300 }),
        Field::new(
            "mode",
            "How you saw it",
            Value::Choice {
                of: &[
                    Choice { code: "present", label: "I was there" },
                    Choice { code: "video", label: "By video" },
                    Choice { code: "recording", label: "From a recording" },
                ],
            },
        ),
        Field::new("problem", "What it was about, in general words", Value::Line { max_chars: 300 }),
        Field::new(
            "complexity",
            "Complexity",
            Value::Choice { of: &[Choice { code: "low", label: "Low" }, Choice { code: "medium", label: "Medium" }, Choice { code: "high", label: "High" }] },
        ),
        Field::new(
            "age_band",
            "Age band",
            Value::Choice {
                of: &[Choice { code: "child", label: "Under 18" }, Choice { code: "adult", label: "18 to 64" }, Choice { code: "older", label: "65 and over" }],
            },
        ),
        Field::new("minutes", "Minutes", Value::Number { min: 1, max: 1_440 }),
        // The phone's clock at the first character or tap.
        Field::new("captured_at", "Written on", Value::Moment).needed(),
        // 'Earlier than now': chosen by the writer.
        Field::new("happened_at", "Earlier than now", Value::Moment),
        Field::new(
            "late_reason",
            "Why it was written up later",
            Value::Choice {
                of: &[
                    Choice { code: "no_time", label: "No time on shift" },
                    Choice { code: "leave", label: "On leave" },
                    Choice { code: "no_signal", label: "No signal" },
                    Choice { code: "forgot", label: "Forgot" },
                    Choice { code: "other", label: "Another reason" },
                ],
            },
        ),
    ],
};
