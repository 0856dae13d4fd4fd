//! The organisation changes its key, while servers run.
//!
//! The new key is the organisation's at once: it opens new logs. Each log that is there comes to it with two lines of its
//! own, before anything else is written to it or when its turn comes, and once all have, the former key is destroyed.
//! Whatever stops in between is gone on with: what is to be done stands in the store.

use shared::{
    fact::{Fact, KeyNamed, KeyTaken},
    id::LogId,
    key::{PublicKey, SecretKey},
    rules,
    time::At,
};

use super::{
    Gate, GateError, Result,
    logs::{Act, Locked},
};
use crate::store::{LogWork, Organisation, Place, Rotation, StoreError, Work};

/// Logs that are looked up at a time.
const LOGS_A_PAGE: usize = 256;
/// How often a log is begun anew whose other writers, in a process that shares a file, were first.
const MOST_TRIES: usize = 64;

/// What the logs have come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    pub key: PublicKey,
    pub logs: usize,
}

impl Gate {
    /// Makes the organisation a new key. `lost`: the former one names it nowhere, and no phone of before follows.
    /// `false` where a change is under way already: that one goes on.
    pub async fn begin_rotation(&self, reason: &str, lost: bool, now: At) -> Result<bool> {
        rules::reason(reason)?;
        let organisation = self.organisation_anew().await?;
        if organisation.rotation.is_some() {
            return Ok(false);
        }
        let key = SecretKey::from_seed(self.entropy.seed());
        let former = (!lost).then(|| organisation.key.clone());
        let rotation = Rotation { former, reason: reason.to_owned(), began_at: now };
        match self.store.begin_rotation(&organisation.key, &key, &rotation).await {
            Err(StoreError::Conflict) => Ok(false),
            begun => {
                begun?;
                self.organisation_anew().await?;
                Ok(true)
            }
        }
    }

    /// Brings every log to the organisation's key, and then destroys the former one. Does nothing where none is changed.
    pub async fn finish_rotation(&self) -> Result<Rotated> {
        let organisation = self.organisation_anew().await?;
        let mut rotated = Rotated { key: organisation.key.public(), logs: 0 };
        if organisation.rotation.is_none() {
            return Ok(rotated);
        }
        let mut last = None;
        loop {
            let page = self.store.logs(last, LOGS_A_PAGE).await?;
            last = page.last().copied();
            if last.is_none() {
                break;
            }
            for log in page {
                self.bring_to_key(log).await?;
                rotated.logs += 1;
            }
        }
        self.store.end_rotation(&organisation.key).await?;
        self.organisation_anew().await?;
        Ok(rotated)
    }

    /// Whoever begins an act on a log brings it to the organisation's key.
    pub(super) async fn bring_to_key(&self, log: LogId) -> Result<()> {
        for _ in 0..MOST_TRIES {
            match self.lock(log).await {
                Err(GateError::Store(StoreError::Conflict)) => {}
                begun => {
                    begun?.put_back(self);
                    return Ok(());
                }
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// The lines that logs lack which have not come to the organisation's key. The organisation is read anew where they
    /// have come to another than the one known here: whoever has a log's turn reads what stands from then on.
    pub(super) async fn due(&self, act: &mut Act) -> Result<Work> {
        let mut work = Work::default();
        let key = self.organisation().await?.key.public();
        if act.logs.iter().all(|locked| in_force(locked) == Some(&key)) {
            return Ok(work);
        }
        let organisation = self.organisation_anew().await?;
        let key = organisation.key.public();
        for locked in &mut act.logs {
            if in_force(locked) != Some(&key) {
                work.logs.push(self.rotation(locked, &organisation).await?);
            }
        }
        Ok(work)
    }

    async fn rotation(&self, locked: &mut Locked, organisation: &Organisation) -> Result<LogWork> {
        let log = locked.loaded().log.id;
        let follows = |rotation: &&Rotation| rotation.former.as_ref().is_none_or(|former| in_force(locked) == Some(&former.public()));
        let Some(rotation) = organisation.rotation.as_ref().filter(follows) else {
            return Err(StoreError::Damaged(format!("{log} stands under a key that is not the organisation's")).into());
        };
        let key = organisation.key.public();
        let facts = match rotation.former {
            Some(_) => {
                vec![Fact::KeyNamed(KeyNamed { key: key.clone(), reason: rotation.reason.clone() }), Fact::KeyTaken(KeyTaken { key, reason: None })]
            }
            None => vec![Fact::KeyTaken(KeyTaken { key, reason: Some(rotation.reason.clone()) })],
        };
        // Later than it says, and never earlier: no act has another clock than its caller's.
        let at = locked.loaded().received_at(rotation.began_at);
        let accepted = self.judged(locked, facts, at).await?;
        let log = &locked.loaded().log;
        let place = Place { log: log.id, epoch: log.epoch, before: log.chain, received_at: at, key: &organisation.key, entropy: &*self.entropy };
        Ok(LogWork::rotating(place, rotation.former.as_ref(), accepted))
    }
}

fn in_force(locked: &Locked) -> Option<&PublicKey> {
    locked.loaded().log.facts.keys.current()
}
