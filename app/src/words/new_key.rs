//! The organisation's key was lost: a person takes the new one.

pub const TITLE: &str = "Your organisation's new key";
pub const WHAT_TO_DO: &str = "What to do";
pub const WHY: &str =
    "The former key was lost, so it could not hand over to the new one. Anybody could say that: so this phone asks you. Nothing that you wrote is lost.";
pub const STILL: &str = "What still works";
pub const STILL_READ: &str = "You can read everything that is on this phone.";
pub const STILL_WRITE: &str = "You can write and sign. It stays on this phone, with every word, and goes once the key is confirmed.";
pub const NOTHING_UNSENT: &str = "Nothing waits on this phone now.";
pub const CONFIRM: &str = "Set this phone up anew";
pub const ASK: &str = "Ask your programme lead for the new key's check number: face to face, on paper, or on a number that you know. It has 32 digits.";
pub const BEGINS: &str = "It has to begin with";
pub const GOES_ON: &str = "Type how it goes on: the other 16 digits";
pub const TOO_FEW: &str = "There are 16 digits to type. Ask your programme lead for them.";
pub const TAKE: &str = "My lead gave me these: set up anew";
pub const WORKING: &str = "Looking…";
pub const TAKEN: &str = "This phone knows the new key. What waited goes now.";
pub const NONE: &str =
    "If your lead's number begins differently, or they know of no new key, type nothing and tell them: somebody may be between you and your server.";
pub const KNOWN: &str = "This phone knows your organisation's key. There is nothing to do.";

pub fn unsent(count: u32) -> String {
    if count == 1 {
        "1 record waits on this phone. It is kept.".to_owned()
    } else {
        [&count.to_string(), " records wait on this phone. They are kept."].concat()
    }
}
