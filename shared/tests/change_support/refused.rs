//! Every way to refuse a change, once.

use shared::{bytes::Fixed, change::Refused};

pub fn every() -> [Refused; 30] {
    [
        Refused::TooLarge,
        Refused::NotAChange,
        Refused::BadChecksum,
        Refused::Compressed,
        Refused::UnknownColumn,
        Refused::UnevenColumns,
        Refused::TooManyOperations,
        Refused::Empty,
        Refused::UnknownOperation,
        Refused::BadKey,
        Refused::BadValue,
        Refused::BadActor,
        Refused::BadTime,
        Refused::ExtraBytes,
        Refused::NotCanonical,
        Refused::BadMessage,
        Refused::ForeignActor,
        Refused::BadSeq,
        Refused::OwnPastMissing,
        Refused::BadDependencies,
        Refused::BadStartOp,
        Refused::UnknownObject,
        Refused::ForbiddenObject,
        Refused::BadPred,
        Refused::TextFull,
        Refused::IncompleteCreate,
        Refused::WrittenOnce,
        Refused::Duplicate { position: 0 },
        Refused::BlockedBy(Fixed([0; 32])),
        Refused::Exists("…".to_owned()),
    ]
}
