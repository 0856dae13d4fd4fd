//! Held words: shown in full, then taken over or left out.

use std::collections::BTreeMap;

use app::pages::{HeldItem, HeldWords as Shown, NoticePage, words::lead as say};
use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    http::StatusCode,
    response::Response,
};
use shared::{
    fact::Facts,
    id::{LogId, PersonId},
    kind::{Field, Kind, Value},
    scalar::Scalar,
    time::{At, Zone},
};
use uuid::Uuid;

use super::{super::times, Done, Lead, end::Typed, facts, title};
use crate::{
    accounts::SameSite,
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
    let words = Words { server, facts: &facts, zone };
    Ok(held.into_iter().map(|held| words.bundle(held, title(members))).collect())
}

/// Turns stored values into words.
struct Words<'a> {
    server: &'a Server,
    facts: &'a Facts,
    zone: &'a Zone,
}

impl Words<'_> {
    fn bundle(&self, held: HeldWords, relationship: String) -> Shown {
        let adoptable = !held.records.is_empty();
        let mut items: Vec<HeldItem> = held.records.iter().map(|record| self.record(record)).collect();
        items.extend(held.acts.iter().map(|_| HeldItem { heading: say::HELD_DECISION.to_owned(), fields: Vec::new() }));
        if items.is_empty() {
            items.push(HeldItem { heading: say::HELD_UNREADABLE.to_owned(), fields: Vec::new() });
        }
        Shown {
            id: held.id.to_string(),
            author: held.author_name,
            relationship,
            received: times::moment(held.received_at, self.zone),
            why: say::HELD_WHY_R10.to_owned(),
            items,
            adoptable,
        }
    }

    fn record(&self, record: &HeldRecord) -> HeldItem {
        let kind = record.kind.as_deref().and_then(|code| self.server.gate.kinds().get(code));
        let name = kind.map_or(say::HELD_RECORD, |kind| kind.name);
        HeldItem { heading: name.to_owned(), fields: self.fields(kind, &record.fields) }
    }

    /// Known fields in the order of their form, the rest behind them: no word is left out.
    fn fields(&self, kind: Option<&'static Kind>, fields: &BTreeMap<String, Option<Scalar>>) -> Vec<(String, String)> {
        let place = |key: &str| {
            kind.and_then(|kind| kind.fields.iter().position(|field| kind.field(key).is_some_and(|known| known.code == field.code))).unwrap_or(usize::MAX)
        };
        let mut keys: Vec<&String> = fields.keys().collect();
        keys.sort_by_key(|key| (place(key), key.as_str()));
        keys.into_iter().filter_map(|key| fields.get(key).map(|value| self.field(kind.and_then(|kind| kind.field(key)), key, value.as_ref()))).collect()
    }

    fn field(&self, field: Option<&Field>, key: &str, value: Option<&Scalar>) -> (String, String) {
        let label = match (field, key.split_once('/')) {
            (Some(field), Some((_, entry))) => format!("{}: {}", field.label, self.competency(entry)),
            (Some(field), None) => field.label.to_owned(),
            (None, _) => key.to_owned(),
        };
        let value = value.map_or_else(|| say::HELD_TAKEN_OUT.to_owned(), |value| self.value(field.map(|field| field.value), value));
        (label, value)
    }

    fn value(&self, sort: Option<Value>, scalar: &Scalar) -> String {
        match (sort, scalar) {
            (_, Scalar::Text(text)) if text.is_empty() => say::HELD_NO_VALUE.to_owned(),
            (Some(Value::Choice { of }), Scalar::Text(code)) => {
                of.iter().find(|choice| choice.code == code).map_or(code.as_str(), |choice| choice.label).to_owned()
            }
            (Some(Value::Competency), Scalar::Text(code)) => self.competency(code),
            (Some(Value::Person { .. }), Scalar::Text(id)) => id.parse::<PersonId>().map_or_else(|_| id.clone(), |person| self.facts.name(person)),
            (Some(Value::Moment), Scalar::Integer(ms)) => times::moment(At(*ms), self.zone),
            (Some(Value::Rating), Scalar::Integer(0)) => say::COULD_NOT_JUDGE.to_owned(),
            (_, Scalar::Text(text)) => text.clone(),
            (_, Scalar::Integer(number)) => number.to_string(),
            (_, Scalar::Flag(flag)) => if *flag { say::YES } else { say::NO }.to_owned(),
        }
    }

    fn competency(&self, code: &str) -> String {
        self.facts.competency(code).map_or_else(|| code.to_owned(), |competency| competency.name.clone())
    }
}

pub(super) async fn adopt(State(server): State<Server>, lead: Lead, Path(held): Path<String>, same_site: Option<SameSite>) -> Response {
    if same_site.is_none() {
        return lead.look.notice(StatusCode::FORBIDDEN, NoticePage::foreign_form()).await;
    }
    match find(&server, &lead, &held).await {
        Ok(Some(held)) => {
            let acted = server.gate.adopt(held, lead.person, server.clock.now()).await;
            lead.after(&server, acted, Done::Adopted).await
        }
        Ok(None) => lead.not_found().await,
        Err(error) => lead.look.fault(&error).await,
    }
}

pub(super) async fn discard(
    State(server): State<Server>,
    lead: Lead,
    Path(held): Path<String>,
    same_site: Option<SameSite>,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    if same_site.is_none() {
        return lead.look.notice(StatusCode::FORBIDDEN, NoticePage::foreign_form()).await;
    }
    let Ok(Form(Typed { reason })) = typed else {
        return lead.look.notice(StatusCode::BAD_REQUEST, NoticePage::bad_form()).await;
    };
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
