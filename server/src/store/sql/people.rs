//! People, their passwords, invitations and sessions.

use shared::{bytes::Hash, id::PersonId, time::At};
use sqlx::FromRow;

use super::{
    Connection, begin,
    read::{failed, heard, parsed},
};
use crate::store::{Person, Result, Session};

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    email: String,
    job: String,
    place: String,
    employed_from: i64,
    leads: bool,
}

impl Row {
    fn person(self) -> Result<Person> {
        Ok(Person {
            id: parsed(&self.id)?,
            name: self.name,
            email: self.email,
            job: self.job,
            place: self.place,
            employed_from: At(self.employed_from),
            leads: self.leads,
        })
    }
}

pub(super) async fn add(connection: &mut Connection, person: &Person) -> Result<()> {
    sqlx::query("insert into people (id, name, email, job, place, employed_from, leads) values ($1, $2, $3, $4, $5, $6, $7)")
        .bind(person.id.to_string())
        .bind(&person.name)
        .bind(&person.email)
        .bind(&person.job)
        .bind(&person.place)
        .bind(person.employed_from.0)
        .bind(person.leads)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

pub(super) async fn by_id(connection: &mut Connection, person: PersonId) -> Result<Option<Person>> {
    let row: Option<Row> = sqlx::query_as("select id, name, email, job, place, employed_from, leads from people where id = $1")
        .bind(person.to_string())
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    row.map(Row::person).transpose()
}

pub(super) async fn by_email(connection: &mut Connection, email: &str) -> Result<Option<Person>> {
    // PostgreSQL takes no text with a zero byte, and nobody's address has one.
    if email.contains('\0') {
        return Ok(None);
    }
    let row: Option<Row> = sqlx::query_as("select id, name, email, job, place, employed_from, leads from people where email = $1")
        .bind(email)
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    row.map(Row::person).transpose()
}

pub(super) async fn all(connection: &mut Connection) -> Result<Vec<Person>> {
    let rows: Vec<Row> =
        sqlx::query_as("select id, name, email, job, place, employed_from, leads from people order by name, id").fetch_all(connection).await.map_err(failed)?;
    rows.into_iter().map(Row::person).collect()
}

pub(super) async fn password(connection: &mut Connection, person: PersonId) -> Result<Option<String>> {
    let found: Option<Option<String>> =
        sqlx::query_scalar("select password from people where id = $1").bind(person.to_string()).fetch_optional(connection).await.map_err(failed)?;
    Ok(found.flatten())
}

pub(super) async fn set_password(connection: &mut Connection, person: PersonId, phc: &str) -> Result<()> {
    let mut transaction = begin(connection).await?;
    write_password(&mut transaction, person, phc).await?;
    transaction.commit().await.map_err(failed)
}

async fn write_password(connection: &mut Connection, person: PersonId, phc: &str) -> Result<()> {
    let person = person.to_string();
    sqlx::query("update people set password = $2 where id = $1").bind(&person).bind(phc).execute(&mut *connection).await.map_err(failed)?;
    sqlx::query("delete from sessions where person = $1").bind(&person).execute(&mut *connection).await.map_err(failed)?;
    Ok(())
}

pub(super) async fn invite(connection: &mut Connection, token_hash: Hash, person: PersonId, ends_at: At) -> Result<()> {
    sqlx::query("insert into invitations (token_hash, person, ends_at) values ($1, $2, $3)")
        .bind(token_hash.0.to_vec())
        .bind(person.to_string())
        .bind(ends_at.0)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

const INVITATION: &str = "select person from invitations where token_hash = $1 and $2 < ends_at";

pub(super) async fn invitation(connection: &mut Connection, token_hash: Hash, now: At) -> Result<Option<PersonId>> {
    let person: Option<String> = sqlx::query_scalar(INVITATION).bind(token_hash.0.to_vec()).bind(now.0).fetch_optional(connection).await.map_err(failed)?;
    person.map(|person| parsed(&person)).transpose()
}

pub(super) async fn accept_invitation(connection: &mut Connection, token_hash: Hash, phc: &str, now: At) -> Result<Option<PersonId>> {
    let mut transaction = begin(connection).await?;
    let person: Option<String> =
        sqlx::query_scalar(INVITATION).bind(token_hash.0.to_vec()).bind(now.0).fetch_optional(&mut *transaction).await.map_err(failed)?;
    let Some(person) = person else { return Ok(None) };
    let id = parsed(&person)?;
    // The person's row first: two that use an invitation at once meet there, and the second finds it gone.
    write_password(&mut transaction, id, phc).await?;
    let used = sqlx::query("delete from invitations where token_hash = $1").bind(token_hash.0.to_vec()).execute(&mut *transaction).await.map_err(failed)?;
    if used.rows_affected() == 0 {
        return Ok(None);
    }
    sqlx::query("delete from invitations where person = $1").bind(&person).execute(&mut *transaction).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(Some(id))
}

pub(super) async fn begin_session(connection: &mut Connection, token_hash: Hash, session: &Session) -> Result<()> {
    sqlx::query("insert into sessions (token_hash, person, began_at, ends_at, device, heard_at) values ($1, $2, $3, $4, $5, $6)")
        .bind(token_hash.0.to_vec())
        .bind(session.person.to_string())
        .bind(session.began_at.0)
        .bind(session.ends_at.0)
        .bind(session.device.map(|(device, _)| device.to_string()))
        .bind(session.device.map(|(_, at)| at.0))
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

#[derive(FromRow)]
struct SessionRow {
    person: String,
    began_at: i64,
    ends_at: i64,
    device: Option<String>,
    heard_at: Option<i64>,
}

impl SessionRow {
    fn session(self) -> Result<Session> {
        let device = heard(self.device.as_deref(), self.heard_at)?;
        Ok(Session { person: parsed(&self.person)?, began_at: At(self.began_at), ends_at: At(self.ends_at), device })
    }
}

pub(super) async fn session(connection: &mut Connection, token_hash: Hash, now: At) -> Result<Option<Session>> {
    let row: Option<SessionRow> = sqlx::query_as("select person, began_at, ends_at, device, heard_at from sessions where token_hash = $1 and $2 < ends_at")
        .bind(token_hash.0.to_vec())
        .bind(now.0)
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    row.map(SessionRow::session).transpose()
}

pub(super) async fn extend_session(connection: &mut Connection, token_hash: Hash, ends_at: At) -> Result<()> {
    sqlx::query("update sessions set ends_at = $2 where token_hash = $1 and ends_at < $2")
        .bind(token_hash.0.to_vec())
        .bind(ends_at.0)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

pub(super) async fn end_session(connection: &mut Connection, token_hash: Hash) -> Result<()> {
    sqlx::query("delete from sessions where token_hash = $1").bind(token_hash.0.to_vec()).execute(connection).await.map_err(failed)?;
    Ok(())
}

pub(super) async fn sweep(connection: &mut Connection, now: At) -> Result<()> {
    sqlx::query("delete from sessions where ends_at <= $1").bind(now.0).execute(&mut *connection).await.map_err(failed)?;
    sqlx::query("delete from invitations where ends_at <= $1").bind(now.0).execute(&mut *connection).await.map_err(failed)?;
    Ok(())
}
