//! What is stored of a log's fold: read at the first touch and as a push needs it, written behind.
//!
//! Nothing here is the truth. What is missing, broken or of another build is folded from the lines again and replaced;
//! what could not be stored is stored the next time.

use std::sync::{Arc, PoisonError};

use shared::{
    id::LogId,
    line::ChainHead,
    log::Log,
    parts::{Name, Root, Vault, Wanted},
};

use super::{
    Gate, Result,
    logs::{Behind, Loaded, PAGE_BYTES, PAGE_LINES},
};
use crate::store::{Kept, Page, Stand, StoreError};

/// What came of beginning a log from its stored head.
pub(super) enum Begun {
    Loaded(Box<Loaded>),
    /// None is stored of this epoch that this build reads.
    Nothing,
    /// It is not what was stored.
    Broken,
}

/// What came of fetching what a log wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fetched {
    Here,
    /// All of the log is wanted, or what is stored is not of its past.
    Elsewhere,
    /// It is not what was stored.
    Broken,
}

impl Gate {
    async fn vault(&self, log: LogId) -> Result<Vault> {
        Ok(Vault::new(&self.organisation().await?.key.seed(), log))
    }

    /// The root that is stored of a log.
    pub(super) async fn stored(&self, log: LogId) -> Result<Option<Root>> {
        let row = self.store.parts(log, &[Name::Root].into()).await?.remove(&Name::Root);
        let vault = self.vault(log).await?;
        Ok(row.and_then(|row| opened(&vault, log, &row)))
    }

    /// Begins a log from its stored head.
    pub(super) async fn begin_from_parts(&self, log: LogId, stand: Stand) -> Result<Begun> {
        let mut rows = self.store.parts(log, &[Name::Root, Name::Head].into()).await?;
        let (Some(row), Some(head)) = (rows.remove(&Name::Root), rows.remove(&Name::Head)) else { return Ok(Begun::Nothing) };
        let vault = self.vault(log).await?;
        let Some(root) = opened(&vault, log, &row).filter(|root| root.epoch == stand.epoch) else { return Ok(Begun::Nothing) };
        if root.chain.next >= stand.head.next && root.chain != stand.head {
            return Ok(Begun::Nothing);
        }
        let organisation = self.organisation().await?.id;
        let begun = match vault.head(&root, &head) {
            Ok(head) => Log::from_head(log, organisation, root.epoch, root.chain, head).map_err(|unreadable| unreadable.to_string()),
            Err(broken) => Err(broken.to_string()),
        };
        Ok(match begun {
            Ok(log) => Begun::Loaded(Box::new(Loaded { root: Some(root), ..Loaded::new(log) })),
            Err(why) => {
                tracing::warn!(%log, why, "the log is folded from its lines");
                Begun::Broken
            }
        })
    }

    /// Fetches what a log wants that may be behind. Where it cannot be had the log has to be folded.
    pub(super) async fn fetch(&self, loaded: &mut Loaded) -> Result<Fetched> {
        let wanted = loaded.log.wanted();
        self.fetch_wanted(loaded, &wanted).await
    }

    /// The same for a log that is at its head, under its turn: what is stored is of its past, so that the root that is known
    /// need not be read again. Where another process stored since, or somebody took parts away, they do not fit it, and it is.
    pub(super) async fn fetch_at_head(&self, loaded: &mut Loaded) -> Result<Fetched> {
        let wanted = loaded.log.wanted();
        let is_bound = |name: &Name| !matches!(name, Name::Decided(_));
        if let Some(root) = loaded.root.as_ref().filter(|_| !wanted.whole && wanted.names.iter().all(is_bound)) {
            let rows = self.store.parts(loaded.log.id, &Vault::to_read(&wanted)).await?;
            if let Ok(parts) = self.vault(loaded.log.id).await?.opens(root, &wanted, &rows)
                // Of the small ones, only the root says that they are missing by right.
                && parts.iter().all(|(name, part)| part.is_some() || name.record().is_some())
                && loaded.log.fetched(parts).is_ok()
            {
                return Ok(Fetched::Here);
            }
        }
        self.fetch_wanted(loaded, &wanted).await
    }

    async fn fetch_wanted(&self, loaded: &mut Loaded, wanted: &Wanted) -> Result<Fetched> {
        if wanted.whole {
            return Ok(Fetched::Elsewhere);
        }
        let log = &mut loaded.log;
        let vault = self.vault(log.id).await?;
        let mut names = Vault::to_read(wanted);
        names.insert(Name::Root);
        let mut rows = self.store.parts(log.id, &names).await?;
        let Some(row) = rows.remove(&Name::Root) else { return Ok(Fetched::Elsewhere) };
        // Another process may have stored what this one has not read yet.
        let Some(root) = opened(&vault, log.id, &row).filter(|root| root.epoch == log.epoch && root.chain.next <= log.chain.next) else {
            return Ok(Fetched::Elsewhere);
        };
        let fetched = match vault.opens(&root, wanted, &rows) {
            Ok(parts) => log.fetched(parts).map_err(|unreadable| unreadable.to_string()),
            Err(broken) => Err(broken.to_string()),
        };
        if let Err(why) = &fetched {
            tracing::warn!(log = %log.id, why, "the log is folded from its lines");
        }
        loaded.root = Some(root);
        Ok(if fetched.is_ok() { Fetched::Here } else { Fetched::Broken })
    }

    /// Stores what waits to be stored, behind whoever is answered now.
    pub(super) fn tidy(self: &Arc<Self>) {
        let Some(behind) = self.logs.waiting() else { return };
        let gate = Arc::clone(self);
        let mut tasks = self.logs.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move { gate.keep(behind).await });
    }

    /// Waits until all is done that was begun behind the answers.
    pub async fn rests(&self) {
        let mut tasks = std::mem::take(&mut *self.logs.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while tasks.join_next().await.is_some() {}
    }

    async fn keep(&self, Behind { due, leaving, unread }: Behind) {
        for mut loaded in leaving {
            self.keep_one(&mut loaded).await;
        }
        for log in due {
            let Some(slot) = self.logs.find(log) else { continue };
            let mut slot = slot.lock().await;
            if let Some(loaded) = slot.as_mut() {
                let is_of_use = self.keep_one(loaded).await;
                // A heavy one goes once it is stored. Where another process stored meanwhile it is not yet.
                let may_go = loaded.log.unsettled() == 0 && loaded.log.weight() > self.logs.limits.entries;
                if !is_of_use || may_go {
                    *slot = None;
                }
            }
        }
        for (log, until) in unread {
            self.audit(log, until).await;
        }
    }

    /// Stores what all logs in memory changed: before the process ends.
    pub async fn keep_all(&self) {
        self.rests().await;
        if let Some(behind) = self.logs.waiting() {
            self.keep(behind).await;
        }
        for slot in self.logs.all() {
            if let Some(loaded) = slot.lock().await.as_mut() {
                self.keep_one(loaded).await;
            }
        }
    }

    /// Reads the lines that a log was loaded without: whoever wrote to the database past the gate is noticed, if not by
    /// the first push.
    async fn audit(&self, log: LogId, until: ChainHead) {
        match self.chain_until(log, until.next).await {
            Ok(chain) if chain == until => {}
            Ok(_) => self.damaged(log, format!("the lines of {log} are not those that were folded")),
            Err(super::GateError::Store(StoreError::Damaged(why))) => self.damaged(log, why),
            // It will be read by the next process.
            Err(error) => tracing::warn!(%log, %error, "the lines could not be read again"),
        }
    }

    fn damaged(&self, log: LogId, why: String) {
        tracing::error!(%log, why, "the log is damaged: nothing is built on it");
        self.logs.note_damaged(log, why);
    }

    async fn chain_until(&self, log: LogId, end: u64) -> Result<ChainHead> {
        let mut chain = ChainHead::origin(log, self.organisation().await?.id);
        while chain.next < end {
            let page = Page { from: chain.next, end, lines: PAGE_LINES, bytes: PAGE_BYTES };
            let lines = self.store.lines(log, page).await?;
            if lines.is_empty() {
                return Err(StoreError::Damaged(format!("{log} has no line {}", page.from)).into());
            }
            for line in &lines {
                chain.follow(line).map_err(|error| StoreError::Damaged(format!("line {} of {log}: {error}", line.header.position)))?;
            }
        }
        Ok(chain)
    }

    /// Stores what a log changed. `false` where it is better forgotten.
    async fn keep_one(&self, loaded: &mut Loaded) -> bool {
        let log = loaded.log.id;
        match self.try_to_keep(loaded).await {
            Ok(is_of_use) => is_of_use,
            Err(error) => {
                tracing::warn!(%log, %error, "what was folded is not stored");
                false
            }
        }
    }

    async fn try_to_keep(&self, loaded: &mut Loaded) -> Result<bool> {
        let log = &loaded.log;
        if log.unsettled() == 0 {
            return Ok(true);
        }
        let vault = self.vault(log.id).await?;
        let mut parts = log.parts(false);
        let mut names = Vault::to_write(&parts);
        names.insert(Name::Root);
        let mut read = self.store.parts(log.id, &names).await?;
        let before = read.remove(&Name::Root);
        // What changed here builds on whatever is stored between where it was tracked from and where it has come to.
        let root = before.as_ref().and_then(|row| opened(&vault, log.id, row)).filter(|root| root.epoch == log.epoch);
        if root.as_ref().is_some_and(|root| root.chain.next > log.chain.next) {
            return Ok(false);
        }
        let root = root.filter(|root| root.chain.next >= log.settled());
        let sealed = match &root {
            Some(root) => vault.seals((log.epoch, log.chain), parts, Some((root, &read))),
            None if log.is_partial() => return Ok(false),
            None => {
                parts = log.parts(true);
                vault.seals((log.epoch, log.chain), parts, None)
            }
        };
        let rows = match sealed {
            Ok(rows) => rows,
            Err(broken) if log.is_partial() => {
                tracing::warn!(log = %log.id, %broken, "what is stored is not built on");
                return Ok(false);
            }
            Err(broken) => {
                tracing::warn!(log = %log.id, %broken, "what is stored is replaced");
                let rows = vault.seals((log.epoch, log.chain), log.parts(true), None);
                let rows = rows.map_err(|broken| StoreError::Damaged(broken.to_string()))?;
                return self.write(loaded, Kept { epoch: log.epoch, chain: log.chain, before, anew: true, rows }).await;
            }
        };
        let anew = root.is_none();
        self.write(loaded, Kept { epoch: log.epoch, chain: log.chain, before, anew, rows }).await
    }

    async fn write(&self, loaded: &mut Loaded, kept: Kept) -> Result<bool> {
        let log = &mut loaded.log;
        match self.store.keep(log.id, &kept).await {
            Ok(()) => {
                log.settle();
                let vault = self.vault(log.id).await?;
                loaded.root = kept.rows.get(&Name::Root).and_then(|row| opened(&vault, log.id, row));
                Ok(true)
            }
            // Somebody else was first, or an epoch began: what is in memory is checked at the next touch.
            Err(StoreError::Conflict) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }
}

/// What a root says, where it is one of this build that nobody altered.
fn opened(vault: &Vault, log: LogId, row: &[u8]) -> Option<Root> {
    vault.root(row).unwrap_or_else(|broken| {
        tracing::warn!(%log, %broken, "what is stored is not believed");
        None
    })
}
