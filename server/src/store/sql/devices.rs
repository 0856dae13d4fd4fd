//! Devices: who enrolled which key.

use shared::{
    cbor,
    id::{DeviceId, PersonId},
    time::At,
};
use sqlx::FromRow;

use super::{
    Connection,
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
        })
    }
}

pub(super) async fn by_id(connection: &mut Connection, device: DeviceId) -> Result<Option<Device>> {
    let row: Option<Row> = sqlx::query_as("select id, person, public_key, label, enrolled_at, revoked_at from devices where id = $1")
        .bind(device.to_string())
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    row.map(Row::device).transpose()
}

pub(super) async fn of_person(connection: &mut Connection, person: PersonId) -> Result<Vec<Device>> {
    let rows: Vec<Row> =
        sqlx::query_as("select id, person, public_key, label, enrolled_at, revoked_at from devices where person = $1 order by enrolled_at, id")
            .bind(person.to_string())
            .fetch_all(connection)
            .await
            .map_err(failed)?;
    rows.into_iter().map(Row::device).collect()
}

pub(super) async fn add(connection: &mut Connection, device: &Device) -> Result<()> {
    sqlx::query("insert into devices (id, person, public_key, label, enrolled_at, revoked_at) values ($1, $2, $3, $4, $5, $6)")
        .bind(device.id.to_string())
        .bind(device.person.to_string())
        .bind(cbor::encode(&device.key))
        .bind(&device.label)
        .bind(device.enrolled_at.0)
        .bind(device.revoked_at.map(|at| at.0))
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
