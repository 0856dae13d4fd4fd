//! What is stored of a log's fold is the fold of its lines, part for part.

use shared::{
    key::SecretKey,
    kind::Kinds,
    line::Line,
    log::Log,
    parts::{Name, Rows, Vault},
};

use crate::invariant::{Checked, Invariant, violated};

/// Folds a log's lines up to the one that its parts stand for, and compares what would be stored of that.
pub fn is_the_fold(known: &Log, kinds: &Kinds, key: &SecretKey, lines: &[Line], stored: &Rows) -> Checked {
    let broken = |what: String| violated(Invariant::Reloads, format!("{}: {what}", known.id));
    let vault = Vault::new(&key.seed(), known.id);
    let root = stored.get(&Name::Root).and_then(|row| vault.root(row).ok().flatten()).ok_or_else(|| broken("parts without a root".to_owned()))?;
    let mut log = Log::new(known.id, known.organisation);
    log.track();
    for line in lines.iter().take(usize::try_from(root.chain.next).unwrap_or(usize::MAX)) {
        log.apply(kinds, line).map_err(|error| broken(error.to_string()))?;
    }
    if log.chain != root.chain || log.epoch != root.epoch {
        return Err(broken("its parts stand for a line that it does not have".to_owned()));
    }
    let fresh = vault.seals((log.epoch, log.chain), log.parts(true), None).map_err(|error| broken(error.to_string()))?;
    let other = fresh.iter().find(|(name, row)| stored.get(*name) != Some(*row)).map(|(name, _)| name);
    let more = stored.keys().find(|name| !fresh.contains_key(*name));
    match other.or(more) {
        Some(name) => Err(broken(format!("the stored part {name:?} is not the fold's"))),
        None => Ok(()),
    }
}
