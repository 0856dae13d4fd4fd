//! Tests of the whole live in this package: the walls between the crates (`tests/architecture.rs`), a deterministic
//! simulation (`tests/simulation`) and, in `browser/`, what people see and do in a real browser.
