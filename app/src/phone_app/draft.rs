//! A record that is being written: made with its first character or tap, saved with each.

use std::{collections::BTreeMap, sync::Arc};

use leptos::prelude::*;
use shared::{
    id::{LogId, PersonId, RecordId},
    phone::{Ask, Row},
    scalar::Scalar,
};

use super::{
    browser,
    memo::memo,
    model::{Model, model},
};

/// Handles only.
#[derive(Clone, Copy)]
pub struct Draft {
    model: Model,
    kind: &'static str,
    /// None until the first character or tap.
    pub record: RwSignal<Option<RecordId>>,
    /// What is filled in from the start, unless the person says otherwise.
    pub presets: Signal<BTreeMap<String, Scalar>>,
    pub row: Memo<Option<Arc<Row>>>,
    /// Where it is tried out only: the row that nobody else ever sees.
    tried: Option<RwSignal<Row>>,
}

impl Draft {
    /// A draft of `kind`; `record` where it was begun before.
    pub fn new(kind: &'static str, record: Option<RecordId>, presets: Signal<BTreeMap<String, Scalar>>) -> Self {
        let model = model();
        let record = RwSignal::new(record);
        let row = memo(move || record.get().and_then(|record| model.row(record)));
        Self { model, kind, record, presets, row, tried: None }
    }

    /// A draft to try things out with: it stays on this screen and is gone with it.
    pub fn to_try(kind: &'static str) -> Self {
        let model = model();
        let record = browser::new_record();
        let by = model.person().unwrap_or(PersonId(record.0));
        let row = Row {
            log: LogId::Own(by),
            record,
            kind: kind.to_owned(),
            by,
            fields: BTreeMap::from([("captured_at".to_owned(), vec![Scalar::Integer(browser::now().0)])]),
            entry: None,
            waiting: Vec::new(),
            unsent: false,
            changed_after: false,
            touched_at: browser::now(),
        };
        let tried = RwSignal::new(row);
        let row = memo(move || Some(Arc::new(tried.get())));
        Self { model, kind, record: RwSignal::new(Some(record)), presets: Signal::stored(BTreeMap::new()), row, tried: Some(tried) }
    }

    pub fn is_tried(self) -> bool {
        self.tried.is_some()
    }

    /// The log that it is written in: the own log until it is shared.
    pub fn log(self) -> Option<LogId> {
        let own = || self.model.person().map(LogId::Own);
        self.row.with_untracked(|row| row.as_ref().map(|row| row.log)).or_else(own)
    }

    pub fn value(self, field: &str) -> Option<Scalar> {
        self.row.with(|row| match row {
            Some(row) => row.value(field).cloned(),
            None => self.presets.with(|presets| presets.get(field).cloned()),
        })
    }

    pub fn text(self, field: &str) -> Option<String> {
        match self.value(field)? {
            Scalar::Text(text) => Some(text),
            Scalar::Integer(_) | Scalar::Flag(_) => None,
        }
    }

    pub fn integer(self, field: &str) -> Option<i64> {
        self.value(field)?.integer()
    }

    pub fn flag(self, field: &str) -> bool {
        self.value(field).and_then(|value| value.flag()).unwrap_or(false)
    }

    pub fn person(self, field: &str) -> Option<PersonId> {
        self.text(field)?.parse().ok()
    }

    /// The values as they would be sent.
    pub fn content(self) -> BTreeMap<String, Scalar> {
        self.row.with(|row| match row {
            Some(row) => row.fields.iter().filter_map(|(field, values)| Some((field.clone(), values.first()?.clone()))).collect(),
            None => self.presets.get(),
        })
    }

    /// Writes a field; the first one makes the record.
    pub fn put(self, field: &str, value: Option<Scalar>, leaving: bool) {
        // An empty text is no text.
        let value = value.filter(|value| value.text() != Some(""));
        if let Some(tried) = self.tried {
            tried.update(|row| match value {
                Some(value) => {
                    row.fields.insert(field.to_owned(), vec![value]);
                }
                None => {
                    row.fields.remove(field);
                }
            });
            return;
        }
        if let (Some(record), Some(log)) = (self.record.get_untracked(), self.log()) {
            self.model.set(log, record, field, value, leaving);
            return;
        }
        let (Some(value), Some(me)) = (value, self.model.person()) else { return };
        let record = browser::new_record();
        self.record.set(Some(record));
        let mut fields = self.presets.get_untracked();
        if self.kind == "observation" {
            fields.insert("captured_at".to_owned(), Scalar::Integer(browser::now().0));
        }
        fields.insert(field.to_owned(), value);
        self.model.tell(Ask::Create { log: LogId::Own(me), record, kind: self.kind.to_owned(), fields });
    }

    /// A text field as a box for words wants it.
    pub fn words(self, field: &'static str) -> Memo<String> {
        memo(move || self.text(field).unwrap_or_default())
    }

    /// Takes what is typed into a box for words.
    pub fn writer(self, field: &'static str) -> Callback<(String, bool)> {
        Callback::new(move |(text, leaving): (String, bool)| self.put(field, Some(Scalar::Text(text)), leaving))
    }
}
