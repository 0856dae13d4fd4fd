//! One piece of work inside a transaction: the log's head, its lines, and the tables that its facts feed.

use shared::{
    fact::{Fact, Member, MemberEnded},
    line::Line,
};

use super::{
    Connection, copies, devices, held, lines, organisation, parts, people,
    read::{failed, integer},
};
use crate::store::{LogWork, Result, StoreError, Work};

pub(in crate::store) async fn write(connection: &mut Connection, work: &Work) -> Result<()> {
    if let Some(new) = &work.organisation {
        organisation::write(connection, new).await?;
    }
    let opened: Vec<_> = work.logs.iter().filter_map(LogWork::opened_with).collect();
    if !opened.is_empty() {
        organisation::opens_with(connection, &opened).await?;
    }
    for person in &work.people {
        people::add(connection, person).await?;
    }
    if let Some(device) = &work.device {
        devices::add(connection, device).await?;
    }
    for log in &work.logs {
        write_log(connection, log).await?;
    }
    match work.settled {
        Some(settled) => held::settle(connection, settled).await,
        None => Ok(()),
    }
}

async fn write_log(connection: &mut Connection, work: &LogWork) -> Result<()> {
    let log = move_head(connection, work).await?;
    if let Some(erasure) = work.erasure() {
        lines::erase(connection, log, work.before().next, &erasure.submits).await?;
        parts::forget(connection, log).await?;
    }
    for entry in work.entries() {
        lines::insert(connection, log, entry).await?;
        if let Some(fact) = &entry.fact {
            feed(connection, log, &entry.line, fact).await?;
        }
    }
    for drafted in work.drafted() {
        sqlx::query(
            "insert into draft_times (person, record, earliest, latest) values ($1, $2, $3, $3)
             on conflict (person, record) do update set
                 latest = case when excluded.latest > draft_times.latest then excluded.latest else draft_times.latest end,
                 earliest = case when excluded.earliest < draft_times.earliest then excluded.earliest else draft_times.earliest end",
        )
        .bind(drafted.person.to_string())
        .bind(drafted.record.to_string())
        .bind(drafted.at.0)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    }
    Ok(())
}

/// Moves the log's head from where the work began to where it ends, or finds that somebody else did.
async fn move_head(connection: &mut Connection, work: &LogWork) -> Result<i64> {
    let (before, after) = (work.before(), work.after());
    let name = work.log().to_string();
    let number: Option<i64> = if before.next == 0 {
        sqlx::query_scalar("insert into logs (name, epoch, next, head) values ($1, $2, $3, $4) returning number")
            .bind(name)
            .bind(i64::from(work.epoch()))
            .bind(integer(after.next))
            .bind(after.hash.0.to_vec())
            .fetch_optional(connection)
            .await
    } else {
        sqlx::query_scalar("update logs set epoch = $2, next = $3, head = $4 where name = $1 and next = $5 and head = $6 and epoch = $7 returning number")
            .bind(name)
            .bind(i64::from(work.epoch()))
            .bind(integer(after.next))
            .bind(after.hash.0.to_vec())
            .bind(integer(before.next))
            .bind(before.hash.0.to_vec())
            .bind(i64::from(work.epoch_before()))
            .fetch_optional(connection)
            .await
    }
    .map_err(failed)?;
    number.ok_or(StoreError::Conflict)
}

/// The tables that follow from facts.
async fn feed(connection: &mut Connection, log: i64, line: &Line, fact: &Fact) -> Result<()> {
    let position = integer(line.header.position);
    match fact {
        Fact::Member(member) => add_member(connection, log, position, member).await,
        Fact::MemberEnded(ended) => end_member(connection, log, position, ended).await,
        Fact::DeviceRevoked { device } => devices::revoke(connection, *device, line.header.received_at).await,
        Fact::Evidence(evidence) => copies::add(connection, log, evidence).await,
        Fact::Opened(_)
        | Fact::Framework(_)
        | Fact::Settings(_)
        | Fact::Device(_)
        | Fact::Exemption(_)
        | Fact::Cover(_)
        | Fact::Paused(_)
        | Fact::Captured { .. }
        | Fact::Adopted { .. }
        | Fact::Discarded { .. }
        | Fact::EvidenceVoided(_)
        | Fact::EvidenceHidden(_)
        | Fact::Epoch(_)
        | Fact::KeyNamed(_)
        | Fact::KeyTaken(_) => Ok(()),
    }
}

async fn add_member(connection: &mut Connection, log: i64, position: i64, member: &Member) -> Result<()> {
    sqlx::query("insert into members (log, person, name, role, leads, since, until, began_by) values ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(log)
        .bind(member.person.to_string())
        .bind(&member.name)
        .bind(member.role.code())
        .bind(member.leads)
        .bind(member.from.0)
        .bind(member.until.map(|until| until.0))
        .bind(position)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

async fn end_member(connection: &mut Connection, log: i64, position: i64, ended: &MemberEnded) -> Result<()> {
    sqlx::query("update members set until = $4, ended_by = $5 where log = $1 and person = $2 and role = $3 and until is null")
        .bind(log)
        .bind(ended.person.to_string())
        .bind(ended.role.code())
        .bind(ended.at.0)
        .bind(position)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}
