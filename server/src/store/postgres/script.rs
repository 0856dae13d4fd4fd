//! A transaction, statement by statement: the driver waits for the answer to each.

use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, postgres::PgRow};

use super::{super::Result, Transaction, sql::failed};

pub(super) struct Script<'c> {
    /// Dropping it undoes it.
    transaction: Transaction<'c>,
}

impl<'c> Script<'c> {
    pub(super) fn of(transaction: Transaction<'c>) -> Self {
        Self { transaction }
    }

    /// A statement that has no answer.
    pub(super) async fn tell(&mut self, statement: impl FnOnce(&mut QueryBuilder<Postgres>)) -> Result<()> {
        let mut told = QueryBuilder::new("");
        statement(&mut told);
        told.build().execute(&mut *self.transaction).await.map(|_| ()).map_err(failed)
    }

    /// A statement that answers with rows.
    pub(super) async fn ask<R: for<'r> FromRow<'r, PgRow> + Send + Unpin>(&mut self, statement: impl FnOnce(&mut QueryBuilder<Postgres>)) -> Result<Vec<R>> {
        let mut asked = QueryBuilder::new("");
        statement(&mut asked);
        asked.build_query_as().fetch_all(&mut *self.transaction).await.map_err(failed)
    }

    /// The connection, for statements of another's making.
    #[expect(clippy::unused_async, reason = "the other database has some waiting")]
    pub(super) async fn connection(&mut self) -> Result<&mut PgConnection> {
        Ok(&mut self.transaction)
    }

    /// Durable once this returns.
    pub(super) async fn commit(self) -> Result<()> {
        self.transaction.commit().await.map_err(failed)
    }
}
