//! One of several, as chips or as full-width rows: native radio buttons underneath.

use leptos::prelude::*;

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    pub code: String,
    pub label: String,
    pub note: Option<String>,
}

impl Choice {
    pub fn new(code: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code: code.into(), label: label.into(), note: None }
    }
}

/// A group of radio buttons.
#[component]
pub fn Choices(
    /// Names the group of radio buttons.
    name: String,
    /// Begins each button's id; the name where nothing is said.
    #[prop(optional)]
    prefix: Option<&'static str>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(into)] chosen: Signal<Option<String>>,
    /// The code, and whether a finger chose it (arrow keys do not move the screen on).
    choose: Callback<(String, bool)>,
    /// Full-width rows instead of chips.
    #[prop(default = false)]
    rows: bool,
) -> impl IntoView {
    let prefix = prefix.map_or_else(|| name.clone(), str::to_owned);
    let one = move |index: usize, choice: Choice| {
        let id = [&prefix, "-", &index.to_string()].concat();
        let code = StoredValue::new(choice.code.clone());
        let checked = move || code.with_value(|code| chosen.with(|chosen| chosen.as_ref() == Some(code)));
        view! {
            <div class=if rows { "choice choice-row" } else { "choice" }>
                <input
                    type="radio"
                    id=id.clone()
                    name=name.clone()
                    value=choice.code
                    prop:checked=checked
                    on:click=move |event| choose.run((code.get_value(), event.detail() > 0))
                />
                <label for=id>
                    <span class="choice-words">{choice.label}</span>
                    {choice.note.map(|note| view! { <span class="choice-note">{note}</span> })}
                </label>
            </div>
        }
        .into_any()
    };
    view! {
        <div class=if rows { "choices choices-rows" } else { "choices" }>
            {move || choices.get().into_iter().enumerate().map(|(index, choice)| one(index, choice)).collect_view()}
        </div>
    }
    .into_any()
}
