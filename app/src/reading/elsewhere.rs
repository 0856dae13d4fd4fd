//! Signed feedback of a mentee's other relationships, laid beside this one's to choose from.

use std::sync::Arc;

use shared::{
    evidence::{Item, elsewhere::Elsewhere},
    ledger::Version,
    scalar::Scalar,
};

use super::log::{Log, Relationship};

/// What is laid here stands at these lines: no log gets as long.
const FIRST_LINE: u64 = 1 << 48;

/// The log as it will be once all feedback of the others was copied in.
pub fn with_others(mine: &Relationship, others: &[Relationship]) -> Arc<Log> {
    let mut facts = (*mine.log.facts).clone();
    let mut ledger = mine.log.ledger().clone();
    let mut line = FIRST_LINE;
    for other in others.iter().filter(|other| other.id != mine.id) {
        for (record, entry) in &other.log.ledger().records {
            if let Some(by) = ledger.lay(other.id, *record, entry, line) {
                facts.strangers.entry(by).or_insert_with(|| other.log.facts.name(by));
                line += 1;
            }
        }
    }
    if line == FIRST_LINE { Arc::clone(&mine.log) } else { Arc::new(mine.log.with(facts, ledger)) }
}

/// The field of a claim that names a piece, and its value.
pub fn choice(log: &Log, item: &Item) -> (String, Scalar) {
    let laid = version(log, item).filter(|_| item.line >= FIRST_LINE).and_then(|version| {
        let origin = version.origin?;
        Some(Elsewhere { log: origin.log, line: origin.line, digest: version.digest })
    });
    match laid {
        Some(named) => (["elsewhere/", &item.record.to_string()].concat(), Scalar::Text(named.to_string())),
        None => (["evidence/", &item.line.to_string()].concat(), Scalar::Text(item.record.to_string())),
    }
}

/// Whether a piece was signed in another relationship.
pub fn is_from_another(log: &Log, item: &Item) -> bool {
    version(log, item).is_some_and(|version| version.origin.is_some())
}

fn version<'a>(log: &'a Log, item: &Item) -> Option<&'a Version> {
    log.ledger().get(item.record)?.versions.iter().find(|version| version.sealed == Some(item.line))
}
