//! What goes wrong: processes are killed, power fails, phones die and are wiped, signal goes and clocks jump.

use shared::time::{HOUR_MS, MINUTE_MS, SECOND_MS};

use super::{Event, PROCESSES, World};
use crate::{invariant::Checked, machine::Point, phone::Death, process::Process};

impl World {
    pub(super) fn fails(&mut self) -> Checked {
        let phone = self.rng.below(self.phones.len());
        match self.rng.below(12) {
            0 | 1 => self.process_dies(),
            2 => self.power_fails()?,
            3..=5 => self.network.cut(phone, self.now, &mut self.rng),
            6..=8 => self.phones[phone].dies = Some(if self.rng.one_in(2) { Death::Before } else { Death::After }),
            9 => self.phone_dies(phone),
            10 => self.phones[phone].clock_off_ms = self.rng.between(-2 * HOUR_MS, 2 * HOUR_MS),
            _ => {
                if self.rng.one_in(12) {
                    self.wipes(phone);
                }
            }
        }
        Ok(())
    }

    fn phone_dies(&mut self, phone: usize) {
        if self.phones[phone].running.is_some() {
            self.note(|| format!("phone {phone} loses power"));
            self.closes(phone);
            let ms = self.rng.spread(SECOND_MS, HOUR_MS);
            self.later(ms, Event::TakesOut(phone));
        }
    }

    /// The browser forgot everything: the next start is a new device.
    fn wipes(&mut self, phone: usize) {
        if self.phones[phone].running.is_none() {
            return;
        }
        self.note(|| format!("phone {phone} is wiped"));
        self.tell("wiped");
        self.closes(phone);
        self.phones[phone].disk.wipe();
        self.phones[phone].identity = None;
        self.typed.forget_phone(phone);
        self.enrols(phone);
    }

    /// One process ends in the middle of everything.
    pub(super) fn process_dies(&mut self) {
        let number = self.rng.below(PROCESSES);
        if self.processes[number].is_none() {
            return;
        }
        self.note(|| format!("process {number} is killed"));
        self.tell("process killed");
        self.kills(number);
        let ms = self.rng.spread(100, MINUTE_MS);
        self.later(ms, Event::Starts(number));
    }

    fn kills(&mut self, number: usize) {
        if self.machine.get().is_writing(number) {
            self.tell("killed between write and sync");
        }
        self.processes[number] = None;
        self.machine.get().forget_calls(number);
        self.parked.retain(|_, parked| parked.process != number || parked.point == Point::Sync);
        let mut cut: Vec<(usize, u64)> = Vec::new();
        self.streams.retain(|_, stream| {
            if stream.process == number {
                cut.push((stream.phone, stream.number));
            }
            stream.process != number
        });
        for (phone, live) in cut {
            let ms = self.rng.spread(50, MINUTE_MS);
            self.later(ms, Event::HungUp { phone, number: live });
        }
        let gone: Vec<u64> = self.calls.iter().filter(|(_, call)| call.process == number).map(|(id, _)| *id).collect();
        // In the order of their numbers: a map has none of its own.
        for id in sorted(gone) {
            if let Some((phone, number)) = self.calls.remove(&id).and_then(|call| call.phone).filter(|_| self.rng.one_in(2)) {
                self.later(50, Event::Answers { phone, number, answer: None });
            }
        }
        let lost: Vec<u64> = self.acts.iter().filter(|(_, (process, _))| *process == number).map(|(call, _)| *call).collect();
        for call in sorted(lost) {
            if let Some((_, act)) = self.acts.remove(&call) {
                self.not_administered(&act);
            }
        }
    }

    /// The machine under the store loses power, and everything at it with it.
    pub(super) fn power_fails(&mut self) -> Checked {
        self.note(|| "the machine loses power".to_owned());
        self.tell("power lost");
        self.parked.clear();
        let mut rng = self.rng.fork();
        self.machine.get().lose_power(&mut rng);
        self.settle()?;
        self.machine_is_whole()
    }

    pub(super) fn starts(&mut self, number: usize) {
        if self.processes[number].is_none() {
            self.processes[number] = Some(Process::start(&self.machine, number, self.rng.fork()));
        }
    }
}

fn sorted<T: Ord>(mut these: Vec<T>) -> Vec<T> {
    these.sort_unstable();
    these
}
