//! What is around every screen.

pub const SKIP: &str = "Skip to content";
pub const NAV: &str = "Main";
pub const TODAY: &str = "Today";
pub const PEOPLE: &str = "People";
pub const MY_PLAN: &str = "My plan";
pub const OBSERVE: &str = "Observe";
pub const WRITE: &str = "Write";
pub const REVIEW: &str = "Review";
pub const RECORDS: &str = "Records";
pub const ME: &str = "Me";

pub const ALL_SENT: &str = "All sent";
pub const NO_SIGNAL: &str = "No signal. Everything is on this phone.";
pub const OPENING: &str = "Opening your records…";
pub const DEMONSTRATION: &str = "Demonstration: everybody in here is invented.";

pub const NEW_VERSION: &str = "A new version is ready.";
pub const USE_NEW_VERSION: &str = "Use it now";
pub const OTHER_VERSION: &str =
    "This app and the server are of different versions, so nothing can be sent. What you write is kept on this phone and goes once the app is updated.";
pub const REVOKED: &str = "This phone was taken off your list, so nothing goes from it any more. Copy or save what could not be sent and take it off; then this phone can be set up anew.";
pub const SIGN_IN_AGAIN: &str = "Your session ended. You can read and write; to send, sign in again.";
pub const SIGN_IN: &str = "Sign in";
pub const CLOSE: &str = "Close";
pub const BACK: &str = "Back";
pub const WHO_CAN_SEE: &str = "Who can see this: ";
pub const MORE: &str = "Show more";

pub const BROKEN_TITLE: &str = "Your records cannot be opened";
pub const TRY_AGAIN: &str = "Try again";

pub const NOT_HERE_TITLE: &str = "Not on this phone";
pub const NOT_HERE: &str = "This is not here, or has not arrived yet. It appears by itself when it does.";
pub const TO_TODAY: &str = "Go to Today";

pub fn only_here(count: u32, oldest: Option<&str>) -> String {
    let count = count.to_string();
    match oldest {
        Some(oldest) => [&count, " only on this phone · oldest ", oldest].concat(),
        None => [&count, " only on this phone"].concat(),
    }
}

pub fn stuck(count: usize) -> String {
    [&count.to_string(), " could not be sent"].concat()
}

pub fn somebody_else(name: &str) -> String {
    ["Somebody else is signed in on this browser. These are ", name, "'s records; nothing is sent until ", name, " signs in again."].concat()
}

pub fn waiting(count: usize) -> String {
    [&count.to_string(), " waiting"].concat()
}
