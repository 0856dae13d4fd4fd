//! The facts of a log, read from its lines.

use shared::{
    cbor,
    fact::{Fact, Facts},
    id::LogId,
    line::LineKind,
    time::At,
};

use crate::{
    server::Server,
    store::{Page, StoreError},
};

/// Lines and bytes that are read at a time.
const PAGE_LINES: usize = 500;
const PAGE_BYTES: usize = 1024 * 1024;
/// Bytes of one fact; a framework is the largest.
const MOST_FACT_BYTES: usize = 1024 * 1024;

/// What was stated, in order, and its fold.
pub(super) struct Stated {
    pub(super) facts: Facts,
    pub(super) lines: Vec<(At, Fact)>,
}

/// Reads them all; words and decisions are passed over.
pub(super) async fn read(server: &Server, log: LogId) -> Result<Stated, StoreError> {
    let mut stated = Stated { facts: Facts::default(), lines: Vec::new() };
    let Some(stand) = server.store.stand(log).await? else { return Ok(stated) };
    let mut from = 0;
    while from < stand.head.next {
        let lines = server.store.lines(log, Page { from, end: stand.head.next, lines: PAGE_LINES, bytes: PAGE_BYTES }).await?;
        let Some(last) = lines.last() else { return Err(StoreError::Damaged(format!("{log} has no line {from}"))) };
        from = last.header.position.saturating_add(1);
        for line in &lines {
            if let (LineKind::Fact, Some(side)) = (line.header.kind, &line.side) {
                let fact: Fact = cbor::decode(&side.bytes.0, MOST_FACT_BYTES).map_err(|error| StoreError::Damaged(format!("a fact of {log}: {error}")))?;
                stated.facts.fold(&fact);
                stated.lines.push((line.header.received_at, fact));
            }
        }
    }
    Ok(stated)
}
