//! Errors as a phone or a program reads them: RFC 9457, a stable code, a sentence. One place maps and logs them.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::{refusal::Refusal, wire::Problem};

use super::NotReady;
use crate::{accounts::Denied, gate::GateError, store::StoreError};

/// Why a call was not answered.
#[derive(Debug, thiserror::Error)]
pub enum ApiProblem {
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The device is not one of the person that the cookie names.
    #[error("a device of somebody else")]
    OtherPerson,
    #[error("an unknown or revoked device")]
    UnknownDevice,
    #[error("another content type")]
    ContentType,
    #[error("larger than the limit")]
    TooLarge,
    #[error("not readable: {0}")]
    Unreadable(String),
    #[error("wire version {0}")]
    WireVersion(u64),
    #[error("more than {0}")]
    TooMany(&'static str),
    #[error(transparent)]
    NotReady(#[from] NotReady),
    #[error(transparent)]
    Gate(#[from] GateError),
}

impl From<StoreError> for ApiProblem {
    fn from(error: StoreError) -> Self {
        Self::Gate(error.into())
    }
}

impl ApiProblem {
    fn parts(&self) -> (StatusCode, &str, &str) {
        match self {
            Self::Denied(denied) => of_denied(denied),
            Self::OtherPerson => {
                (StatusCode::CONFLICT, "sign_in_again", "Somebody else is signed in here. Nothing you wrote is lost: sign in again as yourself to send it.")
            }
            Self::UnknownDevice => (StatusCode::CONFLICT, "unknown_device", "This phone is not set up any more. Nothing you wrote is lost: set it up again."),
            Self::ContentType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", "This is not what the app sends. Update the app."),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "That is more than can be sent at once. Update the app."),
            Self::Unreadable(_) => (StatusCode::BAD_REQUEST, "unreadable", "This could not be read. Update the app."),
            Self::WireVersion(_) => (StatusCode::BAD_REQUEST, "unknown_wire_version", "The app and the server are of different versions. Update the app."),
            Self::TooMany(_) => (StatusCode::BAD_REQUEST, "too_many", "That is more than can be sent at once. Update the app."),
            Self::NotReady(why) => of_not_ready(*why),
            Self::Gate(error) => of_gate(error),
        }
    }
}

fn of_denied(denied: &Denied) -> (StatusCode, &str, &str) {
    match denied {
        Denied::NoHeader => (StatusCode::BAD_REQUEST, "no_header", "This did not come from the app."),
        Denied::SignInAgain => (StatusCode::UNAUTHORIZED, "sign_in_again", "Sign in again to go on. Nothing you wrote is lost."),
        Denied::Foreign => (StatusCode::FORBIDDEN, "foreign", "This came from another site. Open the page again and try once more."),
        Denied::Gate(error) => of_gate(error),
        Denied::Store(_) => UNAVAILABLE,
    }
}

const UNAVAILABLE: (StatusCode, &str, &str) =
    (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The server cannot save right now. Nothing is lost; the app tries again by itself.");

fn of_not_ready(why: NotReady) -> (StatusCode, &'static str, &'static str) {
    let (code, title) = match why {
        NotReady::Stopping => ("stopping", "This server is stopping."),
        NotReady::NoStore => ("store_unreachable", "The store does not answer."),
        NotReady::NotMigrated => ("store_not_migrated", "The store lacks tables that this server needs."),
    };
    (StatusCode::SERVICE_UNAVAILABLE, code, title)
}

fn of_gate(error: &GateError) -> (StatusCode, &str, &str) {
    match error {
        GateError::Refused(Refusal { code, sentence }) => (StatusCode::UNPROCESSABLE_ENTITY, code, sentence),
        GateError::Unknown => (StatusCode::NOT_FOUND, "unknown", "That is not here."),
        GateError::NoOrganisation => (StatusCode::SERVICE_UNAVAILABLE, "no_organisation", "Nothing is set up here yet."),
        GateError::Store(_) | GateError::Replay(_) | GateError::Stopped => UNAVAILABLE,
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let (status, code, title) = self.parts();
        if status.is_server_error() {
            tracing::error!(code, error = %self, "a call failed");
        } else {
            tracing::debug!(code, error = %self, "a call was turned away");
        }
        let problem = Problem { code: code.to_owned(), title: title.to_owned(), status: status.as_u16() };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        ApiProblem::Denied(self).into_response()
    }
}
