//! The organisation's row.

use shared::{key::SecretKey, time::At};
use sqlx::FromRow;

use super::{
    Connection, Pool,
    read::{failed, fixed, parsed},
};
use crate::store::{Organisation, Result, StoreError};

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    key_seed: Vec<u8>,
    zone: String,
    person_word: String,
    demonstration: bool,
    created_at: i64,
}

pub(super) async fn read(pool: &Pool) -> Result<Option<Organisation>> {
    let row: Option<Row> = sqlx::query_as("select id, name, key_seed, zone, person_word, demonstration, created_at from organisation")
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.map(|row| {
        Ok(Organisation {
            id: parsed(&row.id)?,
            name: row.name,
            key: SecretKey::from_seed(fixed(row.key_seed)?.0),
            zone: row.zone,
            person_word: row.person_word,
            demonstration: row.demonstration,
            created_at: At(row.created_at),
        })
    })
    .transpose()
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
