//! Who calls: every call of a phone asks that, so what is asked at one moment is one query.

use std::collections::{HashMap, hash_map::Entry};

use shared::{bytes::Hash, time::At};
use sqlx::FromRow;

use super::{
    Connection, Pool,
    read::{ReachRow, failed, fixed, heard, parsed, reaches},
};
use crate::store::{
    Caller, Reach, Result, Session,
    together::{Does, Together},
};

/// Sessions by the hashes of their tokens, each with the moment at which it is asked for.
pub(in crate::store) type Callers = Together<(Hash, At), Option<Caller>>;

pub(in crate::store) fn callers(readers: Pool) -> Callers {
    Together::start(Asked(readers))
}

struct Asked(Pool);

impl Does for Asked {
    type Piece = (Hash, At);
    type Done = Option<Caller>;

    async fn all(&mut self, asked: &[(Hash, At)]) -> Result<Vec<Result<Option<Caller>>>> {
        // They wait together for milliseconds at most: the latest clock is everybody's.
        let Some(now) = asked.iter().map(|(_, now)| *now).max() else { return Ok(Vec::new()) };
        let found = self.0.read(async |connection| read(connection, asked.iter().map(|(token_hash, _)| token_hash), now).await).await?;
        Ok(asked.iter().map(|(token_hash, _)| Ok(found.get(token_hash).cloned())).collect())
    }
}

/// One row a log.
#[derive(FromRow)]
struct CallerRow {
    token_hash: Vec<u8>,
    person: String,
    began_at: i64,
    ends_at: i64,
    device: Option<String>,
    heard_at: Option<i64>,
    devices: Option<String>,
    /// Absent where the person never had one, as are the next two.
    name: Option<String>,
    epoch: Option<i64>,
    next: Option<i64>,
    current: bool,
    left_at: Option<i64>,
}

impl CallerRow {
    /// Without what they reach.
    fn caller(&self) -> Result<Caller> {
        let session = Session {
            person: parsed(&self.person)?,
            began_at: At(self.began_at),
            ends_at: At(self.ends_at),
            device: heard(self.device.as_deref(), self.heard_at)?,
        };
        let devices = self.devices.iter().flat_map(|devices| devices.split(' ')).map(parsed).collect::<Result<_>>()?;
        Ok(Caller { session, token_hash: self.token_hash()?, devices, reach: Vec::new() })
    }

    fn token_hash(&self) -> Result<Hash> {
        fixed(self.token_hash.clone())
    }

    fn reach(self) -> Result<Option<Reach>> {
        let Self { name: Some(name), epoch: Some(epoch), next: Some(next), current, left_at, .. } = self else { return Ok(None) };
        ReachRow { name, epoch, next, current, left_at }.reach().map(Some)
    }
}

async fn read(connection: &mut Connection, tokens: impl Iterator<Item = &Hash>, now: At) -> Result<HashMap<Hash, Caller>> {
    const CALLERS: &str = concat!(
        "select s.token_hash, s.person, s.began_at, s.ends_at, s.device, s.heard_at, ",
        "(select string_agg(d.id, ' ') from devices d where d.person = s.person and d.revoked_at is null) as devices, ",
        reaches!(),
        " from sessions s left join members m on m.person = s.person left join logs g on g.number = m.log
         where s.token_hash",
        is_one_of!("$1"),
        " and $2 < s.ends_at group by s.token_hash, g.number order by g.name"
    );
    let listed: Vec<String> = tokens.map(|token_hash| hex::encode(token_hash.0)).collect();
    let rows: Vec<CallerRow> =
        sqlx::query_as(CALLERS).bind(serde_json::Value::from(listed).to_string()).bind(now.0).fetch_all(connection).await.map_err(failed)?;
    let mut callers = HashMap::new();
    for row in rows {
        let caller = match callers.entry(row.token_hash()?) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(row.caller()?),
        };
        caller.reach.extend(row.reach()?);
    }
    Ok(callers)
}
