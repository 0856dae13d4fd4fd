//! `GET /sync/v1/live?device=…`: one stream of frames for all logs of a person.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::header,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use shared::{
    id::DeviceId,
    wire::{HEARTBEAT_SECONDS, LiveFrame},
};
use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};

use super::{ApiProblem, sync::check_device};
use crate::{
    accounts::{SignedIn, Token},
    live::{Listener, framed},
    server::Server,
};

/// Frames, not text.
const CONTENT_TYPE: &str = "application/octet-stream";

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    device: DeviceId,
}

pub(super) async fn stream(State(server): State<Server>, signed_in: SignedIn, asked: Result<Query<Asked>, QueryRejection>) -> Result<Response, ApiProblem> {
    let Query(asked) = asked.map_err(|rejection| ApiProblem::Unreadable(rejection.body_text()))?;
    check_device(&server, signed_in.person, asked.device).await?;
    let listener = server.live.listen(signed_in.person);
    let every = Duration::from_secs(HEARTBEAT_SECONDS);
    let mut heartbeat = interval_at(Instant::now() + every, every);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let open = Open { stopping: server.stopping.subscribe(), server, token: signed_in.token, listener, heartbeat, greeted: false };
    let frames = stream::unfold(open, |mut open| async move { open.next().await.map(|frame| (Ok::<_, Infallible>(frame), open)) });
    // No proxy may hold it back, change it or keep it.
    let headers =
        [(header::CONTENT_TYPE, CONTENT_TYPE), (header::CACHE_CONTROL, "no-store, no-transform"), (header::HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Body::from_stream(frames)).into_response())
}

/// One open stream.
struct Open {
    server: Server,
    token: Token,
    listener: Listener,
    heartbeat: Interval,
    stopping: watch::Receiver<bool>,
    greeted: bool,
}

impl Open {
    async fn next(&mut self) -> Option<Bytes> {
        if !self.greeted {
            self.greeted = true;
            return Some(framed(&LiveFrame::Hello { now: self.server.clock.now() }));
        }
        tokio::select! {
            biased;
            _ = self.stopping.wait_for(|stopping| *stopping) => return None,
            frame = self.listener.next() => return frame,
            _ = self.heartbeat.tick() => {}
        }
        self.beat().await
    }

    /// Says something, as long as the session stands: whoever signed out hears no more.
    async fn beat(&self) -> Option<Bytes> {
        let now = self.server.clock.now();
        match self.server.store.session(self.token.hash(), now).await {
            Ok(Some(_)) => Some(framed(&LiveFrame::Heartbeat { now })),
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(%error, "a stream ends, its session cannot be read");
                None
            }
        }
    }
}
