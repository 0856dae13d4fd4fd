//! The gate: the only way into the store. Asks `shared`'s rules, orders what they accept, commits it, and then tells.
//!
//! A log is locked for one act, in this process and in all that share the store; an act that writes several locks them in
//! one order. What is in memory is brought to the log's head, taken out while it is judged, and put back once the store
//! has the lines: whatever fails in between, the log is read again.

mod captured;
mod erase;
mod evidence;
mod facts;
mod held;
mod kept;
mod logs;
mod pull;
mod push;
mod rotate;

use std::sync::{Arc, Mutex, PoisonError};

use shared::{beacon::Beacon, kind::Kinds, log::ReplayError, refusal::Refusal, time::At};

use self::logs::Logs;
pub use self::{
    erase::{Erasable, Erasing},
    facts::{Ending, NewMember},
    held::{HeldRecord, HeldWords},
    logs::Limits,
    pull::Pulled,
    push::Pushed,
    rotate::Rotated,
};
pub(crate) use self::{facts::Founding, push::moved};
use crate::{
    live::Live,
    outside::Entropy,
    store::{Organisation, Store, StoreError},
};

/// The gate of one organisation.
pub struct Gate {
    store: Arc<dyn Store>,
    live: Arc<Live>,
    entropy: Arc<dyn Entropy>,
    kinds: Kinds,
    logs: Logs,
    /// As it was read last; another process may have changed its key since.
    organisation: Mutex<Option<Arc<Organisation>>>,
    /// The hour that was signed last.
    beacon: Mutex<Option<Beacon>>,
}

/// Why an act did not happen for another reason than the rules.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lines of a log do not fold: the store is damaged, or an older build reads a newer log.
    #[error("a log cannot be read: {0}")]
    Replay(#[from] ReplayError),
    #[error("no organisation was made yet")]
    NoOrganisation,
    #[error("there is no such log, device or person")]
    Unknown,
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A defect: the act stopped half way. Nothing was kept in memory, and the store has all or nothing.
    #[error("the act stopped half way")]
    Stopped,
}

pub type Result<T> = std::result::Result<T, GateError>;

impl Gate {
    pub fn new(store: Arc<dyn Store>, live: Arc<Live>, entropy: Arc<dyn Entropy>) -> Self {
        Self { store, live, entropy, kinds: Kinds::standard(), logs: Logs::default(), organisation: Mutex::default(), beacon: Mutex::default() }
    }

    /// The same gate for other kinds of records: a kind that only a test declares gets all that the declared ones have.
    pub fn with_kinds(mut self, kinds: Kinds) -> Self {
        self.kinds = kinds;
        self
    }

    /// The same gate with other limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.logs.limits = limits;
        self
    }

    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// How many logs are in memory.
    pub fn logs_in_memory(&self) -> usize {
        self.logs.known()
    }

    pub fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    /// The organisation; [`GateError::NoOrganisation`] before it was made. Its key may be a former one already: whoever has
    /// a log's turn finds that out.
    pub async fn organisation(&self) -> Result<Arc<Organisation>> {
        let known = self.organisation.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(known) => Ok(known),
            None => self.organisation_anew().await,
        }
    }

    /// The organisation as it stands now.
    pub async fn organisation_anew(&self) -> Result<Arc<Organisation>> {
        let read = self.store.organisation().await?.map(Arc::new).ok_or(GateError::NoOrganisation)?;
        let mut known = self.organisation.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_none_or(|known| known.key.public() != read.key.public()) {
            *self.beacon.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        *known = Some(Arc::clone(&read));
        Ok(read)
    }

    /// The beacon of the hour that it is.
    pub async fn beacon(&self, now: At) -> Result<Beacon> {
        let organisation = self.organisation().await?;
        let mut known = self.beacon.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(beacon) = known.as_ref().filter(|beacon| beacon.is_of(now)) {
            return Ok(beacon.clone());
        }
        Ok(known.insert(Beacon::of(organisation.id, &organisation.key, now)).clone())
    }
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gate")
    }
}
