//! A change as plain operations.

use std::collections::BTreeMap;

use automerge::{
    Change, ExpandedChange, ObjType, ScalarValue,
    legacy::{ElementId, Key, ObjectId, OpId as AutomergeId, OpType},
};

use crate::{bytes::Hash, scalar::Scalar};

use super::{
    actor::Actor,
    preparse::{Preparsed, preparse},
    refused::Refused,
    seen::Seen,
};

/// The name of an operation inside one change: its counter, and who made it as an index into [`Decoded::actors`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId {
    /// From 1, see [`super::limits::MAX_COUNTER`].
    pub counter: u32,
    /// 0 is the change's author.
    pub actor: u16,
}

/// The object that an operation writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// The document's root, which only the genesis writes to.
    Root,
    /// The object made by that operation.
    Made(OpId),
}

/// Where in its object an operation works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Under a key of a map, of 1 to [`super::limits::MAX_KEY_BYTES`] bytes.
    Key(String),
    /// At the beginning of a Text.
    Start,
    /// At a character of a Text, by the operation that inserted it: to delete it, or to insert behind it.
    Character(OpId),
}

/// What an operation does at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Makes a map: a record where the object is `records`.
    Make,
    /// Makes a Text: a field of a record in which several people type at once.
    MakeText,
    /// Sets a value.
    Put(Scalar),
    /// Inserts one character behind its place.
    Insert(char),
    /// Takes values, or a character, away.
    Delete,
}

/// One operation. Its own name is [`Decoded::id`] of its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    pub object: Object,
    pub place: Place,
    pub action: Action,
    /// The operations that it overwrites, ascending.
    pub preds: Vec<OpId>,
}

impl Op {
    /// The key, where it works on a map.
    pub fn key(&self) -> Option<&str> {
        match &self.place {
            Place::Key(key) => Some(key),
            Place::Start | Place::Character(_) => None,
        }
    }
}

/// A change within the limits, whose operations encode to the very bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    hash: Hash,
    actors: Vec<Actor>,
    seq: u32,
    start_op: u32,
    message: String,
    deps: Vec<Hash>,
    operations: Vec<Op>,
}

impl Decoded {
    /// Pre-parses `bytes`, decodes them and encodes them again.
    ///
    /// Errors: those of [`preparse`], [`Refused::BadValue`], [`Refused::UnknownOperation`], and
    /// [`Refused::NotCanonical`] where the same operations have another spelling.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let head = preparse(bytes)?;
        let change = Change::try_from(bytes).map_err(|_| Refused::NotAChange)?;
        if change.len() != head.operations || change.hash().0 != head.hash.0 {
            return Err(Refused::NotAChange);
        }
        let expanded = change.decode();
        let decoded = Self::from_expanded(&head, &expanded)?;
        if Change::from(expanded).raw_bytes() == bytes { Ok(decoded) } else { Err(Refused::NotCanonical) }
    }

    fn from_expanded(head: &Preparsed<'_>, expanded: &ExpandedChange) -> Result<Self, Refused> {
        let actors: Vec<Actor> = std::iter::once(head.actor).chain(head.other_actors.iter().copied()).collect();
        let names = Names { indexes: actors.iter().map(|actor| &**actor).zip(0..).collect() };
        let operations = expanded.operations.iter().map(|op| names.operation(op)).collect::<Result<_, _>>()?;
        Ok(Self { hash: head.hash, seq: head.seq, start_op: head.start_op, message: head.message.to_owned(), deps: head.deps.clone(), operations, actors })
    }

    /// Automerge's name of the change, and the key by which it is sent only once.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Who wrote it.
    pub fn actor(&self) -> Actor {
        *self.actors.first().expect("the author was put first when decoding")
    }

    /// Its author, then the others that its operations name.
    pub fn actors(&self) -> &[Actor] {
        &self.actors
    }

    /// Its number among its actor's changes, from 1.
    pub fn seq(&self) -> u32 {
        self.seq
    }

    /// The counter of its first operation.
    pub fn start_op(&self) -> u32 {
        self.start_op
    }

    /// The counter of its last operation.
    pub fn max_op(&self) -> u32 {
        let more = self.operations.len().saturating_sub(1);
        self.start_op.saturating_add(u32::try_from(more).unwrap_or(u32::MAX))
    }

    /// The changes it builds on, ascending.
    pub fn deps(&self) -> &[Hash] {
        &self.deps
    }

    /// The message; empty where there is none.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The message as the seen line's reference.
    pub fn seen(&self) -> Result<Seen, Refused> {
        self.message.parse()
    }

    /// The operations in order.
    pub fn operations(&self) -> &[Op] {
        &self.operations
    }

    /// The name of the operation at `place`, from 0.
    pub fn id(&self, place: usize) -> OpId {
        let counter = self.start_op.saturating_add(u32::try_from(place).unwrap_or(u32::MAX));
        OpId { counter, actor: 0 }
    }
}

/// Turns Automerge's names into indexes.
struct Names<'a> {
    indexes: BTreeMap<&'a [u8], u16>,
}

impl Names<'_> {
    fn operation(&self, op: &automerge::legacy::Op) -> Result<Op, Refused> {
        let object = match &op.obj {
            ObjectId::Root => Object::Root,
            ObjectId::Id(id) => Object::Made(self.id(id)?),
        };
        let place = match &op.key {
            Key::Map(key) => Place::Key(key.to_string()),
            Key::Seq(ElementId::Head) => Place::Start,
            Key::Seq(ElementId::Id(id)) => Place::Character(self.id(id)?),
        };
        let action = match (&op.action, &place, op.insert) {
            (OpType::Make(ObjType::Map), Place::Key(_), false) => Action::Make,
            (OpType::Make(ObjType::Text), Place::Key(_), false) => Action::MakeText,
            (OpType::Put(value), Place::Key(_), false) => Action::Put(scalar(value)?),
            (OpType::Put(value), Place::Start | Place::Character(_), true) => Action::Insert(character(value)?),
            (OpType::Delete, Place::Key(_) | Place::Character(_), false) => Action::Delete,
            _ => return Err(Refused::UnknownOperation),
        };
        let preds = op.pred.iter().map(|id| self.id(id)).collect::<Result<_, _>>()?;
        Ok(Op { object, place, action, preds })
    }

    fn id(&self, id: &AutomergeId) -> Result<OpId, Refused> {
        let actor = *self.indexes.get(id.actor().to_bytes()).ok_or(Refused::BadActor)?;
        let counter = u32::try_from(id.counter()).map_err(|_| Refused::BadStartOp)?;
        Ok(OpId { counter, actor })
    }
}

fn scalar(value: &ScalarValue) -> Result<Scalar, Refused> {
    match value {
        ScalarValue::Str(text) => Ok(Scalar::Text(text.to_string())),
        ScalarValue::Int(number) if number.unsigned_abs() <= Scalar::MAX_INTEGER.unsigned_abs() => Ok(Scalar::Integer(*number)),
        ScalarValue::Boolean(flag) => Ok(Scalar::Flag(*flag)),
        _ => Err(Refused::BadValue),
    }
}

/// A Text grows by one character an operation: a longer string at one place could not be split by anybody else.
fn character(value: &ScalarValue) -> Result<char, Refused> {
    let ScalarValue::Str(text) = value else { return Err(Refused::BadValue) };
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok(character),
        _ => Err(Refused::BadValue),
    }
}
