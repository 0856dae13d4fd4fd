//! A person's own devices: what may sign for them, and taking one of them back.

use app::pages::{DeviceCard, DevicesPage, NoticePage, Page, RevokePage, words::devices as say};
use axum::{
    Router,
    extract::{FromRequestParts, Path, Query, State, rejection::QueryRejection},
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use serde::Deserialize;
use shared::{
    id::{DeviceId, PersonId},
    time::Zone,
};

use super::{
    Look,
    posted::{Pressed, Sender},
    times,
};
use crate::{
    accounts::Token,
    gate::{GateError, Result},
    server::Server,
    store::Device,
};

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/devices", get(list)).route("/devices/{device}", get(ask).post(revoke))
}

/// Somebody who looks after their own devices. Others are asked to sign in.
pub(super) struct Owner {
    look: Look,
    person: PersonId,
    token: Token,
}

impl FromRequestParts<Server> for Owner {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> std::result::Result<Self, Response> {
        let look = Look::from_request_parts(parts, server).await?;
        match (&look.person, look.token.clone()) {
            (Some(person), Some(token)) => Ok(Self { person: person.id, token, look }),
            _ => Err(Redirect::to("/sign-in?next=/devices").into_response()),
        }
    }
}

impl Sender for Owner {
    fn into_look(self) -> Look {
        self.look
    }
}

impl Owner {
    /// Those that may still sign, the newest first.
    async fn devices(&self, server: &Server) -> Result<Vec<DeviceCard>> {
        let zone = Zone::posix(&server.gate.organisation().await?.zone);
        let here = server.accounts.session(&self.token).await?.and_then(|session| session.device).map(|(device, _)| device);
        let known = server.store.devices_of(self.person).await?;
        Ok(known.iter().rev().filter(|device| device.revoked_at.is_none()).map(|device| card(device, here, &zone)).collect())
    }

    async fn device(&self, server: &Server, device: &str) -> Result<Option<DeviceCard>> {
        Ok(self.devices(server).await?.into_iter().find(|known| known.id == device))
    }

    /// Whoever is signed in there is signed out first: a device that is revoked is not on the list any more, to try again.
    async fn revoke(&self, server: &Server, device: DeviceId) -> Result<()> {
        if !server.store.devices_of(self.person).await?.iter().any(|known| known.id == device) {
            return Err(GateError::Unknown);
        }
        server.accounts.sign_out_device(device, &self.token).await?;
        server.gate.revoke_device(self.person, device, server.clock.now()).await
    }

    async fn not_found(self) -> Response {
        self.look.notice(StatusCode::NOT_FOUND, NoticePage::not_found()).await
    }
}

fn card(device: &Device, here: Option<DeviceId>, zone: &Zone) -> DeviceCard {
    DeviceCard {
        id: device.id.to_string(),
        label: device.label.clone(),
        set_up: times::moment(device.enrolled_at, zone),
        heard: device.heard_at.map(|at| times::moment(at, zone)),
        here: here == Some(device.id),
    }
}

/// What was done before the page is shown again; part of its address, so that reading it again does nothing.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    done: Option<Done>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Done {
    Revoked,
}

async fn list(State(server): State<Server>, owner: Owner, asked: std::result::Result<Query<Asked>, QueryRejection>) -> Response {
    let done = asked.ok().and_then(|Query(asked)| asked.done).map(|Done::Revoked| say::DONE.to_owned());
    match owner.devices(&server).await {
        Ok(devices) => owner.look.page(Page::Devices(DevicesPage { done, devices })).await,
        Err(error) => owner.look.fault(&error).await,
    }
}

async fn ask(State(server): State<Server>, owner: Owner, Path(device): Path<String>) -> Response {
    match owner.device(&server, &device).await {
        Ok(Some(device)) => owner.look.page(Page::Revoke(RevokePage { device })).await,
        Ok(None) => owner.not_found().await,
        Err(error) => owner.look.fault(&error).await,
    }
}

async fn revoke(State(server): State<Server>, Path(device): Path<String>, Pressed(owner): Pressed<Owner>) -> Response {
    let Ok(device) = device.parse() else { return owner.not_found().await };
    match owner.revoke(&server, device).await {
        Ok(()) => Redirect::to("/devices?done=revoked").into_response(),
        Err(GateError::Unknown) => owner.not_found().await,
        Err(error) => owner.look.fault(&error).await,
    }
}
