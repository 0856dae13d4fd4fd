//! Pages for everybody.

use app::pages::{NoticePage, Page};
use axum::{http::StatusCode, response::Response};

use super::Look;

pub(super) async fn home(look: Look) -> Response {
    look.page(Page::Home).await
}

pub(super) async fn help(look: Look) -> Response {
    look.page(Page::Help).await
}

/// Whatever has no route.
pub async fn not_found(look: Look) -> Response {
    look.notice(StatusCode::NOT_FOUND, NoticePage::not_found()).await
}
