//! What must hold, by the numbers of ARCHITECTURE.md, and what it means that it did not.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    SameEverywhere = 1,
    Rejudged = 2,
    Durable = 3,
    Typed = 4,
    Chain = 5,
    Approver = 6,
    Idempotent = 7,
    Reloads = 8,
    WhyNot = 9,
    Rest = 10,
    Private = 11,
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invariant {}", *self as u8)
    }
}

#[derive(Debug, Clone)]
pub struct Violation {
    pub invariant: Invariant,
    pub what: String,
}

pub type Checked<T = ()> = Result<T, Violation>;

pub fn violated(invariant: Invariant, what: impl fmt::Display) -> Violation {
    Violation { invariant, what: what.to_string() }
}
