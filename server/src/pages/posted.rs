//! What a person sends with a form of this very site. A form from elsewhere, or one that cannot be read, is answered here.

use app::pages::NoticePage;
use axum::{
    Form, RequestExt as _,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, request::Parts},
    response::Response,
};
use serde::de::DeserializeOwned;

use super::Look;
use crate::{accounts::SameSite, server::Server};

/// Who may send it: anybody who looks at the page, or a lead.
pub(super) trait Sender: FromRequestParts<Server, Rejection = Response> + Send + 'static {
    /// The page that their answer stands on.
    fn into_look(self) -> Look;
}

impl Sender for Look {
    fn into_look(self) -> Look {
        self
    }
}

/// A button of this site: nothing was typed.
pub(super) struct Pressed<Who>(pub(super) Who);

/// A form of this site, read.
pub(super) struct Posted<Who, Typed> {
    pub(super) by: Who,
    pub(super) typed: Typed,
}

impl<Who: Sender> FromRequestParts<Server> for Pressed<Who> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Response> {
        let by = Who::from_request_parts(parts, server).await?;
        match SameSite::from_request_parts(parts, server).await {
            Ok(_) => Ok(Self(by)),
            Err(_foreign) => Err(by.into_look().notice(StatusCode::FORBIDDEN, NoticePage::foreign_form()).await),
        }
    }
}

impl<Who: Sender, Typed: DeserializeOwned + Send + 'static> FromRequest<Server> for Posted<Who, Typed> {
    type Rejection = Response;

    async fn from_request(mut request: Request, server: &Server) -> Result<Self, Response> {
        let Pressed(by) = request.extract_parts_with_state::<Pressed<Who>, _>(server).await?;
        match Form::<Typed>::from_request(request, server).await {
            Ok(Form(typed)) => Ok(Self { by, typed }),
            Err(_unreadable) => Err(by.into_look().notice(StatusCode::BAD_REQUEST, NoticePage::bad_form()).await),
        }
    }
}
