//! What parts are called, and what a log wants of them.

use std::collections::BTreeSet;

use crate::{bytes::Hash, id::RecordId};

/// A part's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// Which line the parts stand for, and what binds them together.
    Root,
    /// What every act needs.
    Head,
    /// The records of one bucket, and what their parts must be.
    Directory(u8),
    /// A record's words.
    Words(RecordId),
    /// What was decided on a record.
    Decisions(RecordId),
    /// A change by its hash.
    Change(Hash),
    /// A decision by the hash of its body: its line.
    Decided(Hash),
    /// What an object of the document holds, by its operation's counter and actor.
    Object(u32, u32),
    /// The record that a line sealed.
    Sealed(u64),
    /// When some lines were received, by the number of their chunk.
    Received(u64),
}

impl Name {
    /// As it is stored: a letter, then the key.
    pub fn bytes(&self) -> Vec<u8> {
        let (letter, key): (u8, Vec<u8>) = match self {
            Self::Root => (b'0', Vec::new()),
            Self::Head => (b'1', Vec::new()),
            Self::Directory(bucket) => (b'b', vec![*bucket]),
            Self::Words(record) => (b'w', record.0.as_bytes().to_vec()),
            Self::Decisions(record) => (b'd', record.0.as_bytes().to_vec()),
            Self::Change(hash) => (b'c', hash.0.to_vec()),
            Self::Decided(hash) => (b'h', hash.0.to_vec()),
            Self::Object(counter, actor) => (b'o', [counter.to_be_bytes(), actor.to_be_bytes()].concat()),
            Self::Sealed(line) => (b's', line.to_be_bytes().to_vec()),
            Self::Received(chunk) => (b'r', chunk.to_be_bytes().to_vec()),
        };
        [&[letter], key.as_slice()].concat()
    }

    /// The record whose bucket has to be read with it: a record's parts are bound by the directory.
    pub fn record(&self) -> Option<RecordId> {
        match self {
            Self::Words(record) | Self::Decisions(record) => Some(*record),
            _ => None,
        }
    }
}

/// What a log was asked for and does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// All of it: it has to be folded from its lines.
    pub whole: bool,
    pub names: BTreeSet<Name>,
}

impl Wanted {
    pub fn is_empty(&self) -> bool {
        !self.whole && self.names.is_empty()
    }
}
