//! A turn at some logs: one transaction that holds their rows.

use async_trait::async_trait;
use shared::{id::LogId, line::ChainHead};

use super::{
    super::{Measures, Result, Stand, Turn, Work, measures::Commit},
    Transaction,
    sql::{
        read::{failed, fixed, number, parsed},
        write,
    },
};

pub(super) struct PostgresTurn {
    /// Dropping it undoes it and gives the rows back.
    transaction: Transaction<'static>,
    stands: Vec<(LogId, Stand)>,
    measures: Measures,
}

impl PostgresTurn {
    /// Waits for the rows, always in the order of their names: two turns that need the same logs never wait for each
    /// other. A log that was never opened has no row; whoever opens it first has it, by its unique name.
    pub(super) async fn take(mut transaction: Transaction<'static>, logs: &[LogId], measures: Measures) -> Result<Self> {
        let names: Vec<String> = logs.iter().map(LogId::to_string).collect();
        let rows: Vec<(String, i64, i64, Vec<u8>)> =
            sqlx::query_as("select name, epoch, next, head from logs where name = any($1) order by name for no key update")
                .bind(names)
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)?;
        let stand = |(name, epoch, next, head): (String, i64, i64, Vec<u8>)| {
            Ok((parsed(&name)?, Stand { epoch: number(epoch)?, head: ChainHead { next: number(next)?, hash: fixed(head)? } }))
        };
        let stands = rows.into_iter().map(stand).collect::<Result<_>>()?;
        Ok(Self { transaction, stands, measures })
    }
}

#[async_trait]
impl Turn for PostgresTurn {
    fn stand(&self, log: LogId) -> Option<Stand> {
        self.stands.iter().find(|(known, _)| *known == log).map(|(_, stand)| *stand)
    }

    async fn commit(mut self: Box<Self>, work: Work) -> Result<()> {
        let commit = Commit::of([&work]);
        write(&mut self.transaction, &[&work]).await?;
        self.transaction.commit().await.map_err(failed)?;
        self.measures.note(commit);
        Ok(())
    }
}
