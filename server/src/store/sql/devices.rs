//! Devices: who enrolled which key.

use shared::{
    bytes::Hash,
    cbor,
    id::{DeviceId, PersonId},
    time::At,
};
use sqlx::FromRow;

use super::{
    Connection, begin,
    read::{damaged, failed, parsed},
};
use crate::store::{Device, Result};

/// A tagged public key in CBOR.
const MAX_KEY_BYTES: usize = 256;

#[derive(FromRow)]
struct Row {
    id: String,
    person: String,
    public_key: Vec<u8>,
    label: String,
    enrolled_at: i64,
    revoked_at: Option<i64>,
    heard_at: Option<i64>,
}

impl Row {
    fn device(self) -> Result<Device> {
        Ok(Device {
            id: parsed(&self.id)?,
            person: parsed(&self.person)?,
            key: cbor::decode(&self.public_key, MAX_KEY_BYTES).map_err(damaged)?,
            label: self.label,
            enrolled_at: At(self.enrolled_at),
            revoked_at: self.revoked_at.map(At),
            heard_at: self.heard_at.map(At),
        })
    }
}

pub(super) async fn by_id(connection: &mut Connection, device: DeviceId) -> Result<Option<Device>> {
    let row: Option<Row> = sqlx::query_as("select id, person, public_key, label, enrolled_at, revoked_at, heard_at from devices where id = $1")
        .bind(device.to_string())
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    row.map(Row::device).transpose()
}

pub(super) async fn of_person(connection: &mut Connection, person: PersonId) -> Result<Vec<Device>> {
    let rows: Vec<Row> =
        sqlx::query_as("select id, person, public_key, label, enrolled_at, revoked_at, heard_at from devices where person = $1 order by enrolled_at, id")
            .bind(person.to_string())
            .fetch_all(connection)
            .await
            .map_err(failed)?;
    rows.into_iter().map(Row::device).collect()
}

pub(super) async fn add(connection: &mut Connection, device: &Device) -> Result<()> {
    sqlx::query("insert into devices (id, person, public_key, label, enrolled_at, revoked_at, heard_at) values ($1, $2, $3, $4, $5, $6, $7)")
        .bind(device.id.to_string())
        .bind(device.person.to_string())
        .bind(cbor::encode(&device.key))
        .bind(&device.label)
        .bind(device.enrolled_at.0)
        .bind(device.revoked_at.map(|at| at.0))
        .bind(device.heard_at.map(|at| at.0))
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

pub(super) async fn revoke(connection: &mut Connection, device: DeviceId, at: At) -> Result<()> {
    sqlx::query("update devices set revoked_at = $2 where id = $1 and revoked_at is null")
        .bind(device.to_string())
        .bind(at.0)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

pub(super) async fn hear(connection: &mut Connection, token_hash: Hash, device: DeviceId, now: At) -> Result<()> {
    let mut transaction = begin(connection).await?;
    sqlx::query("update devices set heard_at = $2 where id = $1").bind(device.to_string()).bind(now.0).execute(&mut *transaction).await.map_err(failed)?;
    sqlx::query("update sessions set device = $2, heard_at = $3 where token_hash = $1")
        .bind(token_hash.0.to_vec())
        .bind(device.to_string())
        .bind(now.0)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

pub(super) async fn end_sessions(connection: &mut Connection, device: DeviceId, but: Hash) -> Result<()> {
    sqlx::query("delete from sessions where device = $1 and token_hash <> $2")
        .bind(device.to_string())
        .bind(but.0.to_vec())
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}
