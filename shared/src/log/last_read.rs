//! The change that a log read last. A push is foreseen, judged and taken in, and each of these reads its change.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    bytes::Bytes,
    change::{Decoded, Refused},
};

/// Cheap to clone; clones share it, since what bytes mean depends on nothing else.
#[derive(Debug, Clone, Default)]
pub(super) struct LastRead(Arc<Mutex<Option<Change>>>);

#[derive(Debug)]
struct Change {
    bytes: Bytes,
    decoded: Arc<Decoded>,
}

impl LastRead {
    /// [`Decoded::parse`], unless these very bytes were the last.
    pub(super) fn read(&self, bytes: &Bytes) -> Result<Arc<Decoded>, Refused> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Change { decoded, .. }) = last.as_ref().filter(|known| known.bytes == *bytes) {
            return Ok(Arc::clone(decoded));
        }
        let decoded = Arc::new(Decoded::parse(&bytes.0)?);
        *last = Some(Change { bytes: bytes.clone(), decoded: Arc::clone(&decoded) });
        Ok(decoded)
    }

    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
