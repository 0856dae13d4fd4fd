//! The programme lead's page. What it does goes through the gate, as everything does.

mod end;
mod erase;
mod facts;
mod held;
mod history;
mod wording;

use std::collections::BTreeMap;

use app::pages::{KeyCard, LeadPage, MemberRow, NoticePage, Page, RelationshipCard, words::lead as say};
use axum::{
    Router,
    extract::{FromRequestParts, Query, State, rejection::QueryRejection},
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use shared::{
    check_number::CheckNumber,
    id::{LogId, PersonId, RelationshipId},
    key::PublicKey,
    role::Role,
    time::Zone,
    words::role_name,
};

use super::{Look, posted::Sender, times};
use crate::{
    gate::GateError,
    server::Server,
    store::{Membership, StoreError},
};

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/lead", get(overview))
        .route("/lead/history/{relationship}", get(history::show))
        .route("/lead/end/{relationship}/{person}/{role}", get(end::ask).post(end::end))
        .route("/lead/erase/{relationship}", get(erase::choose))
        .route("/lead/erase/{relationship}/{record}", get(erase::ask).post(erase::erase))
        .route("/lead/held/{held}/adopt", post(held::adopt))
        .route("/lead/held/{held}/discard", post(held::discard))
}

/// Somebody who leads, looking at their page. Others are told so in a sentence, or asked to sign in.
pub(super) struct Lead {
    look: Look,
    person: PersonId,
}

impl FromRequestParts<Server> for Lead {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Response> {
        let look = Look::from_request_parts(parts, server).await?;
        match &look.person {
            None => Err(Redirect::to("/sign-in?next=/lead").into_response()),
            Some(person) if person.leads => Ok(Self { person: person.id, look }),
            Some(_) => Err(look.notice(StatusCode::FORBIDDEN, NoticePage::not_lead()).await),
        }
    }
}

impl Sender for Lead {
    fn into_look(self) -> Look {
        self.look
    }
}

/// The reason for a grave act. What it lacks, the rules say.
#[derive(Deserialize)]
struct Why {
    #[serde(default)]
    reason: String,
}

impl Lead {
    /// The record logs that this lead looks after now.
    async fn logs(&self, server: &Server) -> Result<Vec<LogId>, StoreError> {
        server.store.logs_as(self.person, Role::Lead, server.clock.now()).await
    }

    /// Whether a log is theirs; what is not, they learn nothing about.
    async fn leads(&self, server: &Server, log: LogId) -> Result<bool, StoreError> {
        Ok(self.logs(server).await?.contains(&log))
    }

    async fn not_found(self) -> Response {
        self.look.notice(StatusCode::NOT_FOUND, NoticePage::not_found()).await
    }

    /// After an act: the page again, with its sentence where it was refused.
    async fn after(self, server: &Server, acted: Result<(), GateError>, done: Done) -> Response {
        match acted {
            Ok(()) => Redirect::to(done.path()).into_response(),
            Err(GateError::Refused(refusal)) => self.page(server, StatusCode::UNPROCESSABLE_ENTITY, None, Some(refusal.sentence)).await,
            Err(GateError::Unknown) => self.not_found().await,
            Err(error) => self.look.fault(&error).await,
        }
    }

    async fn page(self, server: &Server, status: StatusCode, done: Option<String>, problem: Option<String>) -> Response {
        match self.content(server, done, problem).await {
            Ok(page) => self.look.answer(status, Page::Lead(page)).await,
            Err(error) => self.look.fault(&error).await,
        }
    }

    async fn content(&self, server: &Server, done: Option<String>, problem: Option<String>) -> Result<LeadPage, GateError> {
        let organisation = server.gate.organisation_anew().await?;
        let zone = Zone::posix(&organisation.zone);
        let mut page = LeadPage { done, problem, key: key_card(&organisation.key.public()), ..LeadPage::default() };
        for log in self.logs(server).await? {
            let members = server.store.memberships(log).await?;
            page.held.extend(held::waiting(server, log, &members, &zone).await?);
            page.relationships.extend(card(log, &members, self.person, &zone));
        }
        Ok(page)
    }
}

/// What was done before the page is shown again; part of its address, so that reading it again does nothing.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Done {
    Adopted,
    Discarded,
    Ended,
    Erased,
}

impl Done {
    fn path(self) -> &'static str {
        match self {
            Self::Adopted => "/lead?done=adopted",
            Self::Discarded => "/lead?done=discarded",
            Self::Ended => "/lead?done=ended",
            Self::Erased => "/lead?done=erased",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Adopted => say::DONE_ADOPTED,
            Self::Discarded => say::DONE_DISCARDED,
            Self::Ended => say::DONE_ENDED,
            Self::Erased => say::DONE_ERASED,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    done: Option<Done>,
}

async fn overview(State(server): State<Server>, lead: Lead, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let done = asked.ok().and_then(|Query(asked)| asked.done).map(|done| done.sentence().to_owned());
    lead.page(&server, StatusCode::OK, done, None).await
}

fn key_card(key: &PublicKey) -> KeyCard {
    let number = CheckNumber::of(key);
    KeyCard { key: key.to_string(), number: [number.begins(), number.goes_on()] }
}

/// Everybody who is or was in a relationship. `None` for logs that are no relationship.
fn card(log: LogId, members: &[Membership], lead: PersonId, zone: &Zone) -> Option<RelationshipCard> {
    let LogId::Record(relationship) = log else { return None };
    let rows = members.iter().map(|member| row(relationship, member, lead, zone)).collect();
    Some(RelationshipCard { id: relationship.to_string(), title: title(members), members: rows })
}

fn row(relationship: RelationshipId, member: &Membership, lead: PersonId, zone: &Zone) -> MemberRow {
    // Nobody shuts themselves out of the page that would let them back in.
    let own = member.person == lead && member.role == Role::Lead;
    let end = (member.until.is_none() && !own).then(|| format!("/lead/end/{relationship}/{}/{}", member.person, member.role.code()));
    MemberRow {
        name: member.name.clone(),
        role: printed_role(member),
        since: times::day(member.since, zone),
        until: member.until.map(|until| times::day(until, zone)),
        end,
    }
}

fn printed_role(member: &Membership) -> String {
    if member.leads { say::leading(role_name(member.role)) } else { role_name(member.role).to_owned() }
}

/// `Amara Venn with Ruth Calloray and Farid Nasweh`: the mentee, and the mentors that are still there.
fn title(members: &[Membership]) -> String {
    let mut by_role: BTreeMap<Role, Vec<&str>> = BTreeMap::new();
    for member in members.iter().filter(|member| member.until.is_none() || member.role == Role::Mentee) {
        by_role.entry(member.role).or_default().push(&member.name);
    }
    let mentee = by_role.get(&Role::Mentee).and_then(|mentees| mentees.last()).copied().unwrap_or(say::NO_MENTEE);
    say::with(mentee, &by_role.get(&Role::Mentor).map(|mentors| mentors.join(say::AND)).unwrap_or_default())
}
