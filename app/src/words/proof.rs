//! A proof of a record, as a file.

pub const HEADING: &str = "A proof for somebody else";
pub const WHAT: &str = "A file by which anybody can check, without an account, who decided what on this record, when, and what it rests on.";
pub const WORDS_IN_IT: &str = "The words of the record and of the feedback that it rests on are in it. Give it to people who may read them.";
pub const WAITS: &str = "What waits on this phone is not in it: it counts once it has gone.";
pub const SAVE: &str = "Save proof";
pub const CHECK: &str = "Where a proof is checked";

/// `when`: the newest line in it was received.
pub fn saved(name: &str, when: &str) -> String {
    ["Saved as ", name, ". It shows what this phone had, the newest of it received ", when, ". What came later only a newer file shows."].concat()
}
