//! What answers carry, and which name the site has.

use std::net::SocketAddr;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use shared::wire::HEADER;

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
connect-src 'self'; worker-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Nothing of these is used, so nothing that was smuggled in can use it.
const PERMISSIONS_POLICY: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

const SECURE: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The headers that keep a page from doing what it is not meant to.
pub(super) async fn secure(mut response: Response) -> Response {
    for (name, value) in SECURE {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// What no captive portal sends: a phone takes an answer without it for somebody else's.
pub(super) async fn of_the_wire(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(HEADER, HeaderValue::from_static("1"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Sends a person who typed the bare address to `localhost`: a passkey belongs to a name, and so does what the browser
/// keeps. Only navigations are moved; a program may use either.
pub(super) async fn to_localhost(State(listens_on): State<Option<SocketAddr>>, request: Request, next: Next) -> Response {
    match listens_on.filter(|address| address.ip().is_loopback()).and_then(|address| elsewhere(&request, address)) {
        Some(target) => Redirect::temporary(&target).into_response(),
        None => next.run(request).await,
    }
}

fn elsewhere(request: &Request, address: SocketAddr) -> Option<String> {
    let text = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let navigates = request.method() == Method::GET && text(header::ACCEPT).contains("text/html");
    let bare = text(header::HOST) == format!("127.0.0.1:{}", address.port());
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    (navigates && bare).then(|| format!("http://localhost:{}{path}", address.port()))
}
