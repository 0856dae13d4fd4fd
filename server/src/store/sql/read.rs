//! How values come out of rows, and who may read which log.

use shared::{
    bytes::Fixed,
    id::{DeviceId, LogId, PersonId, RecordId},
    role::Role,
    time::At,
};
use sqlx::FromRow;

use super::{Connection, ENDS, MIGRATIONS};
use crate::store::{Membership, Reach, Result, StoreError};

/// An error of the database: a broken unique index is a conflict, all else means that it did not answer.
pub(in crate::store) fn failed(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(database) if database.is_unique_violation() || gave_way(database.code().as_deref()) => StoreError::Conflict,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => StoreError::Damaged(error.to_string()),
        _ => StoreError::Unavailable(error.to_string()),
    }
}

/// PostgreSQL ended one of two transactions that waited for each other, or that could not both stand.
fn gave_way(code: Option<&str>) -> bool {
    matches!(code, Some("40001" | "40P01"))
}

pub(super) fn damaged(what: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(what.to_string())
}

pub(in crate::store) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T> {
    text.parse().map_err(damaged)
}

pub(in crate::store) fn fixed<const N: usize>(bytes: Vec<u8>) -> Result<Fixed<N>> {
    <[u8; N]>::try_from(bytes).map(Fixed).map_err(|bytes| damaged(format!("{} bytes instead of {N}", bytes.len())))
}

/// Positions and counts are never negative and stay below 2^63.
pub(in crate::store) fn number<T: TryFrom<i64, Error: std::fmt::Display>>(value: i64) -> Result<T> {
    T::try_from(value).map_err(damaged)
}

pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn role(code: &str) -> Result<Role> {
    const ROLES: [Role; 5] = [Role::Mentee, Role::Mentor, Role::Supervisor, Role::Lead, Role::Owner];
    ROLES.into_iter().find(|role| role.code() == code).ok_or_else(|| damaged(format!("no role {code:?}")))
}

/// A log of some memberships `m`, and how far they reach at `$2`.
macro_rules! reaches {
    () => {
        concat!(
            "g.name, g.epoch, g.next, max(case when ",
            in_force!("$2"),
            " then 1 else 0 end) = 1 as current,
             max(case when m.ended_by is not null then m.ended_by + 1
                      when m.until <= $2 then (select min(l.position) from lines l where l.log = m.log and l.received_at >= m.until)
                 end) as left_at"
        )
    };
}

pub(super) use reaches;

#[derive(FromRow)]
pub(super) struct ReachRow {
    pub(super) name: String,
    pub(super) epoch: i64,
    pub(super) next: i64,
    pub(super) current: bool,
    pub(super) left_at: Option<i64>,
}

impl ReachRow {
    pub(super) fn reach(&self) -> Result<Reach> {
        let next: u64 = number(self.next)?;
        let left: Option<u64> = self.left_at.map(number).transpose()?;
        let end = if self.current { next } else { left.unwrap_or(next).min(next) };
        Ok(Reach { log: parsed(&self.name)?, epoch: number(self.epoch)?, end, current: self.current })
    }
}

pub(super) async fn reach(connection: &mut Connection, person: PersonId, now: At) -> Result<Vec<Reach>> {
    const REACH: &str = concat!("select ", reaches!(), " from members m join logs g on g.number = m.log where m.person = $1 group by g.number order by g.name");
    let rows: Vec<ReachRow> = sqlx::query_as(REACH).bind(person.to_string()).bind(now.0).fetch_all(connection).await.map_err(failed)?;
    rows.iter().map(ReachRow::reach).collect()
}

/// The device that a session was last heard from by, and when.
pub(super) fn heard(device: Option<&str>, at: Option<i64>) -> Result<Option<(DeviceId, At)>> {
    device.zip(at).map(|(device, at)| Ok((parsed(device)?, At(at)))).transpose()
}

pub(super) async fn ends(connection: &mut Connection, people: &[PersonId], now: At) -> Result<Vec<(PersonId, LogId, u64)>> {
    let people: Vec<String> = people.iter().map(PersonId::to_string).collect();
    let rows: Vec<(String, String, i64)> =
        sqlx::query_as(ENDS).bind(serde_json::Value::from(people).to_string()).bind(now.0).fetch_all(connection).await.map_err(failed)?;
    rows.into_iter().map(|(person, log, next)| Ok((parsed(&person)?, parsed(&log)?, number(next)?))).collect()
}

pub(super) async fn ping(connection: &mut Connection) -> Result<()> {
    sqlx::query("select 1").execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Whether the tables have all that this build's migrations make. A newer build may have made more.
pub(super) async fn is_migrated(connection: &mut Connection) -> Result<bool> {
    let made: Vec<i64> = sqlx::query_scalar("select version from _sqlx_migrations where success").fetch_all(connection).await.map_err(failed)?;
    Ok(MIGRATIONS.iter().all(|migration| made.contains(&migration.version)))
}

#[derive(FromRow)]
struct MemberRow {
    person: String,
    name: String,
    role: String,
    leads: bool,
    since: i64,
    until: Option<i64>,
}

pub(super) async fn memberships(connection: &mut Connection, log: LogId) -> Result<Vec<Membership>> {
    let rows: Vec<MemberRow> = sqlx::query_as(
        "select m.person, m.name, m.role, m.leads, m.since, m.until
           from members m join logs g on g.number = m.log where g.name = $1 order by m.began_by",
    )
    .bind(log.to_string())
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    rows.into_iter()
        .map(|row| {
            Ok(Membership {
                log,
                person: parsed(&row.person)?,
                name: row.name,
                role: role(&row.role)?,
                leads: row.leads,
                since: At(row.since),
                until: row.until.map(At),
            })
        })
        .collect()
}

pub(super) async fn logs_as(connection: &mut Connection, person: PersonId, role: Role, now: At) -> Result<Vec<LogId>> {
    let names: Vec<String> = sqlx::query_scalar(concat!(
        "select distinct g.name from members m join logs g on g.number = m.log
          where m.person = $1 and m.role = $2 and ",
        in_force!("$3"),
        " and g.name like 'record/%' order by g.name"
    ))
    .bind(person.to_string())
    .bind(role.code())
    .bind(now.0)
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    names.iter().map(|name| parsed(name)).collect()
}

pub(super) async fn draft_times(connection: &mut Connection, person: PersonId, record: RecordId) -> Result<Option<(At, At)>> {
    let times: Option<(i64, i64)> = sqlx::query_as("select earliest, latest from draft_times where person = $1 and record = $2")
        .bind(person.to_string())
        .bind(record.to_string())
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    Ok(times.map(|(earliest, latest)| (At(earliest), At(latest))))
}
