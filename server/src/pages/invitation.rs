//! An invitation: choosing a password once.

use app::pages::{InvitationPage, NoticePage, Page, words::invitation as say, words::sign_in as say_sign_in};
use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    Look,
    posted::Posted,
    sign_in::{landing, later},
};
use crate::{
    Server,
    accounts::{Address, BadPassword, ChooseError, LEAST_PASSWORD_CHARS, Token},
    store::Person,
};

const BUSY_SECONDS: u64 = 5;

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

pub(super) async fn form(State(server): State<Server>, look: Look, Path(token): Path<String>) -> Response {
    match invited(&server, &token).await {
        Ok(Some((_, person))) => look.page(page(token, &person, None)).await,
        Ok(None) => look.notice(StatusCode::NOT_FOUND, NoticePage::spent_invitation()).await,
        Err(error) => look.fault(&error).await,
    }
}

pub(super) async fn submit(
    State(server): State<Server>,
    Path(text): Path<String>,
    Address(from): Address,
    Posted { by: look, typed }: Posted<Look, Typed>,
) -> Response {
    let (token, person) = match invited(&server, &text).await {
        Ok(Some(invited)) => invited,
        Ok(None) => return look.notice(StatusCode::NOT_FOUND, NoticePage::spent_invitation()).await,
        Err(error) => return look.fault(&error).await,
    };
    let again = |problem: String| page(text.clone(), &person, Some(problem));
    if typed.password != typed.again {
        return look.answer(StatusCode::UNPROCESSABLE_ENTITY, again(say::DIFFERENT.to_owned())).await;
    }
    match server.accounts.accept_invitation(&token, &typed.password, from).await {
        Ok(session) => match landing(&server, person.id, "").await {
            Ok(path) => ([(header::SET_COOKIE, server.accounts.cookie(&session))], Redirect::to(&path)).into_response(),
            Err(error) => look.fault(&error).await,
        },
        Err(ChooseError::Bad(bad)) => look.answer(StatusCode::UNPROCESSABLE_ENTITY, again(sentence(bad))).await,
        Err(ChooseError::Spent) => look.notice(StatusCode::NOT_FOUND, NoticePage::spent_invitation()).await,
        Err(ChooseError::TooMany { retry_after_seconds }) => {
            let page = again(say_sign_in::too_many(retry_after_seconds));
            later(look.answer(StatusCode::TOO_MANY_REQUESTS, page).await, retry_after_seconds)
        }
        Err(ChooseError::Busy) => later(look.answer(StatusCode::SERVICE_UNAVAILABLE, again(say_sign_in::BUSY.to_owned())).await, BUSY_SECONDS),
        Err(ChooseError::Store(error)) => look.fault(&error).await,
    }
}

async fn invited(server: &Server, text: &str) -> Result<Option<(Token, Person)>, crate::store::StoreError> {
    let Some(token) = Token::parse(text) else { return Ok(None) };
    Ok(server.accounts.invited(&token).await?.map(|person| (token, person)))
}

fn page(token: String, person: &Person, problem: Option<String>) -> Page {
    Page::Invitation(InvitationPage { token, name: person.name.clone(), email: person.email.clone(), problem })
}

fn sentence(bad: BadPassword) -> String {
    match bad {
        BadPassword::TooShort => say::too_short(LEAST_PASSWORD_CHARS),
        BadPassword::TooLong => say::TOO_LONG.to_owned(),
        BadPassword::LikeEmail => say::LIKE_EMAIL.to_owned(),
    }
}
