//! A record, its versions and what was decided on it.

pub const PAIR_PART: &str = "Between the two of you";
pub const PAIR_EMPTY: &str = "Nothing is written here yet.";
pub const LIST_TITLE: &str = "Records";
pub const FILTER: &str = "Show";
pub const ALL: &str = "All";
pub const FEEDBACK: &str = "Feedback";
pub const SIGN_OFFS: &str = "Sign-offs";
pub const PLANS: &str = "Plans and agreements";
pub const NONE: &str = "Nothing here yet.";
pub const NONE_MORE: &str = "Signed feedback, sign-offs, plans and agreements are kept here.";
pub const NEW: &str = "Start a new one";

pub const WORDS: &str = "Words";
pub const EMPTY: &str = "Not filled in";
pub const WORDS_ARE_HIDDEN: &str = "The words of this version were hidden by its writer or the programme lead.";
pub const WORDS_ARE_ERASED: &str = "The words of this record were erased for good by the programme lead. Who signed it, and when, stays.";
pub const DECISIONS: &str = "What was decided";
pub const VERSIONS: &str = "Earlier versions";
pub const CHANGED: &str = "Changed after signing, not signed again";
pub const CHANGED_MORE: &str = "What is signed stands above. This was written later and does not count yet.";
pub const WAS: &str = "Signed: ";
pub const NOW: &str = "Now: ";
pub const ABOUT: &str = "About ";
pub const BELOW: &str = "Below what was expected then";

pub const TAKE_BACK: &str = "Take back";
pub const TAKEN_BACK: &str = "Taken back. Nothing was sent.";
pub const SAME: &str = "I have read this: I see it the same way";
pub const DIFFERENTLY: &str = "I have read this: I see it differently";
pub const SAME_TITLE: &str = "You see it the same way";
pub const DIFFERENTLY_TITLE: &str = "You see it differently";
pub const DIFFERENTLY_WORDS: &str = "How you see it (you need not)";
pub const READ_AND: &str = "Have you read it?";
pub const SIGN_NOW: &str = "Sign";
pub const SIGN: &str = "Sign…";
pub const SIGN_TITLE: &str = "Sign this version";
pub const SEND_BACK: &str = "Send back…";
pub const SEND_BACK_TITLE: &str = "Send it back";
pub const SEND_BACK_REASON: &str = "What should change";
pub const EDIT: &str = "Change the words";
pub const NEW_VERSION: &str = "Sign again as a new version…";
pub const NEW_VERSION_TITLE: &str = "A new version";
pub const NEW_VERSION_REASON: &str = "Why there is a new version";
pub const SOMETHING_WRONG: &str = "Something wrong with this record?";
pub const VOID: &str = "Recorded by mistake…";
pub const VOID_TITLE: &str = "Recorded by mistake";
pub const VOID_LINE: &str = "It stays, struck out, and no longer counts.";
pub const HIDE: &str = "Hide the words…";
pub const HIDE_TITLE: &str = "Hide the words everywhere";
pub const HIDE_LINE: &str = "For a name or another detail that should not be here. The rating stays, the words go from every phone.";
pub const REVOKE: &str = "Take the sign-off back…";
pub const REVOKE_TITLE: &str = "Take the sign-off back";
pub const REASON: &str = "Reason";
pub const DONE: &str = "Signed on this phone.";

pub const COMMENTS: &str = "Comments and questions";
pub const COMMENT: &str = "Your words";
pub const COMMENT_PAIR: &str = "Add for the two of you";
pub const COMMENT_SEND: &str = "Add comment";
pub const QUESTION_SEND: &str = "Ask as a question";
pub const QUESTION: &str = "Question";
pub const COMMENT_SHARED: &str = "Everybody who sees this record will see it.";
pub const COMMENT_SHARED_OR_PAIR: &str = "Everybody who sees this record will see it, unless you add it for the two of you.";
pub const COMMENT_DONE: &str = "Added.";

pub const CONFLICT: &str = "Written twice";
pub const CONFLICT_MORE: &str = "This was typed on two phones. Pick the one that holds.";
pub const PICK: &str = "Take this one";

pub const SHARE: &str = "Share, not sent yet";

pub fn version(number: u32) -> String {
    ["version ", &number.to_string()].concat()
}

pub fn changed_since(number: u32) -> String {
    ["What changed since version ", &number.to_string()].concat()
}

pub fn binds(number: u32) -> String {
    ["binds version ", &number.to_string()].concat()
}

pub fn unlocked(method: shared::decision::UnlockMethod) -> &'static str {
    use shared::decision::UnlockMethod::{Passkey, Password, Pin};
    match method {
        Pin => "unlocked with a PIN",
        Password => "unlocked with a password",
        Passkey => "unlocked with a passkey",
    }
}

pub fn expected(level: u8) -> String {
    ["Expected then: ", &level.to_string(), " of 5"].concat()
}

pub fn level_of(level: i64) -> String {
    [&level.to_string(), " of 5"].concat()
}

pub fn seen_by(name: &str, when: &str) -> String {
    ["Seen by ", name, ", ", when].concat()
}

pub fn written_by(name: &str, when: &str) -> String {
    ["Written by ", name, ", ", when].concat()
}

pub fn missing_signatures(names: &str) -> String {
    ["Still to sign: ", names, "."].concat()
}
