//! Where evidence was copied to.

use shared::{
    fact::Evidence,
    id::{LogId, RecordId},
};

use super::{
    Connection,
    read::{damaged, failed, parsed},
};
use crate::store::Result;

pub(super) async fn add(connection: &mut Connection, log: i64, evidence: &Evidence) -> Result<()> {
    let decision = evidence.signed.decision().map_err(damaged)?;
    sqlx::query("insert into copies (origin, record, log) values ($1, $2, $3) on conflict (origin, record, log) do nothing")
        .bind(decision.log.to_string())
        .bind(decision.record.to_string())
        .bind(log)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

pub(super) async fn of(connection: &mut Connection, origin: LogId, record: RecordId) -> Result<Vec<LogId>> {
    let names: Vec<String> =
        sqlx::query_scalar("select g.name from copies c join logs g on g.number = c.log where c.origin = $1 and c.record = $2 order by g.name")
            .bind(origin.to_string())
            .bind(record.to_string())
            .fetch_all(connection)
            .await
            .map_err(failed)?;
    names.iter().map(|name| parsed(name)).collect()
}
