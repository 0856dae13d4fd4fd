//! The form that follows from a record's declaration.

use super::list;

pub const YES: &str = "Yes";
pub const NOT_CHOSEN: &str = "Not chosen";
pub const ADD_SKILL: &str = "Add a skill";
pub const REMOVE_SKILL: &str = "Take this skill out";
pub const ADD_NUMBER: &str = "Add a check";
pub const SHARE: &str = "Share, not sent yet";
pub const SHARE_FOR_GOOD: &str = "Share";
pub const SHARE_MORE: &str = "The others can read it and change it until it is sent.";
pub const PAIR_ONLY: &str = "Mentee and mentor alone read this.";
pub const SHARED: &str = "Shared.";
pub const DISCARD: &str = "Throw away";
pub const WITH: &str = "With";
pub const WITH_WHOM: &str = "with whom";
pub const SEND: &str = "Send";
pub const DONE: &str = "Done";
pub const NEEDED: &str = "needed";
pub const SEND_TITLE: &str = "Sign and send";

/// Most readers whose names a button carries.
const MOST_NAMED: usize = 2;

/// Whom a button sends to: 'Bea and Farid', '3 people'.
pub fn to_whom(names: &[String]) -> String {
    if names.len() > MOST_NAMED { [&names.len().to_string(), " people"].concat() } else { list(names) }
}

/// The names beside a button that only counts them.
pub fn goes_to(names: &[String]) -> Option<String> {
    (names.len() > MOST_NAMED).then(|| ["Goes to ", &list(names), "."].concat())
}

pub fn send(names: &str) -> String {
    ["Sign and send to ", names].concat()
}

pub fn send_for(names: &str) -> String {
    ["Send to ", names].concat()
}

pub fn number(number: &str) -> String {
    ["Month ", number].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_names_two_and_counts_more() {
        let names = ["Bea".to_owned(), "Farid".to_owned(), "Amara".to_owned()];
        assert_eq!(send_for(&to_whom(&names[..2])), "Send to Bea and Farid");
        assert_eq!(goes_to(&names[..2]), None);
        assert_eq!(send_for(&to_whom(&names)), "Send to 3 people");
        assert_eq!(goes_to(&names).as_deref(), Some("Goes to Bea, Farid and Amara."));
    }
}
