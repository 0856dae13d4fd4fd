//! `POST /sync/v1`: bundles in, verdicts and lines out. Idempotent: a phone repeats it until it is answered.

use std::{borrow::Cow, time::Instant};

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    cbor,
    id::{DeviceId, PersonId},
    log::Author,
    time::HOUR_MS,
    wire::{
        Bundle, CONTENT_TYPE, LogUpdate, MAX_BUNDLES, MAX_CURSORS, MAX_ITEMS, MAX_REQUEST_BYTES, SyncRequest, SyncResponse, Verdict, WIRE_VERSION, deflate,
        deflate::InflateError,
    },
};

use super::ApiProblem;
use crate::{server::Server, store::Caller};

/// That a device was heard from is noted at most so often: reading stays reading.
const HEARD_EVERY_MS: i64 = HOUR_MS;

pub(super) async fn sync(
    State(server): State<Server>,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiProblem> {
    let request: SyncRequest = read_body(&headers, body, MAX_REQUEST_BYTES)?;
    check_limits(&request)?;
    let author = Author { person: caller.session.person, device: request.device };
    if !caller.devices.contains(&author.device) {
        check_device(&server, author.person, author.device).await?;
    }
    note(&server, &caller, author.device).await?;
    let (verdicts, written) = push(&server, author, &request.push).await?;
    let now = server.clock.now();
    let pulled = server.gate.pull_behind(caller.reach, &request, &written).await?;
    let beacon = Some(server.gate.beacon(now).await?);
    Ok(cbor_response(&SyncResponse { v: WIRE_VERSION, now, verdicts, logs: pulled.logs, directory: pulled.directory, beacon }))
}

fn check_limits(request: &SyncRequest) -> Result<(), ApiProblem> {
    if request.push.len() > MAX_BUNDLES {
        return Err(ApiProblem::TooMany("bundles"));
    }
    if request.push.iter().any(|bundle| bundle.items.len() > MAX_ITEMS) {
        return Err(ApiProblem::TooMany("items"));
    }
    if request.cursors.len() > MAX_CURSORS {
        return Err(ApiProblem::TooMany("cursors"));
    }
    Ok(())
}

/// Somebody else's cookie on a phone never costs a word: nothing is judged, and the phone is told to sign in again.
pub(super) async fn check_device(server: &Server, person: PersonId, device: DeviceId) -> Result<(), ApiProblem> {
    match server.store.device(device).await? {
        Some(known) if known.person != person => Err(ApiProblem::OtherPerson),
        Some(known) if known.revoked_at.is_none() => Ok(()),
        _ => Err(ApiProblem::UnknownDevice),
    }
}

/// Notes that a device was heard from, and by which session.
async fn note(server: &Server, caller: &Caller, device: DeviceId) -> Result<(), ApiProblem> {
    let now = server.clock.now();
    if caller.session.device.is_none_or(|(known, at)| known != device || now.since(at) >= HEARD_EVERY_MS) {
        server.store.hear(caller.token_hash, device, now).await?;
    }
    Ok(())
}

/// Judges in order: what comes later may build on what came before.
async fn push(server: &Server, author: Author, bundles: &[Bundle]) -> Result<(Vec<Verdict>, Vec<LogUpdate>), ApiProblem> {
    let mut verdicts = Vec::with_capacity(bundles.len());
    let mut written = Vec::new();
    for bundle in bundles {
        let now = server.clock.now();
        let since = Instant::now();
        let pushed = match server.quotas.take(author.person, now) {
            Ok(()) => server.gate.push_and_keep(author, bundle.clone(), now).await,
            Err(seconds) => Ok(Verdict::RetryAfter { seconds }.into()),
        };
        server.metrics.pushed(pushed.as_ref().map(|pushed| &pushed.verdict), since.elapsed());
        let pushed = pushed?;
        verdicts.push(pushed.verdict);
        written.extend(pushed.written);
    }
    Ok((verdicts, written))
}

/// Reads a body of the wire: its content type and coding, its version, then the whole.
pub(crate) fn read_body<T: DeserializeOwned>(headers: &HeaderMap, body: Result<Bytes, BytesRejection>, limit: usize) -> Result<T, ApiProblem> {
    #[derive(Deserialize)]
    struct Version {
        v: u64,
    }
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiProblem::TooLarge,
        _ => ApiProblem::Unreadable(rejection.body_text()),
    })?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|value| value != CONTENT_TYPE) {
        return Err(ApiProblem::ContentType);
    }
    if body.len() > limit {
        return Err(ApiProblem::TooLarge);
    }
    let body = &unpacked(headers, &body, limit)?;
    let version: Version = cbor::decode(body, limit).map_err(|error| ApiProblem::Unreadable(error.to_string()))?;
    if version.v != u64::from(WIRE_VERSION) {
        return Err(ApiProblem::WireVersion(version.v));
    }
    cbor::decode(body, limit).map_err(|error| ApiProblem::Unreadable(error.to_string()))
}

fn unpacked<'a>(headers: &HeaderMap, body: &'a [u8], limit: usize) -> Result<Cow<'a, [u8]>, ApiProblem> {
    match headers.get(header::CONTENT_ENCODING) {
        None => Ok(Cow::Borrowed(body)),
        Some(coding) if coding == deflate::CODING => match deflate::inflated(body, limit) {
            Ok(body) => Ok(Cow::Owned(body)),
            Err(InflateError::TooLong(_)) => Err(ApiProblem::TooLarge),
            Err(error @ InflateError::Broken) => Err(ApiProblem::Unreadable(error.to_string())),
        },
        Some(_) => Err(ApiProblem::ContentType),
    }
}

pub(crate) fn cbor_response<T: Serialize>(value: &T) -> Response {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], cbor::encode(value)).into_response()
}
