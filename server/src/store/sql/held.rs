//! The table of held words.

use shared::{
    cbor,
    id::LogId,
    time::At,
    wire::{Bundle, MAX_REQUEST_BYTES},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Connection,
    read::{damaged, failed, parsed},
};
use crate::store::{Held, HeldId, Outcome, Result, Settled, StoreError, held::items_hash};

#[derive(FromRow)]
struct Row {
    id: String,
    log: String,
    author: String,
    device: String,
    bundle: Vec<u8>,
    received_at: i64,
    outcome: Option<String>,
}

impl Row {
    fn held(self) -> Result<Held> {
        let bundle: Bundle = cbor::decode(&self.bundle, MAX_REQUEST_BYTES).map_err(damaged)?;
        let outcome = match self.outcome.as_deref() {
            None => None,
            Some("adopted") => Some(Outcome::Adopted),
            Some("discarded") => Some(Outcome::Discarded),
            Some(other) => return Err(damaged(format!("no outcome {other:?}"))),
        };
        Ok(Held {
            id: HeldId(parsed::<Uuid>(&self.id)?),
            log: parsed(&self.log)?,
            author: parsed(&self.author)?,
            device: parsed(&self.device)?,
            bundle,
            received_at: At(self.received_at),
            outcome,
        })
    }
}

pub(super) async fn keep(connection: &mut Connection, held: &Held) -> Result<()> {
    sqlx::query(
        "insert into held (id, log, author, device, items_hash, bundle, received_at)
         select $1, number, $3, $4, $5, $6, $7 from logs where name = $2
         on conflict (log, author, items_hash) do nothing",
    )
    .bind(held.id.to_string())
    .bind(held.log.to_string())
    .bind(held.author.to_string())
    .bind(held.device.to_string())
    .bind(items_hash(&held.bundle.items).0.to_vec())
    .bind(cbor::encode(&held.bundle))
    .bind(held.received_at.0)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

pub(super) async fn by_id(connection: &mut Connection, held: HeldId) -> Result<Option<Held>> {
    let row: Option<Row> = sqlx::query_as(
        "select h.id, g.name as log, h.author, h.device, h.bundle, h.received_at, h.outcome
           from held h join logs g on g.number = h.log where h.id = $1",
    )
    .bind(held.to_string())
    .fetch_optional(connection)
    .await
    .map_err(failed)?;
    row.map(Row::held).transpose()
}

pub(super) async fn waiting(connection: &mut Connection, log: LogId) -> Result<Vec<Held>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select h.id, g.name as log, h.author, h.device, h.bundle, h.received_at, h.outcome
           from held h join logs g on g.number = h.log
          where g.name = $1 and h.outcome is null order by h.received_at, h.id",
    )
    .bind(log.to_string())
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    rows.into_iter().map(Row::held).collect()
}

pub(super) async fn settle(connection: &mut Connection, settled: Settled) -> Result<()> {
    let outcome = match settled.outcome {
        Outcome::Adopted => "adopted",
        Outcome::Discarded => "discarded",
    };
    let done = sqlx::query("update held set outcome = $2, settled_at = $3 where id = $1 and outcome is null")
        .bind(settled.held.to_string())
        .bind(outcome)
        .bind(settled.at.0)
        .execute(connection)
        .await
        .map_err(failed)?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}
