//! The first minutes on a phone.

pub const SIGN_IN_TITLE: &str = "Sign in to Countersign";
pub const SIGN_IN: &str = "You sign in once on this phone. After that it works without signal.";
pub const SIGN_IN_BUTTON: &str = "Go to sign-in";
pub const PIN_TITLE: &str = "Choose a PIN for this phone";
pub const PIN_WHY: &str = "You need it to sign. It stays on this phone; nobody can look it up for you.";
pub const PIN: &str = "PIN, at least 6 digits";
pub const PIN_AGAIN: &str = "The same PIN again";
pub const PIN_DIFFERS: &str = "The two are not the same. Type both again.";
pub const CLEARED_TITLE: &str = "This phone was cleared";
pub const CLEARED: &str =
    "The browser has cleared what Countersign kept here, and the key to sign with. What had been sent comes back once you have chosen a PIN.";
pub const CLEARED_GONE: &str = "What had not been sent is gone. Put Countersign on your home screen: a phone is then slower to clear it.";
pub const KNOWN_TITLE: &str = "You have set up a phone before";
pub const KNOWN: &str = "If one of these is the phone in your hand, it may have been cleared. What had been sent comes back once you have chosen a PIN; what had not been sent is gone.";
pub const KNOWN_GONE: &str = "Revoke what you no longer have, so that nobody signs with it.";
pub const LABEL: &str = "What you call this phone";
pub const LABEL_DEFAULT: &str = "My phone";
pub const CHOOSE: &str = "Set up this phone";
pub const WORKING: &str = "Making the key of this phone…";
pub const FETCHING: &str = "Fetching your records";
pub const FETCHING_AFTER: &str = "After this it works without signal.";
pub const CARD_TITLE: &str = "Before you begin";
pub const CARD_DRAFTS: &str = "What you jot or draft is seen by you alone, until you sign and send it.";
pub const CARD_SHARED: &str = "What is sent is seen by the mentee, their mentors, their supervisor and the programme lead. Each screen names them.";
pub const CARD_HELP: &str = "Get help now is always under Me, without signal too.";
pub const CARD_INSTALL: &str = "Put Countersign on your home screen: otherwise the phone may clear what you have not opened for a while.";
pub const CARD_CLOSE: &str = "Got it";

pub fn welcome(name: &str) -> String {
    ["Welcome, ", name].concat()
}

/// ''My phone', set up 12 days ago, last heard from 2 h ago'.
pub fn set_up(label: &str, at: &str, heard: &str) -> String {
    ["'", label, "', set up ", at, ", last heard from ", heard].concat()
}

pub fn fetched(records: u32) -> String {
    if records == 1 { "1 record so far.".to_owned() } else { [&records.to_string(), " records so far."].concat() }
}
