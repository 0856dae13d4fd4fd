//! What a record says, for the gate to judge.

use shared::{decision::Content, id::RecordId, scalar::Scalar, time::At};

use crate::ward::{AMARA, person};

pub fn content(fields: &[(&str, Scalar)]) -> Content {
    fields.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect()
}

pub fn observation(competency: &str, level: i64, at: At) -> Content {
    content(&[
        ("mentee", person(AMARA).to_string().into()),
        ("competency", competency.into()),
        ("setting", "Quillbrook House".into()),
        ("level", level.into()),
        ("went_well", "Rang on your own.".into()),
        ("captured_at", at.0.into()),
    ])
}

pub fn claim(competency: &str, level: i64, evidence: &[(u64, RecordId)]) -> Content {
    let mut words = content(&[("competency", competency.into()), ("level", level.into())]);
    words.extend(evidence.iter().map(|(line, record)| (format!("evidence/{line}"), record.to_string().into())));
    words
}

pub fn agreement() -> Content {
    let fields = ["scope", "frequency", "channel", "confidentiality", "exceptions"].map(|field| (field.to_owned(), Scalar::from("as we said")));
    fields.into_iter().chain([("review_on".to_owned(), "2026-12-01".into())]).collect()
}

pub fn plan(targets: &[&str]) -> Content {
    let fields = targets.iter().map(|skill| (format!("target/{skill}"), Scalar::Integer(3)));
    fields.chain([("starts_on".to_owned(), "2026-01-01".into()), ("due_on".to_owned(), "2026-04-01".into())]).collect()
}
