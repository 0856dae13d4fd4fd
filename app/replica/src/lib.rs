//! The replica, in a dedicated module worker: the browser's shell around [`shared::replica`].
//!
//! | file | holds |
//! |---|---|
//! | `start` | where the worker begins |
//! | `tabs` | one replica a browser: who leads, and how the others reach it |
//! | `leader` | the one queue of events and the replica behind it |
//! | `store` | IndexedDB: encrypted envelopes, one durable transaction for each step |
//! | `keys` | the device's signing key behind the PIN |
//! | `session` | who is signed in, and how this browser becomes a device |
//! | `http`, `live` | the ways to the server |
//! | `browser` | clock, randomness, promises, errors' codes: nothing else calls them |

mod answered;
mod browser;
mod http;
mod keys;
mod leader;
mod live;
mod mailbox;
mod session;
mod start;
mod store;
mod tabs;
