//! Pages for everybody.

use app::pages::{NoticePage, Page, VerifyPage};
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

use super::{Look, SENDS_NOTHING};
use crate::Server;

pub(super) async fn home(look: Look) -> Response {
    look.page(Page::Home).await
}

pub(super) async fn help(look: Look) -> Response {
    look.page(Page::Help).await
}

/// The page that checks a proof: the same for everybody, so that a browser may keep it.
pub(super) async fn verify(State(server): State<Server>, look: Look) -> Response {
    let script = server.client.asset("verify_page").unwrap_or_default().to_owned();
    let mut response = look.by_nobody().page(Page::Verify(VerifyPage { script })).await;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SENDS_NOTHING));
    response
}

/// Whatever has no route.
pub async fn not_found(look: Look) -> Response {
    look.notice(StatusCode::NOT_FOUND, NoticePage::not_found()).await
}
