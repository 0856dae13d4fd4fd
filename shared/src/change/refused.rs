//! Why a change is not accepted.

use crate::bytes::Hash;

/// A refusal, with a code that the wire carries and that never changes its meaning.
///
/// Three are not faults of the writer: [`Refused::Duplicate`] (it was accepted before), [`Refused::BlockedBy`] (it may
/// be sent again after that change) and [`Refused::Exists`] (somebody's other phone created that record first).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("larger than a change may be")]
    TooLarge,
    #[error("not one plain Automerge change")]
    NotAChange,
    #[error("the checksum does not fit the bytes")]
    BadChecksum,
    #[error("compressed")]
    Compressed,
    #[error("a column that no operation of this product needs, or columns out of order")]
    UnknownColumn,
    #[error("columns of different lengths")]
    UnevenColumns,
    #[error("more operations than a change may have")]
    TooManyOperations,
    #[error("no operation at all")]
    Empty,
    #[error("an operation this product does not use")]
    UnknownOperation,
    #[error("a key that is empty, too long or not allowed there")]
    BadKey,
    #[error("a value that is not a text, a whole number below 2^53 or a yes/no, or a text too long")]
    BadValue,
    #[error("an actor of another form, or one the change does not name")]
    BadActor,
    #[error("a time; changes carry none")]
    BadTime,
    #[error("bytes after the operations")]
    ExtraBytes,
    #[error("not the bytes that Automerge would write for these operations")]
    NotCanonical,
    #[error("the message is not a seen line's reference, or names a line that is not in this log")]
    BadMessage,
    #[error("an actor of another device")]
    ForeignActor,
    #[error("not the next change of its actor")]
    BadSeq,
    #[error("does not build on its actor's previous change")]
    OwnPastMissing,
    #[error("no past, or the same change named twice in it")]
    BadDependencies,
    #[error("the operation counter does not follow from the past")]
    BadStartOp,
    #[error("an object that its writer cannot have seen, or that may not be written to")]
    UnknownObject,
    #[error("makes an object that only the server makes, or makes one twice")]
    ForbiddenObject,
    #[error("does not overwrite exactly what its writer saw")]
    BadPred,
    #[error("more characters than a Text may ever have had")]
    TextFull,
    #[error("creates a record without its kind and author")]
    IncompleteCreate,
    #[error("a record's kind and author are written once")]
    WrittenOnce,
    #[error("was accepted at {position}")]
    Duplicate {
        /// The line it was accepted as.
        position: u64,
    },
    #[error("needs {0} first")]
    BlockedBy(
        /// The first change of its past that was not accepted.
        Hash,
    ),
    #[error("record {0} exists")]
    Exists(
        /// The record's id.
        String,
    ),
}

impl Refused {
    /// The code on the wire.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::NotAChange => "not_a_change",
            Self::BadChecksum => "bad_checksum",
            Self::Compressed => "compressed",
            Self::UnknownColumn => "unknown_column",
            Self::UnevenColumns => "uneven_columns",
            Self::TooManyOperations => "too_many_operations",
            Self::Empty => "empty",
            Self::UnknownOperation => "unknown_operation",
            Self::BadKey => "bad_key",
            Self::BadValue => "bad_value",
            Self::BadActor => "bad_actor",
            Self::BadTime => "bad_time",
            Self::ExtraBytes => "extra_bytes",
            Self::NotCanonical => "not_canonical",
            Self::BadMessage => "bad_message",
            Self::ForeignActor => "foreign_actor",
            Self::BadSeq => "bad_seq",
            Self::OwnPastMissing => "own_past_missing",
            Self::BadDependencies => "bad_dependencies",
            Self::BadStartOp => "bad_start_op",
            Self::UnknownObject => "unknown_object",
            Self::ForbiddenObject => "forbidden_object",
            Self::BadPred => "bad_pred",
            Self::TextFull => "text_full",
            Self::IncompleteCreate => "incomplete_create",
            Self::WrittenOnce => "written_once",
            Self::Duplicate { .. } => "duplicate",
            Self::BlockedBy(_) => "blocked_by",
            Self::Exists(_) => "exists",
        }
    }
}
