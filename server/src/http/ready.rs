//! `GET /readyz`: whether this process should be given requests.

use std::time::Duration;

use axum::extract::State;

use super::ApiProblem;
use crate::server::Server;

/// Whoever asks decides by the answer where the next request goes: later than this, it is no.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why this process should be given no requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    #[error("it is stopping")]
    Stopping,
    #[error("the store does not answer")]
    NoStore,
    #[error("the store lacks tables of this build")]
    NotMigrated,
}

pub(super) async fn readyz(State(server): State<Server>) -> Result<&'static str, ApiProblem> {
    if *server.stopping.borrow() {
        return Err(NotReady::Stopping.into());
    }
    match tokio::time::timeout(PATIENCE, server.store.is_migrated()).await {
        Ok(Ok(true)) => Ok("ready\n"),
        Ok(Ok(false)) => Err(NotReady::NotMigrated.into()),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the store does not answer");
            Err(NotReady::NoStore.into())
        }
        Err(_) => Err(NotReady::NoStore.into()),
    }
}
