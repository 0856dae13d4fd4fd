//! A refusal: a stable code for machines and a sentence for the person, with what to do next.

use serde::{Deserialize, Serialize};

/// Why something was not done. Never a reason to lose words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {sentence}")]
pub struct Refusal {
    /// `r3_evidence`. The part before the first `_` names the rule where one stands behind it.
    pub code: String,
    /// What a person reads.
    pub sentence: String,
}

impl Refusal {
    pub fn new(code: &str, sentence: impl Into<String>) -> Self {
        Self { code: code.to_owned(), sentence: sentence.into() }
    }
}
