//! Invariant 9: a phone that has seen everything says what the gate would say.

use shared::{
    decision::{Act, SignedDecision, Unlock, UnlockMethod},
    key::Domain,
    log::{Author, Judged},
    phone::Ask,
    role::Role,
    rules,
    wire::{Item, Verdict},
};

use crate::{
    invariant::{Checked, Invariant, violated},
    world::World,
};

/// Decisions that each phone is asked about when the world is at rest.
const ASKED: usize = 12;

impl World {
    pub fn phones_agree(&mut self) -> Checked {
        for phone in 0..self.phones.len() {
            for _ in 0..ASKED {
                self.agrees(phone)?;
            }
        }
        Ok(())
    }

    fn agrees(&mut self, number: usize) -> Checked {
        let Some((record, version)) = self.asked(&["observation", "claim", "agreement", "plan"]) else { return Ok(()) };
        let act = *self.rng.pick(&Act::ALL[1..]).expect("some");
        let reason = (!self.rng.one_in(3)).then(|| "as said".to_owned());
        let (log, now) = (self.record_log, self.now);
        let Some(known) = self.witness.known(log) else { return Ok(()) };
        let phone = &mut self.phones[number];
        let (clock, person) = (phone.clock(now), phone.person);
        let unlock = Unlock { method: UnlockMethod::Pin, at: clock };
        let Some(running) = phone.running.as_mut().filter(|running| running.replica.log(log).is_some_and(|mine| mine.chain == known.log.chain)) else {
            return Ok(());
        };
        let device = running.replica.identity().device;
        let ask = Ask::Decide { log, record, version, act, reason: reason.clone(), pin: String::new() };
        let says = running.replica.propose(&ask, unlock, clock, &mut || [0; 16]).map(|_| ()).map_err(|refusal| refusal.code);

        let kinds = self.witness.kinds();
        let Some((kind, author)) = known.log.ledger.get(record).and_then(|entry| Some((kinds.get(&entry.kind)?, entry.author))) else { return Ok(()) };
        let role = rules::role_for(&known.log.facts, person, act, kind, author, now).unwrap_or(Role::Mentor);
        let by = Author { person, device };
        let Some(decision) = known.decision((record, version), act, (by, role), unlock, reason) else { return Ok(()) };
        let body = decision.encode();
        let signed = SignedDecision { signature: phone.key.sign(Domain::Decision, &body.0), body, salt: None, heads: Vec::new() };
        let does = match known.log.clone().judge(kinds, by, &[Item::Decision(signed)], now) {
            Judged::Accept(_) | Judged::Kept { .. } => Ok(()),
            Judged::Answer(Verdict::Refused(refusal) | Verdict::Held(refusal)) => Err(refusal.code),
            Judged::Answer(other) => Err(format!("{other:?}")),
        };
        // Held is R10's other half: the phone says that its person has left.
        let same = says == does || says == Err("r10_not_member".to_owned()) && does == Err("r10_held".to_owned());
        self.tell(format!("agreed: {}", does.clone().err().unwrap_or_else(|| "ok".to_owned())));
        if same { Ok(()) } else { Err(violated(Invariant::WhyNot, format!("phone {number} says {says:?} to {act:?}, and the gate {does:?}"))) }
    }
}
