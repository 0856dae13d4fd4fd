//! A transaction that goes to the database's thread as few times as it can: a way there and back costs more than most of the
//! statements do.

use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::{super::Result, sql::failed};

/// Statements wait here until an answer is needed.
pub(super) struct Script<'c> {
    connection: &'c mut SqliteConnection,
    waiting: QueryBuilder<Sqlite>,
}

impl<'c> Script<'c> {
    /// Begins as a writer: one that read first could find that it may not write any more.
    pub(super) fn begin(connection: &'c mut SqliteConnection) -> Self {
        Self { connection, waiting: QueryBuilder::new("begin immediate; ") }
    }

    /// A statement that has no answer. Where it fails, whatever comes next does.
    #[expect(clippy::unused_async, reason = "the other database is told at once")]
    pub(super) async fn tell(&mut self, statement: impl FnOnce(&mut QueryBuilder<Sqlite>)) -> Result<()> {
        statement(&mut self.waiting);
        self.waiting.push("; ");
        Ok(())
    }

    /// A statement that answers with rows.
    pub(super) async fn ask<R: for<'r> FromRow<'r, SqliteRow> + Send + Unpin>(&mut self, statement: impl FnOnce(&mut QueryBuilder<Sqlite>)) -> Result<Vec<R>> {
        statement(&mut self.waiting);
        self.taken().build_query_as().fetch_all(&mut *self.connection).await.map_err(failed)
    }

    /// The connection, for statements of another's making.
    pub(super) async fn connection(&mut self) -> Result<&mut SqliteConnection> {
        self.run().await?;
        Ok(self.connection)
    }

    /// Durable once this returns.
    pub(super) async fn commit(&mut self) -> Result<()> {
        self.waiting.push("commit");
        self.run().await
    }

    /// Undoes what was begun, after an error.
    pub(super) async fn undo(self) {
        if let Err(error) = sqlx::query("rollback").execute(self.connection).await {
            // After some errors SQLite has done that already.
            tracing::debug!(%error, "there was nothing to undo");
        }
    }

    async fn run(&mut self) -> Result<()> {
        self.taken().build().execute(&mut *self.connection).await.map(|_| ()).map_err(failed)
    }

    fn taken(&mut self) -> QueryBuilder<Sqlite> {
        std::mem::replace(&mut self.waiting, QueryBuilder::new(""))
    }
}
