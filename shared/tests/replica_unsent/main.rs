//! What is on its way: typed, asked for, sent without an answer, refused, taken back. Stories of phones whose words
//! are neither lost nor changed by it.
#![cfg(feature = "document")]

mod deeds;
mod full;
mod refused;
mod reopened;
mod signing;
mod taken_back;
mod two_values;
mod typing;
#[path = "../ward/mod.rs"]
mod ward;
