//! The form that follows from a record's declaration.

pub const YES: &str = "Yes";
pub const NOT_CHOSEN: &str = "Not chosen";
pub const ADD_SKILL: &str = "Add a skill";
pub const REMOVE_SKILL: &str = "Take this skill out";
pub const ADD_NUMBER: &str = "Add a check";
pub const SHARE: &str = "Share, not sent yet";
pub const SHARE_MORE: &str = "The others can read it and change it until it is sent.";
pub const SHARED: &str = "Shared.";
pub const DISCARD: &str = "Throw away";
pub const WITH: &str = "With";
pub const WITH_WHOM: &str = "with whom";
pub const SEND: &str = "Send";
pub const DONE: &str = "Done";
pub const NEEDED: &str = "needed";
pub const SEND_TITLE: &str = "Sign and send";

pub fn send(names: &str) -> String {
    ["Sign and send to ", names].concat()
}

pub fn send_for(names: &str) -> String {
    ["Send to ", names].concat()
}

pub fn number(number: &str) -> String {
    ["Month ", number].concat()
}
