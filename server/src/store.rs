//! The store: what must survive everything. Domain-shaped, with its transactions inside.
//!
//! The one way to write lines is [`Store::commit`], and the one way to make its argument is [`LogWork::new`], which
//! takes what `shared::rules` accepted and nothing else.

/// SQL: whether a membership `m` is in force by somebody's clock. What a line says of its own time is so from the moment
/// that it stands, and what a line has ended is over, however far behind that clock is.
macro_rules! in_force {
    ($now:literal) => {
        concat!(
            "(m.since <= ",
            $now,
            " or m.since <= (select b.received_at from lines b where b.log = m.log and b.position = m.began_by)) and (m.until is null or ",
            $now,
            " < m.until) and m.ended_by is null"
        )
    };
}

mod address;
mod held;
mod measures;
mod parts;
mod person;
mod postgres;
mod readers;
mod rotation;
mod sqlite;
mod together;
mod turn;
mod work;

use std::collections::BTreeSet;

use async_trait::async_trait;
use shared::{
    bytes::Hash,
    id::{DeviceId, LogId, OrganisationId, PersonId, RecordId},
    key::{PublicKey, SecretKey},
    line::{ChainHead, Line},
    parts::{Name, Rows},
    role::Role,
    time::At,
};

pub use self::{
    address::{Address, OpenError},
    held::{Held, HeldId, Outcome, items_hash},
    measures::Measures,
    parts::Kept,
    person::{Caller, Person, Session},
    postgres::PostgresStore,
    rotation::Rotation,
    sqlite::SqliteStore,
    turn::{Heard, Moved, News, Turn},
    work::{Drafted, Entry, Erasure, LogWork, Place, Settled, Work},
};

/// The tenant.
#[derive(Debug, Clone)]
pub struct Organisation {
    pub id: OrganisationId,
    pub name: String,
    pub key: SecretKey,
    /// POSIX time zone rule.
    pub zone: String,
    /// What the people cared for are called.
    pub person_word: String,
    /// Whether everything in it is invented.
    pub demonstration: bool,
    pub created_at: At,
    /// Some logs may stand under the former key still.
    pub rotation: Option<Rotation>,
}

/// One installation of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: DeviceId,
    pub person: PersonId,
    pub key: PublicKey,
    pub label: String,
    pub enrolled_at: At,
    pub revoked_at: Option<At>,
    /// To within an hour.
    pub heard_at: Option<At>,
}

/// Where a log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    pub epoch: u32,
    pub head: ChainHead,
}

/// A log that somebody may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    pub log: LogId,
    pub epoch: u32,
    /// The first position that they may not read: the log's end, or what came after they were removed.
    pub end: u64,
    /// A member now; somebody who left reads what was there until then.
    pub current: bool,
}

/// A membership as the log's facts state it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub log: LogId,
    pub person: PersonId,
    pub name: String,
    pub role: Role,
    /// The lead mentor.
    pub leads: bool,
    pub since: At,
    pub until: Option<At>,
}

/// How much of a log one answer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub from: u64,
    /// The first position that is not wanted.
    pub end: u64,
    pub lines: usize,
    /// Bytes of the lines' words; the first line comes even where it alone is over.
    pub bytes: usize,
}

/// What a line weighs in an answer: its words and what stands beside them.
pub fn weight(line: &Line) -> usize {
    let side = line.side.as_ref().map_or(0, |side| side.bytes.0.len().saturating_add(side.content.as_ref().map_or(0, |content| content.0.len())));
    side.saturating_add(LINE_BYTES)
}

/// What a line weighs beside its words, in bytes.
const LINE_BYTES: usize = 400;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else wrote there first: nothing was written, the log must be read again.
    #[error("another writer was first")]
    Conflict,
    /// What is stored cannot be read.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Full, locked, closed or gone; nothing was written.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// What a store does. Every backend passes the suite in `server/tests/store_contract.rs`.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    // The organisation

    async fn organisation(&self) -> Result<Option<Organisation>>;
    /// Gives the organisation a new key, from when on no log is opened with the former one.
    ///
    /// [`StoreError::Conflict`] where its key is not `before`, or a change is under way already.
    async fn begin_rotation(&self, before: &SecretKey, after: &SecretKey, rotation: &Rotation) -> Result<()>;
    /// Destroys the former key, if the organisation's is still this one: every log has come to it.
    async fn end_rotation(&self, key: &SecretKey) -> Result<()>;

    // People and their sessions

    async fn person(&self, person: PersonId) -> Result<Option<Person>>;
    /// `email` in lower case.
    async fn person_by_email(&self, email: &str) -> Result<Option<Person>>;
    /// Everybody, by name.
    async fn people(&self) -> Result<Vec<Person>>;
    /// The PHC string, where a password was chosen.
    async fn password(&self, person: PersonId) -> Result<Option<String>>;
    /// Sets the password and ends every session of that person.
    async fn set_password(&self, person: PersonId, phc: &str) -> Result<()>;
    async fn invite(&self, token_hash: Hash, person: PersonId, ends_at: At) -> Result<()>;
    /// Whose invitation this is, while it lasts.
    async fn invitation(&self, token_hash: Hash, now: At) -> Result<Option<PersonId>>;
    /// Uses an invitation up: sets the password and removes all of that person's invitations.
    async fn accept_invitation(&self, token_hash: Hash, phc: &str, now: At) -> Result<Option<PersonId>>;
    async fn begin_session(&self, token_hash: Hash, session: &Session) -> Result<()>;
    /// A session that has not ended.
    async fn session(&self, token_hash: Hash, now: At) -> Result<Option<Session>>;
    /// A session that has not ended, with what a call of a phone needs to know: one question, since every call asks it.
    async fn caller(&self, token_hash: Hash, now: At) -> Result<Option<Caller>>;
    /// Moves the end of a session.
    async fn extend_session(&self, token_hash: Hash, ends_at: At) -> Result<()>;
    async fn end_session(&self, token_hash: Hash) -> Result<()>;
    /// Removes what ended before `now`: sessions and invitations.
    async fn sweep(&self, now: At) -> Result<()>;

    // Devices

    async fn device(&self, device: DeviceId) -> Result<Option<Device>>;
    /// In the order in which they were set up.
    async fn devices_of(&self, person: PersonId) -> Result<Vec<Device>>;
    /// Notes that a device was heard from, by that session.
    async fn hear(&self, token_hash: Hash, device: DeviceId, now: At) -> Result<()>;
    /// Ends every session by which a device was last heard from, but for this one.
    async fn end_sessions_of(&self, device: DeviceId, but: Hash) -> Result<()>;

    // Logs

    /// Waits until no other process writes to these logs, and keeps it so until the turn ends.
    async fn turn(&self, logs: &[LogId]) -> Result<Box<dyn Turn>>;
    /// A turn at a log that stands where somebody knows it to stand. It waits for nobody: where the log has gone on, or another
    /// process has its turn there, the commit is a [`StoreError::Conflict`].
    fn turn_upon(&self, log: LogId, stand: Stand) -> Box<dyn Turn>;
    /// Writes all of it in one transaction, or nothing. Durable once this returns.
    ///
    /// [`StoreError::Conflict`] where a log went on meanwhile, there is an organisation already, an e-mail is taken or a
    /// held bundle was settled.
    async fn commit(&self, work: Work) -> Result<()> {
        let logs: Vec<LogId> = work.logs.iter().map(LogWork::log).collect();
        self.turn(&logs).await?.commit(work).await
    }
    /// `None` where the log was never opened.
    async fn stand(&self, log: LogId) -> Result<Option<Stand>>;
    /// The logs behind this one, by name.
    async fn logs(&self, after: Option<LogId>, most: usize) -> Result<Vec<LogId>>;
    /// Lines in order, within the page's limits.
    async fn lines(&self, log: LogId, page: Page) -> Result<Vec<Line>>;
    /// Every log that the person may read or once could, by name of the log.
    async fn reach(&self, person: PersonId, now: At) -> Result<Vec<Reach>>;
    /// The memberships of a log, in the order of their lines.
    async fn memberships(&self, log: LogId) -> Result<Vec<Membership>>;
    /// The record logs in which somebody has a role now.
    async fn logs_as(&self, person: PersonId, role: Role, now: At) -> Result<Vec<LogId>>;
    /// When the record was first and last written in its author's own log, by receipt.
    async fn draft_times(&self, person: PersonId, record: RecordId) -> Result<Option<(At, At)>>;

    /// The logs that hold copies of a record's evidence, by name. Read by whoever has the turn at the record's log.
    async fn copies(&self, log: LogId, record: RecordId) -> Result<Vec<LogId>>;

    // What was folded of logs

    /// The parts of a log that are stored under these names, as they stood at one moment.
    async fn parts(&self, log: LogId, names: &BTreeSet<Name>) -> Result<Rows>;
    /// Stores parts of a log, all or none; an epoch that begins destroys them. [`StoreError::Conflict`] where the log is in
    /// another epoch, has another line or none there, or somebody else stored parts meanwhile.
    async fn keep(&self, log: LogId, kept: &Kept) -> Result<()>;

    // Other processes on the same store

    /// Tells the other processes that a log moved. Does not wait; what is lost they find by looking.
    fn announce(&self, moved: Moved);
    /// Listens to the other processes; `None` where there can be none.
    async fn news(&self) -> Result<Option<Box<dyn News>>>;
    /// Where the logs end that these people may read now.
    async fn ends(&self, people: &[PersonId], now: At) -> Result<Vec<(PersonId, LogId, u64)>>;

    // Held words

    /// Keeps a bundle for the lead. The same items again are the same held bundle.
    async fn hold(&self, held: &Held) -> Result<()>;
    async fn held(&self, held: HeldId) -> Result<Option<Held>>;
    /// What waits for the lead in a log, oldest first.
    async fn held_in(&self, log: LogId) -> Result<Vec<Held>>;

    /// Whether it answers; for `/healthz`.
    async fn ping(&self) -> Result<()>;
    /// Whether its tables have all that this build needs; for `/readyz`.
    async fn is_migrated(&self) -> Result<bool>;
    /// What it measures.
    fn measures(&self) -> &Measures;
    /// Finishes what was begun and closes.
    async fn close(&self);
}
