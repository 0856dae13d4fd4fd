//! What records say.

use shared::{decision::Content, id::RecordId, scalar::Scalar, time::At};

use super::AMARA;

pub fn content(fields: &[(&str, Scalar)]) -> Content {
    fields.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect()
}

pub fn observation(competency: &str, level: i64, captured_at: At) -> Content {
    content(&[
        ("mentee", AMARA.to_string().into()),
        ("competency", competency.into()),
        ("setting", "Quillbrook House".into()),
        ("level", level.into()),
        ("went_well", "Rang on your own.".into()),
        ("try_next", "Say what you need first.".into()),
        ("next_step", "Do one together".into()),
        ("captured_at", captured_at.0.into()),
    ])
}

pub fn claim(competency: &str, level: i64, evidence: &[(u64, RecordId)]) -> Content {
    let mut content = content(&[("competency", competency.into()), ("level", level.into())]);
    content.extend(evidence.iter().map(|(line, record)| (format!("evidence/{line}"), record.to_string().into())));
    content
}

pub fn agreement() -> Content {
    ["scope", "frequency", "channel", "confidentiality", "exceptions"]
        .into_iter()
        .map(|field| (field.to_owned(), "as we said".into()))
        .chain([("review_on".to_owned(), "2026-12-01".into())])
        .collect()
}

pub fn plan(targets: &[&str], outcomes: &[(&str, &str)]) -> Content {
    let mut content = content(&[("starts_on", "2026-01-15".into()), ("due_on", "2026-04-15".into())]);
    content.extend(targets.iter().map(|skill| (format!("target/{skill}"), Scalar::Integer(3))));
    content.extend(outcomes.iter().map(|(skill, outcome)| (format!("outcome/{skill}"), Scalar::from(*outcome))));
    content
}
