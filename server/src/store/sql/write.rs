//! Pieces of work inside a transaction: the logs' heads, their lines, and the tables that their facts feed. What is alike in
//! all of them is written by few statements: each is a way to the database.

use std::collections::BTreeMap;

use shared::{
    fact::{Fact, Member, MemberEnded},
    line::Line,
};

use sqlx::query_builder::Separated;

use super::{
    Connection, Database, Script, copies, devices, held, lines, organisation, parts, people,
    read::{failed, integer},
};
use crate::store::{Drafted, Entry, LogWork, Result, StoreError, Work};

/// Rows that one statement writes. Each number of rows is a statement of its own, and a connection keeps some.
pub(super) const ROWS_AT_ONCE: usize = 16;

pub(in crate::store) async fn write(script: &mut Script<'_>, works: &[&Work]) -> Result<()> {
    for work in works {
        write_beside(script, work).await?;
    }
    let logs: Vec<&LogWork> = works.iter().flat_map(|work| &work.logs).collect();
    let numbers = move_heads(script, &logs).await?;
    for (log, number) in logs.iter().zip(&numbers) {
        if let Some(erasure) = log.erasure() {
            lines::erase(script.connection().await?, *number, log.before().next, &erasure.submits).await?;
            parts::forget(script.connection().await?, *number).await?;
        }
    }
    let entries: Vec<(i64, &Entry)> = logs.iter().zip(&numbers).flat_map(|(log, number)| log.entries().iter().map(|entry| (*number, entry))).collect();
    lines::insert(script, &entries).await?;
    for (log, entry) in &entries {
        if let Some(fact) = &entry.fact {
            feed(script, *log, &entry.line, fact).await?;
        }
    }
    let drafted: Vec<&Drafted> = logs.iter().flat_map(|log| log.drafted()).collect();
    note_drafted(script, &drafted).await?;
    for settled in works.iter().filter_map(|work| work.settled) {
        held::settle(script.connection().await?, settled).await?;
    }
    Ok(())
}

/// What stands beside the logs, and before them.
async fn write_beside(script: &mut Script<'_>, work: &Work) -> Result<()> {
    if let Some(new) = &work.organisation {
        organisation::write(script.connection().await?, new).await?;
    }
    let opened: Vec<_> = work.logs.iter().filter_map(LogWork::opened_with).collect();
    if !opened.is_empty() {
        organisation::opens_with(script.connection().await?, &opened).await?;
    }
    for person in &work.people {
        people::add(script.connection().await?, person).await?;
    }
    if let Some(device) = &work.device {
        devices::add(script.connection().await?, device).await?;
    }
    Ok(())
}

/// Moves the logs' heads from where the work began to where it ends, or finds that somebody else moved one. Their numbers.
async fn move_heads(script: &mut Script<'_>, logs: &[&LogWork]) -> Result<Vec<i64>> {
    let mut numbers: BTreeMap<String, i64> = BTreeMap::new();
    let (opening, going_on): (Vec<&LogWork>, Vec<&LogWork>) = logs.iter().partition(|log| log.before().next == 0);
    for logs in opening.chunks(ROWS_AT_ONCE) {
        let opened = script.ask(|statement| {
            statement.push("insert into logs (name, epoch, next, head) ");
            statement.push_values(logs, |mut row, log| push_head(&mut row, log));
            statement.push(" returning name, number");
        });
        numbers.extend(opened.await?);
    }
    for logs in going_on.chunks(ROWS_AT_ONCE) {
        let moved = script.ask(|statement| {
            statement.push("with moved (name, epoch, next, head, epoch_before, next_before, head_before) as (");
            statement.push_values(logs, |mut row, log| {
                push_head(&mut row, log);
                row.push_bind(i64::from(log.epoch_before())).push_bind(integer(log.before().next)).push_bind(log.before().hash.0.to_vec());
            });
            statement.push(
                ") update logs set epoch = moved.epoch, next = moved.next, head = moved.head from moved
                    where logs.name = moved.name and logs.epoch = epoch_before and logs.next = next_before and logs.head = head_before
                returning logs.name, logs.number",
            );
        });
        numbers.extend(moved.await?);
    }
    if numbers.len() != logs.len() {
        return Err(StoreError::Conflict);
    }
    logs.iter().map(|log| numbers.get(&log.log().to_string()).copied().ok_or(StoreError::Conflict)).collect()
}

fn push_head(row: &mut Separated<'_, Database, &'static str>, log: &LogWork) {
    row.push_bind(log.log().to_string()).push_bind(i64::from(log.epoch())).push_bind(integer(log.after().next)).push_bind(log.after().hash.0.to_vec());
}

async fn note_drafted(script: &mut Script<'_>, drafted: &[&Drafted]) -> Result<()> {
    for drafted in drafted.chunks(ROWS_AT_ONCE) {
        let noted = script.tell(|statement| {
            statement.push("insert into draft_times (person, record, earliest, latest) ");
            statement.push_values(drafted, |mut row, drafted| {
                row.push_bind(drafted.person.to_string()).push_bind(drafted.record.to_string()).push_bind(drafted.at.0).push_bind(drafted.at.0);
            });
            statement.push(
                " on conflict (person, record) do update set
                     latest = case when excluded.latest > draft_times.latest then excluded.latest else draft_times.latest end,
                     earliest = case when excluded.earliest < draft_times.earliest then excluded.earliest else draft_times.earliest end",
            );
        });
        noted.await?;
    }
    Ok(())
}

/// The tables that follow from facts.
async fn feed(script: &mut Script<'_>, log: i64, line: &Line, fact: &Fact) -> Result<()> {
    let position = integer(line.header.position);
    match fact {
        Fact::Member(member) => add_member(script.connection().await?, log, position, member).await,
        Fact::MemberEnded(ended) => end_member(script.connection().await?, log, position, ended).await,
        Fact::DeviceRevoked { device } => devices::revoke(script.connection().await?, *device, line.header.received_at).await,
        Fact::Evidence(evidence) => copies::add(script.connection().await?, log, evidence).await,
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
