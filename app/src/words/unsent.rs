//! What is only on this phone.

pub const TITLE: &str = "Only on this phone";
pub const ALL_SENT: &str = "Everything is sent.";
pub const SIGNED: &str = "Signed on this phone";
pub const WAITING: &str = "Goes when there is signal";
pub const WAITS_FOR_UPDATE: &str = "Goes once the app is updated";
pub const WAITS_FOR_KEY: &str = "Goes once the new key is confirmed";
pub const WAITS_FOR_SIGN_IN: &str = "Goes once you have signed in again";
pub const STUCK: &str = "Could not be sent";
pub const SEE: &str = "See it";
pub const STUCK_MORE: &str = "Your words are safe here. Copy or save them, or try once more.";
pub const STUCK_REVOKED: &str = "Your words are safe here. Copy or save them; then take them off, and this phone can be set up anew.";
pub const STUCK_DECISIONS: &str = "Read why, then decide anew, or try once more.";
pub const DRAFTS: &str = "Drafts, not yet stored on the server";
pub const COPY: &str = "Copy the words";
pub const COPIED: &str = "Copied.";
pub const SAVE: &str = "Save as a file";
pub const RETRY: &str = "Try once more";
pub const DISMISS: &str = "I have the words, take it off";
pub const DISMISS_DECISION: &str = "Take it off the list";
pub const GONE: &str = "Not on this phone any more";
pub const TRY_NOW: &str = "Try to send now";
pub const CLEARED: &str = "(emptied)";
pub const FILE: &str = "countersign-unsent.txt";

/// 'Signed off: not in force'.
pub fn not_in_force(acts: &[&str]) -> String {
    [&acts.join(", "), ": not in force"].concat()
}
