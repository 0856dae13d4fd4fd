//! The gate's reading of an Automerge change, and the phone's writing of one.
//!
//! Bytes go one way: [`preparse`] walks them with fixed limits before Automerge sees anything, [`decoded`] turns them
//! into plain operations and proves that these encode to the very bytes received, [`shield`] holds them against the
//! [`index`] of what was accepted before, [`effect`] says what they mean for records. The server never loads a document to
//! accept a change; [`writer`] is the phone's document.
//!
//! A log's document is flat: the server's [`genesis`] makes the root's `log` (its name) and `records` (a map), and
//! everything else is `records/{uuid}/{field}`: a scalar, or a Text where several people type at once.

pub mod actor;
mod column;
pub mod decoded;
pub mod effect;
pub mod genesis;
pub mod index;
pub mod limits;
pub mod preparse;
mod reader;
pub mod refused;
pub mod seen;
pub mod shield;
pub mod writer;

pub use actor::Actor;
pub use decoded::Decoded;
pub use effect::Effect;
pub use index::Index;
pub use refused::Refused;
pub use seen::Seen;
pub use shield::shield;
pub use writer::{Document, Written};
