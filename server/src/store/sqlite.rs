//! The embedded store: one SQLite file, in WAL with `synchronous=FULL`, one writer and a few readers.

mod devices;
mod held;
mod lines;
mod organisation;
mod people;
mod read;
mod write;
mod writer;

use std::{str::FromStr as _, time::Duration};

use async_trait::async_trait;
use shared::{
    bytes::Hash,
    id::{DeviceId, LogId, PersonId, RecordId},
    line::Line,
    role::Role,
    time::At,
};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use self::writer::Writer;
use super::{Device, Held, HeldId, Membership, Organisation, Page, Person, Reach, Result, Session, Stand, Store, StoreError, Work};

/// Connections that read; each has a thread of its own.
const READERS: u32 = 3;
/// Pages that one connection keeps, in KiB.
const CACHE_KIB: u32 = 4_096;
/// How long a lock of another process is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    readers: SqlitePool,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the file behind `sqlite://path`, making it where it is missing, and brings its shape up to date.
    pub async fn open(url: &str) -> Result<Self> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(read::failed)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("cache_size", format!("-{CACHE_KIB}"))
            .busy_timeout(BUSY_TIMEOUT);
        keep_private(options.get_filename());
        let writer = Writer::open(&options).await?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options.read_only(true).create_if_missing(false));
        Ok(Self { readers, writer })
    }
}

/// The file holds the organisation's key: a new one is its owner's alone to read. SQLite gives its companions the same
/// mode. A file that cannot be made here fails, with its reason, when it is opened.
fn keep_private(file: &std::path::Path) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let _ = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
}

#[async_trait]
impl Store for SqliteStore {
    async fn organisation(&self) -> Result<Option<Organisation>> {
        organisation::read(&self.readers).await
    }

    async fn person(&self, person: PersonId) -> Result<Option<Person>> {
        people::by_id(&self.readers, person).await
    }

    async fn person_by_email(&self, email: &str) -> Result<Option<Person>> {
        people::by_email(&self.readers, email).await
    }

    async fn people(&self) -> Result<Vec<Person>> {
        people::all(&self.readers).await
    }

    async fn password(&self, person: PersonId) -> Result<Option<String>> {
        people::password(&self.readers, person).await
    }

    async fn set_password(&self, person: PersonId, phc: &str) -> Result<()> {
        people::set_password(&mut *self.writer.connection().await?, person, phc).await
    }

    async fn invite(&self, token_hash: Hash, person: PersonId, ends_at: At) -> Result<()> {
        people::invite(&mut *self.writer.connection().await?, token_hash, person, ends_at).await
    }

    async fn invitation(&self, token_hash: Hash, now: At) -> Result<Option<PersonId>> {
        people::invitation(&self.readers, token_hash, now).await
    }

    async fn accept_invitation(&self, token_hash: Hash, phc: &str, now: At) -> Result<Option<PersonId>> {
        people::accept_invitation(&mut *self.writer.connection().await?, token_hash, phc, now).await
    }

    async fn begin_session(&self, token_hash: Hash, session: &Session) -> Result<()> {
        people::begin_session(&mut *self.writer.connection().await?, token_hash, session).await
    }

    async fn session(&self, token_hash: Hash, now: At) -> Result<Option<Session>> {
        people::session(&self.readers, token_hash, now).await
    }

    async fn extend_session(&self, token_hash: Hash, ends_at: At) -> Result<()> {
        people::extend_session(&mut *self.writer.connection().await?, token_hash, ends_at).await
    }

    async fn end_session(&self, token_hash: Hash) -> Result<()> {
        people::end_session(&mut *self.writer.connection().await?, token_hash).await
    }

    async fn sweep(&self, now: At) -> Result<()> {
        people::sweep(&mut *self.writer.connection().await?, now).await
    }

    async fn device(&self, device: DeviceId) -> Result<Option<Device>> {
        devices::by_id(&self.readers, device).await
    }

    async fn devices_of(&self, person: PersonId) -> Result<Vec<Device>> {
        devices::of_person(&self.readers, person).await
    }

    async fn commit(&self, work: Work) -> Result<()> {
        self.writer.commit(work).await
    }

    async fn stand(&self, log: LogId) -> Result<Option<Stand>> {
        lines::stand(&self.readers, log).await
    }

    async fn lines(&self, log: LogId, page: Page) -> Result<Vec<Line>> {
        lines::page(&self.readers, log, page).await
    }

    async fn reach(&self, person: PersonId, now: At) -> Result<Vec<Reach>> {
        read::reach(&self.readers, person, now).await
    }

    async fn memberships(&self, log: LogId) -> Result<Vec<Membership>> {
        read::memberships(&self.readers, log).await
    }

    async fn logs_as(&self, person: PersonId, role: Role, now: At) -> Result<Vec<LogId>> {
        read::logs_as(&self.readers, person, role, now).await
    }

    async fn draft_times(&self, person: PersonId, record: RecordId) -> Result<Option<(At, At)>> {
        read::draft_times(&self.readers, person, record).await
    }

    async fn hold(&self, held: &Held) -> Result<()> {
        held::keep(&mut *self.writer.connection().await?, held).await
    }

    async fn held(&self, held: HeldId) -> Result<Option<Held>> {
        held::by_id(&self.readers, held).await
    }

    async fn held_in(&self, log: LogId) -> Result<Vec<Held>> {
        held::waiting(&self.readers, log).await
    }

    async fn ping(&self) -> Result<()> {
        sqlx::query("select 1").execute(&self.readers).await.map_err(read::failed)?;
        Ok(())
    }

    async fn close(&self) {
        // The last connection to go folds the write-ahead log into the file, and readers may not: they go first, so
        // that a stopped server's database is one file to copy.
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Damaged(format!("its shape cannot be brought up to date: {error}"))
    }
}
