//! The replica, in a dedicated module worker.

mod start;
