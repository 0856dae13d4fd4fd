//! The vectors of PROTOCOL.md, for whoever writes a client in another language: a file here for each file of them. They
//! fail when the code drifts from them; `UPDATE=1` writes them anew, which is a change of the protocol and is read as one.
#![cfg(feature = "document")]

mod beacon;
mod chain;
mod changes;
mod content;
mod decision;
mod facts;
mod forms;
mod genesis;
mod held;
mod names;
mod observation;
mod proof;
#[path = "../change_support/raw.rs"]
#[allow(dead_code, reason = "these tests use a part of it")]
mod raw;
mod refused;
mod wire;
mod world;
