//! The network: late, lossy, with holes, and it says things twice.

use shared::time::{At, DAY_MS, MINUTE_MS, SECOND_MS};

use crate::rng::Rng;

/// How one message fares.
pub struct Fate {
    /// When each copy arrives; none where it is lost.
    pub arrivals: Vec<At>,
}

pub struct Network {
    /// Until when each phone has no signal.
    cut: Vec<At>,
    /// Whether anything goes wrong at all.
    pub faulty: bool,
}

impl Network {
    pub fn new(phones: usize) -> Self {
        Self { cut: vec![At(0); phones], faulty: true }
    }

    pub fn heal(&mut self) {
        self.faulty = false;
        self.cut.fill(At(0));
    }

    /// A phone loses signal: for a moment, a shift, or weeks.
    pub fn cut(&mut self, phone: usize, now: At, rng: &mut Rng) {
        if let Some(until) = self.cut.get_mut(phone).filter(|_| self.faulty) {
            let most = if rng.one_in(6) { 20 * DAY_MS } else { 30 * MINUTE_MS };
            *until = now.plus(rng.spread(SECOND_MS, most));
        }
    }

    pub fn reaches(&self, phone: usize, now: At) -> bool {
        self.cut.get(phone).is_none_or(|until| *until <= now)
    }

    /// Sends one message between a phone and a process, in either direction.
    pub fn send(&self, phone: usize, now: At, rng: &mut Rng) -> Fate {
        if !self.reaches(phone, now) || self.faulty && rng.one_in(12) {
            return Fate { arrivals: Vec::new() };
        }
        let copies = if self.faulty && rng.one_in(12) { 2 } else { 1 };
        let arrivals = (0..copies).map(|_| now.plus(if self.faulty { rng.spread(5, 20 * SECOND_MS) } else { 20 }));
        Fate { arrivals: arrivals.collect() }
    }

    /// When a message of a stream arrives: later ones never overtake.
    pub fn stream(&self, after: At, now: At, rng: &mut Rng) -> At {
        let late = if self.faulty { rng.spread(5, 2 * SECOND_MS) } else { 20 };
        now.plus(late).max(after)
    }
}
