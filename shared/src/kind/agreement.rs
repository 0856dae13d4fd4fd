//! The mentoring agreement: what the two expect of each other, signed by mentee, lead mentor and supervisor.

use super::{Chain, Circle, Field, Kind, Sharing, Value};
use crate::role::Role;

const BOTH: &[Role] = &[Role::Mentee, Role::Mentor];

pub static AGREEMENT: Kind = Kind {
    code: "agreement",
    name: "Agreement",
    purpose: "What you expect of each other. Mentee, lead mentor and supervisor sign the same version.",
    writers: BOTH,
    sharing: Sharing::Freely,
    chain: Chain::PartiesSign,
    widest: Circle::All,
    fields: &[
        Field::new("scope", "What the mentoring is for", Value::Paragraph { max_chars: 2_000 }).by(BOTH).needed(),
        Field::new("frequency", "How often you meet", Value::Line { max_chars: 300 }).by(BOTH).needed(),
        Field::new("channel", "How you reach each other", Value::Paragraph { max_chars: 1_000 }).by(BOTH).needed(),
        Field::new("confidentiality", "What stays between you", Value::Paragraph { max_chars: 2_000 }).by(BOTH).needed(),
        Field::new("exceptions", "What cannot stay between you", Value::Paragraph { max_chars: 2_000 }).by(BOTH).needed(),
        Field::new("boundaries", "Boundaries", Value::Paragraph { max_chars: 2_000 }).by(BOTH),
        Field::new("review_on", "Look at it again on", Value::Day).by(BOTH).needed(),
        Field::new("ends", "How it ends", Value::Paragraph { max_chars: 1_000 }).by(BOTH),
    ],
};
