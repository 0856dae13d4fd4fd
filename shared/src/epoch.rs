//! Erasing words: a new epoch, whose document begins with the values of the old one and never held what was erased.
//!
//! Its first changes are the server's, by an actor of no device. All records are made first, and then get their values:
//! words that a phone wrote in the old epoch are written anew where the records stand empty, so that what others wrote
//! meanwhile stays beside them, to pick from.

use std::collections::BTreeSet;

use crate::{
    bytes::Bytes,
    change::{
        Document, Seen,
        actor::{ACTOR_BYTES, actor},
        effect::{BY, KIND},
        genesis::{genesis, genesis_actor},
        limits::{CHARACTER_BYTES, MAX_EDIT_BYTES, MAX_OPERATIONS, OPERATION_BYTES},
        writer::{DocumentError, Edit},
    },
    id::RecordId,
    log::Log,
    scalar::Scalar,
};

/// One change that an epoch begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried(Bytes);

impl Carried {
    pub fn into_change(self) -> Bytes {
        self.0
    }
}

/// The changes that the log's next epoch begins with: everything that stands, without the erased records.
pub fn carry(log: &Log, epoch: u32, erased: &BTreeSet<RecordId>) -> Result<Vec<Carried>, DocumentError> {
    let erased: BTreeSet<String> = erased.iter().map(ToString::to_string).collect();
    let newest = log.newest().ok_or(DocumentError::NoGenesis)?;
    let seen = Seen { position: newest.position, tag: newest.tag.0 };
    let name = log.id.to_string();
    let writer = |slot: u16| actor(genesis_actor(&name, epoch), slot);
    let mut document = Document::from_genesis(&genesis(&name, epoch))?;
    let kept = || log.index.records().filter(|record| !erased.contains(*record));

    let mut out = Vec::new();
    let creates = kept().filter_map(|record| {
        let (kind, by) = log.index.identity(record)?;
        Some(Step::Create { record, kind, by, texts: log.index.texts(record).map(|field| (field.to_owned(), String::new())).collect() })
    });
    write(&mut document, writer(0), &seen, creates, &mut out)?;
    let empty = document.heads();

    let now = log.index.now();
    let mut beside: Vec<Vec<Step<'_>>> = Vec::new();
    let mut values = Vec::new();
    for record in kept() {
        let texts: BTreeSet<&str> = log.index.texts(record).collect();
        for (field, mut standing) in now.record(record).into_iter().filter(|(field, _)| field != KIND && field != BY) {
            if texts.contains(field.as_str()) {
                values.extend(typing(record, &field, &now.prose(record, &field).unwrap_or_default()));
                continue;
            }
            values.extend(standing.pop().map(|value| Step::Put { record, field: field.clone(), value }));
            for (place, value) in standing.into_iter().enumerate() {
                if beside.len() <= place {
                    beside.push(Vec::new());
                }
                beside.get_mut(place).into_iter().for_each(|others| others.push(Step::Put { record, field: field.clone(), value: value.clone() }));
            }
        }
    }
    write(&mut document, writer(0), &seen, values, &mut out)?;
    for (slot, others) in (1..).zip(beside) {
        write(&mut document.fork_at(&empty)?, writer(slot), &seen, others, &mut out)?;
    }
    Ok(out)
}

/// Something that a change writes.
enum Step<'a> {
    Create {
        record: &'a str,
        kind: &'a str,
        by: &'a str,
        texts: Vec<(String, String)>,
    },
    Put {
        record: &'a str,
        field: String,
        value: Scalar,
    },
    /// The Text then reads `text`, by so many characters more.
    Type {
        record: &'a str,
        field: String,
        text: String,
        typed: usize,
    },
}

/// Characters of a Text that one step types.
const TYPED_AT_ONCE: usize = 2_000;
/// A change takes what is well within its limits.
const OPERATIONS_AT_ONCE: usize = MAX_OPERATIONS / 2;
const BYTES_AT_ONCE: usize = MAX_EDIT_BYTES / 2;

fn typing<'a>(record: &'a str, field: &str, text: &str) -> Vec<Step<'a>> {
    let characters: Vec<char> = text.chars().collect();
    let ends = (0..characters.len()).step_by(TYPED_AT_ONCE).map(|from| characters.len().min(from.saturating_add(TYPED_AT_ONCE)));
    let read = |end: usize| characters.iter().take(end).collect::<String>();
    ends.map(|end| Step::Type { record, field: field.to_owned(), text: read(end), typed: TYPED_AT_ONCE }).collect()
}

impl Step<'_> {
    /// Operations and bytes, at most.
    fn weight(&self) -> (usize, usize) {
        let (operations, bytes) = match self {
            Self::Create { record, kind, by, texts } => {
                (3 + texts.len(), record.len() + kind.len() + by.len() + texts.iter().map(|(field, _)| field.len()).sum::<usize>())
            }
            Self::Put { field, value, .. } => (1, field.len() + value.text().map_or(0, str::len)),
            Self::Type { typed, .. } => (*typed, *typed * CHARACTER_BYTES),
        };
        (operations, bytes + operations * OPERATION_BYTES)
    }

    fn write(&self, edit: &mut Edit<'_>) -> Result<(), DocumentError> {
        match self {
            Self::Create { record, kind, by, texts } => edit.create(record, kind, by, &[], texts),
            Self::Put { record, field, value } => edit.put(record, field, value),
            Self::Type { record, field, text, .. } => edit.type_into(record, field, text),
        }
    }
}

/// Writes all steps, in as few changes as fit.
fn write<'a>(
    document: &mut Document,
    writer: [u8; ACTOR_BYTES],
    seen: &Seen,
    steps: impl IntoIterator<Item = Step<'a>>,
    out: &mut Vec<Carried>,
) -> Result<(), DocumentError> {
    let mut batch: Vec<Step<'a>> = Vec::new();
    let (mut operations, mut bytes) = (0_usize, 0_usize);
    let mut flush = |batch: &mut Vec<Step<'a>>| {
        let written = document.edit(writer, seen, |edit| batch.drain(..).try_for_each(|step| step.write(edit)))?;
        out.extend(written.map(|written| Carried(Bytes(written.bytes))));
        Ok::<(), DocumentError>(())
    };
    for step in steps {
        let (more, heavier) = step.weight();
        (operations, bytes) = (operations.saturating_add(more), bytes.saturating_add(heavier));
        if !batch.is_empty() && (operations > OPERATIONS_AT_ONCE || bytes > BYTES_AT_ONCE) {
            flush(&mut batch)?;
            (operations, bytes) = (more, heavier);
        }
        batch.push(step);
    }
    flush(&mut batch)
}
