//! 'Captured': the one thing that leaves an own log. Two times, no words.

use shared::{
    fact::Fact,
    id::LogId,
    log::{Author, Log},
    rules::{Accepted, Touched},
    time::At,
};

use super::{Gate, Result};

impl Gate {
    /// For every record that is shared here for the first time and was a draft in its author's own log: when it was
    /// first and last written there, by receipt.
    pub(super) async fn captured(&self, log: &Log, author: Author, touched: &[Touched], received_at: At) -> Result<Vec<Accepted>> {
        let mut facts = Vec::new();
        if matches!(log.id, LogId::Own(_)) {
            return Ok(facts);
        }
        for touched in touched.iter().filter(|touched| touched.is_new) {
            if let Some((earliest, latest)) = self.store.draft_times(author.person, touched.record).await? {
                let fact = Fact::Captured { record: touched.record, earliest, latest };
                facts.push(log.judge_fact(&self.kinds, fact, received_at)?);
            }
        }
        Ok(facts)
    }
}
