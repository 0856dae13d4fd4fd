//! What the organisation asks of its processes: that it is founded, a device enrolled, a membership ended; and what came
//! of it.

use std::sync::{Arc, Mutex, PoisonError};

use server::{
    gate::{Gate, GateError},
    organisation::{self, Created, OrganisationFile},
};
use shared::{
    replica::Identity,
    time::{At, MINUTE_MS},
};

use super::{Event, FARID, PROCESSES, World};
use crate::{
    invariant::{Checked, Invariant, violated},
    machine::Shared,
    process::{Away, Outcome, Process},
};

/// What an act of the organisation was for.
pub enum Act {
    Enrols(usize),
    /// A hostile client gets its device.
    Arms(usize),
    Leaves,
    Joins,
    Other,
}

/// Makes the organisation: nothing else happens meanwhile.
pub fn founded(machine: &Shared, process: &Process, file: OrganisationFile, at: At) -> Created {
    let created = Arc::new(Mutex::new(None));
    let (gate, slot) = (Arc::clone(&process.gate), Arc::clone(&created));
    process.administer(0, async move {
        let made = organisation::create(&gate, &file, at).await;
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = made.ok();
        Ok(Outcome::Done)
    });
    loop {
        process.run();
        let parked = machine.get().take_parked();
        if parked.is_empty() {
            break;
        }
        for parked in parked {
            machine.get().go_on(parked, true);
        }
    }
    process.take_done();
    let mut created = created.lock().unwrap_or_else(PoisonError::into_inner);
    created.take().expect("nothing stands in its way")
}

impl World {
    /// A browser becomes a device: a new phone, or one that was wiped.
    pub(super) fn enrols(&mut self, phone: usize) {
        let (person, key) = (self.phones[phone].person, self.phones[phone].key.public());
        let now = self.now;
        self.administers(Act::Enrols(phone), move |gate| async move { gate.enrol(person, key, "phone", now).await.map(Outcome::Enrolled) });
    }

    /// Asks a process that runs, if there is one.
    pub fn administers<F>(&mut self, act: Act, asks: impl FnOnce(Arc<Gate>) -> F)
    where
        F: Future<Output = Result<Outcome, GateError>> + Send + 'static,
    {
        let number = self.rng.below(PROCESSES);
        let number = if self.processes[number].is_some() { number } else { 1 - number };
        self.last_call += 1;
        let call = self.last_call;
        if let Some(process) = &self.processes[number] {
            process.administer(call, asks(Arc::clone(&process.gate)));
            self.machine.get().wakes(number);
            self.acts.insert(call, (number, act));
        } else {
            self.not_administered(&act);
        }
    }

    pub(super) fn act_ended(&mut self, call: u64, answer: Result<Outcome, Away>) -> Checked {
        let act = self.acts.remove(&call).map_or(Act::Other, |(_, act)| act);
        match answer {
            Ok(outcome) => self.administered(act, outcome),
            Err(Away::Defect(defect)) => return Err(violated(Invariant::Idempotent, format!("an act of the organisation stopped: {defect}"))),
            Err(_) => self.not_administered(&act),
        }
        Ok(())
    }

    /// Nobody knows whether it happened: it is looked at, or asked for again.
    pub(super) fn not_administered(&mut self, act: &Act) {
        match act {
            Act::Enrols(phone) => self.later(MINUTE_MS, Event::TakesOut(*phone)),
            Act::Leaves | Act::Joins => {
                let (farid, log) = (self.people[FARID], self.record_log);
                let members = self.machine.get().tables.memberships(log);
                self.farid_is_here = members.iter().any(|member| member.person == farid && member.until.is_none());
            }
            Act::Arms(_) | Act::Other => {}
        }
    }

    fn administered(&mut self, act: Act, outcome: Outcome) {
        match (act, outcome) {
            (Act::Enrols(phone), Outcome::Enrolled(device)) => {
                let identity = Identity {
                    person: self.phones[phone].person,
                    name: String::new(),
                    device,
                    organisation: self.organisation.organisation,
                    organisation_name: "Quillbrook".to_owned(),
                    organisation_key: self.organisation_key.clone(),
                    demonstration: true,
                };
                self.phones[phone].identity = Some(identity);
                let ms = self.rng.spread(100, MINUTE_MS);
                self.later(ms, Event::TakesOut(phone));
            }
            (Act::Arms(number), Outcome::Enrolled(device)) => {
                self.hostile[number].device = Some(device);
                self.witness.distrust(device);
            }
            (_, Outcome::Held(held)) => self.decides_on_held(&held),
            (_, Outcome::Erased) => self.tell("erased"),
            (_, Outcome::Refused(code)) => self.tell(format!("organisation: {code}")),
            _ => {}
        }
    }
}
