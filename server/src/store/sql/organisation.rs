//! The organisation's row, and that of a change of its key.

use shared::{
    key::{PublicKey, SecretKey},
    time::At,
};
use sqlx::FromRow;

use super::{
    Connection,
    read::{failed, fixed, parsed},
};
use crate::store::{Organisation, Result, Rotation, StoreError};

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    key_seed: Vec<u8>,
    zone: String,
    person_word: String,
    demonstration: bool,
    created_at: i64,
    former_seed: Option<Vec<u8>>,
    reason: Option<String>,
    began_at: Option<i64>,
}

pub(super) async fn read(connection: &mut Connection) -> Result<Option<Organisation>> {
    let row: Option<Row> = sqlx::query_as(
        "select o.id, o.name, o.key_seed, o.zone, o.person_word, o.demonstration, o.created_at, r.former_seed, r.reason, r.began_at
           from organisation o left join rotation r on 1 = 1",
    )
    .fetch_optional(connection)
    .await
    .map_err(failed)?;
    row.map(|row| {
        let former = row.former_seed.map(key).transpose()?;
        let rotation = row.reason.zip(row.began_at).map(|(reason, began_at)| Rotation { former, reason, began_at: At(began_at) });
        Ok(Organisation {
            id: parsed(&row.id)?,
            name: row.name,
            key: key(row.key_seed)?,
            zone: row.zone,
            person_word: row.person_word,
            demonstration: row.demonstration,
            created_at: At(row.created_at),
            rotation,
        })
    })
    .transpose()
}

fn key(seed: Vec<u8>) -> Result<SecretKey> {
    Ok(SecretKey::from_seed(fixed(seed)?.0))
}

/// Checks that logs which are opened now begin under the organisation's key. Takes its row: whoever changes the key waits,
/// and then finds these logs.
pub(super) async fn opens_with(connection: &mut Connection, opened: &[&PublicKey]) -> Result<()> {
    sqlx::query("update organisation set key_seed = key_seed").execute(&mut *connection).await.map_err(failed)?;
    let seed: Option<Vec<u8>> = sqlx::query_scalar("select key_seed from organisation").fetch_optional(connection).await.map_err(failed)?;
    let public = seed.map(key).transpose()?.map(|key| key.public());
    if public.is_none_or(|public| opened.iter().all(|key| **key == public)) { Ok(()) } else { Err(StoreError::Conflict) }
}

pub(super) async fn begin_rotation(connection: &mut Connection, before: &SecretKey, after: &SecretKey, rotation: &Rotation) -> Result<()> {
    let done = sqlx::query("update organisation set key_seed = $1 where key_seed = $2 and not exists (select 1 from rotation)")
        .bind(after.seed().to_vec())
        .bind(before.seed().to_vec())
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    if done.rows_affected() != 1 {
        return Err(StoreError::Conflict);
    }
    sqlx::query("insert into rotation (former_seed, reason, began_at) values ($1, $2, $3)")
        .bind(rotation.former.as_ref().map(|former| former.seed().to_vec()))
        .bind(&rotation.reason)
        .bind(rotation.began_at.0)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

pub(super) async fn end_rotation(connection: &mut Connection, key: &SecretKey) -> Result<()> {
    sqlx::query("delete from rotation where (select key_seed from organisation) = $1").bind(key.seed().to_vec()).execute(connection).await.map_err(failed)?;
    Ok(())
}

pub(super) async fn write(connection: &mut Connection, organisation: &Organisation) -> Result<()> {
    let done = sqlx::query(
        "insert into organisation (id, name, key_seed, zone, person_word, demonstration, created_at)
         select $1, $2, $3, $4, $5, $6, $7 where not exists (select 1 from organisation)",
    )
    .bind(organisation.id.to_string())
    .bind(&organisation.name)
    .bind(organisation.key.seed().to_vec())
    .bind(&organisation.zone)
    .bind(&organisation.person_word)
    .bind(organisation.demonstration)
    .bind(organisation.created_at.0)
    .execute(connection)
    .await
    .map_err(failed)?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}
