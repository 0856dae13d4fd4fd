//! Decisions over several logs: a claim that names evidence elsewhere, and what is decided on evidence that was copied.
//!
//! Whoever copies from a log holds it, and so does whoever voids there: which copies there are is read under that lock.

use std::collections::BTreeSet;

use shared::{
    id::{LogId, PersonId},
    log::{Copied, Log},
    time::At,
    wire::Bundle,
};

use super::{
    Gate, GateError, Result,
    logs::{Act, Locked},
};
use crate::store::Page;

/// How often an act finds, once it holds its logs, that it concerns others too.
pub(super) const MAX_WIDENINGS: usize = 4;

impl Gate {
    /// Begins an act on a bundle's log and on every other one that it concerns.
    pub(super) async fn lock_for(&self, author: PersonId, bundle: &Bundle, now: At) -> Result<Act> {
        let mut logs = BTreeSet::from([bundle.log]);
        for _ in 0..MAX_WIDENINGS {
            let act = self.begin(logs.iter().copied().collect()).await?;
            let concerned = self.concerned(&act.log(bundle.log).loaded().log, author, bundle, now).await?;
            if concerned.is_subset(&logs) {
                return Ok(act);
            }
            act.put_back();
            logs.extend(concerned);
        }
        tracing::error!(log = %bundle.log, "others keep copying what a decision concerns");
        Err(GateError::Stopped)
    }

    /// Logs that the bundle names evidence in, as far as its author reads them, and logs that hold copies of what it ends.
    async fn concerned(&self, log: &Log, author: PersonId, bundle: &Bundle, now: At) -> Result<BTreeSet<LogId>> {
        let mut concerned = BTreeSet::new();
        for record in log.unsettles(&bundle.items) {
            concerned.extend(self.store.copies(log.id, record).await?);
        }
        let lacks = log.lacks(&bundle.items);
        if !lacks.is_empty() {
            let named: BTreeSet<LogId> = lacks.values().map(|named| named.log).filter(|log| log.holds_decisions()).collect();
            concerned.extend(self.store.reach(author, now).await?.into_iter().map(|reach| reach.log).filter(|log| named.contains(log)));
        }
        Ok(concerned)
    }

    /// What is copied in for the claims of a bundle. What does not stand where they say is left out, and the rules refuse
    /// the claim.
    pub(super) async fn copied(&self, locked: &[Locked], bundle: &Bundle) -> Result<Vec<Copied>> {
        let logs = || locked.iter().map(|locked| &locked.loaded().log);
        let lacks = logs().find(|log| log.id == bundle.log).map(|log| log.lacks(&bundle.items)).unwrap_or_default();
        let mut copied = Vec::new();
        for (record, named) in lacks {
            let Some(origin) = logs().find(|log| log.id == named.log && log.id != bundle.log) else { continue };
            let page = Page { from: named.line, end: named.line.saturating_add(1), lines: 1, bytes: 1 };
            let lines = self.store.lines(origin.id, page).await?;
            copied.extend(lines.first().and_then(|line| origin.copy(record, &named, line)));
        }
        Ok(copied)
    }
}
