//! Two values for one field, side by side, to pick from.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{phone::Row, scalar::Scalar};

use super::value_text;
use crate::{
    phone_app::{
        log::Log,
        memo::memo,
        model::{kinds, model},
    },
    words::record as say,
};

/// Every field of a record that was typed apart on two phones.
#[component]
pub fn Conflicts(#[prop(into)] row: Signal<Option<Arc<Row>>>, #[prop(into)] log: Signal<Option<Arc<Log>>>) -> impl IntoView {
    let model = model();
    let fields = memo(move || {
        let row = row.get()?;
        let fields: Vec<(String, Vec<Scalar>)> = row.conflicts().map(|(field, values)| (field.to_owned(), values.to_vec())).collect();
        (!fields.is_empty()).then_some((row.log, row.record, row.kind.clone(), fields))
    });
    move || {
        let (log_id, record, kind, fields) = fields.get()?;
        let facts = log.get_untracked();
        let groups = fields.into_iter().map(|(field, values)| {
            let declared = kinds().get(&kind).and_then(|kind| kind.field(&field));
            let label = declared.map_or(field.clone(), |declared| declared.label.to_owned());
            let values = values.into_iter().map(|value| {
                let text = value_text(&kind, &field, &value, facts.as_deref());
                let field = field.clone();
                let pick = move |_| model.set(log_id, record, &field, Some(value.clone()), true);
                view! {
                    <li class="conflict-value">
                        <p dir="auto">{text}</p>
                        <button type="button" class="button" on:click=pick>
                            {say::PICK}
                        </button>
                    </li>
                }
            });
            view! {
                <h3>{label}</h3>
                <ul class="conflict-values">{values.collect_view()}</ul>
            }
        });
        Some(view! {
            <section class="card card-needs" aria-labelledby="conflict">
                <h2 id="conflict">{say::CONFLICT}</h2>
                <p>{say::CONFLICT_MORE}</p>
                {groups.collect_view()}
            </section>
        })
    }
}
