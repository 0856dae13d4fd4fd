//! The app's calls about who one is: `/session/v1`, `/device/v1`.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use shared::wire::{Enrol, Enrolled, Session, SetUp};

use super::{Denied, SignedIn};
use crate::{
    http::{ApiProblem, cbor_response, read_body},
    server::Server,
    store::Device,
};

/// Bytes of an enrolment; it holds a key and a name.
const MOST_ENROL_BYTES: usize = 4 * 1_024;

/// The routes under their paths.
pub fn routes() -> Router<Server> {
    Router::new()
        .route("/session/v1", get(session))
        .route("/session/v1/end", post(end))
        .route("/device/v1", post(enrol).layer(DefaultBodyLimit::max(MOST_ENROL_BYTES)))
}

/// Who the cookie says this is.
async fn session(State(server): State<Server>, signed_in: SignedIn) -> Result<Response, ApiProblem> {
    // A phone that is set up now begins with the key that stands now.
    let organisation = server.gate.organisation_anew().await?;
    let person = server.store.person(signed_in.person).await?.ok_or(Denied::SignInAgain)?;
    let devices = server.store.devices_of(person.id).await?;
    let set_up = |device: &Device| {
        let heard_at = device.heard_at.filter(|_| device.revoked_at.is_none())?;
        Some(SetUp { label: device.label.clone(), at: device.enrolled_at, heard_at, here: signed_in.device == Some(device.id) })
    };
    Ok(cbor_response(&Session {
        person: person.id,
        name: person.name,
        organisation: organisation.id,
        organisation_name: organisation.name.clone(),
        organisation_key: organisation.key.public(),
        demonstration: organisation.demonstration,
        now: server.clock.now(),
        devices: devices.iter().filter_map(set_up).collect(),
    }))
}

/// Signs this browser out.
async fn end(State(server): State<Server>, signed_in: SignedIn) -> Result<Response, ApiProblem> {
    server.accounts.sign_out(&signed_in.token).await?;
    Ok(([(header::SET_COOKIE, server.accounts.no_cookie())], cbor_response(&())).into_response())
}

/// Makes this browser a device of the person who is signed in.
async fn enrol(State(server): State<Server>, signed_in: SignedIn, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Response, ApiProblem> {
    let enrol: Enrol = read_body(&headers, body, MOST_ENROL_BYTES)?;
    let now = server.clock.now();
    let device = server.gate.enrol(signed_in.person, enrol.key, &enrol.label, now).await?;
    server.accounts.hear(&signed_in.token, device).await?;
    Ok(cbor_response(&Enrolled { device, now }))
}
