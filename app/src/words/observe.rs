//! Giving feedback on what was seen.

pub const TITLE: &str = "Observe";
pub const TRY: &str = "Try a practice observation";
pub const TRY_TITLE: &str = "Try it: nothing is kept";
pub const TRY_LINE: &str = "This is for trying out. It is not saved and never sent.";
pub const TRIED: &str = "That was it. Nothing was sent.";
pub const JOT: &str = "Jot a line, finish later";
pub const JOT_HINT: &str = "Only you see it. No name needed.";
pub const JOT_KEPT: &str = "Kept under 'To finish' on Today.";
pub const WHO: &str = "Who";
pub const NOBODY: &str = "You have no mentee yet. Your programme lead adds people; they appear here by themselves.";
pub const WHAT: &str = "What";
pub const OTHER_SKILLS: &str = "Other skills";
pub const FIND_SKILL: &str = "Find a skill";
pub const WHERE: &str = "Where";
pub const ELSEWHERE: &str = "Somewhere else";
pub const PRACTICE: &str = "Practice or simulation";
pub const HOW_MUCH: &str = "How much did you need to help?";
pub const COULD_NOT_JUDGE: &str = "Could not judge";
pub const WENT_WELL: &str = "Went well";
pub const TRY_NEXT: &str = "Try next time";
pub const NEXT_STEP: &str = "Next step";
pub const NEXT_STEP_OWN: &str = "Another next step";
pub const NEEDED: &str = "needed";
pub const BELOW: &str = "Below what is expected now. Say what to try next, so that it helps.";
pub const EARLIER: &str = "Earlier than now";
pub const EARLIER_LABEL: &str = "When it happened";
pub const FUTURE: &str = "The chosen time lies in the future. Choose when it happened.";
pub const LATE: &str = "Why it is written up later";
pub const MORE: &str = "More";
pub const SAY_NEXT: &str = "Say what to try next, then sign";
pub const DISCARD: &str = "Throw away";
pub const DISCARDED: &str = "Thrown away.";
pub const SIGNED_LOCKED: &str = "Once signed it is locked. It can be withdrawn, not changed.";
pub const HIGH_RISK: &str = "high risk";
pub const TO_TODAY: &str = "Finish later";

pub const SIGN_AND_SEND: &str = "Sign and send";

pub fn sign_and_send(name: &str) -> String {
    ["Sign and send to ", name].concat()
}

/// What each needed field is called in the line above the button.
pub fn short(code: &str) -> &'static str {
    match code {
        "mentee" => "who",
        "competency" => "what",
        "setting" => "where",
        "level" => "how much help",
        _ => "a word or two",
    }
}

pub fn still_needed(labels: &[&str]) -> String {
    ["Still needed: ", &labels.join(", "), "."].concat()
}

/// `goes`: when what waits here goes.
pub fn signed_here(time: &str, goes: &str) -> String {
    ["Signed on this phone, ", time, ". ", goes, "."].concat()
}

pub fn under_way(time: &str) -> String {
    ["Signed on this phone, ", time, ". On its way."].concat()
}

pub fn until_sent(names: &str) -> String {
    ["Only me. Once you send it: ", names, "."].concat()
}
