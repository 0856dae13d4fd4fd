//! The shared store: a PostgreSQL that any number of server processes use at once.
//!
//! Two processes never write the same position. Whoever takes a turn at logs holds their rows from before it judges until
//! its lines are committed; the rows are taken in the order of the logs' names. Whoever judges upon what it knows holds
//! nothing meanwhile: what waits at one moment is one transaction, which takes the rows that nobody holds and writes behind
//! the heads that are still where they were. A process that dies gives its rows back with its connections.

/// SQL: whether a column is one of a list of bytes, which is in JSON and hexadecimal.
macro_rules! is_one_of {
    ($list:literal) => {
        concat!(" = any(array(select decode(value, 'hex') from jsonb_array_elements_text(", $list, "::jsonb) as listed (value)))")
    };
}

mod announcer;
mod news;
mod script;
#[path = "sql/store.rs"]
mod sql;
mod turn;

use std::{ops::DerefMut, sync::Arc, time::Duration};

use shared::id::LogId;
use sqlx::{
    Connection as _, Executor as _, PgConnection, PgPool, Postgres,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use self::{
    PostgresStore as Backend,
    announcer::Announcer,
    news::PostgresNews,
    script::Script,
    sql::{Callers, callers, failed},
    turn::{Grouped, PostgresTurn, TurnUpon},
};
use super::{
    Measures, Moved, News, OpenError, Result, Stand, StoreError, Turn, Work,
    readers::{Readers, TRUSTED},
    together::Together,
};

type Pool = Readers<Postgres>;
type Connection = PgConnection;
type Database = Postgres;
type Transaction<'c> = sqlx::Transaction<'c, Postgres>;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/postgres");

/// Where the logs end that people may read now; the people are a list in JSON.
const ENDS: &str = concat!(
    "select m.person, g.name, g.next
       from members m join logs g on g.number = m.log
      where m.person in (select jsonb_array_elements_text($1::jsonb)) and ",
    in_force!("$2"),
    " group by m.person, g.name, g.next"
);

/// Connections that read. An act that holds a log reads through these, so they never wait for an act.
const READERS: usize = 8;
/// Connections that write: acts, and small writes that are no lines.
const WRITERS: u32 = 8;
/// How long the server is waited for when the store is opened.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a free connection is waited for.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// The oldest PostgreSQL that this was tried with.
const OLDEST_VERSION: i32 = 15;

/// What every connection keeps to. Weaker than `on`, a commit could be lost after it was acknowledged; stronger is its
/// owner's choice. A lock, a statement and a silent transaction have their limits, so that one process that hangs does
/// not stop the others.
const SESSION: &str = "
    select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') in ('off', 'local');
    set lock_timeout = '5s';
    set statement_timeout = '30s';
    set idle_in_transaction_session_timeout = '10s'";

/// A store in one PostgreSQL database.
#[derive(Debug)]
pub struct PostgresStore {
    readers: Pool,
    writers: PgPool,
    group: Arc<Together<Work, ()>>,
    callers: Callers,
    options: PgConnectOptions,
    announcer: Announcer,
    measures: Measures,
}

impl PostgresStore {
    /// Connects, and brings the database's shape up to date. Of processes that start at once, one does it.
    pub async fn open(options: PgConnectOptions) -> std::result::Result<Self, OpenError> {
        let options = options.application_name("countersign");
        let connecting = tokio::time::timeout(CONNECT_TIMEOUT, PgConnection::connect_with(&options));
        let mut connection = connecting.await.map_err(|_| OpenError::Unreachable("it did not answer in time".to_owned()))?.map_err(why_closed)?;
        check_version(&mut connection).await?;
        MIGRATIONS.run(&mut connection).await?;
        let process: String = sqlx::query_scalar("select gen_random_uuid()::text").fetch_one(&mut connection).await.map_err(failed)?;
        connection.close().await.map_err(failed)?;
        let readers = Readers::new(options.clone(), READERS, ACQUIRE_TIMEOUT, Some(SESSION));
        let writers = writers(&options);
        let measures = Measures::default();
        let group = Arc::new(Together::start(Grouped { writers: writers.clone(), measures: measures.clone() }));
        let announcer = Announcer::start(readers.clone(), process);
        let callers = callers(readers.clone());
        Ok(Self { readers, writers, group, callers, options, announcer, measures })
    }

    async fn connection(&self) -> Result<impl DerefMut<Target = Connection>> {
        self.writers.acquire().await.map_err(failed)
    }

    async fn take_turn(&self, logs: &[LogId]) -> Result<Box<dyn Turn>> {
        let transaction = self.writers.begin().await.map_err(failed)?;
        Ok(Box::new(PostgresTurn::take(transaction, logs, self.measures.clone()).await?))
    }

    fn take_turn_upon(&self, log: LogId, stand: Stand) -> Box<dyn Turn> {
        Box::new(TurnUpon { log, stand, group: Arc::clone(&self.group) })
    }

    fn tell_others(&self, moved: Moved) {
        self.announcer.announce(moved);
    }

    async fn hear_others(&self) -> Result<Option<Box<dyn News>>> {
        Ok(Some(Box::new(PostgresNews::listen(&self.options, self.announcer.process().to_owned()).await?)))
    }

    async fn end(&self) {
        self.announcer.finish().await;
        self.readers.close().await;
        self.writers.close().await;
    }
}

async fn begin(connection: &mut Connection) -> Result<Transaction<'_>> {
    connection.begin().await.map_err(failed)
}

fn writers(options: &PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(WRITERS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        // What came back a moment ago was asked then.
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > TRUSTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(SESSION).await?;
                Ok(())
            })
        })
        .connect_lazy_with(options.clone())
}

async fn check_version(connection: &mut Connection) -> std::result::Result<(), OpenError> {
    let number: String = sqlx::query_scalar("show server_version_num").fetch_one(connection).await.map_err(failed)?;
    new_enough(&number)
}

/// The server tells its version as one number: 150018 is 15.18.
fn new_enough(number: &str) -> std::result::Result<(), OpenError> {
    let major = number.parse::<i32>().map_err(|error| StoreError::Damaged(error.to_string()))? / 10_000;
    if major < OLDEST_VERSION { Err(OpenError::OldServer { major, oldest: OLDEST_VERSION }) } else { Ok(()) }
}

/// Why a connection was not made, by the codes of PostgreSQL's appendix A.
fn why_closed(error: sqlx::Error) -> OpenError {
    match &error {
        sqlx::Error::Database(database) => match database.code().as_deref() {
            Some("28000" | "28P01") => OpenError::Denied(database.message().to_owned()),
            Some("3D000") => OpenError::NoDatabase(database.message().to_owned()),
            _ => OpenError::Unreachable(error.to_string()),
        },
        sqlx::Error::Configuration(_) => OpenError::Address(error.to_string()),
        _ => OpenError::Unreachable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_server_is_refused_with_both_versions() {
        assert!(new_enough("150000").is_ok());
        let refused = new_enough("140021").expect_err("14 was not tried");
        assert_eq!((refused.code(), refused.to_string().contains("14"), refused.to_string().contains("15")), ("database_version", true, true));
    }
}
