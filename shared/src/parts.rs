//! A log in parts: what a server stores of its fold, so that a push costs what it touches and not what was written
//! before it.
//!
//! The lines are the truth and the parts a copy of their fold up to one line, which the [`root`] names. A part is stored
//! under a [`Name`]: the head (facts, actors, what every act needs), each record's words and decisions, and small ones by
//! which things are found. What is missing or does not fit is never believed: it is folded from the lines again.
//!
//! A log that was loaded from its head holds no other part at first. It notes what it is asked for ([`Wanted`]), and what
//! was fetched is put into it; whatever it answered before that is void.

mod beside;
mod name;
mod root;
mod vault;

pub(crate) use self::beside::{Beside, Earlier};
pub use self::{
    name::{Name, Wanted},
    root::{Root, bucket_of},
    vault::{Broken, Vault},
};

/// What the parts look like; another build's are folded anew.
pub const FORMAT: u32 = 2;
/// A part, in bytes.
pub const MAX_PART_BYTES: usize = 64 * 1024 * 1024;
/// Lines in one part of what was received.
pub const LINES_A_CHUNK: u64 = 64;
/// Of kinds with more records than this no list is kept: whoever asks for all of one folds the log.
pub const MOST_LISTED: usize = 64;

/// A part that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the part {name:?} cannot be read: {why}")]
pub struct Unreadable {
    pub name: Name,
    pub why: String,
}

/// Stored parts by their names.
pub type Rows = std::collections::BTreeMap<Name, Vec<u8>>;
