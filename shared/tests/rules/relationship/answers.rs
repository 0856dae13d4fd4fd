//! What the rules answer.

use shared::refusal::Refusal;

/// A refusal is a code for machines and a sentence that a person can act on.
#[track_caller]
pub fn refused(answer: Option<Refusal>, code: &str) -> String {
    let refusal = answer.unwrap_or_else(|| panic!("nothing refused it; {code} should"));
    assert_eq!(refusal.code, code, "{}", refusal.sentence);
    let sentence = refusal.sentence;
    assert!(sentence.ends_with(['.', ')']) && sentence.chars().next().is_some_and(char::is_uppercase), "a sentence: {sentence}");
    assert!(!sentence.contains('_') && !sentence.contains("None"), "in a person's words: {sentence}");
    let next = [
        "Ask",
        "Write",
        "write",
        "Read",
        "read the other",
        "Take",
        "Look",
        "Choose",
        "Wait",
        "wait",
        "Add",
        "Pick",
        "Unlock",
        "Update",
        "Sign",
        "sign",
        "Send",
        "Say",
        "Close",
        "Change",
        "You can",
        "can be",
        "must be",
        "needs",
    ];
    assert!(next.iter().any(|word| sentence.contains(word)), "it says what to do next: {sentence}");
    sentence
}

#[track_caller]
pub fn allowed(answer: Option<Refusal>) {
    assert_eq!(answer, None);
}
