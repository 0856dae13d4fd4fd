//! What a phone pulls: new lines behind its cursors, and its directory. Reads lines from the store and builds nothing.

use std::collections::HashMap;

use shared::{
    id::{LogId, PersonId},
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
        let reach = self.store.reach(person, now).await?;
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
                logs.push(self.update(log, from, &mut left).await?);
            }
        }
        let directory = reach.iter().filter(|log| log.current).map(|log| Cursor { log: log.log, epoch: log.epoch, next: log.end }).collect();
        Ok(Pulled { logs, directory })
    }

    async fn update(&self, log: &Reach, from: u64, left: &mut usize) -> Result<LogUpdate> {
        let lines = match *left {
            0 => Vec::new(),
            bytes => self.store.lines(log.log, Page { from, end: log.end, lines: MAX_LINES, bytes }).await?,
        };
        // Words that were erased since the log was looked up came without them, and belong to an epoch that this answer
        // does not know: the phone asks again.
        if !lines.is_empty() && self.store.stand(log.log).await?.is_none_or(|stand| stand.epoch != log.epoch) {
            return Ok(LogUpdate { log: log.log, epoch: log.epoch, lines: Vec::new(), more: true });
        }
        for line in &lines {
            *left = left.saturating_sub(weight(line));
        }
        let next = lines.last().map_or(from, |line| line.header.position.saturating_add(1));
        Ok(LogUpdate { log: log.log, epoch: log.epoch, lines, more: next < log.end })
    }
}
