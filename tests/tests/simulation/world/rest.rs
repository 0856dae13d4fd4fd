//! The faults end: the world comes to rest, and what the checks said bit by bit is asked in full.

use std::fmt::Write as _;

use shared::id::LogId;

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
                return Err(violated(Invariant::Rest, self.kept_back()));
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        self.calls.is_empty() && self.acts.is_empty() && (0..self.phones.len()).all(|phone| self.phone_is_at_rest(phone))
    }

    fn phone_is_at_rest(&self, number: usize) -> bool {
        let phone = &self.phones[number];
        phone.running.is_some() && self.unread(number).is_empty() && !phone.has_unsent(self.now)
    }

    /// The logs that a phone has not read to their end: how far it is, and where they end.
    fn unread(&self, number: usize) -> Vec<(LogId, u64, u64)> {
        let phone = &self.phones[number];
        let Some(replica) = phone.replica() else { return Vec::new() };
        let reach = self.machine.get().tables.reach(phone.person, self.now);
        let current = reach.iter().filter(|reach| reach.current);
        let read = current.map(|reach| (reach.log, replica.log(reach.log).map_or(0, |log| log.chain.next), reach.end));
        read.filter(|(_, read, end)| read != end).collect()
    }

    /// Why the world did not come to rest, in words for whoever looks into it.
    fn kept_back(&self) -> String {
        let mut why = format!("it is {:?}; {} requests and {} acts are under way", self.now, self.calls.len(), self.acts.len());
        for number in (0..self.phones.len()).filter(|phone| !self.phone_is_at_rest(*phone)) {
            let phone = &self.phones[number];
            let Some(running) = &phone.running else {
                let _infallible = write!(why, "; phone {number} is not running");
                continue;
            };
            let unread = self.unread(number);
            let unsent = if phone.has_unsent(self.now) { "has unsent work" } else { "has sent everything" };
            let streams: Vec<(u64, usize)> =
                self.streams.values().filter(|stream| stream.phone == number).map(|stream| (stream.number, stream.process)).collect();
            let _infallible = write!(why, "; phone {number} {unsent}, has not read {unread:?}, has the streams {streams:?} and is {running:?}");
        }
        why
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
