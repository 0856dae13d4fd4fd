//! What the organisation states: logs opened, members and their ends, devices.

use std::sync::Arc;

use shared::{
    fact::{Device as Certificate, Fact, Facts, Member, MemberEnded, Opened, Settings},
    framework::Framework,
    id::{DeviceId, LogId, PairingId, PersonId, RelationshipId},
    key::PublicKey,
    line::ChainHead,
    log::Log,
    refusal::Refusal,
    role::Role,
    rules::{self, Accepted, State},
    time::At,
};

use super::{Gate, GateError, Result, logs::Locked};
use crate::store::{Device, LogWork, Organisation, Person, Place, Work};

/// Devices of one person that are not revoked.
const MAX_DEVICES: usize = 20;
/// A device's label, in characters.
const MAX_LABEL_CHARS: usize = 80;

/// Somebody joins a log.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMember {
    pub log: LogId,
    pub member: Member,
}

/// A membership ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    pub log: LogId,
    pub person: PersonId,
    pub role: Role,
    /// The lead who ends it.
    pub by: PersonId,
    pub reason: String,
}

impl Gate {
    /// Makes a browser a device of `person`: the certificate goes into every log of theirs, in one transaction.
    pub async fn enrol(self: &Arc<Self>, person: PersonId, key: PublicKey, label: &str, now: At) -> Result<DeviceId> {
        if label.trim().is_empty() || label.chars().count() > MAX_LABEL_CHARS || label.chars().any(char::is_control) {
            return Err(Refusal::new("bad_label", "Give this phone a name of up to 80 characters.").into());
        }
        if !key.is_sound() {
            return Err(Refusal::new("bad_key", "This browser made a key that nothing can be checked by. Use another browser or a newer one.").into());
        }
        let known = self.store.devices_of(person).await?;
        if known.iter().filter(|device| device.revoked_at.is_none()).count() >= MAX_DEVICES {
            return Err(Refusal::new(
                "too_many_devices",
                "You have set up too many phones. Revoke one that you no longer have, under 'Your phones and tablets'.",
            )
            .into());
        }
        let id = DeviceId(self.entropy.id(now));
        let device = Device { id, person, key, label: label.trim().to_owned(), enrolled_at: now, revoked_at: None, heard_at: None };
        let logs = self.store.reach(person, now).await?.into_iter().filter(|reach| reach.current).map(|reach| reach.log).collect();
        let gate = Arc::clone(self);
        let fact = Fact::Device(certificate(&device));
        let work = Work { device: Some(device), ..Work::default() };
        whole(async move { gate.state(logs, &[fact], work, now).await }).await?;
        Ok(id)
    }

    /// Takes a device of `person` back: the logs that they are in state it, in one transaction, and nothing more is taken
    /// from it. What it signed before stands.
    pub async fn revoke_device(self: &Arc<Self>, person: PersonId, device: DeviceId, now: At) -> Result<()> {
        let known = self.store.device(device).await?.filter(|known| known.person == person).ok_or(GateError::Unknown)?;
        if known.revoked_at.is_some() {
            return Ok(());
        }
        let logs = self.store.reach(person, now).await?.into_iter().filter(|reach| reach.current).map(|reach| reach.log).collect();
        let gate = Arc::clone(self);
        whole(async move { gate.state(logs, &[Fact::DeviceRevoked { device }], Work::default(), now).await }).await
    }

    /// Adds somebody to a log; their devices' certificates go in with them. A new mentor gets a pair log with the mentee
    /// in the same transaction.
    pub async fn add_member(self: &Arc<Self>, new: NewMember, now: At) -> Result<()> {
        let gate = Arc::clone(self);
        whole(async move {
            let mut facts = vec![Fact::Member(new.member.clone())];
            facts.extend(gate.certificates(new.member.person).await?);
            let mut work = Work::default();
            if let (LogId::Record(relationship), Role::Mentor) = (new.log, new.member.role) {
                work.logs.extend(gate.pairing(relationship, new.member, now).await?);
            }
            gate.state(vec![new.log], &facts, work, now).await
        })
        .await
    }

    /// The pair log of a relationship's mentee and somebody who joins it as a mentor.
    async fn pairing(&self, relationship: RelationshipId, mentor: Member, now: At) -> Result<Option<LogWork>> {
        let act = self.lock(LogId::Record(relationship)).await?;
        let facts = &act.loaded().log.facts;
        let founding = facts.mentee().map(|mentee| Founding {
            log: LogId::Pair(PairingId(self.entropy.id(now))),
            relationship: Some(relationship),
            framework: facts.framework.clone(),
            settings: facts.settings.clone(),
            members: vec![mentee.clone(), mentor],
        });
        act.put_back(self);
        let Some(founding) = founding else { return Ok(None) };
        let mut certificates = Vec::new();
        for member in &founding.members {
            certificates.extend(self.certificates(member.person).await?);
        }
        // A phone of a member believes a log that begins under a new key once its own log has come to that key.
        let organisation = self.organisation_anew().await?;
        if organisation.rotation.is_some() {
            for member in &founding.members {
                self.bring_to_key(LogId::Own(member.person)).await?;
            }
        }
        Ok(Some(self.founding(&organisation, &founding, certificates, now)?))
    }

    /// Ends a membership, and with a mentor's the one in the pair log. What its person wrote before and sends later is
    /// held for the lead.
    pub async fn end_membership(self: &Arc<Self>, ending: Ending, now: At) -> Result<()> {
        let gate = Arc::clone(self);
        whole(async move {
            let mut ends = gate.pairings_of(&ending, now).await?;
            ends.push(ending.log);
            let mut act = gate.begin(ends).await?;
            let stands = |locked: &Locked| locked.loaded().log.facts.has_role(ending.person, ending.role, locked.loaded().received_at(now));
            if !act.logs.iter().all(stands) {
                act.put_back(&gate);
                return Err(Refusal::new("not_a_member", "That membership has ended already.").into());
            }
            let mut work = Work::default();
            for locked in &mut act.logs {
                let at = locked.loaded().received_at(now);
                let ended = MemberEnded { person: ending.person, role: ending.role, at, reason: ending.reason.clone(), by: ending.by };
                let accepted = gate.judged(locked, vec![Fact::MemberEnded(ended)], at).await?;
                work.logs.push(gate.log_work(locked, accepted, at).await?);
            }
            gate.commit(act, work).await
        })
        .await
    }

    /// The pair logs that somebody's membership of a relationship gave them.
    async fn pairings_of(&self, ending: &Ending, now: At) -> Result<Vec<LogId>> {
        let (LogId::Record(relationship), Role::Mentor) = (ending.log, ending.role) else { return Ok(Vec::new()) };
        let reached = self.store.reach(ending.person, now).await?;
        let current = reached.iter().filter(|reach| reach.current).map(|reach| reach.log).collect::<Vec<_>>();
        Ok(self.pair_logs(relationship, ending.person, now).await?.into_iter().filter(|log| current.contains(log)).collect())
    }

    /// The pair logs that somebody is in by a relationship.
    pub(super) async fn pair_logs(&self, relationship: RelationshipId, mentor: PersonId, now: At) -> Result<Vec<LogId>> {
        let mut pairings = Vec::new();
        let reached = self.store.reach(mentor, now).await?.into_iter().map(|reach| reach.log);
        for log in reached.filter(|log| matches!(log, LogId::Pair(_))) {
            let act = self.lock(log).await?;
            let opened = act.loaded().log.facts.opened.as_ref();
            if opened.is_some_and(|opened| opened.relationship == Some(relationship)) {
                pairings.push(log);
            }
            act.put_back(self);
        }
        Ok(pairings)
    }

    /// States facts in one log: pauses, cover, exemptions, settings. Each is judged.
    pub async fn state_facts(self: &Arc<Self>, log: LogId, facts: Vec<Fact>, now: At) -> Result<()> {
        let gate = Arc::clone(self);
        whole(async move { gate.state(vec![log], &facts, Work::default(), now).await }).await
    }

    async fn certificates(&self, person: PersonId) -> Result<Vec<Fact>> {
        let devices = self.store.devices_of(person).await?;
        Ok(devices.iter().filter(|device| device.revoked_at.is_none()).map(|device| Fact::Device(certificate(device))).collect())
    }

    /// States the same facts in several logs and writes `work` with them, in one transaction.
    async fn state(&self, logs: Vec<LogId>, facts: &[Fact], mut work: Work, now: At) -> Result<()> {
        let mut act = self.begin(logs).await?;
        for locked in &mut act.logs {
            let at = locked.loaded().received_at(now);
            let accepted = self.judged(locked, facts.to_vec(), at).await?;
            work.logs.push(self.log_work(locked, accepted, at).await?);
        }
        self.commit(act, work).await
    }

    /// Judges facts in their order, each on top of those before it.
    pub(super) async fn judged(&self, locked: &mut Locked, facts: Vec<Fact>, at: At) -> Result<Vec<Accepted>> {
        let judge = |log: &mut Log| {
            let mut state = log.facts.clone();
            let judge = |fact: &Fact| {
                let accepted = rules::fact(State { kinds: &self.kinds, facts: &state, ledger: &log.ledger }, fact.clone(), at)?;
                state.fold(fact);
                Ok(accepted)
            };
            facts.iter().map(judge).collect::<std::result::Result<Vec<_>, Refusal>>()
        };
        Ok(self.ask(locked.loaded_mut(), judge).await??)
    }
}

/// An act that runs to its end even where nobody waits for it any more.
pub(super) async fn whole<T: Send + 'static>(act: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    tokio::spawn(act).await.unwrap_or(Err(GateError::Stopped))
}

fn certificate(device: &Device) -> Certificate {
    Certificate { device: device.id, person: device.person, key: device.key.clone(), label: device.label.clone() }
}

/// What the first lines of a log state.
#[derive(Debug, Clone)]
pub(crate) struct Founding {
    pub(crate) log: LogId,
    /// A pair log's.
    pub(crate) relationship: Option<RelationshipId>,
    pub(crate) framework: Option<Framework>,
    pub(crate) settings: Settings,
    pub(crate) members: Vec<Member>,
}

impl Gate {
    /// Makes the organisation with its people and logs, in one transaction.
    pub(crate) async fn found(&self, organisation: Organisation, people: Vec<Person>, logs: Vec<Founding>, now: At) -> Result<()> {
        let mut work = Work { organisation: Some(organisation.clone()), people, ..Work::default() };
        for founding in logs {
            work.logs.push(self.founding(&organisation, &founding, Vec::new(), now)?);
        }
        self.store.commit(work).await?;
        Ok(())
    }

    fn founding(&self, organisation: &Organisation, founding: &Founding, certificates: Vec<Fact>, now: At) -> Result<LogWork> {
        let opened = Opened {
            log: founding.log,
            organisation: organisation.id,
            organisation_name: organisation.name.clone(),
            key: organisation.key.public(),
            zone: organisation.zone.clone(),
            person_word: organisation.person_word.clone(),
            demonstration: organisation.demonstration,
            relationship: founding.relationship,
        };
        let mut facts = vec![Fact::Opened(opened)];
        facts.extend(founding.framework.clone().map(|framework| Fact::Framework(Box::new(framework))));
        facts.push(Fact::Settings(founding.settings.clone()));
        facts.extend(founding.members.iter().cloned().map(Fact::Member));
        facts.extend(certificates);
        let mut state = Facts::default();
        let ledger = shared::ledger::Ledger::default();
        let judge = |fact: Fact| {
            let accepted = rules::fact(State { kinds: &self.kinds, facts: &state, ledger: &ledger }, fact.clone(), now)?;
            state.fold(&fact);
            Ok(accepted)
        };
        let accepted = facts.into_iter().map(judge).collect::<Result<_>>()?;
        let place = Place {
            log: founding.log,
            epoch: shared::log::FIRST_EPOCH,
            before: ChainHead::origin(founding.log, organisation.id),
            received_at: now,
            key: &organisation.key,
            entropy: &*self.entropy,
        };
        Ok(LogWork::new(place, accepted))
    }
}
