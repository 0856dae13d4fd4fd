//! Connections that read: a fixed number, each lent to one query at a time.
//!
//! A pool of sqlx's asks each connection whether it still answers, before and after every query: three ways to the
//! database for one. These are asked when they stood idle for a while, and where a query did not come to its end.

use std::{fmt, sync::Arc, time::Duration};

use deadpool::{
    Runtime,
    managed::{Manager, Metrics, Pool, RecycleError, RecycleResult},
};
use sqlx::{AssertSqlSafe, Connection, Database, Error, Executor};
use tokio::sync::RwLock;

use super::{Result, StoreError};

/// A connection that was silent for longer is asked whether it still answers.
pub(super) const TRUSTED: Duration = Duration::from_secs(1);
/// A connection that is older is closed: what stands between may have moved the database elsewhere.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);

type Options<DB> = <<DB as Database>::Connection as Connection>::Options;

/// Cheap to clone; clones share the connections.
pub(super) struct Readers<DB: Database>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    pool: Pool<Opener<DB>>,
    /// Held by whoever reads, and alone by whoever closes.
    reading: Arc<RwLock<()>>,
}

struct Opener<DB: Database> {
    options: Options<DB>,
    /// What a new connection is told first.
    greeting: Option<&'static str>,
}

struct Open<C> {
    connection: C,
    /// Its last query came to its end.
    is_settled: bool,
}

impl<DB: Database> Manager for Opener<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    type Type = Open<DB::Connection>;
    type Error = Error;

    async fn create(&self) -> std::result::Result<Self::Type, Error> {
        let mut connection = DB::Connection::connect_with(&self.options).await?;
        if let Some(greeting) = self.greeting {
            connection.execute(AssertSqlSafe(greeting)).await?;
        }
        Ok(Open { connection, is_settled: true })
    }

    async fn recycle(&self, open: &mut Self::Type, metrics: &Metrics) -> RecycleResult<Error> {
        if metrics.age() > MAX_AGE {
            return Err(RecycleError::message("it is old"));
        }
        if !open.is_settled || metrics.last_used() > TRUSTED {
            open.connection.ping().await?;
        }
        Ok(())
    }
}

impl<DB: Database> Readers<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    /// Opens nothing yet. `patience`: how long a free connection is waited for.
    pub(super) fn new(options: Options<DB>, most: usize, patience: Duration, greeting: Option<&'static str>) -> Self {
        let pool = Pool::builder(Opener { options, greeting }).max_size(most).wait_timeout(Some(patience)).runtime(Runtime::Tokio1);
        Self { pool: pool.build().expect("a pool with a runtime can wait"), reading: Arc::default() }
    }

    /// Lends a connection to a query, for as long as that takes.
    pub(super) async fn read<T>(&self, query: impl AsyncFnOnce(&mut DB::Connection) -> Result<T>) -> Result<T> {
        let _reading = self.reading.read().await;
        let mut open = self.pool.get().await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        open.is_settled = false;
        let found = query(&mut open.connection).await;
        open.is_settled = found.is_ok();
        found
    }

    /// Waits for the queries that are under way, and closes.
    pub(super) async fn close(&self) {
        let _nobody_reads = self.reading.write().await;
        let all = self.pool.retain(|_, _| false).removed;
        self.pool.close();
        for open in all {
            if let Err(error) = open.connection.close().await {
                tracing::debug!(%error, "a connection did not close cleanly");
            }
        }
    }
}

impl<DB: Database> Clone for Readers<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), reading: Arc::clone(&self.reading) }
    }
}

impl<DB: Database> fmt::Debug for Readers<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Readers").field(&self.pool.status()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use futures_util::TryStreamExt as _;
    use sqlx::{Sqlite, SqliteConnection, sqlite::SqliteConnectOptions};
    use tokio::sync::oneshot;

    use super::*;

    const NUMBERS: &str = "with recursive numbers(n) as (select 1 union all select n + 1 from numbers limit 1000) select n from numbers";

    /// One connection, so that each query has what the last one left.
    fn one() -> Readers<Sqlite> {
        Readers::new(SqliteConnectOptions::from_str("sqlite::memory:").expect("an address"), 1, Duration::from_secs(20), None)
    }

    async fn seven(connection: &mut SqliteConnection) -> Result<i64> {
        sqlx::query_scalar("select 7").fetch_one(connection).await.map_err(failed)
    }

    fn failed(error: Error) -> StoreError {
        StoreError::Unavailable(error.to_string())
    }

    #[tokio::test]
    async fn a_query_that_was_left_half_way_spoils_no_other() {
        let readers = one();
        for _ in 0..3 {
            let some = readers.read(async |connection| sqlx::query_scalar::<_, i64>(NUMBERS).fetch(connection).try_next().await.map_err(failed));
            assert_eq!(some.await.expect("it begins"), Some(1));
            assert_eq!(readers.read(seven).await.expect("the connection is free again"), 7);
        }
    }

    #[tokio::test]
    async fn whoever_goes_away_before_the_answer_spoils_no_other() {
        let readers = one();
        let mut reading = Box::pin(readers.read(async |connection| sqlx::query(NUMBERS).fetch_all(connection).await.map_err(failed)));
        assert!(futures_util::poll!(&mut reading).is_pending(), "it is under way");
        drop(reading);
        assert_eq!(readers.read(seven).await.expect("the connection is free again"), 7);
    }

    #[tokio::test]
    async fn a_query_that_fails_spoils_no_other() {
        let readers = one();
        assert!(readers.read(async |connection| sqlx::query("select nothing").execute(connection).await.map_err(failed)).await.is_err());
        assert_eq!(readers.read(seven).await.expect("the connection is free again"), 7);
    }

    #[tokio::test]
    async fn closing_waits_for_who_reads_and_then_nobody_reads() {
        let readers = one();
        let (go_on, waits) = oneshot::channel();
        let mut reading = Box::pin(readers.read(async |connection| {
            waits.await.expect("it is told");
            seven(connection).await
        }));
        assert!(futures_util::poll!(&mut reading).is_pending(), "it is under way");
        let mut closing = Box::pin(readers.close());
        assert!(futures_util::poll!(&mut closing).is_pending(), "somebody reads");
        go_on.send(()).expect("it waits");
        assert_eq!(reading.await.expect("it goes on"), 7);
        closing.await;
        assert!(matches!(readers.read(seven).await, Err(StoreError::Unavailable(_))));
    }
}
