//! Today.

pub const TITLE: &str = "Today";
pub const AS_MENTOR: &str = "As mentor";
pub const AS_MENTEE: &str = "As mentee";
pub const AS_SUPERVISOR: &str = "As supervisor";
pub const AS_LEAD: &str = "As programme lead";
pub const STUCK: &str = "Could not be sent";
pub const TO_FINISH: &str = "To finish";
pub const NEEDS_YOU: &str = "Needs you";
pub const NEW_FEEDBACK: &str = "New feedback";
pub const MY_MENTEES: &str = "My mentees";
pub const MY_PLAN: &str = "My 90-day plan";
pub const WAITING: &str = "Waiting for you";
pub const OPEN_REVIEW: &str = "Open review";
pub const DIFFERENTLY: &str = "Sees it differently";
pub const PEOPLE: &str = "People";
pub const PAUSED: &str = "Paused";
pub const READY: &str = "Ready to ask for sign-off";
pub const SINCE: &str = "Since you last looked";
pub const DECISIONS: &str = "Decided since you last looked";
pub const HELP: &str = "Get help now";
pub const LEAD_PAGE: &str = "Held words and memberships";
pub const LEAD_MORE: &str = "Words that arrived from somebody who had left wait for you there.";

pub const JOT: &str = "Jot";
pub const DRAFT: &str = "Draft";
pub const WAS_SENT_BACK: &str = "Sent back";
pub const TO_SIGN: &str = "Waits for your signature";
pub const QUESTION: &str = "A question for you";
pub const SEEN_DIFFERENTLY: &str = "sees it differently";
pub const TWO_VALUES: &str = "Written twice: pick one";
pub const CHANGED_AFTER: &str = "Changed after signing, not signed again";

pub const QUIET_MENTOR: &str = "Nothing waits. Saw something worth saying? Tap Observe.";
pub const QUIET_MENTEE: &str = "Nothing waits for you.";
pub const QUIET_SUPERVISOR: &str = "Nothing waits for you.";
pub const NOBODY: &str = "You are not part of a mentoring relationship yet. Your programme lead adds you; it appears here by itself.";

pub fn hello(part: &str, name: &str) -> String {
    [part, ", ", name].concat()
}

pub fn part_of_day(hour: i8) -> &'static str {
    match hour {
        5..=11 => "Good morning",
        12..=17 => "Good afternoon",
        _ => "Good evening",
    }
}

pub fn waiting(count: usize, oldest_days: i64) -> String {
    let count = match count {
        1 => "1 thing waits for you".to_owned(),
        count => [&count.to_string(), " things wait for you"].concat(),
    };
    match oldest_days {
        0 => [&count, ", all from today"].concat(),
        days => [&count, ", the oldest for ", &super::time::days(days)].concat(),
    }
}

pub fn from(name: &str, when: &str) -> String {
    ["From ", name, ", ", when].concat()
}
