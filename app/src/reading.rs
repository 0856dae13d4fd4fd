//! What screens read out of a person's logs: where a record stands, how far a skill is, what waits
//! for whom. Functions of rows, facts and a moment; no screen, no browser, no clock of their own.

pub mod clock;
pub mod elsewhere;
pub mod feedback;
pub mod happening;
pub mod log;
pub mod order;
pub mod skill;
pub mod standing;
pub mod to_review;
pub mod writer;

#[cfg(test)]
mod tests;
