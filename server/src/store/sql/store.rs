//! What both databases do alike, written once and compiled for each: the statements are of one dialect, their placeholders
//! `$1`. What is theirs alone, each keeps beside this: how it opens, begins, commits and closes.

mod callers;
mod copies;
mod devices;
mod held;
pub(super) mod lines;
mod organisation;
mod parts;
mod people;
pub(super) mod read;
mod write;

use std::collections::BTreeSet;

use async_trait::async_trait;
use shared::{
    bytes::Hash,
    id::{DeviceId, LogId, PersonId, RecordId},
    key::SecretKey,
    line::Line,
    parts::{Name, Rows},
    role::Role,
    time::At,
};

pub(super) use self::{
    callers::{Callers, callers},
    read::failed,
    write::write,
};
use super::{Backend, Connection, Database, ENDS, MIGRATIONS, Pool, Script, begin};
use crate::store::{
    Caller, Device, Held, HeldId, Kept, Measures, Membership, Moved, News, Organisation, Page, Person, Reach, Result, Rotation, Session, Stand, Store, Turn,
};

#[async_trait]
impl Store for Backend {
    async fn organisation(&self) -> Result<Option<Organisation>> {
        self.readers.read(organisation::read).await
    }

    async fn begin_rotation(&self, before: &SecretKey, after: &SecretKey, rotation: &Rotation) -> Result<()> {
        let mut connection = self.connection().await?;
        let mut transaction = begin(&mut connection).await?;
        organisation::begin_rotation(&mut transaction, before, after, rotation).await?;
        transaction.commit().await.map_err(failed)
    }

    async fn end_rotation(&self, key: &SecretKey) -> Result<()> {
        organisation::end_rotation(&mut *self.connection().await?, key).await
    }

    async fn person(&self, person: PersonId) -> Result<Option<Person>> {
        self.readers.read(async |connection| people::by_id(connection, person).await).await
    }

    async fn person_by_email(&self, email: &str) -> Result<Option<Person>> {
        self.readers.read(async |connection| people::by_email(connection, email).await).await
    }

    async fn people(&self) -> Result<Vec<Person>> {
        self.readers.read(people::all).await
    }

    async fn password(&self, person: PersonId) -> Result<Option<String>> {
        self.readers.read(async |connection| people::password(connection, person).await).await
    }

    async fn set_password(&self, person: PersonId, phc: &str) -> Result<()> {
        people::set_password(&mut *self.connection().await?, person, phc).await
    }

    async fn invite(&self, token_hash: Hash, person: PersonId, ends_at: At) -> Result<()> {
        people::invite(&mut *self.connection().await?, token_hash, person, ends_at).await
    }

    async fn invitation(&self, token_hash: Hash, now: At) -> Result<Option<PersonId>> {
        self.readers.read(async |connection| people::invitation(connection, token_hash, now).await).await
    }

    async fn accept_invitation(&self, token_hash: Hash, phc: &str, now: At) -> Result<Option<PersonId>> {
        people::accept_invitation(&mut *self.connection().await?, token_hash, phc, now).await
    }

    async fn begin_session(&self, token_hash: Hash, session: &Session) -> Result<()> {
        people::begin_session(&mut *self.connection().await?, token_hash, session).await
    }

    async fn session(&self, token_hash: Hash, now: At) -> Result<Option<Session>> {
        self.readers.read(async |connection| people::session(connection, token_hash, now).await).await
    }

    async fn caller(&self, token_hash: Hash, now: At) -> Result<Option<Caller>> {
        self.callers.ask((token_hash, now)).await
    }

    async fn extend_session(&self, token_hash: Hash, ends_at: At) -> Result<()> {
        people::extend_session(&mut *self.connection().await?, token_hash, ends_at).await
    }

    async fn end_session(&self, token_hash: Hash) -> Result<()> {
        people::end_session(&mut *self.connection().await?, token_hash).await
    }

    async fn sweep(&self, now: At) -> Result<()> {
        people::sweep(&mut *self.connection().await?, now).await
    }

    async fn device(&self, device: DeviceId) -> Result<Option<Device>> {
        self.readers.read(async |connection| devices::by_id(connection, device).await).await
    }

    async fn devices_of(&self, person: PersonId) -> Result<Vec<Device>> {
        self.readers.read(async |connection| devices::of_person(connection, person).await).await
    }

    async fn hear(&self, token_hash: Hash, device: DeviceId, now: At) -> Result<()> {
        devices::hear(&mut *self.connection().await?, token_hash, device, now).await
    }

    async fn end_sessions_of(&self, device: DeviceId, but: Hash) -> Result<()> {
        devices::end_sessions(&mut *self.connection().await?, device, but).await
    }

    async fn turn(&self, logs: &[LogId]) -> Result<Box<dyn Turn>> {
        self.take_turn(logs).await
    }

    fn turn_upon(&self, log: LogId, stand: Stand) -> Box<dyn Turn> {
        self.take_turn_upon(log, stand)
    }

    async fn stand(&self, log: LogId) -> Result<Option<Stand>> {
        self.readers.read(async |connection| lines::stand(connection, log).await).await
    }

    async fn logs(&self, after: Option<LogId>, most: usize) -> Result<Vec<LogId>> {
        self.readers.read(async |connection| lines::logs(connection, after, most).await).await
    }

    async fn lines(&self, log: LogId, page: Page) -> Result<Vec<Line>> {
        self.readers.read(async |connection| lines::page(connection, log, page).await).await
    }

    async fn reach(&self, person: PersonId, now: At) -> Result<Vec<Reach>> {
        self.readers.read(async |connection| read::reach(connection, person, now).await).await
    }

    async fn memberships(&self, log: LogId) -> Result<Vec<Membership>> {
        self.readers.read(async |connection| read::memberships(connection, log).await).await
    }

    async fn logs_as(&self, person: PersonId, role: Role, now: At) -> Result<Vec<LogId>> {
        self.readers.read(async |connection| read::logs_as(connection, person, role, now).await).await
    }

    async fn draft_times(&self, person: PersonId, record: RecordId) -> Result<Option<(At, At)>> {
        self.readers.read(async |connection| read::draft_times(connection, person, record).await).await
    }

    async fn copies(&self, log: LogId, record: RecordId) -> Result<Vec<LogId>> {
        self.readers.read(async |connection| copies::of(connection, log, record).await).await
    }

    async fn parts(&self, log: LogId, names: &BTreeSet<Name>) -> Result<Rows> {
        self.readers.read(async |connection| parts::read(connection, log, names).await).await
    }

    async fn keep(&self, log: LogId, kept: &Kept) -> Result<()> {
        parts::keep(&mut *self.connection().await?, log, kept).await
    }

    async fn hold(&self, held: &Held) -> Result<()> {
        held::keep(&mut *self.connection().await?, held).await
    }

    async fn held(&self, held: HeldId) -> Result<Option<Held>> {
        self.readers.read(async |connection| held::by_id(connection, held).await).await
    }

    async fn held_in(&self, log: LogId) -> Result<Vec<Held>> {
        self.readers.read(async |connection| held::waiting(connection, log).await).await
    }

    fn announce(&self, moved: Moved) {
        self.tell_others(moved);
    }

    async fn news(&self) -> Result<Option<Box<dyn News>>> {
        self.hear_others().await
    }

    async fn ends(&self, people: &[PersonId], now: At) -> Result<Vec<(PersonId, LogId, u64)>> {
        self.readers.read(async |connection| read::ends(connection, people, now).await).await
    }

    async fn ping(&self) -> Result<()> {
        self.readers.read(read::ping).await
    }

    async fn is_migrated(&self) -> Result<bool> {
        self.readers.read(read::is_migrated).await
    }

    fn measures(&self) -> &Measures {
        &self.measures
    }

    async fn close(&self) {
        self.end().await;
    }
}
