//! What stands around every page: head, mark of a demonstration, header, footer.

use leptos::prelude::*;

use super::{Page, devices, help, home, invitation, lead, notice, sign_in, verify, words};

/// Who looks, and at which organisation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// The organisation's printed name; empty before `countersign init`.
    pub organisation: String,
    /// Whether everything in it is invented.
    pub demonstration: bool,
    /// Address of the style sheet, with its content's hash in the name.
    pub style: String,
    /// Who is signed in, by name.
    pub person: Option<String>,
    /// Whether they lead a relationship, so that the lead's page is theirs.
    pub leads: bool,
}

/// The whole document of a page.
pub fn document(frame: Frame, page: Page) -> impl IntoView {
    let title = format!("{} · {}", page.title(), words::PRODUCT);
    let main_class = if page.is_wide() { "page-main page-main-wide" } else { "page-main" };
    // Empty where the client was not built: then there is no style sheet to name.
    let style = (!frame.style.is_empty()).then(|| view! { <link rel="stylesheet" href=frame.style.clone()/> });
    view! {
        <!DOCTYPE html>
        <html lang="en" dir="ltr">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <title>{title}</title>
                <meta name="description" content=words::DESCRIPTION/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" content="#0b5d5b" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#0c2322" media="(prefers-color-scheme: dark)"/>
                {style}
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="icon" href="/icons/icon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/icons/apple-180.png"/>
            </head>
            <body class="page">
                <a class="page-skip" href="#content">{words::SKIP}</a>
                {frame.demonstration.then(demonstration_mark)}
                {header(&frame)}
                <main id="content" class=main_class tabindex="-1">{content(&frame, page)}</main>
                {footer()}
            </body>
        </html>
    }
}

fn content(frame: &Frame, page: Page) -> AnyView {
    match page {
        Page::Home => home::view(frame).into_any(),
        Page::SignIn(page) => sign_in::view(frame, page).into_any(),
        Page::Invitation(page) => invitation::view(page).into_any(),
        Page::Help => help::view().into_any(),
        Page::Verify(page) => verify::view(page).into_any(),
        Page::Lead(page) => lead::view(page).into_any(),
        Page::End(page) => lead::end_view(page).into_any(),
        Page::EraseChoice(page) => lead::erase_choice_view(page).into_any(),
        Page::Erase(page) => lead::erase_view(page).into_any(),
        Page::History(page) => lead::history_view(page).into_any(),
        Page::Devices(page) => devices::view(page).into_any(),
        Page::Revoke(page) => devices::revoke_view(page).into_any(),
        Page::Notice(page) => notice::view(page).into_any(),
    }
}

fn demonstration_mark() -> impl IntoView {
    view! { <aside class="page-demonstration" aria-label=words::DEMONSTRATION_LABEL><p>{words::DEMONSTRATION}</p></aside> }
}

fn header(frame: &Frame) -> impl IntoView + use<> {
    let organisation = (!frame.organisation.is_empty()).then(|| view! { <span class="page-organisation">{frame.organisation.clone()}</span> });
    view! {
        <header class="page-header">
            <p class="page-brand">
                <a href="/">{words::PRODUCT}</a>
                {organisation}
            </p>
            <nav class="page-nav" aria-label=words::NAVIGATION>
                <ul>{links(frame)}</ul>
            </nav>
        </header>
    }
}

fn links(frame: &Frame) -> AnyView {
    let Some(person) = frame.person.clone() else {
        return view! { <li><a href="/help">{words::HELP}</a></li> <li><a href="/sign-in">{words::SIGN_IN}</a></li> }.into_any();
    };
    view! {
        <li><a href="/app/">{words::OPEN_APP}</a></li>
        {frame.leads.then(|| view! { <li><a href="/lead">{words::LEAD_PAGE}</a></li> })}
        <li><a href="/help">{words::HELP}</a></li>
        <li>
            <form class="page-sign-out" method="post" action="/sign-out">
                <span>{words::signed_in_as(&person)}</span>
                <button class="page-button-quiet" type="submit">{words::SIGN_OUT}</button>
            </form>
        </li>
    }
    .into_any()
}

fn footer() -> impl IntoView {
    view! {
        <footer class="page-footer">
            <p>{words::FOOTER}</p>
            <ul>
                <li><a href="/help#who-sees-what">{words::FOOTER_WHO_SEES}</a></li>
                <li><a href="/help#security">{words::FOOTER_SECURITY}</a></li>
                <li><a href="/verify">{words::FOOTER_VERIFY}</a></li>
            </ul>
        </footer>
    }
}
