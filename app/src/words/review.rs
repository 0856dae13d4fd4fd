//! The supervisor's review.

pub const TITLE: &str = "Review";
pub const LIST: &str = "What waits for you";
pub const FILTER: &str = "Show";
pub const ALL: &str = "All";
pub const SIGN_OFFS: &str = "Sign-offs";
pub const PLANS: &str = "Plans";
pub const FEEDBACK: &str = "Feedback to look at";
pub const GROUP_DIFFERENTLY: &str = "Sees it differently";
pub const GROUP_READY: &str = "Ready";
pub const GROUP_NOT_READY: &str = "Not ready yet";
pub const NOTHING: &str = "Nothing waits for you.";
pub const NOTHING_MORE: &str = "Requests for sign-off, plans and feedback that needs a second look appear here by themselves.";
pub const CHOOSE: &str = "Choose something from the list to read it here.";
pub const BACK_TO_LIST: &str = "Back to the list";

pub const PLAN_TO_START: &str = "A plan to agree and start";
pub const AGREEMENT_TO_SIGN: &str = "An agreement that waits for your signature";
pub const DIFFERENTLY: &str = "The mentee sees it differently";
pub const BELOW: &str = "Below the expected level";
pub const HIGH_RISK: &str = "High-risk skill";
pub const CLAIMED: &str = "Used in a request for sign-off";
pub const NO_RULE: &str = "The framework has no sign-off at this level";

pub const CHOSEN: &str = "Chosen feedback";
pub const NOT_CHOSEN: &str = "Not chosen";
pub const NONE_CHOSEN: &str = "No feedback was chosen.";
pub const ALL_CHOSEN: &str = "Everything on this skill in this relationship was chosen.";
pub const THEIR_WORDS: &str = "In their words";
pub const NO_WORDS: &str = "No words were added.";
pub const EARLIER: &str = "Earlier decisions";
pub const RULE_NOT_MET: &str = "Rule not met yet";

pub const SIGN_OFF: &str = "Sign off…";
pub const SEND_BACK: &str = "Send back…";
pub const ASK: &str = "Ask a question";
pub const START_PLAN: &str = "Agree and start the plan…";
pub const MARK_REVIEWED: &str = "Mark as reviewed…";
pub const DECIDE: &str = "Decide";

pub fn asks_for(who: &str, skill: &str, level: &str) -> String {
    [who, " asks for: ", skill, ", ", level, "."].concat()
}

pub fn from_today(who: &str, level: &str) -> String {
    ["From today ", who, " ", level, "."].concat()
}

pub fn you_read(when: &str) -> String {
    ["You read the version of ", when, "."].concat()
}

pub fn days_waiting(days: i64) -> String {
    match days {
        0 => "since today".to_owned(),
        days => super::time::days(days),
    }
}
