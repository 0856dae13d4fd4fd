//! Why a call was turned away, and what its person reads.

use crate::{gate::GateError, store::StoreError};

/// A call that is not answered.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// The header of the wire is missing: another page's call, or something that is no app of ours.
    #[error("the header of the wire is missing")]
    NoHeader,
    #[error("not signed in")]
    SignInAgain,
    /// A form from another site.
    #[error("a form from another site")]
    Foreign,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Gate(#[from] GateError),
}
