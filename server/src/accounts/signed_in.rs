//! Who a request comes from.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use shared::{
    id::{DeviceId, PersonId},
    wire::HEADER,
};

use super::{Denied, Token};
use crate::{
    Server,
    store::{Caller, Person},
};

/// A call of the app: it carries our header, which no foreign page can send, and a session that stands.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub person: PersonId,
    /// Ends with signing out.
    pub token: Token,
    /// The device that was last heard from by this session.
    pub device: Option<DeviceId>,
}

impl FromRequestParts<Server> for SignedIn {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, state: &Server) -> Result<Self, Denied> {
        let token = token_of_app(&parts.headers)?;
        let session = state.accounts.session(&token).await?.ok_or(Denied::SignInAgain)?;
        Ok(Self { person: session.person, token, device: session.device.map(|(device, _)| device) })
    }
}

/// A call of the app as [`SignedIn`], with what the call of a phone needs to know.
impl FromRequestParts<Server> for Caller {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, state: &Server) -> Result<Self, Denied> {
        let token = token_of_app(&parts.headers)?;
        state.accounts.caller(&token).await?.ok_or(Denied::SignInAgain)
    }
}

fn token_of_app(headers: &HeaderMap) -> Result<Token, Denied> {
    if headers.get(HEADER).is_none_or(|value| value != "1") {
        return Err(Denied::NoHeader);
    }
    token(headers).ok_or(Denied::SignInAgain)
}

/// Whoever looks at a page, signed in or not.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    pub person: Option<Person>,
    /// The cookie's token, whether a session stands behind it or not.
    pub token: Option<Token>,
}

impl FromRequestParts<Server> for Visitor {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, state: &Server) -> Result<Self, Denied> {
        let Some(token) = token(&parts.headers) else { return Ok(Self::default()) };
        let accounts = &state.accounts;
        let person = match accounts.session(&token).await? {
            Some(session) => accounts.store().person(session.person).await?,
            None => None,
        };
        Ok(Self { person, token: Some(token) })
    }
}

fn token(headers: &HeaderMap) -> Option<Token> {
    headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(Token::of_cookies)
}

/// Where the request came from, as far as that can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub Option<IpAddr>);

impl FromRequestParts<Server> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &Server) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let behind = state.accounts.settings().behind_https;
        Ok(Self(if behind { forwarded(&parts.headers).or(peer) } else { peer }))
    }
}

/// The last entry is the proxy's own; what stands before it, anybody can write.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}
