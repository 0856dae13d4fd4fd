//! Held words: shown in full, then taken over or left out.

use app::pages::{HeldItem, HeldWords as Shown, words::lead as say};
use axum::{
    extract::{Path, State},
    response::Response,
};
use shared::{id::LogId, time::Zone};
use uuid::Uuid;

use super::{
    super::{
        posted::{Posted, Pressed},
        times,
    },
    Done, Lead, Why, facts, title,
    wording::Wording,
};
use crate::{
    gate::{GateError, HeldRecord, HeldWords},
    server::Server,
    store::{HeldId, Membership, StoreError},
};

/// What waits in a log, oldest first.
pub(super) async fn waiting(server: &Server, log: LogId, members: &[Membership], zone: &Zone) -> Result<Vec<Shown>, GateError> {
    let held = server.gate.held(log).await?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    // Only here the whole log is read: skills and people are to have their names.
    let facts = facts::read(server, log).await?.facts;
    let wording = Wording { kinds: server.gate.kinds(), facts: &facts, zone };
    Ok(held.into_iter().map(|held| shown(&wording, held, title(members))).collect())
}

fn shown(wording: &Wording<'_>, held: HeldWords, relationship: String) -> Shown {
    let adoptable = !held.records.is_empty();
    let mut items: Vec<HeldItem> = held.records.iter().map(|record| item(wording, record)).collect();
    items.extend(held.acts.iter().map(|_| HeldItem { heading: say::HELD_DECISION.to_owned(), fields: Vec::new() }));
    if items.is_empty() {
        items.push(HeldItem { heading: say::HELD_UNREADABLE.to_owned(), fields: Vec::new() });
    }
    Shown {
        id: held.id.to_string(),
        author: held.author_name,
        relationship,
        received: times::moment(held.received_at, wording.zone),
        why: say::HELD_WHY_R10.to_owned(),
        items,
        adoptable,
    }
}

fn item(wording: &Wording<'_>, record: &HeldRecord) -> HeldItem {
    let kind = record.kind.as_deref().and_then(|code| wording.kind(code));
    let name = kind.map_or(say::HELD_RECORD, |kind| kind.name);
    HeldItem { heading: name.to_owned(), fields: wording.fields(kind, &record.fields) }
}

pub(super) async fn adopt(State(server): State<Server>, Pressed(lead): Pressed<Lead>, Path(held): Path<String>) -> Response {
    match find(&server, &lead, &held).await {
        Ok(Some(held)) => {
            let acted = server.gate.adopt(held, lead.person, server.clock.now()).await;
            lead.after(&server, acted, Done::Adopted).await
        }
        Ok(None) => lead.not_found().await,
        Err(error) => lead.look.fault(&error).await,
    }
}

pub(super) async fn discard(State(server): State<Server>, Path(held): Path<String>, Posted { by: lead, typed: Why { reason } }: Posted<Lead, Why>) -> Response {
    match find(&server, &lead, &held).await {
        Ok(Some(held)) => {
            let acted = server.gate.discard(held, lead.person, reason.trim().to_owned(), server.clock.now()).await;
            lead.after(&server, acted, Done::Discarded).await
        }
        Ok(None) => lead.not_found().await,
        Err(error) => lead.look.fault(&error).await,
    }
}

/// The held bundle, where its log is this lead's.
async fn find(server: &Server, lead: &Lead, id: &str) -> Result<Option<HeldId>, StoreError> {
    let Ok(id) = Uuid::try_parse(id).map(HeldId) else { return Ok(None) };
    let Some(held) = server.store.held(id).await? else { return Ok(None) };
    Ok(lead.leads(server, held.log).await?.then_some(id))
}
