//! Checks that can be left out, so that the simulation shows that it finds what they are there for.
//!
//! Without the feature `planted`, which nothing that is shipped has, [`is_left_out`] is `false` for ever and the
//! compiler takes the question away.

/// A check of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// The shield: an actor belongs to the device that sends.
    ForeignActor,
    /// The gate: a decision's signature holds.
    DecisionSignature,
    /// R2: nobody decides on what they contributed to.
    OwnWork,
    /// R3: an approval needs its evidence.
    EvidenceMet,
    /// R10: only current members write.
    Membership,
    /// The gate: a log is brought to its head before anything is judged.
    CatchUp,
    /// The replica: what cannot be sent goes to its visible place.
    Stranded,
    /// The replica: what is typed is laid onto what stands there now.
    Merge,
}

#[cfg(feature = "planted")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<LeftOut>> = const { std::cell::Cell::new(None) };
}

/// Leaves a check out, on this thread, until it is told otherwise.
#[cfg(feature = "planted")]
pub fn leave_out(check: Option<LeftOut>) {
    PLANTED.set(check);
}

#[cfg(feature = "planted")]
pub fn is_left_out(check: LeftOut) -> bool {
    PLANTED.get() == Some(check)
}

#[cfg(not(feature = "planted"))]
pub const fn is_left_out(_: LeftOut) -> bool {
    false
}
