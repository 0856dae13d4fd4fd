//! A page with one sentence: what is the matter, and where to go.

use leptos::prelude::*;

use super::words;

/// Not found, not allowed, ran out.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticePage {
    pub title: String,
    pub sentence: String,
    /// The way on: address and words.
    pub link: (String, String),
}

impl NoticePage {
    pub fn not_found() -> Self {
        Self::new(words::notice::NOT_FOUND_TITLE, words::notice::NOT_FOUND, "/", words::notice::TO_START)
    }

    /// The lead's page, asked for by somebody who leads nothing.
    pub fn not_lead() -> Self {
        Self::new(words::notice::NOT_LEAD_TITLE, words::notice::NOT_LEAD, "/app/", words::OPEN_APP)
    }

    /// A form that came from another site.
    pub fn foreign_form() -> Self {
        Self::new(words::notice::FOREIGN_TITLE, words::notice::FOREIGN, "/", words::notice::TO_START)
    }

    /// A form that lacks something or is too large.
    pub fn bad_form() -> Self {
        Self::new(words::notice::BAD_FORM_TITLE, words::notice::BAD_FORM, "/", words::notice::TO_START)
    }

    /// An invitation that was used, ran out or never was.
    pub fn spent_invitation() -> Self {
        Self::new(words::notice::SPENT_TITLE, words::notice::SPENT, "/sign-in", words::SIGN_IN)
    }

    /// Our own fault.
    pub fn fault() -> Self {
        Self::new(words::notice::FAULT_TITLE, words::notice::FAULT, "/", words::notice::TO_START)
    }

    pub fn new(title: &str, sentence: &str, href: &str, link: &str) -> Self {
        Self { title: title.to_owned(), sentence: sentence.to_owned(), link: (href.to_owned(), link.to_owned()) }
    }
}

pub(super) fn view(page: NoticePage) -> impl IntoView {
    let (href, link) = page.link;
    view! {
        <h1>{page.title}</h1>
        <p class="page-lede">{page.sentence}</p>
        <p><a class="page-button" href=href>{link}</a></p>
    }
}
