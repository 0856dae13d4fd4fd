//! A grave act that needs a reason: the box, what the reason is for, and the button.

use leptos::prelude::*;

use super::field::reason_area;

pub(super) struct ReasonForm {
    /// Where the form goes.
    pub action: String,
    /// The box's id.
    pub id: String,
    pub label: &'static str,
    pub hint: &'static str,
    /// As it was typed.
    pub reason: String,
    /// Whether the page's problem is about it.
    pub wrong: bool,
    pub button: &'static str,
    /// The way out beside the button: address and words.
    pub otherwise: Option<(&'static str, &'static str)>,
}

impl ReasonForm {
    pub(super) fn view(self) -> impl IntoView {
        let otherwise = self.otherwise.map(|(href, words)| view! { <a class="page-button-quiet" href=href>{words}</a> });
        view! {
            <form class="page-form" method="post" action=self.action>
                {reason_area(self.id, self.label, self.hint, self.reason, self.wrong)}
                <p class="page-actions">
                    <button class="page-button page-button-grave" type="submit">{self.button}</button>
                    {otherwise}
                </p>
            </form>
        }
    }
}
