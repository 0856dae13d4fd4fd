//! How much one person may push: far more than a hand can write, far less than what would starve the others.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use shared::{
    id::PersonId,
    time::{At, SECOND_MS},
};

/// Bundles that may come at once: a phone that was offline for months.
const BURST: i64 = 4_000;
/// Bundles a second in the long run.
const PER_SECOND: i64 = 100;
/// People whose spending is remembered; whoever spent least recently is forgotten first.
const PEOPLE: usize = 10_000;

/// What everybody has left.
#[derive(Debug, Default)]
pub struct Quotas {
    spent: Mutex<HashMap<PersonId, Spent>>,
}

#[derive(Debug, Clone, Copy)]
struct Spent {
    /// In thousandths of a bundle.
    milli: i64,
    at: At,
}

impl Quotas {
    /// Takes one bundle; else the seconds to wait.
    pub fn take(&self, person: PersonId, now: At) -> Result<(), u32> {
        let mut all = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= PEOPLE && !all.contains_key(&person) {
            let oldest = all.iter().min_by_key(|(_, spent)| spent.at).map(|(person, _)| *person);
            oldest.map(|oldest| all.remove(&oldest));
        }
        let spent = all.entry(person).or_insert(Spent { milli: 0, at: now });
        let regained = now.since(spent.at).max(0).saturating_mul(PER_SECOND);
        let milli = spent.milli.saturating_sub(regained).max(0);
        if milli >= BURST * SECOND_MS {
            *spent = Spent { milli, at: now };
            return Err(1);
        }
        *spent = Spent { milli: milli + SECOND_MS, at: now };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_taken_and_then_so_many_a_second() {
        let quotas = Quotas::default();
        let person = PersonId(uuid::Uuid::from_u128(7));
        let start = At(1_000_000);
        assert!((0..BURST).all(|_| quotas.take(person, start).is_ok()));
        assert_eq!(quotas.take(person, start), Err(1));
        let later = start.plus(SECOND_MS);
        assert!((0..PER_SECOND).all(|_| quotas.take(person, later).is_ok()));
        assert_eq!(quotas.take(person, later), Err(1));
        assert_eq!(quotas.take(PersonId(uuid::Uuid::from_u128(8)), later), Ok(()));
    }
}
