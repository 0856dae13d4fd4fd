//! A signature that waits for the person to unlock: what it says, and what is asked once they did.

use std::rc::Rc;

use shared::phone::Ask;

/// Whether words go with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    No,
    May,
    Must,
}

/// What the sheet shows, and what follows.
#[derive(Clone)]
pub struct AskForPin {
    pub title: String,
    /// What will be true once it is signed, line by line.
    pub lines: Vec<String>,
    /// On the button.
    pub button: String,
    pub reason: Reason,
    /// Above the box for the words.
    pub reason_label: String,
    /// Makes the question out of PIN and words.
    pub ask: Rc<dyn Fn(String, Option<String>) -> Ask>,
    /// After it went through.
    pub then: Rc<dyn Fn()>,
}
