//! The one writer: a task that drains a bounded queue, many pieces of work in one transaction.
//!
//! Each piece is still whole or not at all: where a group fails, its pieces are written one by one.

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::sync::Arc;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard, mpsc, oneshot};

use super::{
    super::{Measures, OpenError, Result, StoreError, Work, measures::Commit},
    MIGRATIONS, begin,
    sql::{failed, write},
};

/// Pieces of work that may wait; who comes then waits for a place.
const QUEUE: usize = 1_024;
/// Pieces of work in one transaction.
const GROUP: usize = 64;

/// Absent once closed.
type Slot = Arc<Mutex<Option<SqliteConnection>>>;

#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Waiting>,
    slot: Slot,
}

struct Waiting {
    work: Work,
    answer: oneshot::Sender<Result<()>>,
}

impl Writer {
    pub(super) async fn open(options: &SqliteConnectOptions, measures: Measures) -> std::result::Result<Self, OpenError> {
        let mut connection = options.connect().await.map_err(failed)?;
        MIGRATIONS.run(&mut connection).await?;
        if is_unswept(&mut connection).await? {
            sweep(&mut connection).await?;
        }
        let slot = Arc::new(Mutex::new(Some(connection)));
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(drain(waiting, Arc::clone(&slot), measures));
        Ok(Self { queue, slot })
    }

    /// Durable once this returns.
    pub(super) async fn commit(&self, work: Work) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(Waiting { work, answer }).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
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

fn closed() -> StoreError {
    StoreError::Unavailable("closed".to_owned())
}

async fn drain(mut waiting: mpsc::Receiver<Waiting>, slot: Slot, measures: Measures) {
    let mut group = Vec::with_capacity(GROUP);
    while waiting.recv_many(&mut group, GROUP).await > 0 {
        let mut slot = slot.lock().await;
        let Some(connection) = slot.as_mut() else {
            group.clear();
            continue;
        };
        let works: Vec<&Work> = group.iter().map(|waiting| &waiting.work).collect();
        let together = transact(connection, &works, &measures).await;
        if together.is_ok() || group.len() == 1 {
            let mut together = Some(together);
            for Waiting { answer, .. } in group.drain(..) {
                // Whoever asked may be gone; the work stands.
                let _ = answer.send(together.take().unwrap_or(Ok(())));
            }
            continue;
        }
        for Waiting { work, answer } in group.drain(..) {
            let _ = answer.send(transact(connection, &[&work], &measures).await);
        }
    }
}

async fn transact(connection: &mut SqliteConnection, works: &[&Work], measures: &Measures) -> Result<()> {
    let commit = Commit::of(works.iter().copied());
    let erases = works.iter().flat_map(|work| &work.logs).any(|log| log.erasure().is_some());
    let mut transaction = begin(connection).await?;
    // Dropping the transaction undoes it.
    write(&mut transaction, works).await?;
    if erases {
        run(&mut transaction, UNSWEPT).await?;
    }
    transaction.commit().await.map_err(failed)?;
    measures.note(commit);
    if erases && let Err(error) = sweep(connection).await {
        // Nobody reads the words any more; the bytes in the file go when it is opened next.
        tracing::error!(%error, "the file was not written anew after an erasure: restart the server once there is room for that");
    }
    Ok(())
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
