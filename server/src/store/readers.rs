//! Connections that read: a fixed number, each lent to one query at a time.
//!
//! A pool of sqlx's asks each connection whether it still answers, before and after every query: three ways to the
//! database for one. These are asked when they stood idle for a while, and where a query did not come to its end.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures_util::{
    FutureExt as _, Stream, TryStreamExt as _,
    future::BoxFuture,
    stream::{BoxStream, StreamExt as _},
};
use sqlx::{AssertSqlSafe, Connection, Database, Either, Error, Execute, Executor, SqlStr};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A connection that was silent for longer is asked whether it still answers.
pub(super) const TRUSTED: Duration = Duration::from_secs(1);
/// A connection that is older is closed: what stands between may have moved the database elsewhere.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);

type Options<DB> = <<DB as Database>::Connection as Connection>::Options;

/// Cheap to clone; clones share the connections.
pub(super) struct Readers<DB: Database>(Arc<Inner<DB>>);

struct Inner<DB: Database> {
    options: Options<DB>,
    most: u32,
    patience: Duration,
    /// What a new connection is told first.
    greeting: Option<&'static str>,
    turns: Arc<Semaphore>,
    idle: Mutex<Vec<Open<DB>>>,
}

struct Open<DB: Database> {
    connection: DB::Connection,
    since: Instant,
    used: Instant,
    /// Its last query came to its end.
    is_settled: bool,
}

impl<DB: Database> Readers<DB> {
    /// Opens nothing yet. `patience`: how long a free connection is waited for.
    pub(super) fn new(options: Options<DB>, most: u32, patience: Duration, greeting: Option<&'static str>) -> Self {
        let turns = Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(usize::MAX)));
        Self(Arc::new(Inner { options, most, patience, greeting, turns, idle: Mutex::default() }))
    }

    /// Waits for the queries that are under way, and closes.
    pub(super) async fn close(&self) {
        // Closed already, where no turn is to be had.
        let Ok(_all) = self.0.turns.acquire_many(self.0.most).await else { return };
        self.0.turns.close();
        let open = std::mem::take(&mut *self.0.idle());
        for Open { connection, .. } in open {
            if let Err(error) = connection.close().await {
                tracing::debug!(%error, "a connection did not close cleanly");
            }
        }
    }
}

impl<DB: Database> Readers<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    async fn lend(&self) -> Result<Lent<DB>, Error> {
        let turn = Arc::clone(&self.0.turns).acquire_owned();
        let turn = tokio::time::timeout(self.0.patience, turn).await.map_err(|_| Error::PoolTimedOut)?.map_err(|_| Error::PoolClosed)?;
        loop {
            let open = self.0.idle().pop();
            let Some(mut open) = open else { break };
            let is_trusted = open.is_settled && open.used.elapsed() < TRUSTED;
            if is_trusted || open.connection.ping().await.is_ok() {
                return Ok(Lent::of(open, self, turn));
            }
        }
        let mut connection = DB::Connection::connect_with(&self.0.options).await?;
        if let Some(greeting) = self.0.greeting {
            connection.execute(AssertSqlSafe(greeting)).await?;
        }
        let now = Instant::now();
        Ok(Lent::of(Open { connection, since: now, used: now, is_settled: true }, self, turn))
    }
}

impl<DB: Database> Inner<DB> {
    /// No code panics while it holds this.
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Open<DB>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection for one query. It goes back when dropped, however the query went.
struct Lent<DB: Database> {
    open: Option<Open<DB>>,
    readers: Readers<DB>,
    /// Given back after the connection.
    _turn: OwnedSemaphorePermit,
}

impl<DB: Database> Lent<DB> {
    fn of(mut open: Open<DB>, readers: &Readers<DB>, turn: OwnedSemaphorePermit) -> Self {
        open.is_settled = false;
        Self { open: Some(open), readers: readers.clone(), _turn: turn }
    }

    fn connection(&mut self) -> &mut DB::Connection {
        &mut self.open.as_mut().expect("it is taken when it is dropped").connection
    }

    /// The query came to its end.
    fn settle(&mut self) {
        if let Some(open) = &mut self.open {
            open.is_settled = true;
        }
    }
}

impl<DB: Database> Drop for Lent<DB> {
    fn drop(&mut self) {
        if let Some(mut open) = self.open.take().filter(|open| open.since.elapsed() < MAX_AGE) {
            open.used = Instant::now();
            self.readers.0.idle().push(open);
        }
    }
}

impl<'p, DB: Database> Executor<'p> for &'_ Readers<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    type Database = DB;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<DB::QueryResult, DB::Row>, Error>>
    where
        E: 'q + Execute<'q, DB>,
    {
        let readers = self.clone();
        let place = Arc::new(Mutex::new(None));
        let handed = Arc::clone(&place);
        let running = async move {
            let mut lent = readers.lend().await?;
            let mut found = lent.connection().fetch_many(query);
            while let Some(one) = found.try_next().await? {
                *handed.lock().unwrap_or_else(PoisonError::into_inner) = Some(one);
                taken().await;
            }
            drop(found);
            lent.settle();
            Ok(())
        };
        Found { running: Some(running.boxed()), place }.boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<DB::Row>, Error>>
    where
        E: 'q + Execute<'q, DB>,
    {
        let readers = self.clone();
        Box::pin(async move {
            let mut lent = readers.lend().await?;
            let row = lent.connection().fetch_optional(query).await?;
            lent.settle();
            Ok(row)
        })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [DB::TypeInfo]) -> BoxFuture<'e, Result<DB::Statement, Error>>
    where
        'p: 'e,
    {
        let readers = self.clone();
        Box::pin(async move {
            let mut lent = readers.lend().await?;
            let statement = lent.connection().prepare_with(sql, parameters).await?;
            lent.settle();
            Ok(statement)
        })
    }

    // Of sqlx's own macros, which ask at compile time.
    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<sqlx::Describe<DB>, Error>> {
        let readers = self.clone();
        Box::pin(async move {
            let mut lent = readers.lend().await?;
            let described = lent.connection().describe(sql).await?;
            lent.settle();
            Ok(described)
        })
    }
}

/// What a query finds, one after the other: a query goes on once the last was taken.
struct Found<'e, T> {
    /// Absent once it has ended.
    running: Option<BoxFuture<'e, Result<(), Error>>>,
    place: Arc<Mutex<Option<T>>>,
}

impl<T> Stream for Found<'_, T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(running) = &mut self.running else { return Poll::Ready(None) };
        let polled = running.as_mut().poll(context);
        if polled.is_ready() {
            self.running = None;
        }
        match polled {
            Poll::Ready(Ok(())) => Poll::Ready(None),
            Poll::Ready(Err(error)) => Poll::Ready(Some(Err(error))),
            Poll::Pending => match self.place.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some(one) => Poll::Ready(Some(Ok(one))),
                None => Poll::Pending,
            },
        }
    }
}

/// Waits until the next is asked for: whoever polls then has taken this one.
async fn taken() {
    let mut is_asked = false;
    poll_fn(move |_| if std::mem::replace(&mut is_asked, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

impl<DB: Database> Clone for Readers<DB> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<DB: Database> fmt::Debug for Readers<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").field("most", &self.0.most).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use sqlx::{Sqlite, sqlite::SqliteConnectOptions};

    use super::*;

    const NUMBERS: &str = "with recursive numbers(n) as (select 1 union all select n + 1 from numbers limit 1000) select n from numbers";

    /// One connection, so that each query has what the last one left.
    fn one() -> Readers<Sqlite> {
        Readers::new(SqliteConnectOptions::from_str("sqlite::memory:").expect("an address"), 1, Duration::from_secs(20), None)
    }

    #[tokio::test]
    async fn rows_come_all_and_in_order() {
        let found: Vec<i64> = sqlx::query_scalar::<_, i64>(NUMBERS).fetch(&one()).try_collect().await.expect("it is read to its end");
        assert_eq!(found, (1..=1_000).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_query_that_was_left_half_way_spoils_no_other() {
        let readers = one();
        for _ in 0..3 {
            let some: Vec<i64> = sqlx::query_scalar::<_, i64>(NUMBERS).fetch(&readers).take(3).try_collect().await.expect("it begins");
            assert_eq!(some, [1, 2, 3]);
            let other: i64 = sqlx::query_scalar("select 7").fetch_one(&readers).await.expect("the connection is free again");
            assert_eq!(other, 7);
        }
    }

    #[tokio::test]
    async fn a_query_that_fails_spoils_no_other() {
        let readers = one();
        assert!(sqlx::query("select nothing").execute(&readers).await.is_err());
        let other: i64 = sqlx::query_scalar("select 7").fetch_one(&readers).await.expect("the connection is free again");
        assert_eq!(other, 7);
    }

    #[tokio::test]
    async fn closing_waits_for_who_reads_and_then_nobody_reads() {
        let readers = one();
        let mut reading = sqlx::query_scalar::<_, i64>(NUMBERS).fetch(&readers);
        assert_eq!(reading.try_next().await.expect("it begins"), Some(1));
        let mut closing = Box::pin(readers.close());
        assert!(futures_util::poll!(&mut closing).is_pending(), "somebody reads");
        drop(reading);
        closing.await;
        let late = sqlx::query("select 7").execute(&readers).await;
        assert!(matches!(late, Err(Error::PoolClosed)), "{late:?}");
    }
}
