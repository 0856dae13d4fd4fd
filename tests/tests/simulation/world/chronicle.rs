//! What is remembered of a world: what happened how often, what happened last, and a digest of everything.

use std::{
    borrow::Cow,
    collections::{BTreeMap, VecDeque},
    fmt::Write as _,
    hash::{DefaultHasher, Hash, Hasher as _},
};

/// What happened last, for whoever reads a failure.
const REMEMBERED: usize = 60;

#[derive(Default)]
pub struct Chronicle {
    /// How often what happened: a world in which nothing happens is noticed.
    pub told: BTreeMap<Cow<'static, str>, u64>,
    last: VecDeque<String>,
    digest: DefaultHasher,
    /// The digest as it stood after each step.
    steps: Vec<u64>,
}

impl Chronicle {
    /// Something happened that a second run of the same seed has to show as well.
    pub fn takes(&mut self, what: impl Hash) {
        what.hash(&mut self.digest);
    }

    pub fn step_ends(&mut self) {
        self.steps.push(self.digest.finish());
    }

    pub fn tell(&mut self, what: Cow<'static, str>) {
        *self.told.entry(what).or_default() += 1;
    }

    pub fn note(&mut self, act: String) {
        self.takes(&act);
        if self.last.len() >= REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(act);
    }

    /// The first step, counted from 1, at which two worlds were not the same.
    pub fn parts_at(&self, other: &Self) -> Option<usize> {
        let both = self.steps.iter().zip(&other.steps).position(|(mine, theirs)| mine != theirs);
        let longer = (self.steps.len() != other.steps.len()).then(|| self.steps.len().min(other.steps.len()));
        both.or(longer).map(|step| step + 1)
    }

    pub fn last_acts(&self) -> String {
        let mut text = String::new();
        for act in &self.last {
            let _infallible = writeln!(text, "  {act}");
        }
        text
    }
}
