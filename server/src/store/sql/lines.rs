//! Lines as rows, and pages of them.

use futures_util::TryStreamExt as _;
use shared::{
    bytes::{Bytes, Fixed},
    cbor,
    id::{DeviceId, LogId, PersonId},
    line::{ChainHead, Header, Line, LineKind, Side},
    time::At,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Connection, Script,
    read::{damaged, failed, fixed, integer, number, parsed},
    write::ROWS_AT_ONCE,
};
use crate::store::{Page, Result, Stand, weight, work::Entry};

/// A tagged signature in CBOR.
const MAX_SIGNATURE_BYTES: usize = 256;

#[derive(FromRow)]
struct Row {
    position: i64,
    epoch: i64,
    kind: i64,
    author: Option<Vec<u8>>,
    device: Option<Vec<u8>>,
    received_at: i64,
    nonce: Vec<u8>,
    commitment: Vec<u8>,
    hash: Vec<u8>,
    signature: Option<Vec<u8>>,
    salt: Option<Vec<u8>>,
    bytes: Option<Vec<u8>>,
    content: Option<Vec<u8>>,
}

impl Row {
    fn line(self) -> Result<Line> {
        let kind = match self.kind {
            0 => LineKind::Word,
            1 => LineKind::Decision,
            2 => LineKind::Fact,
            other => return Err(damaged(format!("no kind of line {other}"))),
        };
        let header = Header {
            position: number(self.position)?,
            epoch: number(self.epoch)?,
            kind,
            author: self.author.map(uuid).transpose()?.map(PersonId),
            device: self.device.map(uuid).transpose()?.map(DeviceId),
            received_at: At(self.received_at),
            nonce: fixed(self.nonce)?,
        };
        let side = match (self.salt, self.bytes) {
            (Some(salt), Some(bytes)) => Some(Side { salt: fixed(salt)?, bytes: Bytes(bytes), content: self.content.map(Bytes) }),
            _ => None,
        };
        let signature = self.signature.map(|signature| cbor::decode(&signature, MAX_SIGNATURE_BYTES)).transpose().map_err(damaged)?;
        Ok(Line { header, commitment: fixed(self.commitment)?, hash: fixed(self.hash)?, signature, side })
    }
}

fn uuid(bytes: Vec<u8>) -> Result<Uuid> {
    Ok(Uuid::from_bytes(fixed::<16>(bytes)?.0))
}

pub(in crate::store) async fn stand(connection: &mut Connection, log: LogId) -> Result<Option<Stand>> {
    let row: Option<(i64, i64, Vec<u8>)> =
        sqlx::query_as("select epoch, next, head from logs where name = $1").bind(log.to_string()).fetch_optional(connection).await.map_err(failed)?;
    row.map(|(epoch, next, head)| Ok(Stand { epoch: number(epoch)?, head: ChainHead { next: number(next)?, hash: fixed(head)? } })).transpose()
}

/// The logs behind one, by name.
pub(super) async fn logs(connection: &mut Connection, after: Option<LogId>, most: usize) -> Result<Vec<LogId>> {
    let names: Vec<String> = sqlx::query_scalar("select name from logs where name > $1 order by name limit $2")
        .bind(after.map_or_else(String::new, |log| log.to_string()))
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    names.iter().map(|name| parsed(name)).collect()
}

pub(super) async fn page(connection: &mut Connection, log: LogId, page: Page) -> Result<Vec<Line>> {
    let mut rows = sqlx::query_as::<_, Row>(
        "select l.position, l.epoch, l.kind, l.author, l.device, l.received_at, l.nonce, l.commitment, l.hash, l.signature,
                s.salt, s.bytes, s.content
           from logs g
           join lines l on l.log = g.number
           left join sides s on s.log = l.log and s.position = l.position
          where g.name = $1 and l.position >= $2 and l.position < $3
          order by l.position limit $4",
    )
    .bind(log.to_string())
    .bind(integer(page.from))
    .bind(integer(page.end))
    .bind(i64::try_from(page.lines).unwrap_or(i64::MAX))
    .fetch(connection);
    let mut lines = Vec::new();
    let mut spent = 0_usize;
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        let line = row.line()?;
        spent = spent.saturating_add(weight(&line));
        if !lines.is_empty() && spent > page.bytes {
            break;
        }
        lines.push(line);
    }
    Ok(lines)
}

/// Lines with the numbers of their logs.
pub(super) async fn insert(script: &mut Script<'_>, entries: &[(i64, &Entry)]) -> Result<()> {
    for entries in entries.chunks(ROWS_AT_ONCE) {
        let headers = script.tell(|statement| {
            statement.push("insert into lines (log, position, epoch, kind, author, device, received_at, nonce, commitment, hash, signature) ");
            statement.push_values(entries, |mut row, (log, entry)| {
                let Line { header, commitment, hash, signature, .. } = &entry.line;
                let kind = match header.kind {
                    LineKind::Word => 0_i64,
                    LineKind::Decision => 1,
                    LineKind::Fact => 2,
                };
                row.push_bind(*log).push_bind(integer(header.position)).push_bind(i64::from(header.epoch)).push_bind(kind);
                row.push_bind(header.author.map(|author| author.0.as_bytes().to_vec())).push_bind(header.device.map(|device| device.0.as_bytes().to_vec()));
                row.push_bind(header.received_at.0).push_bind(bytes(&header.nonce)).push_bind(bytes(commitment)).push_bind(bytes(hash));
                row.push_bind(signature.as_ref().map(cbor::encode));
            });
        });
        headers.await?;
    }
    let sides: Vec<_> = entries.iter().filter_map(|(log, entry)| Some((*log, *entry, entry.line.side.as_ref()?))).collect();
    for sides in sides.chunks(ROWS_AT_ONCE) {
        let words = script.tell(|statement| {
            statement.push("insert into sides (log, position, salt, bytes, content, item_hash) ");
            statement.push_values(sides, |mut row, (log, entry, side)| {
                row.push_bind(*log).push_bind(integer(entry.line.header.position)).push_bind(bytes(&side.salt)).push_bind(side.bytes.0.as_slice());
                row.push_bind(side.content.as_ref().map(|content| content.0.as_slice())).push_bind(entry.item_hash.as_ref().map(bytes));
            });
        });
        words.await?;
    }
    Ok(())
}

/// Destroys the words before a position, with their salts, and the frozen words of some submits.
pub(super) async fn erase(connection: &mut Connection, log: i64, before: u64, submits: &[u64]) -> Result<()> {
    sqlx::query("delete from sides where log = $1 and position < $2 and position in (select position from lines where log = $1 and kind = 0)")
        .bind(log)
        .bind(integer(before))
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    for submit in submits {
        sqlx::query("update sides set content = null where log = $1 and position = $2")
            .bind(log)
            .bind(integer(*submit))
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

fn bytes<const N: usize>(fixed: &Fixed<N>) -> Vec<u8> {
    fixed.0.to_vec()
}
