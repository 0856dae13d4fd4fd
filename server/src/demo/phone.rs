//! A phone without a screen: the replica core and a key in memory, talking to the gate as the wire does.

use std::sync::Arc;

use shared::{
    decision::{Unlock, UnlockMethod},
    id::{LogId, PersonId, RecordId},
    key::{Domain, SecretKey, Signature},
    log::Author,
    phone::Ask,
    refusal::Refusal,
    replica::{Identity, Replica},
    time::At,
    wire::{SyncRequest, SyncResponse, Verdict, WIRE_VERSION},
};

use crate::gate::{Gate, GateError, Pulled};

/// Requests until a phone comes to rest; more means that something goes round in circles.
const MOST_REQUESTS: usize = 50;

/// One person's phone.
#[derive(Debug)]
pub struct Phone {
    gate: Arc<Gate>,
    person: PersonId,
    key: SecretKey,
    pub replica: Replica,
}

/// Why a phone did not get through.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    #[error(transparent)]
    Gate(#[from] GateError),
    #[error("{0}")]
    Refused(#[from] Refusal),
    #[error("the server answered {0:?}")]
    Answered(Verdict),
    #[error("it does not come to rest")]
    Restless,
}

impl Phone {
    /// Makes a key, enrols it and fetches everything.
    pub async fn enrol(gate: &Arc<Gate>, person: PersonId, label: &str, now: At) -> Result<Self, PhoneError> {
        let key = SecretKey::from_seed(gate.entropy().seed());
        let device = gate.enrol(person, key.public(), label, now).await?;
        let organisation = gate.organisation().await?;
        let name = gate.store().person(person).await.map_err(GateError::from)?.ok_or(GateError::Unknown)?.name;
        let identity = Identity {
            person,
            name,
            device,
            organisation: organisation.id,
            organisation_name: organisation.name.clone(),
            organisation_key: organisation.key.public(),
            demonstration: organisation.demonstration,
        };
        let replica = Replica::new(gate.kinds().clone(), identity);
        let mut phone = Self { gate: Arc::clone(gate), person, key, replica };
        phone.sync(now).await?;
        Ok(phone)
    }

    pub fn own_log(&self) -> LogId {
        self.replica.own_log()
    }

    /// A new record's id.
    pub fn record(&self, now: At) -> RecordId {
        RecordId(self.gate.entropy().id(now))
    }

    /// Writes something that needs no signature; it stays on this phone until [`Phone::sync`].
    pub fn ask(&mut self, ask: &Ask, now: At) -> Result<(), PhoneError> {
        self.replica.ask(ask, now)?;
        Ok(())
    }

    /// Signs with a PIN typed this moment; it stays on this phone until [`Phone::sync`].
    pub fn sign(&mut self, ask: &Ask, now: At) -> Result<(), PhoneError> {
        let unlock = Unlock { method: UnlockMethod::Pin, at: now };
        let gate = Arc::clone(&self.gate);
        let unsigned = self.replica.propose(ask, unlock, now, &mut || gate.entropy().salt().0)?;
        let signatures = unsigned.bodies().iter().map(|body| self.signature(body)).collect();
        self.replica.commit(unsigned, signatures, now)?;
        Ok(())
    }

    /// The bodies carry their domain tag already; the key adds it itself.
    fn signature(&self, tagged: &[u8]) -> Signature {
        let tag = Domain::Decision.message(&[]);
        self.key.sign(Domain::Decision, tagged.strip_prefix(tag.as_slice()).unwrap_or(tagged))
    }

    /// Sends what waits and fetches what is new. Whatever is not accepted is an error: a demonstration has nothing
    /// that could not be sent.
    pub async fn sync(&mut self, now: At) -> Result<(), PhoneError> {
        for _ in 0..MOST_REQUESTS {
            let (request, _) = self.replica.request(now);
            let response = exchange(&self.gate, self.person, &request, now).await?;
            let refused = response.verdicts.iter().find(|verdict| !verdict.is_kept()).cloned();
            self.replica.absorb(&request, response.clone(), now);
            let more = self.replica.wants_more(&request, &response);
            match refused {
                Some(Verdict::Refused(refusal)) => return Err(refusal.into()),
                Some(verdict) => return Err(PhoneError::Answered(verdict)),
                None if !more && !self.replica.has_unsent(now) => return Ok(()),
                None => {}
            }
        }
        Err(PhoneError::Restless)
    }
}

/// One request of the wire, answered by the gate itself: the session's person, and the caller's clock.
async fn exchange(gate: &Arc<Gate>, person: PersonId, request: &SyncRequest, now: At) -> Result<SyncResponse, GateError> {
    let author = Author { person, device: request.device };
    let mut verdicts = Vec::with_capacity(request.push.len());
    for bundle in &request.push {
        verdicts.push(gate.push(author, bundle.clone(), now).await?);
    }
    let Pulled { logs, directory } = gate.pull(person, request, now).await?;
    let beacon = Some(gate.beacon(now).await?);
    Ok(SyncResponse { v: WIRE_VERSION, now, verdicts, logs, directory, beacon })
}
