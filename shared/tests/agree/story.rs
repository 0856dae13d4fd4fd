//! One story: its people, their phones, and what happens in one step.

mod deeds;
mod invariants;
mod talk;
mod verdicts;

use std::collections::BTreeMap;

use shared::{
    id::{PersonId, RecordId},
    time::{DAY_MS, HOUR_MS, SECOND_MS},
};

use crate::{
    rng::Rng,
    ward::{AMARA, BEA, FARID, RUTH, TOMAS, Ward},
};

pub struct Story {
    seed: u64,
    pub rng: Rng,
    ward: Ward,
    records: Vec<RecordId>,
    /// The newest words typed on a phone into a field; earlier ones may have been overwritten while typing.
    typed: BTreeMap<(usize, RecordId, String), String>,
    words: u64,
    /// What was seen happening, so that a story that tells nothing is noticed.
    told: BTreeMap<String, usize>,
    farid_is_here: bool,
}

impl Story {
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng(seed);
        let mut ward = Ward::new();
        for number in [AMARA, RUTH, RUTH, FARID, BEA, TOMAS] {
            let phone = ward.phone(number);
            ward.phones[phone].clock_off_ms = [0, 0, 2 * HOUR_MS, -HOUR_MS][rng.below(4)];
            ward.sync(phone);
        }
        Self { seed, rng, ward, records: Vec::new(), typed: BTreeMap::new(), words: 0, told: BTreeMap::new(), farid_is_here: true }
    }

    pub fn phones(&self) -> usize {
        self.ward.phones.len()
    }

    fn person(&self, phone: usize) -> PersonId {
        self.ward.phones[phone].person
    }

    fn tell(&mut self, what: impl Into<String>) {
        *self.told.entry(what.into()).or_default() += 1;
    }

    fn fresh_words(&mut self) -> String {
        self.words += 1;
        format!("words-{}-{:05}-end", self.seed, self.words)
    }

    pub fn told(mut self) -> BTreeMap<String, usize> {
        #[cfg(feature = "parts")]
        self.told.insert("judged in parts".to_owned(), self.ward.server.shelves.loaded);
        std::mem::take(&mut self.told)
    }

    pub fn step(&mut self) {
        let phone = self.rng.below(self.phones());
        match self.rng.below(40) {
            0..=5 => self.draft(phone),
            6..=13 => self.type_something(phone),
            14..=17 => self.send(phone),
            18 => self.share(phone),
            19..=25 => self.decide(phone),
            26 => self.take_back(phone),
            27 => self.retry(phone),
            28..=33 => self.talk(phone),
            34 => self.hear(phone),
            35 => self.ward.reopen(phone),
            36 => self.change_facts(),
            37 => self.discard(phone),
            _ => {
                let ms = [SECOND_MS, 11 * SECOND_MS, HOUR_MS, 3 * DAY_MS][self.rng.below(4)];
                self.ward.pass(ms);
            }
        }
    }
}
