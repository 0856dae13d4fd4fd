//! What a check found, for people and for programs.

use std::fmt;

/// How one question of the check was answered, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Holds,
    /// What no file can show by itself, for the reader to know.
    Beyond,
    /// Could be told from a fuller file.
    CannotTell,
    DoesNotHold,
    /// The file is no proof at all.
    Unreadable,
}

/// One answer: a stable code and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub code: String,
    pub outcome: Outcome,
    pub sentence: String,
}

/// Every answer, in the order of the questions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub findings: Vec<Finding>,
}

impl Finding {
    pub(super) fn new(code: &str, outcome: Outcome, sentence: impl Into<String>) -> Self {
        Self { code: code.to_owned(), outcome, sentence: sentence.into() }
    }
}

impl Outcome {
    /// For programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Beyond => "beyond",
            Self::CannotTell => "cannot_tell",
            Self::DoesNotHold => "does_not_hold",
            Self::Unreadable => "unreadable",
        }
    }

    /// What stands before a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Holds => "Holds",
            Self::Beyond => "To know",
            Self::CannotTell => "Cannot be told",
            Self::DoesNotHold => "Does not hold",
            Self::Unreadable => "Cannot be read",
        }
    }
}

impl Report {
    /// The worst answer; what no file can show does not count.
    pub fn verdict(&self) -> Outcome {
        match self.findings.iter().map(|finding| finding.outcome).max() {
            Some(Outcome::Beyond | Outcome::Holds) => Outcome::Holds,
            Some(worse) => worse,
            None => Outcome::Unreadable,
        }
    }

    /// The verdict as a sentence.
    pub fn headline(&self) -> &'static str {
        match self.verdict() {
            Outcome::Holds | Outcome::Beyond => "Everything that this file states holds.",
            Outcome::CannotTell => "Not everything can be told from this file.",
            Outcome::DoesNotHold => "Something in this file does not hold. Do not rely on it.",
            Outcome::Unreadable => "This file cannot be checked.",
        }
    }

    pub fn find(&self, code: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.code == code)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.headline())?;
        self.findings.iter().try_for_each(|finding| writeln!(f, "{:<16}{} ({})", finding.outcome.words(), finding.sentence, finding.code))
    }
}
