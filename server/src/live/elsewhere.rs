//! What other processes write, told to those who listen here.
//!
//! The others say which log moved, after their commit. What they could not say, because one of them was killed or a
//! connection was gone, is found by looking: where do the logs of those who listen here end?

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use shared::{
    cbor,
    fact::{Fact, MAX_FACT_BYTES},
    id::{LogId, PersonId},
    line::{Line, LineKind},
    wire::{LiveFrame, LogUpdate, MAX_LINES},
};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use super::{INLINE_BYTES, Live};
use crate::{
    gate::moved,
    outside::Clock,
    store::{Heard, Moved, News, Page, Result, Store, StoreError},
};

/// How often is looked, for what nobody said.
pub const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The pause after the store did not let us listen.
const PAUSE: Duration = Duration::from_secs(1);

/// Listens to the other processes until the server stops. Ends at once where the store has no other processes.
pub async fn follow(store: Arc<dyn Store>, live: Arc<Live>, clock: Arc<dyn Clock>, mut stopping: watch::Receiver<bool>) {
    let mut follower = Follower { store, live, clock, ends: HashMap::new() };
    tokio::select! {
        biased;
        _ = stopping.wait_for(|stopping| *stopping) => {}
        () = follower.listens() => {}
    }
}

struct Follower {
    store: Arc<dyn Store>,
    live: Arc<Live>,
    clock: Arc<dyn Clock>,
    /// Where the logs of those who listen ended at the last look.
    ends: HashMap<LogId, u64>,
}

impl Follower {
    async fn listens(&mut self) {
        loop {
            let heard = match self.store.news().await {
                Ok(None) => return,
                Ok(Some(mut news)) => self.hears(&mut *news).await,
                Err(error) => Err(error),
            };
            if let Err(error) = heard {
                tracing::warn!(%error, "what other processes write is not heard");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Tells what is heard, and looks by itself, until the store fails.
    async fn hears(&mut self, news: &mut dyn News) -> Result<()> {
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // The first tick comes at once: nobody knows what was missed before.
            let heard = tokio::select! {
                heard = news.next() => heard?,
                _ = look.tick() => Heard::Gap,
            };
            match heard {
                Heard::Moved(moved) => self.relay(moved).await?,
                Heard::Gap => self.look().await?,
            }
        }
    }

    /// Tells the lines to the members who listen here.
    async fn relay(&self, Moved { log, from, next }: Moved) -> Result<()> {
        let people = self.live.people();
        if people.is_empty() {
            return Ok(());
        }
        let memberships = self.store.memberships(log).await?;
        if !memberships.iter().any(|member| people.contains(&member.person)) {
            return Ok(());
        }
        let lines = self.store.lines(log, Page { from, end: next, lines: MAX_LINES, bytes: INLINE_BYTES }).await?;
        let Some(stand) = self.store.stand(log).await? else { return Ok(()) };
        let Some(last) = lines.last() else { return Ok(()) };
        let now = last.header.received_at;
        let current = memberships.iter().filter(|member| member.since <= now && member.until.is_none_or(|until| now < until));
        let members: BTreeSet<PersonId> = current.map(|member| member.person).collect();
        if last.header.epoch != stand.epoch {
            // Erased since: the lines may lack their words, and are read in the new epoch.
            self.live.tell_moved(&members, log, next);
            return Ok(());
        }
        let facts = facts(&lines)?;
        let more = last.header.position.saturating_add(1) < next;
        self.live.tell_lines(&members, &moved(facts.iter(), &members), LogUpdate { log, epoch: stand.epoch, lines, more }, next);
        Ok(())
    }

    /// Tells which logs are further than at the last look. A phone that has it all already does nothing with that.
    async fn look(&mut self) -> Result<()> {
        let people: Vec<PersonId> = self.live.people().into_iter().collect();
        let ends = self.store.ends(&people, self.clock.now()).await?;
        for (person, log, next) in &ends {
            if self.ends.get(log).is_none_or(|known| known < next) {
                self.live.tell(std::iter::once(*person), *log, *next, || LiveFrame::Moved { log: *log, next: *next });
            }
        }
        self.ends = ends.into_iter().map(|(_, log, next)| (log, next)).collect();
        Ok(())
    }
}

/// What these lines state.
fn facts(lines: &[Line]) -> Result<Vec<Fact>> {
    let stated = lines.iter().filter(|line| line.header.kind == LineKind::Fact).filter_map(|line| line.side.as_ref());
    stated.map(|side| cbor::decode(&side.bytes.0, MAX_FACT_BYTES).map_err(|error| StoreError::Damaged(error.to_string()))).collect()
}
