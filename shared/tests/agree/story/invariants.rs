//! What must hold, whatever happened.

use std::collections::BTreeMap;

use shared::{
    id::LogId,
    kind::Kinds,
    log::{Judged, Log},
    replica::Table,
    time::MINUTE_MS,
};

use super::Story;
use crate::ward::{self, Ward, log};

impl Story {
    /// Invariant 4: what was typed last into a field of a phone is in a log, pending or shown as unsent.
    pub fn nothing_is_lost(&self) {
        let lines: Vec<&[u8]> =
            self.ward.server.logs.values().flat_map(|(_, lines)| lines).filter_map(|line| Some(line.side.as_ref()?.bytes.0.as_slice())).collect();
        for ((phone, record, field), text) in &self.typed {
            let held = |table: Table| self.ward.phones[*phone].store.iter().any(|((kind, _), value)| *kind == table && contains(value, text));
            let found = lines.iter().any(|bytes| contains(bytes, text)) || held(Table::Pending) || held(Table::Stuck);
            assert!(found, "seed {}: {text:?} in {field} of {record} on phone {phone} is gone", self.seed);
        }
    }

    /// Invariant 11: an own log is on its owner's phones alone, and what was never shared is in no other log.
    pub fn nothing_private_is_told(&self) {
        for phone in &self.ward.phones {
            for log in phone.replica.logs() {
                assert!(!matches!(log.id, LogId::Own(owner) if owner != phone.person), "seed {}: a foreign own log", self.seed);
            }
        }
        let (shared, lines) = &self.ward.server.logs[&log()];
        let unshared = self.typed.iter().filter(|((_, record, _), _)| !shared.index.has_record(&record.to_string()));
        for line in lines.iter().filter_map(|line| line.side.as_ref()) {
            assert!(!contains(&line.bytes.0, "jot words"), "seed {}: a jot left its log", self.seed);
            for (_, text) in unshared.clone() {
                assert!(!contains(&line.bytes.0, text), "seed {}: an unshared draft left its log", self.seed);
            }
        }
        for record in shared.index.records() {
            let entry = record.parse().ok().and_then(|record| shared.ledger.get(record));
            let kind = shared.index.identity(record).expect("made").0;
            assert!(entry.is_some() || !["observation", "claim"].contains(&kind), "seed {}: a {kind} is here unsigned", self.seed);
        }
    }

    /// Invariant 1: the same lines make the same log everywhere.
    pub fn everybody_has_the_same(&self) {
        for phone in &self.ward.phones {
            for (id, (server, _)) in &self.ward.server.logs {
                let Some(mine) = phone.replica.log(*id) else { continue };
                assert_eq!(mine.chain, server.chain, "seed {}", self.seed);
                assert!(mine.ledger == server.ledger && mine.facts == server.facts && mine.index == server.index, "seed {}: {id} differs", self.seed);
            }
        }
    }

    /// Invariant 2: whoever has the lines can ask again, and hears the same verdicts.
    pub fn every_verdict_can_be_recomputed(&self) {
        let kinds = Kinds::standard();
        for (id, (served, lines)) in &self.ward.server.logs {
            let mut log = Log::new(*id, served.organisation);
            let mut taken: BTreeMap<u64, &ward::server::Taken> =
                self.ward.server.journal.iter().filter(|taken| taken.log == *id).map(|taken| (taken.first, taken)).collect();
            for line in lines {
                if let Some(taken) = taken.remove(&line.header.position) {
                    let judged = log.judge(&kinds, taken.author, &taken.items, taken.at);
                    let Judged::Accept(accepted) = judged else { panic!("seed {}: line {} of {id} would be {judged:?}", self.seed, line.header.position) };
                    assert!(!accepted.is_empty());
                }
                log.apply(&kinds, line).expect("a line that was served applies");
            }
            assert!(taken.is_empty() && log.ledger == served.ledger && log.facts == served.facts && log.index == served.index, "seed {}", self.seed);
        }
    }

    /// Invariant 10: everything comes to rest, and once more changes nothing.
    pub fn comes_to_rest(&mut self) {
        // What is still being typed goes by itself.
        self.ward.pass(MINUTE_MS);
        for _ in 0..2 {
            for phone in 0..self.phones() {
                self.ward.sync(phone);
                assert!(!self.ward.phones[phone].replica.has_unsent(self.ward.now), "seed {}: phone {phone} keeps something back", self.seed);
            }
        }
        let lines = |ward: &Ward| ward.server.logs.values().map(|(_, lines)| lines.len()).sum::<usize>();
        let (before, stuck) = (lines(&self.ward), self.stuck());
        for phone in 0..self.phones() {
            self.ward.reopen(phone);
            self.ward.sync(phone);
        }
        assert_eq!((lines(&self.ward), self.stuck()), (before, stuck), "seed {}: a second replay changes nothing", self.seed);
    }

    fn stuck(&self) -> Vec<usize> {
        self.ward.phones.iter().map(|phone| phone.replica.stuck().len()).collect()
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
