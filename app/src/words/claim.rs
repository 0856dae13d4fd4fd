//! Asking for a sign-off.

pub const TITLE: &str = "Ask for a sign-off";
pub const SKILL: &str = "Skill";
pub const CHOOSE_SKILL: &str = "Choose a skill";
pub const LEVEL: &str = "What you would then be allowed to do";
pub const EVIDENCE: &str = "Choose your feedback";
pub const EVIDENCE_HINT: &str = "Whoever decides also sees what you do not choose.";
pub const FROM_ANOTHER: &str = "from another relationship";
pub const FROM_ANOTHER_HINT: &str = "Feedback from another relationship is copied in when you send, and then read by everybody here.";
pub const WHOM: &str = "Who is to sign it off?";
pub const NO_EVIDENCE: &str = "There is no signed feedback on this skill yet. Ask somebody to watch you.";
pub const ALL_RULE: &str = "With all your feedback";
pub const YOUR_CHOICE: &str = "With what you chose";
pub const WORDS: &str = "In your words (you need not)";
pub const STILL_NEEDED: &str = "You can ask now. It lies under 'Not ready yet' until the feedback is there.";
pub const NO_RULE: &str = "The framework has no sign-off at this level.";
pub const DISCARD: &str = "Throw away";
pub const ONCE_SIGNED: &str = "The words are locked once you send them. You can send a newer version if it is sent back.";

pub const TOO_LOW: &str = "below the level that counts";
pub const TOO_OLD: &str = "too long ago to count";
pub const TOO_MUCH_PRACTICE: &str = "practice, beyond what counts";

pub fn title(skill: &str, level: i64) -> String {
    [skill, ", level ", &level.to_string()].concat()
}

/// 'Bea Fennimore, with Ruth Calloray'.
pub fn asked_of(supervisor: &str, mentor: &str) -> String {
    [supervisor, ", with ", mentor].concat()
}

pub fn send(name: &str) -> String {
    ["Send to ", name].concat()
}

pub fn level_row(level: u8, meaning: &str) -> String {
    [&level.to_string(), " · ", meaning].concat()
}
