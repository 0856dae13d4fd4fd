//! The phone's side: a document that is read and edited, and whose edits become changes.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{
    ActorId, Automerge, AutomergeError, Change, ObjId, ObjType, ROOT, ReadDoc as _, ScalarValue, Value,
    transaction::{CommitOptions, Transactable as _, Transaction},
};

use crate::{
    bytes::{Fixed, Hash},
    prose,
    scalar::Scalar,
};

use super::{
    actor::ACTOR_BYTES,
    decoded::Decoded,
    effect::{BY, KIND},
    genesis::{LOG_KEY, RECORDS_KEY},
    index::is_record_id,
    limits::{CHARACTER_BYTES, MAX_EDIT_BYTES, MAX_KEY_BYTES, MAX_OPERATIONS, MAX_TEXT_BYTES, OPERATION_BYTES},
    preparse::preparse,
    refused::Refused,
    seen::Seen,
};

/// One log's document. Cloning copies its columns: cheap enough to keep one confirmed and one with what is pending.
#[derive(Debug, Clone)]
pub struct Document {
    automerge: Automerge,
    records: ObjId,
}

/// A change as it goes to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub bytes: Vec<u8>,
    pub hash: Hash,
}

/// Why a document cannot be read or edited.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    #[error("not a change the gate would take: {0}")]
    Refused(#[from] Refused),
    #[error("the document has no genesis")]
    NoGenesis,
    #[error("record {0} exists")]
    Exists(String),
    #[error("record {0} does not exist")]
    NoRecord(String),
    #[error("{0:?} cannot be a record's id")]
    BadRecordId(String),
    #[error("a field name has 1 to {MAX_KEY_BYTES} bytes; a record's kind and author are written once")]
    BadField,
    #[error("a text has at most {MAX_TEXT_BYTES} bytes, a number lies within 2^53")]
    BadValue,
    #[error("more than one change can carry; commit and go on in a second one")]
    TooMuch,
    #[error(transparent)]
    Automerge(#[from] AutomergeError),
}

impl Document {
    /// The document of a log that holds its genesis alone.
    pub fn from_genesis(bytes: &[u8]) -> Result<Self, DocumentError> {
        Decoded::parse(bytes)?;
        let mut automerge = Automerge::new();
        automerge.apply_changes([read(bytes)?])?;
        Self::with(automerge)
    }

    /// A document as [`Document::save`] wrote it. For bytes that this phone wrote or that the organisation signed:
    /// Automerge's loading has no limits of its own.
    pub fn load(bytes: &[u8]) -> Result<Self, DocumentError> {
        Self::with(Automerge::load(bytes)?)
    }

    fn with(automerge: Automerge) -> Result<Self, DocumentError> {
        match automerge.get(ROOT, RECORDS_KEY)? {
            Some((Value::Object(ObjType::Map), records)) => Ok(Self { automerge, records }),
            _ => Err(DocumentError::NoGenesis),
        }
    }

    /// The whole document, compressed.
    pub fn save(&self) -> Vec<u8> {
        self.automerge.save()
    }

    /// Takes a change in that the server accepted; one that is here already changes nothing.
    ///
    /// Errors: [`DocumentError::Refused`] where the bytes are not within the gate's limits or need a change that is not
    /// here ([`Refused::BlockedBy`]).
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Hash, DocumentError> {
        self.apply_all([bytes])?;
        Ok(preparse(bytes)?.hash)
    }

    /// Takes many changes in at once, in their order: much faster than one by one. All of them or, on an error, none;
    /// errors as for [`Document::apply`].
    pub fn apply_all<'a>(&mut self, changes: impl IntoIterator<Item = &'a [u8]>) -> Result<(), DocumentError> {
        let mut coming = BTreeSet::new();
        let mut fresh = Vec::new();
        for bytes in changes {
            let decoded = Decoded::parse(bytes)?;
            if coming.contains(&decoded.hash()) || self.contains(&decoded.hash()) {
                continue;
            }
            if let Some(missing) = decoded.deps().iter().find(|dep| !coming.contains(*dep) && !self.contains(dep)) {
                return Err(Refused::BlockedBy(*missing).into());
            }
            coming.insert(decoded.hash());
            fresh.push(read(bytes)?);
        }
        Ok(self.automerge.apply_changes(fresh)?)
    }

    /// The document as it stood at some heads, to write from there.
    pub fn fork_at(&self, heads: &[Hash]) -> Result<Self, DocumentError> {
        let heads: Vec<_> = heads.iter().map(|hash| automerge::ChangeHash(hash.0)).collect();
        Self::with(self.automerge.fork_at(&heads)?)
    }

    /// The name of the log, as its genesis gives it.
    pub fn log(&self) -> Option<String> {
        match self.automerge.get(ROOT, LOG_KEY) {
            Ok(Some((value, _))) => value.as_str().map(str::to_owned),
            _ => None,
        }
    }

    /// The changes that nothing builds on yet, ascending.
    pub fn heads(&self) -> Vec<Hash> {
        self.automerge.get_heads().into_iter().map(|hash| Fixed(hash.0)).collect()
    }

    /// What a Text reads; `None` where the record has none of that name.
    pub fn prose(&self, record: &str, field: &str) -> Option<String> {
        let record = record_object(&self.automerge, &self.records, record)?;
        self.automerge.text(text_object(&self.automerge, &record, field)?).ok()
    }

    /// Whether a change is in.
    pub fn contains(&self, hash: &Hash) -> bool {
        self.automerge.get_change_meta_by_hash(&automerge::ChangeHash(hash.0)).is_some()
    }

    /// All records, ascending.
    pub fn records(&self) -> Vec<String> {
        self.automerge.keys(&self.records).collect()
    }

    /// All fields of a record with their values, the winner last; `None` where there is no such record.
    pub fn record(&self, record: &str) -> Option<BTreeMap<String, Vec<Scalar>>> {
        let object = record_object(&self.automerge, &self.records, record)?;
        let fields = self.automerge.keys(&object).map(|field| {
            let values = values(&self.automerge, &object, &field);
            (field, values)
        });
        // A Text that reads nothing has no value, like a field that was never written.
        Some(fields.filter(|(_, values)| !values.is_empty()).collect())
    }

    /// The values standing at a field, the winner last.
    pub fn values(&self, record: &str, field: &str) -> Vec<Scalar> {
        record_object(&self.automerge, &self.records, record).map(|object| values(&self.automerge, &object, field)).unwrap_or_default()
    }

    /// Writes one change by one of this device's actors: what `write` does, all of it or, on an error, nothing.
    ///
    /// The change carries time 0 and `seen`, the newest line its writer had seen. `None` where nothing was changed.
    ///
    /// ```
    /// use shared::change::{Document, actor::actor, genesis::genesis};
    /// let mut document = Document::from_genesis(&genesis("own/0192f0c1-2b3c-7d4e-8f50-112233445566", 0))?;
    /// let seen = "0:AAAAAAAAAAAAAAAA".parse()?;
    /// let jot = "0192f0c1-2b3c-7d4e-8f50-0000000000aa";
    /// let written = document.edit(actor([1; 16], 0), &seen, |edit| {
    ///     edit.create(jot, "observation", "somebody", &[], &[])?;
    ///     edit.put(jot, "well", &"asked before touching".into())
    /// })?;
    /// assert!(written.is_some_and(|change| document.contains(&change.hash)));
    /// # Ok::<(), shared::change::writer::DocumentError>(())
    /// ```
    pub fn edit(
        &mut self,
        actor: [u8; ACTOR_BYTES],
        seen: &Seen,
        write: impl FnOnce(&mut Edit<'_>) -> Result<(), DocumentError>,
    ) -> Result<Option<Written>, DocumentError> {
        self.automerge.set_actor(ActorId::from(actor.as_slice()));
        let hash = {
            let mut edit = Edit { transaction: self.automerge.transaction(), records: self.records.clone(), operations: 0, spent: 0 };
            // An error drops the transaction, and a dropped transaction is undone.
            write(&mut edit)?;
            edit.transaction.commit_with(CommitOptions::default().with_message(seen.to_string()).with_time(0)).0
        };
        let change = hash.and_then(|hash| self.automerge.get_change_by_hash(&hash));
        Ok(change.map(|change| Written { bytes: change.raw_bytes().to_vec(), hash: Fixed(change.hash().0) }))
    }
}

/// A change in the making.
#[derive(Debug)]
pub struct Edit<'a> {
    transaction: Transaction<'a>,
    records: ObjId,
    operations: usize,
    spent: usize,
}

impl Edit<'_> {
    /// Creates a record with its kind, the person it is by, its first fields, and all the Text that it will ever have.
    pub fn create(&mut self, record: &str, kind: &str, by: &str, fields: &[(String, Scalar)], prose: &[(String, String)]) -> Result<(), DocumentError> {
        if !is_record_id(record) {
            return Err(DocumentError::BadRecordId(record.to_owned()));
        }
        if self.object(record).is_ok() {
            return Err(DocumentError::Exists(record.to_owned()));
        }
        for (field, value) in fields {
            check(field, value)?;
        }
        self.spend(1, weight(record, None))?;
        let object = self.transaction.put_object(&self.records, record, ObjType::Map)?;
        let identity = [(KIND, Scalar::from(kind)), (BY, Scalar::from(by))];
        let identity = identity.iter().map(|(field, value)| (*field, value));
        for (field, value) in identity.chain(fields.iter().map(|(field, value)| (field.as_str(), value))) {
            self.spend(1, weight(field, Some(value)))?;
            self.transaction.put(&object, field, stored(value))?;
        }
        for (field, text) in prose {
            check(field, &Scalar::Flag(false))?;
            self.spend(1, weight(field, None))?;
            let made = self.transaction.put_object(&object, field, ObjType::Text)?;
            self.splice(&made, 0, 0, text)?;
        }
        Ok(())
    }

    /// What a Text reads now.
    pub fn prose(&self, record: &str, field: &str) -> Result<String, DocumentError> {
        let object = self.object(record)?;
        let text = text_object(&self.transaction, &object, field).ok_or(DocumentError::BadField)?;
        Ok(self.transaction.text(&text)?)
    }

    /// Makes a Text read `target`, with as few characters typed and deleted as there are differences.
    pub fn type_into(&mut self, record: &str, field: &str, target: &str) -> Result<(), DocumentError> {
        let object = self.object(record)?;
        let text = text_object(&self.transaction, &object, field).ok_or(DocumentError::BadField)?;
        let now = self.transaction.text(&text)?;
        // From the end, so that what comes before stays where it is.
        for edit in prose::edits(&now, target).iter().rev() {
            self.splice(&text, edit.at, edit.deleted, &edit.inserted)?;
        }
        Ok(())
    }

    fn splice(&mut self, text: &ObjId, at: usize, deleted: usize, inserted: &str) -> Result<(), DocumentError> {
        let operations = deleted.saturating_add(inserted.chars().count());
        self.spend(operations, inserted.len().saturating_add(operations.saturating_mul(CHARACTER_BYTES)))?;
        let deleted = isize::try_from(deleted).map_err(|_| DocumentError::TooMuch)?;
        Ok(self.transaction.splice_text(text, at, deleted, inserted)?)
    }

    /// Sets a field. Setting the value that stands there alone changes nothing; setting the one that wins among several
    /// takes the others away.
    pub fn put(&mut self, record: &str, field: &str, value: &Scalar) -> Result<(), DocumentError> {
        check(field, value)?;
        let object = self.object(record)?;
        self.spend(1, weight(field, Some(value)))?;
        Ok(self.transaction.put(&object, field, stored(value))?)
    }

    /// Takes a field away; one that is not there stays so.
    pub fn delete(&mut self, record: &str, field: &str) -> Result<(), DocumentError> {
        check(field, &Scalar::Flag(false))?;
        let object = self.object(record)?;
        if self.transaction.get(&object, field)?.is_none() {
            return Ok(());
        }
        self.spend(1, weight(field, None))?;
        Ok(self.transaction.delete(&object, field)?)
    }

    fn object(&self, record: &str) -> Result<ObjId, DocumentError> {
        record_object(&self.transaction, &self.records, record).ok_or_else(|| DocumentError::NoRecord(record.to_owned()))
    }

    fn spend(&mut self, operations: usize, bytes: usize) -> Result<(), DocumentError> {
        let operations = self.operations.saturating_add(operations);
        let spent = self.spent.saturating_add(bytes);
        if operations > MAX_OPERATIONS || spent > MAX_EDIT_BYTES {
            return Err(DocumentError::TooMuch);
        }
        (self.operations, self.spent) = (operations, spent);
        Ok(())
    }
}

/// What an operation counts for against [`MAX_EDIT_BYTES`].
fn weight(key: &str, value: Option<&Scalar>) -> usize {
    let text = value.and_then(Scalar::text).map_or(0, str::len);
    OPERATION_BYTES.saturating_add(key.len()).saturating_add(text)
}

/// A field that may be written after its record was created, and a value the gate takes.
fn check(field: &str, value: &Scalar) -> Result<(), DocumentError> {
    if field.is_empty() || field.len() > MAX_KEY_BYTES || field == KIND || field == BY {
        return Err(DocumentError::BadField);
    }
    let fits = match value {
        Scalar::Text(text) => text.len() <= MAX_TEXT_BYTES,
        Scalar::Integer(number) => number.unsigned_abs() <= Scalar::MAX_INTEGER.unsigned_abs(),
        Scalar::Flag(_) => true,
    };
    if fits { Ok(()) } else { Err(DocumentError::BadValue) }
}

fn read(bytes: &[u8]) -> Result<Change, DocumentError> {
    Change::try_from(bytes).map_err(|_| Refused::NotAChange.into())
}

fn record_object(document: &impl automerge::ReadDoc, records: &ObjId, record: &str) -> Option<ObjId> {
    match document.get(records, record) {
        Ok(Some((Value::Object(ObjType::Map), object))) => Some(object),
        _ => None,
    }
}

fn text_object(document: &impl automerge::ReadDoc, record: &ObjId, field: &str) -> Option<ObjId> {
    match document.get(record, field) {
        Ok(Some((Value::Object(ObjType::Text), object))) => Some(object),
        _ => None,
    }
}

fn values(document: &impl automerge::ReadDoc, object: &ObjId, field: &str) -> Vec<Scalar> {
    let values = document.get_all(object, field).unwrap_or_default();
    let read = |(value, object): (Value<'_>, ObjId)| match value {
        Value::Object(ObjType::Text) => document.text(&object).ok().filter(|text| !text.is_empty()).map(Scalar::Text),
        Value::Object(_) => None,
        Value::Scalar(scalar) => shown(&scalar),
    };
    values.into_iter().filter_map(read).collect()
}

fn shown(value: &ScalarValue) -> Option<Scalar> {
    match value {
        ScalarValue::Str(text) => Some(Scalar::Text(text.to_string())),
        ScalarValue::Int(number) => Some(Scalar::Integer(*number)),
        ScalarValue::Boolean(flag) => Some(Scalar::Flag(*flag)),
        _ => None,
    }
}

fn stored(value: &Scalar) -> ScalarValue {
    match value {
        Scalar::Text(text) => ScalarValue::Str(text.as_str().into()),
        Scalar::Integer(number) => ScalarValue::Int(*number),
        Scalar::Flag(flag) => ScalarValue::Boolean(*flag),
    }
}
