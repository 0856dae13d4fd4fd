//! The faults end: the world comes to rest, and what the checks said bit by bit is asked in full.

use super::{Event, PROCESSES, World};
use crate::{
    invariant::{Checked, Invariant, violated},
    kept,
    phone::Phone,
};

/// Steps in which a world whose faults have ended comes to rest.
const STEPS_TO_REST: u64 = 60_000;

impl World {
    /// The faults end, everybody has signal and an open app: the world comes to rest, and stays there.
    pub fn rests(&mut self) -> Checked {
        self.resting = true;
        self.network.heal();
        for number in 0..PROCESSES {
            self.starts(number);
        }
        for phone in 0..self.phones.len() {
            self.phones[phone].dies = None;
            self.later(0, Event::TakesOut(phone));
        }
        let begun = self.step;
        loop {
            for _ in 0..200 {
                self.step()?;
            }
            if self.is_at_rest() {
                return Ok(());
            }
            if self.step - begun > STEPS_TO_REST {
                let restless: Vec<usize> = (0..self.phones.len()).filter(|phone| !self.phone_is_at_rest(*phone)).collect();
                return Err(violated(Invariant::Rest, format!("phones {restless:?} keep something back")));
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        self.calls.is_empty() && self.acts.is_empty() && (0..self.phones.len()).all(|phone| self.phone_is_at_rest(phone))
    }

    fn phone_is_at_rest(&self, number: usize) -> bool {
        let phone = &self.phones[number];
        let Some(replica) = phone.replica() else { return false };
        let reach = self.machine.get().tables.reach(phone.person, self.now);
        let read = reach.iter().filter(|reach| reach.current).all(|reach| replica.log(reach.log).is_some_and(|log| log.chain.next == reach.end));
        read && !phone.has_unsent(self.now)
    }

    /// Everything, in full: what the incremental checks say bit by bit.
    pub fn is_whole(&mut self) -> Checked {
        self.machine_is_whole()?;
        self.typed.all_are_kept(&self.witness, &self.phones)?;
        self.typed.texts_read(&self.witness)?;
        let machine = self.machine.get();
        let key = &machine.tables.organisation.as_ref().expect("it was founded").key;
        for (id, parts) in &machine.tables.parts {
            let known = self.witness.known(*id).expect("it was opened");
            kept::is_the_fold(&known.log, self.witness.kinds(), key, &machine.tables.logs[id].lines, parts)?;
        }
        for (id, known) in &self.witness.logs {
            known.reads_again(self.witness.kinds(), &self.organisation_key, &machine.tables.logs[id].lines)?;
            for (number, phone) in self.phones.iter().enumerate() {
                if let Some(mine) = phone.replica().and_then(|replica| replica.log(*id)) {
                    known.is_the_same_on(number, mine)?;
                }
            }
        }
        self.phones.iter().try_for_each(Phone::reloads)
    }

    /// Invariants 2, 3 and 5 after a crash: the machine has what was promised, and nothing half done.
    pub fn machine_is_whole(&self) -> Checked {
        let machine = self.machine.get();
        for (id, known) in &self.witness.logs {
            let Some(stand) = machine.tables.stand(*id) else { return Err(violated(Invariant::Durable, format!("{id} is gone"))) };
            if stand.head.next < known.log.chain.next {
                return Err(violated(Invariant::Durable, format!("{id} ends at {} and had {} lines", stand.head.next, known.log.chain.next)));
            }
            if stand.head != known.log.chain {
                return Err(violated(Invariant::Rejudged, format!("{id} has lines that nobody let in, up to {}", stand.head.next)));
            }
        }
        match machine.tables.logs.keys().find(|log| !self.witness.logs.contains_key(log)) {
            Some(log) => Err(violated(Invariant::Rejudged, format!("{log} was never opened"))),
            None => Ok(()),
        }
    }

    /// What could not be sent, on each phone.
    pub fn stuck(&self) -> Vec<usize> {
        self.phones.iter().map(|phone| phone.replica().map_or(0, |replica| replica.stuck().len())).collect()
    }

    /// Every app is closed and opened again.
    pub fn everybody_starts_again(&mut self) -> Checked {
        for phone in 0..self.phones.len() {
            self.closes(phone);
            self.takes_out(phone)?;
        }
        Ok(())
    }

    pub fn lines(&self) -> u64 {
        self.witness.logs.values().map(|known| known.log.chain.next).sum()
    }
}
