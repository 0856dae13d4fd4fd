//! Form fields with their label, hint and problem tied together for people who do not see the screen.

use leptos::prelude::*;

/// One single-line field.
pub(super) struct Input {
    /// Name in the form, and the element's id.
    pub name: &'static str,
    pub label: &'static str,
    /// `email`, `password`, `text`.
    pub kind: &'static str,
    /// What the browser may fill in.
    pub autocomplete: &'static str,
    pub value: String,
    pub hint: Option<&'static str>,
    /// Whether the page's problem is about this field.
    pub wrong: bool,
    /// Whether the cursor starts here.
    pub first: bool,
    /// Most characters.
    pub most: usize,
}

impl Input {
    pub(super) fn view(self) -> impl IntoView {
        let hint_id = format!("{}-hint", self.name);
        let mut described = Vec::new();
        if self.hint.is_some() {
            described.push(hint_id.clone());
        }
        if self.wrong {
            described.push(PROBLEM_ID.to_owned());
        }
        let described = (!described.is_empty()).then(|| described.join(" "));
        let spelling = (self.kind != "text").then_some("false");
        let capitals = (self.kind != "text").then_some("none");
        view! {
            <div class="page-field">
                <label for=self.name>{self.label}</label>
                {self.hint.map(|hint| view! { <p class="page-hint" id=hint_id>{hint}</p> })}
                <input
                    id=self.name
                    name=self.name
                    type=self.kind
                    value=(!self.value.is_empty()).then_some(self.value)
                    autocomplete=self.autocomplete
                    autocapitalize=capitals
                    spellcheck=spelling
                    maxlength=self.most.to_string()
                    aria-describedby=described
                    aria-invalid=self.wrong.then_some("true")
                    autofocus=self.first
                    required=true
                />
            </div>
        }
    }
}

/// Several lines: a reason.
pub(super) fn reason_area(id: String, label: &'static str, hint: &'static str, value: String, wrong: bool) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let described = if wrong { format!("{hint_id} {PROBLEM_ID}") } else { hint_id.clone() };
    view! {
        <div class="page-field">
            <label for=id.clone()>{label}</label>
            <p class="page-hint" id=hint_id>{hint}</p>
            <textarea id=id name="reason" rows="3" maxlength=MAX_REASON_CHARS.to_string() aria-describedby=described aria-invalid=wrong.then_some("true") required=true>
                {value}
            </textarea>
        </div>
    }
}

/// Characters of a reason that the page takes; the server's own limit decides.
const MAX_REASON_CHARS: usize = 500;

/// The id of the one problem that a page shows.
const PROBLEM_ID: &str = "problem";

/// What went wrong, said before the form.
pub(super) fn problem(sentence: Option<String>) -> Option<impl IntoView> {
    sentence.map(|sentence| view! { <div class="page-problem" id=PROBLEM_ID role="alert"><p>{sentence}</p></div> })
}
