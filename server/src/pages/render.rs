//! A page becomes an answer.

use std::{pin::Pin, sync::Once};

use app::pages::{Frame, Page, document};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Request, StatusCode, header},
    response::Response,
};
use futures_util::{Stream, StreamExt as _};
use leptos::tachys::view::RenderHtml as _;

/// No script, no foreign origin, no frame around it; forms go to this site only.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not 'no-referrer': browsers then send forms with 'Origin: null', and an invitation's link leaves the site by no way.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // Each page names who is signed in.
    (header::CACHE_CONTROL, "no-store"),
];

static EXECUTOR: Once = Once::new();

/// Where hydration would look for its places; typed text cannot contain it, since its `<` is escaped.
const MARK: &str = "<!>";

type Html = Pin<Box<dyn Stream<Item = String> + Send>>;

/// Renders a page with `leptos_axum`, without the scripts that would hydrate it.
pub(super) async fn render(status: StatusCode, frame: Frame, page: Page) -> Response {
    EXECUTOR.call_once(|| {
        // Somebody else in the process may have been first, with the same one.
        let _ = any_spawner::Executor::init_tokio();
    });
    let request = Request::builder().uri("/").body(Body::empty()).expect("a request without anything is well-formed");
    let mut response = leptos_axum::handle_response_inner(
        || {},
        move || document(frame, page),
        request,
        |view, _hydration, _out_of_order| Box::pin(async move { Box::pin(view.to_html_stream_in_order().map(plain)) as Html }),
    )
    .await;
    *response.status_mut() = status;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn plain(html: String) -> String {
    html.replace(MARK, "")
}
