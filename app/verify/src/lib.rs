//! The check behind `/verify`: the same code and the same words as `countersign verify`, in a module of its own, so that
//! no phone carries it and whoever merely checks a file loads nothing else.

use shared::{
    key::PublicKey,
    kind::Kinds,
    proof::{self, MAX_PROOF_BYTES},
};
use wasm_bindgen::prelude::*;

/// What a check found.
#[wasm_bindgen(getter_with_clone)]
pub struct Checked {
    /// The verdict's code.
    pub verdict: String,
    /// The verdict as a sentence.
    pub headline: String,
    /// In the order of the questions.
    pub findings: Vec<Answer>,
}

/// The answer to one question.
#[wasm_bindgen(getter_with_clone)]
#[derive(Clone)]
pub struct Answer {
    /// Which question.
    pub code: String,
    /// How it was answered: a code, and its words.
    pub outcome: String,
    pub words: String,
    pub sentence: String,
}

/// Checks the bytes of a file by the organisation's key; an empty one is none. Where the key is none, says so and checks nothing.
#[wasm_bindgen]
pub fn check(file: &[u8], key: &str) -> Result<Checked, String> {
    let key = match key.trim() {
        "" => None,
        text => Some(text.parse::<PublicKey>().map_err(|error| format!("This is no key: {error}."))?),
    };
    let report = proof::verify(file, &Kinds::standard(), key.as_ref());
    let answer = |finding: &proof::Finding| Answer {
        code: finding.code.clone(),
        outcome: finding.outcome.code().to_owned(),
        words: finding.outcome.words().to_owned(),
        sentence: finding.sentence.clone(),
    };
    Ok(Checked { verdict: report.verdict().code().to_owned(), headline: report.headline().to_owned(), findings: report.findings.iter().map(answer).collect() })
}

/// Bytes of a file that are read: one more than a proof may have, so that the check can say that it is too long.
#[wasm_bindgen]
pub fn bytes_to_read() -> usize {
    MAX_PROOF_BYTES + 1
}
