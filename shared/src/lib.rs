//! The pure core of Countersign: model, rules, document, gate, decisions, sync engine, replica core, wire.
//!
//! Nothing in here reads a clock, draws a random number or touches a network, a disk or a screen: time and
//! randomness are arguments, so that every verdict can be recomputed and every test repeats.

pub mod beacon;
pub mod bytes;
pub mod canonical;
pub mod cbor;
#[cfg(feature = "document")]
pub mod change;
pub mod check_number;
pub mod checkpoint;
pub mod decision;
#[cfg(feature = "document")]
pub mod epoch;
pub mod evidence;
pub mod export;
pub mod fact;
pub mod framework;
pub mod id;
pub mod key;
pub mod keys;
pub mod kind;
pub mod ledger;
pub mod line;
#[cfg(feature = "document")]
pub mod log;
#[cfg(feature = "parts")]
pub mod parts;
pub mod phone;
pub mod planted;
pub mod proof;
pub mod prose;
pub mod refusal;
#[cfg(feature = "document")]
pub mod replica;
pub mod role;
pub mod rules;
pub mod scalar;
pub mod shelf;
pub mod sync;
pub mod time;
pub mod wire;
pub mod words;
