//! Where a record is.

pub const NOT_SHARED: &str = "Not shared yet";
pub const ONLY_HERE: &str = "Only on this phone";
pub const SHARED: &str = "Shared, not sent";
/// Of a kind that is never sent: there is nothing to wait for.
pub const SHARED_FOR_GOOD: &str = "Shared";
pub const ASKED_FOR: &str = "Asked for, not in force yet";
pub const SENT: &str = "Sent";
pub const SENT_BACK: &str = "Sent back";
pub const SIGNED: &str = "Signed and locked";
pub const READ: &str = "Read";
pub const DISAGREED: &str = "Read, seen differently";
pub const REVIEWED: &str = "Reviewed";
pub const SIGNED_OFF: &str = "Signed off";
pub const STARTED: &str = "Agreed and started";
pub const REVOKED: &str = "Sign-off taken back";
pub const VOIDED: &str = "Recorded by mistake";
pub const VOIDED_LONG: &str = "Recorded by mistake: struck out, does not count";
pub const CHANGED_AFTER: &str = "Changed after signing, not signed again";
pub const PRACTICE: &str = "Practice or simulation";
pub const HIDDEN: &str = "Words hidden";
pub const ERASED: &str = "Words erased";
pub const AN_OBSERVATION: &str = "Feedback, skill not chosen yet";

pub fn once_gone(names: &str) -> String {
    ["Only me. Once it has gone: ", names, "."].concat()
}

pub fn signed_by(signed: usize, of: usize) -> String {
    ["Signed by ", &signed.to_string(), " of ", &of.to_string()].concat()
}

pub fn late(days: i64, reason: Option<&str>) -> String {
    let days = super::time::days(days);
    match reason {
        Some(reason) => ["Written up ", &days, " later: ", &reason.to_lowercase()].concat(),
        None => ["Written up ", &days, " later"].concat(),
    }
}

pub fn clock_ahead(by: &str) -> String {
    ["Phone clock ", by, " ahead"].concat()
}
