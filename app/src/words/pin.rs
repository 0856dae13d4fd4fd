//! Unlocking to sign.

pub const LABEL: &str = "Your PIN";
pub const HINT: &str = "It signs on this phone only.";
pub const CANCEL: &str = "Not now";
pub const WORKING: &str = "Signing…";
pub const NEEDS_REASON: &str = "This needs a reason, which the others will read.";
pub const TOO_SHORT: &str = "A PIN has at least 6 digits.";
pub const REASON: &str = "Reason";
pub const REASON_MAY: &str = "Words (you need not)";
