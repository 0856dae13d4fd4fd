//! Live streams: what a process says on them, and what of it arrives.

use server::live::LOOK_EVERY;
use shared::{
    cbor,
    id::{LogId, PersonId},
    time::{At, MINUTE_MS, SECOND_MS},
    wire::{LiveFrame, MAX_FRAME_BYTES},
};

use super::{Event, PROCESSES, World};
use crate::{
    invariant::{Checked, Invariant, violated},
    process::Process,
};

/// A live stream that is open: whose, at which process, and until when its last frame is under way.
pub struct Stream {
    pub phone: usize,
    pub number: u64,
    pub process: usize,
    pub after: At,
}

impl World {
    pub(super) fn listens(&mut self, process: usize, phone: usize, number: u64) {
        let person = self.phones[phone].person;
        let Some(listening) = &mut self.processes[process] else {
            self.later(20, Event::HungUp { phone, number });
            return;
        };
        self.last_call += 1;
        listening.listen(self.last_call, person);
        self.streams.insert(self.last_call, Stream { phone, number, process, after: self.now });
        let hello = server::live::framed(&LiveFrame::Hello { now: self.now }).to_vec();
        self.later(20, Event::Frame { phone, number, frame: hello });
    }

    pub(super) fn closes_streams(&mut self, phone: usize) {
        let open: Vec<u64> = self.streams.iter().filter(|(_, stream)| stream.phone == phone).map(|(id, _)| *id).collect();
        for id in open {
            if let Some(stream) = self.streams.remove(&id)
                && let Some(process) = &mut self.processes[stream.process]
            {
                process.hang_up(id);
            }
        }
    }

    /// Invariant 11, of frames that leave a process.
    pub(super) fn frames(&mut self) -> Checked {
        for number in 0..PROCESSES {
            let heard = self.processes[number].as_mut().map(Process::heard).unwrap_or_default();
            for (id, frame) in heard {
                let Some(stream) = self.streams.get_mut(&id) else { continue };
                let (phone, live) = (stream.phone, stream.number);
                let told: LiveFrame = cbor::decode(frame.get(4..).unwrap_or_default(), MAX_FRAME_BYTES).map_err(|error| violated(Invariant::Reloads, error))?;
                if let LiveFrame::Lines(update) = &told {
                    self.witness.may_hear(self.phones[phone].person, update)?;
                }
                if !self.network.reaches(phone, self.now) || self.network.faulty && self.rng.one_in(15) {
                    // A stream that lost something is a stream that broke off, sooner or later noticed.
                    self.streams.remove(&id);
                    if let Some(process) = &mut self.processes[number] {
                        process.hang_up(id);
                    }
                    let ms = self.rng.spread(SECOND_MS, MINUTE_MS);
                    self.later(ms, Event::HungUp { phone, number: live });
                    continue;
                }
                let at = self.network.stream(stream.after, self.now, &mut self.rng);
                if let Some(stream) = self.streams.get_mut(&id) {
                    stream.after = at;
                }
                self.due(at, Event::Frame { phone, number: live, frame });
            }
        }
        Ok(())
    }

    /// What is durable is found by each process that looks, though nobody says it: whoever wrote it may not know.
    pub(super) fn is_found(&mut self, log: LogId, next: u64) {
        let most = i64::try_from(LOOK_EVERY.as_millis()).unwrap_or(i64::MAX);
        for process in 0..PROCESSES {
            let ms = self.rng.between(0, most);
            self.later(ms, Event::Relays { process, log, next });
        }
    }

    pub(super) fn relays(&mut self, process: usize, log: LogId, next: u64) {
        let Some(process) = &self.processes[process] else { return };
        let readers: Vec<PersonId> = {
            let machine = self.machine.get();
            let current = machine.tables.memberships(log);
            current.into_iter().filter(|member| member.until.is_none_or(|until| self.now < until)).map(|member| member.person).collect()
        };
        process.relay(&readers, log, next);
    }
}
