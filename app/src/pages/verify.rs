//! The page on which anybody checks a proof, in their own browser. It is the same for everybody and asks nobody who they
//! are. Without JavaScript it says how else a proof is checked.

use leptos::prelude::*;
use shared::proof::EXTENSION;

use super::words::verify as say;

/// What the page needs beside its words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VerifyPage {
    /// Address of the script that checks; empty where the client was not built.
    pub script: String,
}

pub(super) fn view(page: VerifyPage) -> impl IntoView {
    view! {
        <h1>{say::HEADING}</h1>
        <p class="page-lede">{say::LEDE}</p>
        <noscript><p class="page-lede">{say::WITHOUT_SCRIPT}</p></noscript>
        {(!page.script.is_empty()).then(|| checker(page.script))}
        {command()}
        {meaning()}
    }
}

/// Shown by its script: without it nothing in here would do anything.
fn checker(script: String) -> impl IntoView {
    view! {
        <form
            id="check"
            class="page-form"
            data-checking=say::CHECKING
            data-none=say::NO_FILE
            data-unreadable=say::UNREADABLE
            data-failed=say::FAILED
            hidden=true
        >
            <div class="page-field">
                <label for="key">{say::KEY}</label>
                <p class="page-hint" id="key-hint">{say::KEY_HINT}</p>
                <input id="key" type="text" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength=MOST_KEY_CHARS aria-describedby="key-hint key-problem"/>
                <p class="page-field-problem" id="key-problem" role="alert"></p>
            </div>
            <div class="page-field">
                <label for="file">{say::FILE}</label>
                <p class="page-hint" id="file-hint">{say::FILE_HINT}</p>
                <input id="file" type="file" autocomplete="off" accept=format!(".{EXTENSION}") aria-describedby="file-hint"/>
            </div>
            <button class="page-button" type="submit">{say::CHECK}</button>
            <p class="page-hint" id="kept" hidden=true>{say::KEPT}</p>
        </form>
        <div class="page-verdict" id="verdict" role="status"></div>
        <dl class="page-terms page-findings" id="findings"></dl>
        <script type="module" src=script></script>
    }
}

/// Characters that the field for a key takes; a key has 72.
const MOST_KEY_CHARS: &str = "200";
fn command() -> impl IntoView {
    view! {
        <section aria-labelledby="command">
            <h2 id="command">{say::COMMAND_HEADING}</h2>
            <p>{say::COMMAND_WORDS}</p>
            <p><code>{say::COMMAND}</code></p>
            <p>{say::COMMAND_ENDS}</p>
        </section>
    }
}

fn meaning() -> impl IntoView {
    view! {
        <section aria-labelledby="meaning">
            <h2 id="meaning">{say::MEANING_HEADING}</h2>
            <dl class="page-terms">
                {say::MEANINGS.iter().map(|(term, meaning)| view! { <div><dt>{*term}</dt><dd>{*meaning}</dd></div> }).collect_view()}
            </dl>
            <p>{say::BEYOND}</p>
        </section>
    }
}
