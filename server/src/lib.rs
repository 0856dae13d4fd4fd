//! The server: accounts, the gate, the store, the live stream and the pages that it renders.
//!
//! A push goes one way: `http::sync` reads it, `gate` asks `shared`'s rules, `store` commits what they accepted in one
//! transaction, and only then memory, acknowledgement and `live` follow.

#![expect(clippy::duplicate_mod, reason = "the store's statements are written once and compiled for each database")]

pub mod accounts;
pub mod demo;
pub mod gate;
pub mod http;
pub mod live;
pub mod metrics;
pub mod organisation;
pub mod outside;
pub mod pages;
pub mod proof;
pub mod server;
pub mod store;

pub use server::Server;
