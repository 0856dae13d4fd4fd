//! The one writer: it writes what waits in groups, and lends its connection for small writes.

use std::sync::Arc;

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use super::{
    super::{
        Measures, OpenError, Result, Work,
        measures::Commit,
        together::{Does, Together, closed},
    },
    MIGRATIONS,
    script::Script,
    sql::{failed, write},
};

/// Absent once closed.
type Slot = Arc<Mutex<Option<SqliteConnection>>>;

#[derive(Debug)]
pub(super) struct Writer {
    group: Together<Work, ()>,
    slot: Slot,
}

impl Writer {
    pub(super) async fn open(options: &SqliteConnectOptions, measures: Measures) -> std::result::Result<Self, OpenError> {
        let mut connection = options.connect().await.map_err(failed)?;
        MIGRATIONS.run(&mut connection).await?;
        if is_unswept(&mut connection).await? {
            sweep(&mut connection).await?;
        }
        let slot = Arc::new(Mutex::new(Some(connection)));
        let group = Together::start(Grouped { slot: Arc::clone(&slot), measures });
        Ok(Self { group, slot })
    }

    /// Durable once this returns.
    pub(super) async fn commit(&self, work: Work) -> Result<()> {
        self.group.ask(work).await
    }

    /// The connection, for small writes that are no lines. Whoever commits lines waits meanwhile.
    pub(super) async fn connection(&self) -> Result<MappedMutexGuard<'_, SqliteConnection>> {
        MutexGuard::try_map(self.slot.lock().await, Option::as_mut).map_err(|_| closed())
    }

    pub(super) async fn close(&self) {
        if let Some(connection) = self.slot.lock().await.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the store did not close cleanly");
        }
    }
}

struct Grouped {
    slot: Slot,
    measures: Measures,
}

impl Does for Grouped {
    type Piece = Work;
    type Done = ();

    async fn all(&mut self, works: &[Work]) -> Result<Vec<Result<()>>> {
        let mut slot = self.slot.lock().await;
        transact(slot.as_mut().ok_or_else(closed)?, works, &self.measures).await?;
        Ok(works.iter().map(|_| Ok(())).collect())
    }
}

async fn transact(connection: &mut SqliteConnection, works: &[Work], measures: &Measures) -> Result<()> {
    let commit = Commit::of(works);
    let erases = works.iter().flat_map(|work| &work.logs).any(|log| log.erasure().is_some());
    let mut script = Script::begin(connection);
    if let Err(error) = write_all(&mut script, works, erases).await {
        script.undo().await;
        return Err(error);
    }
    measures.note(commit);
    if erases && let Err(error) = sweep(connection).await {
        // Nobody reads the words any more; the bytes in the file go when it is opened next.
        tracing::error!(%error, "the file was not written anew after an erasure: restart the server once there is room for that");
    }
    Ok(())
}

async fn write_all(script: &mut Script<'_>, works: &[Work], erases: bool) -> Result<()> {
    write(script, &works.iter().collect::<Vec<_>>()).await?;
    if erases {
        run(script.connection().await?, UNSWEPT).await?;
    }
    script.commit().await
}

/// The file's own note that words were erased and it was not written anew since.
const UNSWEPT: &str = "pragma user_version = 1";
const SWEPT: &str = "pragma user_version = 0";

async fn is_unswept(connection: &mut SqliteConnection) -> Result<bool> {
    let version: i64 = sqlx::query_scalar("pragma user_version").fetch_one(connection).await.map_err(failed)?;
    Ok(version != 0)
}

/// Writes the file anew from what is in it. SQLite overwrites what it deletes, but a page that was once split keeps copies
/// of its rows in its gap. The copy that is made on the way may be long: it lies in a file without a name, not in memory.
async fn sweep(connection: &mut SqliteConnection) -> Result<()> {
    run(connection, "pragma temp_store = file").await?;
    let written = run(connection, "vacuum").await;
    run(connection, "pragma temp_store = memory").await?;
    written?;
    run(connection, SWEPT).await?;
    run(connection, "pragma wal_checkpoint(truncate)").await
}

async fn run(connection: &mut SqliteConnection, statement: &'static str) -> Result<()> {
    sqlx::query(statement).execute(connection).await.map(|_| ()).map_err(failed)
}
