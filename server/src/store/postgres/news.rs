//! Hears from the other processes which logs moved.

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};

use super::{
    super::{Heard, News, Result},
    announcer::{self, CHANNEL},
    sql::failed,
};

pub(super) struct PostgresNews {
    listener: PgListener,
    /// This process: it knows already what it says itself.
    process: String,
}

impl PostgresNews {
    /// Listens on a connection of its own, that is made again when it is lost.
    pub(super) async fn listen(options: &PgConnectOptions, process: String) -> Result<Self> {
        let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None).connect_lazy_with(options.clone());
        let mut listener = PgListener::connect_with(&pool).await.map_err(failed)?;
        listener.listen(CHANNEL).await.map_err(failed)?;
        Ok(Self { listener, process })
    }
}

#[async_trait]
impl News for PostgresNews {
    async fn next(&mut self) -> Result<Heard> {
        loop {
            // Nothing says what was missed while the connection was gone.
            let Some(notification) = self.listener.try_recv().await.map_err(failed)? else { return Ok(Heard::Gap) };
            match announcer::read(notification.payload()) {
                Some((process, _)) if process == self.process => {}
                Some((_, moved)) => return Ok(Heard::Moved(moved)),
                None => tracing::warn!("a notification that is no process's of ours"),
            }
        }
    }
}
