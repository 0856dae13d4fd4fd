//! Erasing a record's words: which one, then a question with its consequences, then the act.

use std::collections::BTreeMap;

use app::pages::{ErasableRow, EraseChoicePage, ErasePage, Page, words::lead as say};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use shared::{
    fact::Facts,
    id::{LogId, RecordId, RelationshipId},
    time::Zone,
};

use super::{
    super::{posted::Posted, times},
    Done, Lead, Why, facts, title,
    wording::Wording,
};
use crate::{
    gate::{Erasable, Erasing, GateError},
    server::Server,
};

/// What can be erased in a relationship that the lead looks after.
struct Choice {
    relationship: RelationshipId,
    title: String,
    facts: Facts,
    zone: Zone,
    records: Vec<Erasable>,
}

impl Choice {
    async fn read(server: &Server, lead: &Lead, relationship: &str) -> Result<Option<Self>, GateError> {
        let Ok(relationship) = relationship.parse::<RelationshipId>() else { return Ok(None) };
        let log = LogId::Record(relationship);
        if !lead.leads(server, log).await? {
            return Ok(None);
        }
        let facts = facts::read(server, log).await?.facts;
        let title = title(&server.store.memberships(log).await?);
        let (zone, records) = (facts.zone(), server.gate.erasable(log).await?);
        Ok(Some(Self { relationship, title, facts, zone, records }))
    }

    fn find(&self, record: &str) -> Option<&Erasable> {
        let record: RecordId = record.parse().ok()?;
        self.records.iter().find(|erasable| erasable.record == record)
    }

    fn path(&self, record: RecordId) -> String {
        format!("/lead/erase/{}/{record}", self.relationship)
    }

    /// `Observation by Ruth Calloray, 3 February 2026`.
    fn heading(&self, server: &Server, erasable: &Erasable) -> String {
        let kind = server.gate.kinds().get(&erasable.kind).map_or(say::HELD_RECORD, |kind| kind.name);
        say::erasable(kind, &self.facts.name(erasable.by), &times::day(erasable.at, &self.zone))
    }

    fn row(&self, server: &Server, erasable: &Erasable) -> ErasableRow {
        ErasableRow { href: self.path(erasable.record), heading: self.heading(server, erasable) }
    }

    fn page(&self, server: &Server, erasable: &Erasable, reason: String, problem: Option<String>) -> Page {
        let wording = Wording { kinds: server.gate.kinds(), facts: &self.facts, zone: &self.zone };
        let fields: BTreeMap<_, _> = erasable.fields.iter().map(|(field, value)| (field.clone(), Some(value.clone()))).collect();
        Page::Erase(ErasePage {
            action: self.path(erasable.record),
            heading: self.heading(server, erasable),
            relationship: self.title.clone(),
            fields: wording.fields(wording.kind(&erasable.kind), &fields),
            reason,
            problem,
        })
    }
}

pub(super) async fn choose(State(server): State<Server>, lead: Lead, Path(relationship): Path<String>) -> Response {
    match Choice::read(&server, &lead, &relationship).await {
        Ok(Some(choice)) => {
            let rows = choice.records.iter().map(|erasable| choice.row(&server, erasable)).collect();
            lead.look.page(Page::EraseChoice(EraseChoicePage { relationship: choice.title.clone(), rows })).await
        }
        Ok(None) => lead.not_found().await,
        Err(error) => lead.look.fault(&error).await,
    }
}

pub(super) async fn ask(State(server): State<Server>, lead: Lead, Path((relationship, record)): Path<(String, String)>) -> Response {
    let found = match Choice::read(&server, &lead, &relationship).await {
        Ok(found) => found,
        Err(error) => return lead.look.fault(&error).await,
    };
    let page = found.as_ref().and_then(|choice| Some(choice.page(&server, choice.find(&record)?, String::new(), None)));
    match page {
        Some(page) => lead.look.page(page).await,
        None => lead.not_found().await,
    }
}

pub(super) async fn erase(
    State(server): State<Server>,
    Path((relationship, record)): Path<(String, String)>,
    Posted { by: lead, typed: Why { reason } }: Posted<Lead, Why>,
) -> Response {
    let found = match Choice::read(&server, &lead, &relationship).await {
        Ok(found) => found,
        Err(error) => return lead.look.fault(&error).await,
    };
    let Some((choice, erasable)) = found.as_ref().and_then(|choice| Some((choice, choice.find(&record)?))) else {
        return lead.not_found().await;
    };
    let erasing = Erasing { log: LogId::Record(choice.relationship), records: [erasable.record].into(), by: lead.person, reason: reason.trim().to_owned() };
    match server.gate.erase(erasing, server.clock.now()).await {
        // The reason stays in its box: it is asked for again.
        Err(GateError::Refused(refusal)) => {
            lead.look.answer(StatusCode::UNPROCESSABLE_ENTITY, choice.page(&server, erasable, reason, Some(refusal.sentence))).await
        }
        acted => lead.after(&server, acted, Done::Erased).await,
    }
}
