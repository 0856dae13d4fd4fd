//! Requests on their way, the processes that they reach, and what the answers may say.

use shared::{
    cbor,
    id::{LogId, PersonId},
    line::Line,
    refusal::Refusal,
    time::{At, SECOND_MS},
    wire::{Bundle, Item, MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES, SyncRequest, SyncResponse, Verdict},
};

use super::{Event, PROCESSES, World};
use crate::{
    invariant::{Checked, Invariant, violated},
    process::Away,
};

/// A request on its way.
pub struct Call {
    /// Absent where the client is hostile: nobody waits for the answer.
    pub phone: Option<(usize, u64)>,
    person: PersonId,
    request: Vec<u8>,
    pub process: usize,
}

impl World {
    pub(super) fn sends(&mut self, phone: usize, number: u64, request: Vec<u8>) {
        let fate = self.network.send(phone, self.now, &mut self.rng);
        if fate.arrivals.is_empty() && self.rng.one_in(2) {
            // The phone sees at once that there is no way.
            let ms = self.rng.between(1, SECOND_MS);
            self.later(ms, Event::Answers { phone, number, answer: None });
        }
        for at in fate.arrivals {
            let process = self.rng.below(PROCESSES);
            self.last_call += 1;
            let call = Call { phone: Some((phone, number)), person: self.phones[phone].person, request: request.clone(), process };
            self.calls.insert(self.last_call, call);
            self.due(at, Event::Arrives { process, call: self.last_call });
        }
    }

    /// A request of a hostile client, which has the best of networks.
    pub fn sends_hostile(&mut self, person: PersonId, request: Vec<u8>) {
        let process = self.rng.below(PROCESSES);
        self.last_call += 1;
        self.calls.insert(self.last_call, Call { phone: None, person, request, process });
        self.later(20, Event::Arrives { process, call: self.last_call });
    }

    /// The bytes of lines as the store has them.
    pub fn words_at_the_machine(&self, log: LogId, wanted: impl Fn(&Line) -> bool) -> Vec<Vec<u8>> {
        let machine = self.machine.get();
        let lines = machine.tables.logs.get(&log).map(|table| table.lines.as_slice()).unwrap_or_default();
        lines.iter().filter(|line| wanted(line)).filter_map(|line| Some(line.side.as_ref()?.bytes.0.clone())).collect()
    }

    pub(super) fn arrives(&mut self, number: usize, id: u64) {
        let now = self.server_clock(number);
        let Some(process) = &self.processes[number] else {
            // Nobody listens there.
            if let Some((phone, number)) = self.calls.remove(&id).and_then(|call| call.phone) {
                self.later(20, Event::Answers { phone, number, answer: None });
            }
            return;
        };
        if let Some(call) = self.calls.get(&id) {
            process.clock.set(now);
            process.request(id, call.person, call.request.clone());
            self.machine.get().wakes(number);
        }
    }

    fn server_clock(&self, process: usize) -> At {
        self.now.plus(self.clock_off_ms[process])
    }

    pub(super) fn answered(&mut self, call: u64, answer: Result<Vec<u8>, Away>) -> Checked {
        let Some(call) = self.calls.remove(&call) else { return Ok(()) };
        let answer = match answer {
            Ok(bytes) => {
                self.checks_answer(&call, &bytes)?;
                Some(bytes)
            }
            Err(Away::Later | Away::UnknownDevice) => None,
            Err(Away::Defect(defect)) => return Err(violated(Invariant::Idempotent, format!("a request was not answered: {defect}"))),
        };
        let Some((phone, number)) = call.phone else { return Ok(()) };
        for at in self.network.send(phone, self.now, &mut self.rng).arrivals {
            self.due(at, Event::Answers { phone, number, answer: answer.clone() });
        }
        Ok(())
    }

    /// Invariants 3, 7 and 11, of an answer that leaves a process.
    fn checks_answer(&mut self, call: &Call, bytes: &[u8]) -> Checked {
        let request: SyncRequest = cbor::decode(&call.request, MAX_REQUEST_BYTES).map_err(|error| violated(Invariant::Reloads, error))?;
        let response: SyncResponse = cbor::decode(bytes, MAX_RESPONSE_BYTES).map_err(|error| violated(Invariant::Reloads, error))?;
        self.chronicle.takes((call.person, bytes));
        for update in &response.logs {
            self.witness.may_hear(call.person, update)?;
        }
        for (bundle, verdict) in request.push.iter().zip(&response.verdicts) {
            let hashes: Vec<_> = bundle.items.iter().map(Item::hash).collect();
            let key = (bundle.log, hashes);
            match verdict {
                Verdict::Accepted { position } => {
                    let known = self.witness.known(bundle.log);
                    let last = key.1.iter().filter_map(|hash| known.and_then(|known| known.has_item(*hash))).max();
                    if last != Some(*position) {
                        return Err(violated(Invariant::Durable, format!("{} line {position} was acknowledged and is not there", bundle.log)));
                    }
                    if self.accepted.insert(key, *position).is_some() {
                        return Err(violated(Invariant::Idempotent, format!("{} line {position} was accepted before", bundle.log)));
                    }
                }
                Verdict::Duplicate { position } => {
                    if self.accepted.get(&key).is_some_and(|first| first != position) {
                        return Err(violated(Invariant::Idempotent, format!("{} line {position} was accepted elsewhere", bundle.log)));
                    }
                }
                Verdict::Refused(refusal) if call.phone.is_some() => honest(bundle, refusal)?,
                Verdict::Refused(_) | Verdict::Exists { .. } | Verdict::BlockedBy { .. } | Verdict::Held(_) | Verdict::RetryAfter { .. } => {}
            }
            let who = if call.phone.is_some() { "server" } else { "hostile" };
            self.tell(format!("{who}: {}", name(verdict)));
        }
        Ok(())
    }

    /// Invariant 1 at each answer: what is on a phone is what everybody has.
    pub(super) fn answers(&mut self, phone: usize, number: u64, answer: Option<&[u8]>) -> Checked {
        if self.phones[phone].answered(self.now, number, answer)?.is_none() {
            return Ok(());
        }
        self.same_on(phone)
    }

    pub(super) fn same_on(&self, phone: usize) -> Checked {
        let Some(replica) = self.phones[phone].replica() else { return Ok(()) };
        for mine in replica.logs() {
            let stood = self.witness.known(mine.id).is_some_and(|known| known.has_stood_at(mine.chain.next, mine.chain.hash));
            if !stood {
                return Err(violated(Invariant::SameEverywhere, format!("phone {phone} has another {} up to {}", mine.id, mine.chain.next)));
            }
        }
        Ok(())
    }
}

fn name(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted { .. } => "accepted".to_owned(),
        Verdict::Duplicate { .. } => "duplicate".to_owned(),
        Verdict::Exists { .. } => "exists".to_owned(),
        Verdict::Refused(refusal) => refusal.code.clone(),
        Verdict::BlockedBy { .. } => "blocked".to_owned(),
        Verdict::Held(_) => "held".to_owned(),
        Verdict::RetryAfter { .. } => "later".to_owned(),
    }
}

/// Invariant 7: an honest phone's words are refused for R10 alone, and its decisions never for what no phone writes.
fn honest(bundle: &Bundle, refusal: &Refusal) -> Checked {
    let words = bundle.items.iter().all(|item| matches!(item, Item::Word(_)));
    let never = ["bad_signature", "r16_own_name", "bad_decision", "bad_bundle", "bad_seen", "bad_time", "wrong_form", "unknown_device"];
    let epoch = ["old_epoch", "erased"].contains(&refusal.code.as_str());
    let fine = if words { epoch || refusal.code.starts_with("r10_") } else { !never.contains(&refusal.code.as_str()) };
    if fine { Ok(()) } else { Err(violated(Invariant::Idempotent, format!("an honest phone was refused in {}: {refusal}", bundle.log))) }
}
