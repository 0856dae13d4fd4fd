//! Somebody looks at a page: who they are, and what stands around every page.

use app::pages::{Frame, NoticePage, Page};
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::Response,
};

use super::render::render;
use crate::{
    accounts::{Denied, Token, Visitor},
    server::Server,
    store::Person,
};

/// A request for a page.
#[derive(Debug, Clone)]
pub struct Look {
    pub person: Option<Person>,
    pub token: Option<Token>,
    frame: Frame,
}

impl FromRequestParts<Server> for Look {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Response> {
        match Self::read(parts, server).await {
            Ok(look) => Ok(look),
            Err(denied) => Err(fault(server, &denied).await),
        }
    }
}

impl Look {
    async fn read(parts: &mut Parts, server: &Server) -> Result<Self, Denied> {
        let Visitor { person, token } = Visitor::from_request_parts(parts, server).await?;
        let organisation = match server.gate.organisation().await {
            Ok(organisation) => Some(organisation),
            Err(crate::gate::GateError::NoOrganisation) => None,
            Err(error) => return Err(error.into()),
        };
        let frame = Frame {
            organisation: organisation.as_ref().map(|organisation| organisation.name.clone()).unwrap_or_default(),
            demonstration: organisation.is_some_and(|organisation| organisation.demonstration),
            style: style(server),
            person: person.as_ref().map(|person| person.name.clone()),
            leads: person.as_ref().is_some_and(|person| person.leads),
        };
        Ok(Self { person, token, frame })
    }

    /// The same page as nobody in particular sees it.
    pub(super) fn by_nobody(self) -> Self {
        let frame = Frame { person: None, leads: false, ..self.frame };
        Self { person: None, token: None, frame }
    }

    pub(super) async fn page(self, page: Page) -> Response {
        self.answer(StatusCode::OK, page).await
    }

    pub(super) async fn answer(self, status: StatusCode, page: Page) -> Response {
        render(status, self.frame, page).await
    }

    pub(super) async fn notice(self, status: StatusCode, notice: NoticePage) -> Response {
        self.answer(status, Page::Notice(notice)).await
    }

    /// Our own fault: logged here, told without detail.
    pub(super) async fn fault(self, error: &(dyn std::error::Error + Sync)) -> Response {
        tracing::error!(%error, "a page could not be made");
        self.notice(StatusCode::INTERNAL_SERVER_ERROR, NoticePage::fault()).await
    }
}

async fn fault(server: &Server, error: &Denied) -> Response {
    tracing::error!(%error, "a page could not be made");
    render(StatusCode::INTERNAL_SERVER_ERROR, Frame { style: style(server), ..Frame::default() }, Page::Notice(NoticePage::fault())).await
}

fn style(server: &Server) -> String {
    server.client.asset("style").unwrap_or_default().to_owned()
}
