//! Signing in and out by forms.

use app::pages::{Page, SignInPage, words::sign_in as say};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use shared::{id::PersonId, role::Role};

use super::{
    Look,
    posted::{Posted, Pressed},
};
use crate::{
    Server,
    accounts::{Address, SignInError},
    store::StoreError,
};

/// Where the app lives.
const APP: &str = "/app/";
const LEAD: &str = "/lead";
const DEVICES: &str = "/devices";
/// Seconds after which somebody may try again when too many were signing in at once.
const BUSY_SECONDS: u64 = 5;
/// Longer ones are nobody's address of ours.
const MOST_NEXT_BYTES: usize = 300;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn form(State(server): State<Server>, look: Look, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let next = local(&asked.map(|Query(asked)| asked.next).unwrap_or_default()).unwrap_or_default().to_owned();
    let Some(person) = &look.person else {
        return look.page(Page::SignIn(SignInPage { next, ..SignInPage::default() })).await;
    };
    match landing(&server, person.id, &next).await {
        Ok(path) => Redirect::to(&path).into_response(),
        Err(error) => look.fault(&error).await,
    }
}

pub(super) async fn submit(State(server): State<Server>, Address(from): Address, Posted { by: look, typed }: Posted<Look, Typed>) -> Response {
    let next = local(&typed.next).unwrap_or_default().to_owned();
    let again =
        |problem: String| Page::SignIn(SignInPage { email: typed.email.trim().chars().take(254).collect(), next: next.clone(), problem: Some(problem) });
    if typed.email.trim().is_empty() || typed.password.is_empty() {
        return look.answer(StatusCode::UNPROCESSABLE_ENTITY, again(say::INCOMPLETE.to_owned())).await;
    }
    match server.accounts.sign_in(&typed.email, &typed.password, from).await {
        Ok((token, person)) => {
            // The session that this browser had before is over, whoever's it was.
            let ended = match &look.token {
                Some(before) => server.accounts.sign_out(before).await,
                None => Ok(()),
            };
            let landed = match ended {
                Ok(()) => landing(&server, person, &next).await,
                Err(error) => Err(error),
            };
            match landed {
                Ok(path) => ([(header::SET_COOKIE, server.accounts.cookie(&token))], Redirect::to(&path)).into_response(),
                Err(error) => look.fault(&error).await,
            }
        }
        Err(SignInError::Wrong) => look.answer(StatusCode::UNPROCESSABLE_ENTITY, again(say::WRONG.to_owned())).await,
        Err(SignInError::TooMany { retry_after_seconds }) => {
            let page = again(say::too_many(retry_after_seconds));
            later(look.answer(StatusCode::TOO_MANY_REQUESTS, page).await, retry_after_seconds)
        }
        Err(SignInError::Busy) => later(look.answer(StatusCode::SERVICE_UNAVAILABLE, again(say::BUSY.to_owned())).await, BUSY_SECONDS),
        Err(SignInError::Store(error)) => look.fault(&error).await,
    }
}

pub(super) async fn sign_out(State(server): State<Server>, Pressed(look): Pressed<Look>) -> Response {
    if let Some(token) = &look.token
        && let Err(error) = server.accounts.sign_out(token).await
    {
        return look.fault(&error).await;
    }
    ([(header::SET_COOKIE, server.accounts.no_cookie())], Redirect::to("/")).into_response()
}

/// Adds when to come back.
pub(super) fn later(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Where somebody goes after signing in: to what they asked for, else to the app; a lead without another role to the
/// lead's page.
pub(super) async fn landing(server: &Server, person: PersonId, next: &str) -> Result<String, StoreError> {
    if !next.is_empty() {
        return Ok(next.to_owned());
    }
    let leads = server.store.person(person).await?.is_some_and(|person| person.leads);
    if !leads {
        return Ok(APP.to_owned());
    }
    let now = server.clock.now();
    for role in [Role::Mentee, Role::Mentor, Role::Supervisor] {
        if !server.store.logs_as(person, role, now).await?.is_empty() {
            return Ok(APP.to_owned());
        }
    }
    Ok(LEAD.to_owned())
}

/// A path of the app, of the lead's page or of one's own devices, and no other address: nobody is sent away from here by a link.
fn local(next: &str) -> Option<&str> {
    let ours = next == LEAD || next == DEVICES || next.starts_with("/lead/") || next.starts_with(APP);
    let plain =
        next.len() <= MOST_NEXT_BYTES && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') && !next.contains("//") && !next.contains("..");
    (ours && plain).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_sent_to_another_site_after_signing_in() {
        assert_eq!(local("/app/records?kind=claim#top"), Some("/app/records?kind=claim#top"));
        assert_eq!(local("/lead"), Some("/lead"));
        assert_eq!(local("/devices"), Some("/devices"));
        for bad in
            ["", "https://example.org", "//example.org", "/\\example.org", "/app//example.org", "/leader", "/app/../x", "/app/\r\nSet-Cookie:a=b", "/help"]
        {
            assert_eq!(local(bad), None, "{bad:?}");
        }
    }
}
