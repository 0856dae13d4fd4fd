//! The pages that the server renders: they work without JavaScript and without WASM.
//!
//! What a page shows is a value of `app::pages`, filled here from the store and the gate; `leptos_axum` renders it.
//! Nothing is hydrated and no page has a script, so that the policy for these pages allows none. The one exception checks
//! a proof in the browser ([`SENDS_NOTHING`]).

mod devices;
mod invitation;
mod lead;
mod look;
mod posted;
mod public;
mod render;
mod sign_in;
mod times;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

pub use self::{look::Look, public::not_found};
use crate::Server;

/// Bytes of a form; the longest holds a reason.
const MOST_FORM_BYTES: usize = 16 * 1_024;

/// For the page that checks a proof, and for its scripts: whatever they read stays in the browser. The module that checks
/// is a script as well, since a page under this policy cannot fetch it.
pub const SENDS_NOTHING: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self'; \
manifest-src 'self'; connect-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The pages under their paths. The caller adds [`not_found`] for whatever has no route.
pub fn routes() -> Router<Server> {
    Router::new()
        .route("/", get(public::home))
        .route("/help", get(public::help))
        .route("/verify", get(public::verify))
        .route("/404", get(public::not_found))
        .route("/sign-in", get(sign_in::form).post(sign_in::submit))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/invitation/{token}", get(invitation::form).post(invitation::submit))
        .merge(devices::routes())
        .merge(lead::routes())
        .layer(DefaultBodyLimit::max(MOST_FORM_BYTES))
}
