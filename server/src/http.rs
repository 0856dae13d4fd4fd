//! The routes, and what every answer carries.

mod client_files;
mod headers;
mod live;
mod measured;
mod problem;
mod quotas;
mod ready;
mod sync;

use std::net::SocketAddr;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    middleware,
    routing::{get, post},
};
use shared::wire::MAX_REQUEST_BYTES;

pub(crate) use self::sync::{cbor_response, read_body};
pub use self::{client_files::ClientFiles, measured::metrics_router, problem::ApiProblem, quotas::Quotas, ready::NotReady};
use crate::{accounts, pages, server::Server};

/// Every route. `listens_on` is the listener's address: see [`headers::to_localhost`].
pub fn router(server: Server, listens_on: Option<SocketAddr>) -> Router {
    let api = Router::new()
        .merge(accounts::routes::routes())
        .route("/sync/v1", post(sync::sync))
        .route("/sync/v1/live", get(live::stream))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .layer(middleware::map_response(headers::of_the_wire));
    Router::new()
        .merge(api)
        .route("/healthz", get(healthz))
        .route("/readyz", get(ready::readyz))
        .merge(client_files::router())
        .merge(pages::routes())
        .fallback(pages::not_found)
        .with_state(server.clone())
        .layer(middleware::map_response(headers::secure))
        .layer(middleware::from_fn_with_state(listens_on, headers::to_localhost))
        .layer(middleware::from_fn_with_state(server, measured::measure))
}

/// 200 while the store answers.
async fn healthz(State(server): State<Server>) -> (StatusCode, &'static str) {
    match server.store.ping().await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n")
        }
    }
}
