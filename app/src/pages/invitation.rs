//! The first visit: somebody was invited and chooses a password.

use leptos::prelude::*;

use super::{
    field::{Input, problem},
    words::invitation as say,
};

/// An invitation that stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InvitationPage {
    /// The link's own secret, so that the form goes back to the same address.
    pub token: String,
    pub name: String,
    pub email: String,
    pub problem: Option<String>,
}

pub(super) fn view(page: InvitationPage) -> impl IntoView {
    let wrong = page.problem.is_some();
    let password = Input {
        name: "password",
        label: say::PASSWORD,
        kind: "password",
        autocomplete: "new-password",
        value: String::new(),
        hint: Some(say::PASSWORD_HINT),
        wrong,
        first: true,
        most: 200,
    };
    let again = Input {
        name: "again",
        label: say::AGAIN,
        kind: "password",
        autocomplete: "new-password",
        value: String::new(),
        hint: None,
        wrong,
        first: false,
        most: 200,
    };
    view! {
        <h1>{say::heading(&page.name)}</h1>
        <p>{say::LEDE}</p>
        {problem(page.problem)}
        <form class="page-form" method="post" action=format!("/invitation/{}", page.token)>
            <div class="page-field">
                <label for="email">{say::EMAIL}</label>
                <input id="email" type="email" value=page.email autocomplete="username" readonly=true/>
            </div>
            {password.view()}
            {again.view()}
            <button class="page-button" type="submit">{say::BUTTON}</button>
        </form>
        <p>{say::NEXT}</p>
    }
}
