//! What both databases do alike, written once and compiled for each: the statements are of one dialect, their placeholders
//! `$1`. What is theirs alone, each keeps beside this: how it opens, begins, commits and closes.

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

pub(super) use self::{read::failed, write::write};
use super::{Backend, Connection, Database, ENDS, MIGRATIONS, PARTS, Pool, begin};
use crate::store::{
    Device, Held, HeldId, Kept, Measures, Membership, Moved, News, Organisation, Page, Person, Reach, Result, Rotation, Session, Stand, Store, Turn,
};

#[async_trait]
impl Store for Backend {
    async fn organisation(&self) -> Result<Option<Organisation>> {
        organisation::read(&self.readers).await
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
        people::set_password(&mut *self.connection().await?, person, phc).await
    }

    async fn invite(&self, token_hash: Hash, person: PersonId, ends_at: At) -> Result<()> {
        people::invite(&mut *self.connection().await?, token_hash, person, ends_at).await
    }

    async fn invitation(&self, token_hash: Hash, now: At) -> Result<Option<PersonId>> {
        people::invitation(&self.readers, token_hash, now).await
    }

    async fn accept_invitation(&self, token_hash: Hash, phc: &str, now: At) -> Result<Option<PersonId>> {
        people::accept_invitation(&mut *self.connection().await?, token_hash, phc, now).await
    }

    async fn begin_session(&self, token_hash: Hash, session: &Session) -> Result<()> {
        people::begin_session(&mut *self.connection().await?, token_hash, session).await
    }

    async fn session(&self, token_hash: Hash, now: At) -> Result<Option<Session>> {
        people::session(&self.readers, token_hash, now).await
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
        devices::by_id(&self.readers, device).await
    }

    async fn devices_of(&self, person: PersonId) -> Result<Vec<Device>> {
        devices::of_person(&self.readers, person).await
    }

    async fn turn(&self, logs: &[LogId]) -> Result<Box<dyn Turn>> {
        self.take_turn(logs).await
    }

    async fn stand(&self, log: LogId) -> Result<Option<Stand>> {
        lines::stand(&self.readers, log).await
    }

    async fn logs(&self, after: Option<LogId>, most: usize) -> Result<Vec<LogId>> {
        lines::logs(&self.readers, after, most).await
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

    async fn copies(&self, log: LogId, record: RecordId) -> Result<Vec<LogId>> {
        copies::of(&self.readers, log, record).await
    }

    async fn parts(&self, log: LogId, names: &BTreeSet<Name>) -> Result<Rows> {
        parts::read(&self.readers, log, names).await
    }

    async fn keep(&self, log: LogId, kept: &Kept) -> Result<()> {
        parts::keep(&mut *self.connection().await?, log, kept).await
    }

    async fn hold(&self, held: &Held) -> Result<()> {
        held::keep(&mut *self.connection().await?, held).await
    }

    async fn held(&self, held: HeldId) -> Result<Option<Held>> {
        held::by_id(&self.readers, held).await
    }

    async fn held_in(&self, log: LogId) -> Result<Vec<Held>> {
        held::waiting(&self.readers, log).await
    }

    fn announce(&self, moved: Moved) {
        self.tell_others(moved);
    }

    async fn news(&self) -> Result<Option<Box<dyn News>>> {
        self.hear_others().await
    }

    async fn ends(&self, people: &[PersonId], now: At) -> Result<Vec<(PersonId, LogId, u64)>> {
        read::ends(&self.readers, people, now).await
    }

    async fn ping(&self) -> Result<()> {
        sqlx::query("select 1").execute(&self.readers).await.map_err(failed)?;
        Ok(())
    }

    async fn is_migrated(&self) -> Result<bool> {
        read::is_migrated(&self.readers).await
    }

    fn measures(&self) -> &Measures {
        &self.measures
    }

    async fn close(&self) {
        self.end().await;
    }
}
