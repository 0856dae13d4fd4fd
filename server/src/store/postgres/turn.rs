//! Turns at some logs. Whoever takes one holds their rows in a transaction of its own; whoever knows where a log stands
//! takes none, and what it writes is committed with what others write meanwhile.

use std::sync::Arc;

use async_trait::async_trait;
use shared::{id::LogId, line::ChainHead};
use sqlx::PgPool;

use super::{
    super::{
        LogWork, Measures, Result, Stand, StoreError, Turn, Work,
        measures::Commit,
        together::{Does, Together},
    },
    Transaction,
    script::Script,
    sql::{
        read::{failed, fixed, number, parsed},
        write,
    },
};

pub(super) struct PostgresTurn {
    held: Held,
    measures: Measures,
}

/// The rows of some logs, held by a transaction.
struct Held {
    /// Dropping it undoes it and gives the rows back.
    transaction: Transaction<'static>,
    stands: Vec<(LogId, Stand)>,
}

impl Held {
    /// Waits for the rows, always in the order of their names: two turns that need the same logs never wait for each
    /// other. A log that was never opened has no row; whoever opens it first has it, by its unique name.
    const WAITS: &str = "select name, epoch, next, head from logs where name = any($1) order by name for no key update";
    /// Leaves out what another transaction holds.
    const WAITS_FOR_NOBODY: &str = "select name, epoch, next, head from logs where name = any($1) order by name for no key update skip locked";

    async fn take(mut transaction: Transaction<'static>, logs: impl Iterator<Item = LogId>, how: &'static str) -> Result<Self> {
        let names: Vec<String> = logs.map(|log| log.to_string()).collect();
        let rows: Vec<(String, i64, i64, Vec<u8>)> = sqlx::query_as(how).bind(names).fetch_all(&mut *transaction).await.map_err(failed)?;
        let stand = |(name, epoch, next, head): (String, i64, i64, Vec<u8>)| {
            Ok((parsed(&name)?, Stand { epoch: number(epoch)?, head: ChainHead { next: number(next)?, hash: fixed(head)? } }))
        };
        let stands = rows.into_iter().map(stand).collect::<Result<_>>()?;
        Ok(Self { transaction, stands })
    }

    fn stand(&self, log: LogId) -> Option<Stand> {
        self.stands.iter().find(|(known, _)| *known == log).map(|(_, stand)| *stand)
    }

    async fn commit(self, works: &[&Work], measures: &Measures) -> Result<()> {
        let commit = Commit::of(works.iter().copied());
        let mut script = Script::of(self.transaction);
        write(&mut script, works).await?;
        script.commit().await?;
        measures.note(commit);
        Ok(())
    }
}

impl PostgresTurn {
    pub(super) async fn take(transaction: Transaction<'static>, logs: &[LogId], measures: Measures) -> Result<Self> {
        Ok(Self { held: Held::take(transaction, logs.iter().copied(), Held::WAITS).await?, measures })
    }
}

#[async_trait]
impl Turn for PostgresTurn {
    fn stand(&self, log: LogId) -> Option<Stand> {
        self.held.stand(log)
    }

    async fn commit(self: Box<Self>, work: Work) -> Result<()> {
        self.held.commit(&[&work], &self.measures).await
    }
}

/// Nothing is held before the commit.
pub(super) struct TurnUpon {
    pub(super) log: LogId,
    pub(super) stand: Stand,
    pub(super) group: Arc<Together<Work, ()>>,
}

#[async_trait]
impl Turn for TurnUpon {
    fn stand(&self, log: LogId) -> Option<Stand> {
        (self.log == log).then_some(self.stand)
    }

    async fn commit(self: Box<Self>, work: Work) -> Result<()> {
        self.group.ask(work).await
    }
}

/// Writes groups behind where their logs stand.
pub(super) struct Grouped {
    pub(super) writers: PgPool,
    pub(super) measures: Measures,
}

impl Does for Grouped {
    type Piece = Work;
    type Done = ();

    async fn all(&mut self, works: &[Work]) -> Result<Vec<Result<()>>> {
        let logs = works.iter().flat_map(|work| &work.logs);
        // A group waits for no other process: one that does would make all of its own wait.
        let held = Held::take(self.writers.begin().await.map_err(failed)?, logs.map(LogWork::log), Held::WAITS_FOR_NOBODY).await?;
        let is_there = |log: &LogWork| held.stand(log.log()) == Some(Stand { epoch: log.epoch_before(), head: log.before() });
        let (following, answers): (Vec<Option<&Work>>, Vec<Result<()>>) =
            works.iter().map(|work| if work.logs.iter().all(is_there) { (Some(work), Ok(())) } else { (None, Err(StoreError::Conflict)) }).unzip();
        let following: Vec<&Work> = following.into_iter().flatten().collect();
        if !following.is_empty() {
            held.commit(&following, &self.measures).await?;
        }
        Ok(answers)
    }
}
