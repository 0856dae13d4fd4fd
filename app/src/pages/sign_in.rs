//! Signing in with e-mail and password.

use leptos::prelude::*;

use super::{
    Frame,
    field::{Input, problem},
    words::sign_in as say,
};

/// What the form shows again after a try.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SignInPage {
    /// As it was typed: nobody types an address twice.
    pub email: String,
    /// Where to go afterwards: a path of this site, or empty.
    pub next: String,
    /// A sentence for a person.
    pub problem: Option<String>,
}

pub(super) fn view(frame: &Frame, page: SignInPage) -> impl IntoView + use<> {
    let wrong = page.problem.is_some();
    let known = !page.email.is_empty();
    let email =
        Input { name: "email", label: say::EMAIL, kind: "email", autocomplete: "username", value: page.email, hint: None, wrong, first: !known, most: 254 };
    let password = Input {
        name: "password",
        label: say::PASSWORD,
        kind: "password",
        autocomplete: "current-password",
        value: String::new(),
        hint: None,
        wrong,
        first: known,
        most: 200,
    };
    let next = (!page.next.is_empty()).then(|| view! { <input type="hidden" name="next" value=page.next/> });
    view! {
        <h1>{say::HEADING}</h1>
        {problem(page.problem)}
        <form class="page-form" method="post" action="/sign-in">
            {next}
            {email.view()}
            {password.view()}
            <button class="page-button" type="submit">{say::BUTTON}</button>
        </form>
        <p>{say::STAYS}</p>
        {frame.demonstration.then(|| view! { <p>{say::DEMONSTRATION}</p> })}
        <h2>{say::LOST_HEADING}</h2>
        <p>{say::LOST}</p>
    }
}
