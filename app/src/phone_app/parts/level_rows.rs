//! How much help was needed: five full-width rows and 'could not judge'.

use leptos::prelude::*;
use shared::{framework::Scale, kind::COULD_NOT_JUDGE};

use super::{Choice, Choices};
use crate::words::{observe as say, rating};

#[component]
pub fn LevelRows(scale: Signal<Scale>, #[prop(into)] level: Signal<Option<i64>>, choose: Callback<(i64, bool)>) -> impl IntoView {
    let choices = Signal::derive(move || {
        let scale = scale.get();
        let rows = (1..=5).map(|level: i64| Choice { code: level.to_string(), label: rating(scale, level).to_owned(), note: Some(level.to_string()) });
        rows.chain([Choice::new(COULD_NOT_JUDGE.to_string(), say::COULD_NOT_JUDGE)]).collect::<Vec<_>>()
    });
    let chosen = Signal::derive(move || level.get().map(|level| level.to_string()));
    let choose = Callback::new(move |(code, finger): (String, bool)| {
        if let Ok(level) = code.parse() {
            choose.run((level, finger));
        }
    });
    view! {
        <div class="levels">
            <Choices name="level".to_owned() choices chosen choose rows=true/>
        </div>
    }
    .into_any()
}
