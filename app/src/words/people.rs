//! People, their skills and their plan.

pub const TITLE: &str = "People";
pub const NOBODY: &str = "Nobody yet.";
pub const NOBODY_MORE: &str = "Your programme lead puts people together. They appear here by themselves.";
pub const PLAN_TITLE: &str = "My plan";
pub const PLAN: &str = "90-day plan";
pub const NO_PLAN: &str = "There is no plan yet.";
pub const NO_PLAN_MENTEE: &str = "Your mentor drafts it with you, your supervisor starts it.";
pub const START_PLAN: &str = "Draft a plan";
pub const OPEN_PLAN: &str = "Open the plan";
pub const SESSIONS: &str = "Sessions";
pub const PREPARE_SESSION: &str = "Prepare a session";
pub const AGREEMENT: &str = "Agreement";
pub const NO_AGREEMENT: &str = "There is no agreement yet. It comes first: without it nobody can sign off.";
pub const START_AGREEMENT: &str = "Draft the agreement";
pub const OPEN_AGREEMENT: &str = "Open the agreement";
pub const SKILLS: &str = "Other skills";
pub const WHO_IS_HERE: &str = "Who is in this";
pub const LATEST: &str = "Latest";
pub const OBSERVE: &str = "Observe";
pub const ASK: &str = "Ask for sign-off";
pub const READY: &str = "The rule is met";
pub const NOT_SEEN: &str = "not seen yet";
pub const PAUSED: &str = "Paused";
pub const LEADS: &str = "leads";
pub const NO_CONTACT: &str = "no feedback yet";
pub const START: &str = "Start";
pub const NOW: &str = "Now";
pub const AIM: &str = "Aim";

pub fn day_of(day: i64, of: i64) -> String {
    ["Day ", &day.to_string(), " of ", &of.to_string()].concat()
}

pub fn moved(moved: usize, of: usize) -> String {
    [moved.to_string().as_str(), " of ", of.to_string().as_str(), if of == 1 { " skill moved" } else { " skills moved" }].concat()
}

pub fn last_feedback(days: i64) -> String {
    match days {
        0 => "last feedback today".to_owned(),
        1 => "last feedback yesterday".to_owned(),
        days => ["last feedback ", &days.to_string(), " days ago"].concat(),
    }
}

pub fn signed_off(level: &str) -> String {
    ["Signed off: ", level].concat()
}

pub fn asked(level: u8) -> String {
    ["Asked for level ", &level.to_string(), ": waits for a decision"].concat()
}

pub fn due(day: &str) -> String {
    ["by ", day].concat()
}

pub fn measured(measure: &str) -> String {
    ["How you will know: ", measure].concat()
}

pub fn promised(step: &str) -> String {
    ["Next step: ", step].concat()
}
