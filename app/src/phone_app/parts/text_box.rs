//! A box for words. What is typed goes to the phone's store with each character; what comes back
//! never moves the cursor.

use leptos::{html::Textarea, prelude::*};
use shared::phone::Typing;

use crate::{phone_app::browser, words::observe};

#[component]
pub fn TextBox(
    id: String,
    label: &'static str,
    #[prop(into)] value: Signal<String>,
    /// Words, and whether the person leaves the box.
    #[prop(default = Callback::new(|_| ()))]
    write: Callback<(String, bool)>,
    /// The same for words that several people type: what the box held before, too.
    #[prop(optional)]
    typing: Option<Callback<(Typing, bool)>>,
    #[prop(default = 2)] rows: u32,
    #[prop(optional)] hint: Option<&'static str>,
    #[prop(optional, into)] needed: Signal<bool>,
    #[prop(default = 2000)] max_chars: usize,
    /// One line: Enter does not make another.
    #[prop(default = false)]
    one_line: bool,
    /// The label stands above already, for those who see it.
    #[prop(default = false)]
    quiet_label: bool,
) -> impl IntoView {
    let node = NodeRef::<Textarea>::new();
    let changed = StoredValue::new(false);
    // What the box held when it was last looked at.
    let held = StoredValue::new(String::new());
    let write = move |after: String, leaving: bool| {
        let before = held.get_value();
        held.set_value(after.clone());
        match typing {
            Some(typing) => typing.run((Typing { before, after }, leaving)),
            None => write.run((after, leaving)),
        }
    };
    Effect::new(move |_| {
        let words = value.get();
        if let Some(area) = node.get()
            && !browser::has_focus(&area)
        {
            if area.value() != words {
                area.set_value(&words);
            }
            held.set_value(words);
        }
    });
    let typed = move |area: web_sys::HtmlTextAreaElement| {
        changed.set_value(true);
        let words = area.value();
        if one_line && words.contains('\n') {
            let flat = words.replace('\n', " ");
            area.set_value(&flat);
            write(flat, false);
        } else {
            write(words, false);
        }
    };
    let left = move |area: web_sys::HtmlTextAreaElement| {
        if changed.get_value() {
            changed.set_value(false);
            write(area.value(), true);
        }
    };
    let hint_id = [&id, "-hint"].concat();
    let described = hint.map(|_| hint_id.clone());
    view! {
        <div class="field">
            <label for=id.clone() class:unseen=quiet_label>
                {label} {move || needed.get().then(|| view! { <span class="needed">{observe::NEEDED}</span> })}
            </label>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <textarea
                id=id
                rows=rows
                maxlength=max_chars
                node_ref=node
                aria-describedby=described
                dir="auto"
                on:input:target=move |event| typed(event.target())
                on:blur:target=move |event| left(event.target())
            ></textarea>
        </div>
    }
    .into_any()
}
