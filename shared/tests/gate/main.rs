//! The gate against a client that asks no rule beforehand: items built by hand, judged by the log, each rule broken
//! on purpose. What is refused leaves the log as it was.
#![cfg(feature = "document")]

mod bundles;
mod decisions;
mod gate;
mod hostile;
mod members;
mod sharing;
mod signatures;
mod submits;
#[path = "../ward/mod.rs"]
mod ward;
mod words;
mod writers;
