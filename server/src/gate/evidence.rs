//! Decisions over several logs: a claim that names evidence elsewhere, and what is decided on evidence that was copied.
//!
//! Whoever copies from a log holds it, and so does whoever voids there: which copies there are is read under that lock.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    evidence::elsewhere::Elsewhere,
    id::{LogId, PersonId, RecordId},
    log::{Copied, Log},
    role::Role,
    time::At,
    wire::Bundle,
};

use super::{
    Gate, GateError, Result,
    logs::{Act, Loaded, Locked},
};
use crate::store::Page;

/// How often an act finds, once it holds its logs, that it concerns others too.
pub(super) const MAX_WIDENINGS: usize = 4;

/// What in a bundle looks beyond its log.
pub(super) struct Outward {
    /// Records that it ends or hides, which may have been copied from here.
    unsettles: Vec<RecordId>,
    /// Evidence that it names elsewhere, by the claim.
    lacks: BTreeMap<RecordId, Elsewhere>,
    confirms_plan: bool,
}

impl Outward {
    pub(super) fn is_nothing(&self) -> bool {
        self.unsettles.is_empty() && self.lacks.is_empty() && !self.confirms_plan
    }
}

impl Gate {
    /// Begins an act on a bundle's log and on every other one that it concerns.
    pub(super) async fn lock_for(&self, author: PersonId, bundle: &Bundle, now: At) -> Result<Act> {
        let mut logs = BTreeSet::from([bundle.log]);
        for _ in 0..MAX_WIDENINGS {
            let mut act = self.begin(logs.iter().copied().collect()).await?;
            let concerned = self.concerned(act.log_mut(bundle.log).loaded_mut(), author, bundle, now).await?;
            if concerned.is_subset(&logs) {
                return Ok(act);
            }
            act.put_back(self);
            logs.extend(concerned);
        }
        tracing::error!(log = %bundle.log, "others keep copying what a decision concerns");
        Err(GateError::Stopped)
    }

    /// What in a bundle concerns other logs than its own.
    pub(super) async fn outward(&self, loaded: &mut Loaded, bundle: &Bundle) -> Result<Outward> {
        self.ask(loaded, |log| log.foresee(&bundle.items)).await?;
        let (unsettles, lacks) = self.ask(loaded, |log| (log.unsettles(&bundle.items), log.lacks(&bundle.items))).await?;
        Ok(Outward { unsettles, lacks, confirms_plan: Log::confirms_plan(&bundle.items) })
    }

    /// Logs that the bundle names evidence in, as far as its author reads them, logs that hold copies of what it ends, and
    /// the mentee's other relationships where it confirms a plan.
    async fn concerned(&self, loaded: &mut Loaded, author: PersonId, bundle: &Bundle, now: At) -> Result<BTreeSet<LogId>> {
        let mut concerned = BTreeSet::new();
        let outward = self.outward(loaded, bundle).await?;
        for record in outward.unsettles {
            concerned.extend(self.store.copies(bundle.log, record).await?);
        }
        if let Some(mentee) = loaded.log.facts.mentee().filter(|_| outward.confirms_plan) {
            concerned.extend(self.store.logs_as(mentee.person, Role::Mentee, now).await?);
        }
        if !outward.lacks.is_empty() {
            let named: BTreeSet<LogId> = outward.lacks.values().map(|named| named.log).filter(|log| log.holds_decisions()).collect();
            concerned.extend(self.store.reach(author, now).await?.into_iter().map(|reach| reach.log).filter(|log| named.contains(log)));
        }
        Ok(concerned)
    }

    /// What is copied in for the claims of a bundle. What does not stand where they say is left out, and the rules refuse
    /// the claim.
    pub(super) async fn copied(&self, locked: &mut [Locked], bundle: &Bundle) -> Result<Vec<Copied>> {
        let mut copied = Vec::new();
        let Some(own) = locked.iter_mut().find(|locked| locked.loaded().log.id == bundle.log) else { return Ok(copied) };
        for (record, named) in self.ask(own.loaded_mut(), |log| log.lacks(&bundle.items)).await? {
            let Some(origin) = locked.iter_mut().find(|locked| locked.loaded().log.id == named.log && named.log != bundle.log) else { continue };
            let page = Page { from: named.line, end: named.line.saturating_add(1), lines: 1, bytes: 1 };
            let lines = self.store.lines(named.log, page).await?;
            if let Some(line) = lines.first() {
                copied.extend(self.ask(origin.loaded_mut(), |log| log.copy(record, &named, line)).await?);
            }
        }
        Ok(copied)
    }
}
