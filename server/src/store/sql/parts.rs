//! The table of parts: read by their names, and written together with their root.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    id::LogId,
    parts::{Name, Rows},
};
use sqlx::QueryBuilder;

use super::{
    Connection, Database, begin,
    read::{failed, integer},
};
use crate::store::{Kept, Result, StoreError};

/// Rows that one statement writes.
const ROWS_AT_ONCE: usize = 256;

/// Parts of a log by their names.
const PARTS: &str = concat!("select p.name, p.bytes from logs g join parts p on p.log = g.number where g.name = $1 and p.name", is_one_of!("$2"));

/// One statement, so that all of them stood there at one moment.
pub(super) async fn read(connection: &mut Connection, log: LogId, names: &BTreeSet<Name>) -> Result<Rows> {
    let names: BTreeMap<Vec<u8>, Name> = names.iter().map(|name| (name.bytes(), *name)).collect();
    let listed: Vec<String> = names.keys().map(hex::encode).collect();
    let found: Vec<(Vec<u8>, Vec<u8>)> =
        sqlx::query_as(PARTS).bind(log.to_string()).bind(serde_json::json!(listed).to_string()).fetch_all(connection).await.map_err(failed)?;
    Ok(found.into_iter().filter_map(|(name, bytes)| Some((*names.get(&name)?, bytes))).collect())
}

pub(super) async fn keep(connection: &mut Connection, log: LogId, kept: &Kept) -> Result<()> {
    let mut transaction = begin(connection).await?;
    let number = still_there(&mut transaction, log, kept).await?;
    follow(&mut transaction, number, kept).await?;
    let rows: Vec<(Vec<u8>, &Vec<u8>)> = kept.rows.iter().filter(|(name, _)| **name != Name::Root).map(|(name, bytes)| (name.bytes(), bytes)).collect();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let mut statement = QueryBuilder::<Database>::new("insert into parts (log, name, bytes) ");
        statement.push_values(rows, |mut row, (name, bytes)| {
            row.push_bind(number).push_bind(name.as_slice()).push_bind(bytes.as_slice());
        });
        // Hardly ever so many rows again: not worth keeping.
        statement.push(" on conflict (log, name) do update set bytes = excluded.bytes");
        statement.build().persistent(false).execute(&mut *transaction).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}

/// The log's number, once its row is held: it is in that epoch and has that line.
async fn still_there(connection: &mut Connection, log: LogId, kept: &Kept) -> Result<i64> {
    let number: Option<i64> = sqlx::query_scalar("update logs set epoch = epoch where name = $1 and epoch = $2 returning number")
        .bind(log.to_string())
        .bind(i64::from(kept.epoch))
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    let number = number.ok_or(StoreError::Conflict)?;
    let line: Option<i64> = sqlx::query_scalar("select position from lines where log = $1 and position = $2 and hash = $3")
        .bind(number)
        .bind(integer(kept.chain.next.checked_sub(1).ok_or(StoreError::Conflict)?))
        .bind(kept.chain.hash.0.as_slice())
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    line.map(|_| number).ok_or(StoreError::Conflict)
}

/// Puts the root there, where the one stands that it follows.
async fn follow(connection: &mut Connection, number: i64, kept: &Kept) -> Result<()> {
    let root = kept.rows.get(&Name::Root).map(Vec::as_slice).unwrap_or_default();
    if let Some(before) = &kept.before {
        let done = sqlx::query("update parts set bytes = $3 where log = $1 and name = $2 and bytes = $4")
            .bind(number)
            .bind(Name::Root.bytes())
            .bind(root)
            .bind(before.as_slice())
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        if done.rows_affected() != 1 {
            return Err(StoreError::Conflict);
        }
    } else {
        // Where one stands already this is a conflict.
        sqlx::query("insert into parts (log, name, bytes) values ($1, $2, $3)")
            .bind(number)
            .bind(Name::Root.bytes())
            .bind(root)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    if kept.anew {
        sqlx::query("delete from parts where log = $1 and name <> $2").bind(number).bind(Name::Root.bytes()).execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

/// Nothing of what was folded stays.
pub(super) async fn forget(connection: &mut Connection, number: i64) -> Result<()> {
    sqlx::query("delete from parts where log = $1").bind(number).execute(connection).await.map_err(failed)?;
    Ok(())
}
