//! Ending a membership: a question with its consequences, then the act.

use app::pages::{EndPage, Page, words::lead as say};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use shared::{
    id::{LogId, PersonId, RelationshipId},
    role::Role,
    words::role_name,
};

use super::{super::posted::Posted, Done, Lead, Why, title};
use crate::{
    gate::{Ending, GateError},
    server::Server,
    store::{Membership, StoreError},
};

/// Whose membership, as what, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whose {
    relationship: RelationshipId,
    person: PersonId,
    role: Role,
}

type Parts = (String, String, String);

impl Whose {
    fn parse((relationship, person, role): &Parts) -> Option<Self> {
        let role = [Role::Mentee, Role::Mentor, Role::Supervisor, Role::Lead].into_iter().find(|known| known.code() == role)?;
        Some(Self { relationship: relationship.parse().ok()?, person: person.parse().ok()?, role })
    }

    fn log(self) -> LogId {
        LogId::Record(self.relationship)
    }

    fn path(self) -> String {
        format!("/lead/end/{}/{}/{}", self.relationship, self.person, self.role.code())
    }

    /// The membership, where this lead may end it: their own as the lead stays.
    async fn find(self, server: &Server, lead: &Lead) -> Result<Option<(Membership, String)>, StoreError> {
        if !lead.leads(server, self.log()).await? || (self.person == lead.person && self.role == Role::Lead) {
            return Ok(None);
        }
        let members = server.store.memberships(self.log()).await?;
        let relationship = title(&members);
        let found = members.into_iter().rev().find(|member| member.person == self.person && member.role == self.role);
        Ok(found.map(|member| (member, relationship)))
    }

    fn page(self, member: &Membership, relationship: String, reason: String, problem: Option<String>) -> Page {
        Page::End(EndPage { action: self.path(), name: member.name.clone(), role: role_name(self.role).to_owned(), relationship, reason, problem })
    }
}

pub(super) async fn ask(State(server): State<Server>, lead: Lead, Path(parts): Path<Parts>) -> Response {
    let Some(whose) = Whose::parse(&parts) else { return lead.not_found().await };
    match whose.find(&server, &lead).await {
        Ok(Some((member, relationship))) if member.until.is_none() => lead.look.page(whose.page(&member, relationship, String::new(), None)).await,
        Ok(Some(_)) => lead.page(&server, StatusCode::OK, None, Some(say::ALREADY_ENDED.to_owned())).await,
        Ok(None) => lead.not_found().await,
        Err(error) => lead.look.fault(&error).await,
    }
}

pub(super) async fn end(State(server): State<Server>, Path(parts): Path<Parts>, Posted { by: lead, typed: Why { reason } }: Posted<Lead, Why>) -> Response {
    let Some(whose) = Whose::parse(&parts) else { return lead.not_found().await };
    let (member, relationship) = match whose.find(&server, &lead).await {
        Ok(Some(found)) => found,
        Ok(None) => return lead.not_found().await,
        Err(error) => return lead.look.fault(&error).await,
    };
    let ending = Ending { log: whose.log(), person: whose.person, role: whose.role, by: lead.person, reason: reason.trim().to_owned() };
    match server.gate.end_membership(ending, server.clock.now()).await {
        // The reason stays in its box: it is asked for again.
        Err(GateError::Refused(refusal)) if member.until.is_none() => {
            lead.look.answer(StatusCode::UNPROCESSABLE_ENTITY, whose.page(&member, relationship, reason, Some(refusal.sentence))).await
        }
        acted => lead.after(&server, acted, Done::Ended).await,
    }
}
