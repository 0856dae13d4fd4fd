//! The embedded store: one SQLite file, in WAL with `synchronous=FULL`, one writer and a few readers.

/// SQL: whether a column is one of a list of bytes, which is in JSON and hexadecimal.
macro_rules! is_one_of {
    ($list:literal) => {
        concat!(" in (select unhex(value) from json_each(", $list, "))")
    };
}

mod script;
#[path = "sql/store.rs"]
mod sql;
mod turn;
mod writer;

use std::{ops::DerefMut, str::FromStr as _, sync::Arc, time::Duration};

use shared::id::LogId;
use sqlx::{
    Connection as _, Sqlite, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use self::{
    SqliteStore as Backend,
    script::Script,
    sql::{Callers, callers, failed},
    turn::SqliteTurn,
    writer::Writer,
};
use super::{Measures, Moved, News, OpenError, Result, Stand, Turn, readers::Readers};

type Pool = Readers<Sqlite>;
type Connection = SqliteConnection;
type Database = sqlx::Sqlite;
type Transaction<'c> = sqlx::Transaction<'c, sqlx::Sqlite>;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");

/// Where the logs end that people may read now; the people are a list in JSON.
const ENDS: &str = concat!(
    "select m.person, g.name, g.next
       from members m join logs g on g.number = m.log
      where m.person in (select value from json_each($1)) and ",
    in_force!("$2"),
    " group by m.person, g.name, g.next"
);

/// Connections that read; each has a thread of its own.
const READERS: usize = 3;
/// Pages that one connection keeps, in KiB.
const CACHE_KIB: u32 = 4_096;
/// How long a lock of another process is waited for, and a connection that is free.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    readers: Pool,
    callers: Callers,
    writer: Arc<Writer>,
    measures: Measures,
}

impl SqliteStore {
    /// Opens the file behind `sqlite://path`, making it where it is missing, and brings its shape up to date.
    pub async fn open(url: &str) -> std::result::Result<Self, OpenError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|error| OpenError::Address(error.to_string()))?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What was erased is overwritten, not only unlinked.
            .pragma("secure_delete", "on")
            // A statement of many rows keeps what it would have to undo: beside the file, it would be words that nobody erases.
            .pragma("temp_store", "memory")
            .pragma("cache_size", format!("-{CACHE_KIB}"))
            .busy_timeout(BUSY_TIMEOUT);
        keep_private(options.get_filename());
        let measures = Measures::default();
        let writer = Arc::new(Writer::open(&options, measures.clone()).await?);
        let readers = Readers::new(options.read_only(true).create_if_missing(false), READERS, BUSY_TIMEOUT, None);
        let callers = callers(readers.clone());
        Ok(Self { readers, callers, writer, measures })
    }

    async fn take_turn(&self, logs: &[LogId]) -> Result<Box<dyn Turn>> {
        Ok(Box::new(SqliteTurn::take(&self.readers, Arc::clone(&self.writer), logs).await?))
    }

    fn take_turn_upon(&self, log: LogId, stand: Stand) -> Box<dyn Turn> {
        Box::new(SqliteTurn::upon(Arc::clone(&self.writer), log, stand))
    }

    #[expect(clippy::unused_self, reason = "the other database's store tells them")]
    fn tell_others(&self, _: Moved) {}

    #[expect(clippy::unused_async, reason = "the other database's store listens")]
    async fn hear_others(&self) -> Result<Option<Box<dyn News>>> {
        Ok(None)
    }

    async fn connection(&self) -> Result<impl DerefMut<Target = Connection>> {
        self.writer.connection().await
    }

    async fn end(&self) {
        // The last connection to go folds the write-ahead log into the file, and readers may not: they go first, so
        // that a stopped server's database is one file to copy.
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Begins as a writer: one that read first could find that it may not write any more.
async fn begin(connection: &mut Connection) -> Result<Transaction<'_>> {
    connection.begin_with("begin immediate").await.map_err(failed)
}

/// The file holds the organisation's key: a new one is its owner's alone to read. SQLite gives its companions the same
/// mode. A file that cannot be made here fails, with its reason, when it is opened.
fn keep_private(file: &std::path::Path) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let _ = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
}
