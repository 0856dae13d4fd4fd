//! A record that is being written: made with its first character or tap, saved with each.

use std::{collections::BTreeMap, sync::Arc};

use leptos::prelude::*;
use shared::{
    id::{LogId, PersonId, RecordId},
    kind::Field,
    phone::{Ask, Row, Typing},
    scalar::Scalar,
};

use super::{
    browser,
    memo::memo,
    model::{Model, model},
};

/// What this screen wrote and has not heard of since, field by field; `None` clears a field.
type Written = BTreeMap<String, (u64, Option<Scalar>)>;

/// Handles only.
#[derive(Clone, Copy)]
pub struct Draft {
    model: Model,
    kind: &'static str,
    /// None until the first character or tap.
    pub record: RwSignal<Option<RecordId>>,
    /// What is filled in from the start, unless the person says otherwise.
    pub presets: Signal<BTreeMap<String, Scalar>>,
    /// As the replica told it last, under what was written since.
    pub row: Memo<Option<Arc<Row>>>,
    written: RwSignal<Written>,
    /// Counts what was written.
    last: StoredValue<u64>,
    /// It is tried out only: nobody else ever sees it, and nothing is kept.
    is_tried: bool,
}

impl Draft {
    /// A draft of `kind`; `record` where it was begun before.
    pub fn new(kind: &'static str, record: Option<RecordId>, presets: Signal<BTreeMap<String, Scalar>>) -> Self {
        Self::with(kind, record, presets, Written::new(), false)
    }

    /// A draft to try things out with: it stays on this screen and is gone with it.
    pub fn to_try(kind: &'static str) -> Self {
        let written = Written::from([("captured_at".to_owned(), (0, Some(Scalar::Integer(browser::now().0))))]);
        Self::with(kind, Some(browser::new_record()), Signal::stored(BTreeMap::new()), written, true)
    }

    fn with(kind: &'static str, record: Option<RecordId>, presets: Signal<BTreeMap<String, Scalar>>, written: Written, is_tried: bool) -> Self {
        let model = model();
        let record = RwSignal::new(record);
        let written = RwSignal::new(written);
        let row = memo(move || {
            let record = record.get()?;
            let told = model.row(record).map(|row| with_pair_part(model, row));
            written.with(|written| if written.is_empty() { told } else { Some(Arc::new(laid_over(told, written, model, record, kind)?)) })
        });
        Self { model, kind, record, presets, row, written, last: StoredValue::new(0), is_tried }
    }

    pub fn is_tried(self) -> bool {
        self.is_tried
    }

    /// The log that it is written in: the own log until it is shared.
    pub fn log(self) -> Option<LogId> {
        let own = || self.model.person().map(LogId::Own);
        self.row.with_untracked(|row| row.as_ref().map(|row| row.log)).or_else(own)
    }

    /// Where a field of it is written: the pair's words have a log of their own once it is shared. Nothing where this
    /// person is not one of the two.
    pub fn log_of(self, field: &Field) -> Option<LogId> {
        let log = self.log().filter(|log| !field.stands_in(*log));
        match log {
            None => self.log(),
            Some(_) => self.record.get_untracked().and_then(|record| untrack(move || self.model.pair_row(record))).map(|row| row.log),
        }
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

    /// Writes a field; the first one makes the record. It is so on this screen at once, and stays so unless it is refused.
    pub fn put(self, field: &str, value: Option<Scalar>, leaving: bool) {
        // An empty text is no text.
        let value = value.filter(|value| value.text() != Some(""));
        if let (Some(record), Some(log)) = (self.record.get_untracked(), self.log()) {
            self.write(BTreeMap::from([(field.to_owned(), value.clone())]), Ask::Set { log, record, field: field.to_owned(), value, leaving });
            return;
        }
        let (Some(value), Some(me)) = (value, self.model.person()) else { return };
        let record = browser::new_record();
        let mut fields = self.presets.get_untracked();
        if self.kind == "observation" {
            fields.insert("captured_at".to_owned(), Scalar::Integer(browser::now().0));
        }
        fields.insert(field.to_owned(), value);
        let written = fields.iter().map(|(field, value)| (field.clone(), Some(value.clone()))).collect();
        self.record.set(Some(record));
        self.write(written, Ask::Create { log: LogId::Own(me), record, kind: self.kind.to_owned(), fields });
    }

    /// Takes what is typed into words that several people write.
    pub fn typist(self, field: &'static Field) -> Callback<(Typing, bool)> {
        Callback::new(move |(typing, leaving): (Typing, bool)| match (self.record.get_untracked(), self.log_of(field)) {
            (Some(record), Some(log)) => {
                let words = Some(Scalar::Text(typing.after.clone()));
                let ask = Ask::Type { log, record, field: field.code.to_owned(), typing, leaving };
                self.write(BTreeMap::from([(field.code.to_owned(), words)]), ask);
            }
            _ => self.put(field.code, Some(Scalar::Text(typing.after)), leaving),
        })
    }

    /// Lays `fields` over the row until the replica has answered; by then it has told them itself.
    fn write(self, fields: BTreeMap<String, Option<Scalar>>, ask: Ask) {
        self.last.update_value(|last| *last += 1);
        let this = self.last.get_value();
        self.written.update(|written| written.extend(fields.into_iter().map(|(field, value)| (field, (this, value)))));
        if self.is_tried {
            return;
        }
        let Self { model, written, .. } = self;
        model.ask(ask, move |result| {
            // The screen may be gone by now.
            written.try_update(|written| written.retain(|_, (number, _)| *number != this));
            if let Err(refusal) = result {
                model.refuse(&refusal);
            }
        });
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

/// A record that two circles share, as one.
fn with_pair_part(model: Model, row: Arc<Row>) -> Arc<Row> {
    match model.pair_row(row.record).filter(|pair| pair.log != row.log) {
        None => row,
        Some(pair) => {
            let mut whole = Arc::unwrap_or_clone(row);
            whole.fields.extend(pair.fields.clone());
            whole.unsent |= pair.unsent;
            Arc::new(whole)
        }
    }
}

/// What is seen of a row while some of it is on its way to the replica; nothing where nobody is known.
fn laid_over(told: Option<Arc<Row>>, written: &Written, model: Model, record: RecordId, kind: &str) -> Option<Row> {
    let mut row = match told {
        Some(told) => Arc::unwrap_or_clone(told),
        None => {
            let by = model.person()?;
            Row {
                log: LogId::Own(by),
                record,
                kind: kind.to_owned(),
                by,
                fields: BTreeMap::new(),
                entry: None,
                waiting: Vec::new(),
                unsent: false,
                only_here: true,
                changed_after: false,
                touched_at: browser::now(),
            }
        }
    };
    for (field, (_, value)) in written {
        match value {
            Some(value) => row.fields.insert(field.clone(), vec![value.clone()]),
            None => row.fields.remove(field),
        };
    }
    Some(row)
}
