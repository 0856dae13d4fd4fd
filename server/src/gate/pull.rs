//! What a phone pulls: new lines behind its cursors, and its directory. Reads lines from the store and builds nothing.

use std::collections::HashMap;

use shared::{
    id::{LogId, PersonId},
    line::{Line, LineKind},
    time::At,
    wire::{Cursor, LogUpdate, MAX_LINE_BYTES, MAX_LINES, SyncRequest},
};

use super::{Gate, Result};
use crate::store::{Page, Reach, weight};

/// New lines, and the logs that are somebody's to read on.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulled {
    pub logs: Vec<LogUpdate>,
    pub directory: Vec<Cursor>,
}

impl Gate {
    /// The lines behind the request's cursors in every log that the person may read, within one answer's limits. Whoever
    /// left a log reads what was there until then, and finds it missing in the directory.
    pub async fn pull(&self, person: PersonId, request: &SyncRequest, now: At) -> Result<Pulled> {
        self.pull_behind(self.store.reach(person, now).await?, request, &[]).await
    }

    /// The same for whoever could read so far and has then written these lines: where they are all that is new, nothing is
    /// read for them. What others wrote meanwhile to other logs comes with the next answer.
    pub async fn pull_behind(&self, mut reach: Vec<Reach>, request: &SyncRequest, written: &[LogUpdate]) -> Result<Pulled> {
        for log in &mut reach {
            let own = written.iter().filter(|update| update.log == log.log && update.epoch == log.epoch).filter_map(|update| update.lines.last());
            log.end = own.map(|line| line.header.position.saturating_add(1)).fold(log.end, u64::max);
        }
        let cursors: HashMap<LogId, &Cursor> = request.cursors.iter().map(|cursor| (cursor.log, cursor)).collect();
        let mut left = MAX_LINE_BYTES;
        let mut logs = Vec::new();
        for log in &reach {
            let cursor = cursors.get(&log.log);
            if cursor.is_none() && !request.rest {
                continue;
            }
            let from = cursor.filter(|cursor| cursor.epoch == log.epoch).map_or(0, |cursor| cursor.next);
            if from < log.end {
                let update = match all_that_is_new(log, from, written).filter(|lines| weight_of(lines) <= left) {
                    Some(lines) => LogUpdate { log: log.log, epoch: log.epoch, lines, more: false },
                    None => self.update(log, from, left).await?,
                };
                left = left.saturating_sub(weight_of(&update.lines));
                logs.push(update);
            }
        }
        let directory = reach.iter().filter(|log| log.current).map(|log| Cursor { log: log.log, epoch: log.epoch, next: log.end }).collect();
        Ok(Pulled { logs, directory })
    }

    async fn update(&self, log: &Reach, from: u64, left: usize) -> Result<LogUpdate> {
        let lines = match left {
            0 => Vec::new(),
            bytes => self.store.lines(log.log, Page { from, end: log.end, lines: MAX_LINES, bytes }).await?,
        };
        // Words that were erased since the log was looked up came without them, and belong to an epoch that this answer
        // does not know: the phone asks again.
        if !lines.iter().all(has_its_words) && self.store.stand(log.log).await?.is_none_or(|stand| stand.epoch != log.epoch) {
            return Ok(LogUpdate { log: log.log, epoch: log.epoch, lines: Vec::new(), more: true });
        }
        let next = lines.last().map_or(from, |line| line.header.position.saturating_add(1));
        Ok(LogUpdate { log: log.log, epoch: log.epoch, lines, more: next < log.end })
    }
}

/// The lines from a position up to a log's end, where they were all just written. A line never changes while its epoch
/// lasts, so it is no matter when they were.
fn all_that_is_new(log: &Reach, from: u64, written: &[LogUpdate]) -> Option<Vec<Line>> {
    let of_log = written.iter().filter(|update| update.log == log.log && update.epoch == log.epoch);
    let lines: Vec<&Line> = of_log.flat_map(|update| &update.lines).skip_while(|line| line.header.position < from).collect();
    let is_all = lines.iter().map(|line| line.header.position).eq(from..log.end) && lines.len() <= MAX_LINES;
    is_all.then(|| lines.into_iter().cloned().collect())
}

fn weight_of(lines: &[Line]) -> usize {
    lines.iter().map(weight).fold(0, usize::saturating_add)
}

/// Whether nothing of a line can have been erased. A decision or a fact may be a submit or copied evidence that lost its
/// frozen words, or another that never had any: nobody reads here which.
fn has_its_words(line: &Line) -> bool {
    line.side.as_ref().is_some_and(|side| line.header.kind == LineKind::Word || side.content.is_some())
}
