//! Whether a form came from a page of this site.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use super::Denied;

/// Proof that a browser sent this from a page of this very site.
///
/// `Sec-Fetch-Site` decides where the browser sends it; older ones send `Origin` with every post. A request with
/// neither is refused: no browser in use posts a form like that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SameSite(());

impl<S: Send + Sync> FromRequestParts<S> for SameSite {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Denied> {
        if same_origin(&parts.headers) { Ok(Self(())) } else { Err(Denied::Foreign) }
    }
}

fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST)) else { return false };
    origin.split_once("://").is_some_and(|(scheme, authority)| matches!(scheme, "http" | "https") && authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn allowed(headers: &[(&'static str, &'static str)]) -> bool {
        same_origin(&headers.iter().map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value))).collect())
    }

    #[test]
    fn a_form_of_this_site_is_taken_and_no_other() {
        assert!(allowed(&[("sec-fetch-site", "same-origin")]));
        assert!(!allowed(&[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:3000"), ("host", "localhost:3000")]));
        assert!(!allowed(&[("sec-fetch-site", "same-site")]));
        assert!(!allowed(&[("sec-fetch-site", "none")]));
        assert!(allowed(&[("origin", "http://localhost:3000"), ("host", "localhost:3000")]));
        assert!(!allowed(&[("origin", "http://localhost:3001"), ("host", "localhost:3000")]));
        assert!(!allowed(&[("origin", "null"), ("host", "localhost:3000")]));
        assert!(!allowed(&[("host", "localhost:3000")]));
    }
}
