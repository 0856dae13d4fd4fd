//! Bugs that can be planted in a world, to see that it finds them.

use shared::planted::{LeftOut, leave_out};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// The store says 'durable' before it is.
    SyncDropped,
    /// A recovery takes the first lines of a transaction that was cut off.
    HalfTransaction,
    /// A turn at a log does not wait for the one before it.
    LockLeftOut,
    /// Whoever writes upon what they know does not look whether it is so.
    HeadUnchecked,
    /// Whoever left a log reads on.
    ReadsOn,
    /// The phone says 'saved' before it is.
    PhoneSyncDropped,
    /// A check of the product is left out.
    Check(LeftOut),
}

/// While it lives, the product's code runs with the planted bug; what checks it runs without.
pub struct Armed;

impl Armed {
    pub fn with(planted: Option<Planted>) -> Self {
        match planted {
            Some(Planted::Check(check)) => leave_out(Some(check)),
            _ => leave_out(None),
        }
        Self
    }
}

impl Drop for Armed {
    fn drop(&mut self) {
        leave_out(None);
    }
}
