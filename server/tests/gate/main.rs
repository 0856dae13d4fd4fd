//! The gate as phones meet it: pushes, pulls, the live stream, held words, restarts and kills.
//!
//! The phones are honest ones: `shared`'s replica core with a key in memory, over the routes of the server.

mod client;
mod erase;
mod evidence;
mod hand;
mod held;
mod house;
mod init;
mod kept;
mod kill;
mod limits;
mod live;
mod measured;
mod pairs;
mod phone;
#[path = "../postgres/mod.rs"]
mod postgres;
mod process;
mod processes;
mod push;
mod restart;
mod rotate;
