//! Who is signed in, and how this browser becomes one of their devices.

use shared::{
    cbor,
    key::PublicKey,
    replica::Identity,
    wire::{Enrol, Enrolled, Session, WIRE_VERSION},
};

use crate::http::{self, Missed};

/// A session's or an enrolment's answer, in bytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024;
/// A device's name, in characters.
pub const MAX_LABEL_CHARS: usize = 80;

pub async fn look() -> Result<Session, Missed> {
    http::ask("GET", "/session/v1", None, MAX_ANSWER_BYTES).await
}

pub async fn end() -> Result<(), Missed> {
    http::call("POST", "/session/v1/end", Some(&[]), MAX_ANSWER_BYTES).await.map(drop)
}

/// Makes this browser a device of the signed-in person.
pub async fn enrol(session: &Session, key: PublicKey, label: &str) -> Result<Identity, Missed> {
    let label = label.chars().take(MAX_LABEL_CHARS).collect();
    let body = cbor::encode(&Enrol { v: WIRE_VERSION, key, label });
    let enrolled: Enrolled = http::ask("POST", "/device/v1", Some(&body), MAX_ANSWER_BYTES).await?;
    Ok(Identity::of(session.clone(), enrolled.device))
}

/// Whether `session` is of the person whose records these are.
pub fn is_of(session: &Session, identity: &Identity) -> bool {
    session.person == identity.person && same_organisation(session, identity)
}

/// A server that was set up anew is another organisation, and nothing signed before holds there. Of a key that differs the
/// logs tell whether it followed.
pub fn same_organisation(session: &Session, identity: &Identity) -> bool {
    session.organisation == identity.organisation
}
