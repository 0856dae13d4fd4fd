//! What a mentee can write.

pub const TITLE: &str = "Write";
pub const QUESTION: &str = "Ask about feedback";
pub const QUESTION_MORE: &str = "Open a piece of feedback and ask under it. Whoever wrote it finds the question on their Today.";
pub const SIGN_OFF: &str = "Ask for a sign-off";
pub const SIGN_OFF_MORE: &str = "Choose a skill and the feedback that shows it.";
pub const SESSION: &str = "Prepare a session";
pub const SESSION_MORE: &str = "What you want to talk about. You and your mentor both write in it.";
pub const AGREEMENT: &str = "Draft the agreement";
pub const AGREEMENT_MORE: &str = "What you and your mentor expect of each other.";
pub const DRAFTS: &str = "Begun, seen by you alone";
