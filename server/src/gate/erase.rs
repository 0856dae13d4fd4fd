//! Erasing: the lead has records' words destroyed, in every log that holds them. What stays is carried into a new epoch.

use std::{collections::BTreeSet, sync::Arc};

use shared::{
    decision::Content,
    epoch,
    fact::{Epoch, Fact},
    id::{LogId, PersonId, RecordId},
    log::{Log, visible},
    role::Role,
    rules,
    time::At,
    words::refusal as say,
};

use super::{
    Gate, GateError, Result,
    evidence::MAX_WIDENINGS,
    facts::whole,
    logs::{Act, Locked},
};
use crate::store::{Erasure, LogWork, Place, StoreError, Work};

/// What a lead has erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasing {
    /// The record log that the lead leads.
    pub log: LogId,
    pub records: BTreeSet<RecordId>,
    pub by: PersonId,
    pub reason: String,
}

/// A record that still has its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Erasable {
    pub record: RecordId,
    pub kind: String,
    pub by: PersonId,
    /// When it was made here.
    pub at: At,
    pub fields: Content,
}

impl Gate {
    /// What can be erased from a log, the newest first.
    pub async fn erasable(&self, log: LogId) -> Result<Vec<Erasable>> {
        let mut act = self.lock(log).await?;
        let mut found = self.ask(act.loaded_mut(), |log| erasable(log)).await?;
        found.sort_by_key(|found| std::cmp::Reverse((found.at, found.record)));
        act.put_back(self);
        Ok(found)
    }

    /// Destroys the words of records, their drafts and what a pair keeps of them, in one transaction.
    pub async fn erase(self: &Arc<Self>, erasing: Erasing, now: At) -> Result<()> {
        let gate = Arc::clone(self);
        whole(async move { gate.erase_now(&erasing, now).await }).await
    }

    async fn erase_now(&self, erasing: &Erasing, now: At) -> Result<()> {
        let mut act = self.lock_copies(self.holding(erasing, now).await?, erasing).await?;
        let work = self.erasures(&mut act.logs, erasing, now).await;
        match work {
            Ok(work) => self.commit(act, work).await,
            Err(refused) => {
                act.put_back(self);
                Err(refused)
            }
        }
    }

    /// Begins the act on these logs and on all to which feedback was copied from the records' own.
    async fn lock_copies(&self, logs: Vec<LogId>, erasing: &Erasing) -> Result<Act> {
        let mut logs: BTreeSet<LogId> = logs.into_iter().collect();
        for _ in 0..MAX_WIDENINGS {
            let act = self.begin(logs.iter().copied().collect()).await?;
            let mut copies = BTreeSet::new();
            for record in &erasing.records {
                copies.extend(self.store.copies(erasing.log, *record).await?);
            }
            if copies.is_subset(&logs) {
                return Ok(act);
            }
            act.put_back(self);
            logs.extend(copies);
        }
        tracing::error!(log = %erasing.log, "others keep copying what is to be erased");
        Err(GateError::Stopped)
    }

    /// The logs that may hold words of the records: the relationship's, drafts of its members, and what its pairs keep.
    async fn holding(&self, erasing: &Erasing, now: At) -> Result<Vec<LogId>> {
        let act = self.lock(erasing.log).await?;
        let members: BTreeSet<PersonId> = act.loaded().log.facts.members.iter().map(|member| member.person).collect();
        let mentors = act.loaded().log.facts.members.iter().filter(|member| member.role == Role::Mentor).map(|member| member.person);
        let mentors: BTreeSet<PersonId> = mentors.collect();
        act.put_back(self);
        let mut logs = vec![erasing.log];
        for person in members {
            for record in &erasing.records {
                if self.store.draft_times(person, *record).await?.is_some() {
                    logs.push(LogId::Own(person));
                }
            }
        }
        if let LogId::Record(relationship) = erasing.log {
            for mentor in mentors {
                logs.extend(self.pair_logs(relationship, mentor, now).await?);
            }
        }
        Ok(logs)
    }

    async fn erasures(&self, locked: &mut [Locked], erasing: &Erasing, now: At) -> Result<Work> {
        if !self.store.held_in(erasing.log).await?.is_empty() {
            return Err(say::erase_held().into());
        }
        let mut work = Work::default();
        for locked in locked {
            let held = |log: &mut Log| erasing.records.iter().copied().filter(|record| holds(log, *record)).collect::<BTreeSet<RecordId>>();
            let here = self.ask(locked.loaded_mut(), held).await?;
            let log = locked.loaded().log.id;
            if log == erasing.log && here.len() != erasing.records.len() {
                return Err(say::erase_unknown().into());
            }
            if !here.is_empty() || log == erasing.log {
                // All that stays is carried over.
                self.make_whole(locked.loaded_mut()).await?;
                work.logs.push(self.erasure(locked, erasing, here, now).await?);
            }
        }
        Ok(work)
    }

    /// The lines that begin a log's next epoch.
    async fn erasure(&self, locked: &mut Locked, erasing: &Erasing, here: BTreeSet<RecordId>, now: At) -> Result<LogWork> {
        let log = &locked.loaded().log;
        let at = locked.loaded().received_at(now);
        let epoch = log.epoch.checked_add(1).ok_or(GateError::Stopped)?;
        let erased = here.iter().copied().collect();
        let fact = Epoch { epoch, erased, authors: log.ledger.authors_to_name(), by: erasing.by, reason: erasing.reason.clone() };
        let mut accepted = self.judged(locked, vec![Fact::Epoch(fact)], at).await?;
        let log = &locked.loaded().log;
        let carried = epoch::carry(log, epoch, &here).map_err(|error| StoreError::Damaged(format!("{} cannot be carried over: {error}", log.id)))?;
        accepted.extend(carried.into_iter().map(rules::carried));
        let versions = here.iter().filter_map(|record| log.ledger.get(*record)).flat_map(|entry| &entry.versions);
        let submits = versions.map(|version| version.submitted.position).collect();
        let organisation = self.organisation().await?;
        let place = Place { log: log.id, epoch, before: log.chain, received_at: at, key: &organisation.key, entropy: &*self.entropy };
        Ok(LogWork::new(place, accepted).with_erasure(Erasure { submits }))
    }
}

/// The records that a log has words of.
fn erasable(log: &Log) -> Vec<Erasable> {
    let now = log.index.now();
    let erasable = |record: &str| {
        let (kind, by) = log.index.identity(record)?;
        let at = log.index.created_at(record).and_then(|position| log.received_at(position))?;
        Some(Erasable { record: record.parse().ok()?, kind: kind.to_owned(), by: by.parse().ok()?, at, fields: visible(now.record(record)) })
    };
    log.index.records().filter_map(erasable).collect()
}

/// Whether words of a record are here, drafted or frozen.
fn holds(log: &Log, record: RecordId) -> bool {
    log.index.has_record(&record.to_string()) || log.ledger.get(record).is_some_and(|_| !log.facts.erased.contains(&record))
}
