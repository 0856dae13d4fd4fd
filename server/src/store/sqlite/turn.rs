//! A turn at some logs. One process has the file, so there is nobody to wait for; the writer checks each head once more.

use std::sync::Arc;

use async_trait::async_trait;
use shared::id::LogId;

use super::{
    super::{Result, Stand, Turn, Work},
    Pool,
    sql::lines::stand,
    writer::Writer,
};

pub(super) struct SqliteTurn {
    stands: Vec<(LogId, Option<Stand>)>,
    writer: Arc<Writer>,
}

impl SqliteTurn {
    pub(super) async fn take(readers: &Pool, writer: Arc<Writer>, logs: &[LogId]) -> Result<Self> {
        let stands = readers.read(async |connection| {
            let mut stands = Vec::with_capacity(logs.len());
            for log in logs {
                stands.push((*log, stand(connection, *log).await?));
            }
            Ok(stands)
        });
        Ok(Self { stands: stands.await?, writer })
    }

    pub(super) fn upon(writer: Arc<Writer>, log: LogId, stand: Stand) -> Self {
        Self { stands: vec![(log, Some(stand))], writer }
    }
}

#[async_trait]
impl Turn for SqliteTurn {
    fn stand(&self, log: LogId) -> Option<Stand> {
        self.stands.iter().find(|(known, _)| *known == log).and_then(|(_, stand)| *stand)
    }

    async fn commit(self: Box<Self>, work: Work) -> Result<()> {
        self.writer.commit(work).await
    }
}
