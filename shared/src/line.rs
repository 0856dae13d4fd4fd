//! Lines: the ordered, salted, hash-chained entries of a log.
//!
//! `commitment = H(salt ‖ bytes)` and
//! `hash = H("countersign chain 1" ‖ prev ‖ kind ‖ header ‖ commitment)`, H being SHA-256. Bytes and salt lie
//! beside the line and can be erased: the chain still verifies and says 'erased'.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    bytes::{Bytes, Fixed, Hash, Salt},
    id::{DeviceId, LogId, OrganisationId, PersonId},
    key::{Domain, PublicKey, Signature, SignatureError},
    time::At,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// An Automerge change.
    Word,
    /// Signed on a device.
    Decision,
    /// Signed by the organisation.
    Fact,
}

/// What the server adds to a line's bytes: order, origin, receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// From 0, without gaps.
    pub position: u64,
    /// From 1; grows when words are erased.
    pub epoch: u32,
    pub kind: LineKind,
    /// Absent on facts.
    pub author: Option<PersonId>,
    pub device: Option<DeviceId>,
    /// The server's clock.
    pub received_at: At,
    /// The server's randomness: whoever quotes it has seen this line.
    pub nonce: Salt,
}

/// What can be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    pub salt: Salt,
    /// An Automerge change, or the CBOR of a [`crate::decision::SignedDecision`] or a [`crate::fact::Fact`].
    pub bytes: Bytes,
    /// A submit's frozen content: the digest's salt ‖ canonical JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Bytes>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub header: Header,
    pub commitment: Hash,
    pub hash: Hash,
    /// The organisation's signature over the hash: on decisions, on facts and on the last line of every batch, whose
    /// receipt it is: the chain carries it to every line before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Absent once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
}

/// A line that somebody has seen: its position and the first 12 bytes of its nonce, which nobody can guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub position: u64,
    pub tag: Fixed<SEEN_TAG_BYTES>,
}

/// 12 bytes are 16 characters of base64url.
pub const SEEN_TAG_BYTES: usize = 12;

impl Seen {
    pub fn of(header: &Header) -> Self {
        let mut tag = [0; SEEN_TAG_BYTES];
        tag.copy_from_slice(&header.nonce.0[..SEEN_TAG_BYTES]);
        Self { position: header.position, tag: Fixed(tag) }
    }

    /// `12:AAECAwQFBgcICQoL`, a change's message.
    pub fn message(&self) -> String {
        use base64::Engine as _;
        format!("{}:{}", self.position, base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.tag.0))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    #[error("the line does not follow the one before it")]
    Position,
    #[error("the words do not fit their commitment")]
    Commitment,
    #[error("the line's hash does not recompute")]
    Hash,
    #[error("the organisation's signature is missing")]
    Unsigned,
    #[error("the organisation's signature does not hold: {0}")]
    Signature(#[from] SignatureError),
    #[error("no key of the organisation may begin or sign there")]
    Key,
}

/// Where a log's chain stands: the next position and the hash to build on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    pub next: u64,
    pub hash: Hash,
}

impl ChainHead {
    /// The head before a log's first line: it names the log and the organisation.
    pub fn origin(log: LogId, organisation: OrganisationId) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"countersign log 1\0");
        hasher.update(organisation.0.as_bytes());
        hasher.update(log.to_string().as_bytes());
        Self { next: 0, hash: Hash::from_digest(hasher) }
    }

    /// Makes the next line. `sign` is the organisation's key; only a word that is not the last of its batch does without.
    pub fn extend(&mut self, header: Header, side: Side, sign: impl FnOnce(&Hash) -> Option<Signature>) -> Line {
        debug_assert_eq!(header.position, self.next, "lines have no gaps");
        let commitment = commitment(&side.salt, &side.bytes.0);
        let hash = line_hash(&self.hash, &header, &commitment);
        let signature = sign(&hash);
        *self = Self { next: header.position + 1, hash };
        Line { header, commitment, hash, signature, side: Some(side) }
    }

    /// Checks that `line` follows, that its words fit and that the organisation signed it; then moves on. A word's own
    /// signature is not looked at: see [`Line::receipt_by`].
    pub fn accept(&mut self, line: &Line, organisation: &PublicKey) -> Result<(), ChainError> {
        let mut head = *self;
        head.follow(line)?;
        if line.header.kind != LineKind::Word {
            line.signed_by(organisation)?;
        }
        *self = head;
        Ok(())
    }

    /// The same without the signature: a whole log is hashed in less time than one signature takes.
    pub fn follow(&mut self, line: &Line) -> Result<(), ChainError> {
        if line.header.position != self.next {
            return Err(ChainError::Position);
        }
        if let Some(side) = &line.side
            && commitment(&side.salt, &side.bytes.0) != line.commitment
        {
            return Err(ChainError::Commitment);
        }
        if line_hash(&self.hash, &line.header, &line.commitment) != line.hash {
            return Err(ChainError::Hash);
        }
        *self = Self { next: line.header.position.saturating_add(1), hash: line.hash };
        Ok(())
    }
}

impl Line {
    /// Checks the organisation's signature over the hash. A word may have none.
    pub fn signed_by(&self, organisation: &PublicKey) -> Result<(), ChainError> {
        match (&self.signature, self.header.kind) {
            (None, LineKind::Word) => Ok(()),
            _ => self.receipt_by(organisation),
        }
    }

    /// Checks that this line ends a batch: signed, whatever it is, and with it each line of the chain before it.
    pub fn receipt_by(&self, organisation: &PublicKey) -> Result<(), ChainError> {
        let signature = self.signature.as_ref().ok_or(ChainError::Unsigned)?;
        Ok(organisation.verify(Domain::Line, &self.hash.0, signature)?)
    }
}

/// When each line of a log was received, and the tag by which later writers refer to it.
#[derive(Debug, Clone, Default)]
pub struct Received {
    /// The newest lines; all of them where nothing is earlier.
    pub(crate) newest: Vec<Receipt>,
    #[cfg(feature = "parts")]
    pub(crate) earlier: crate::parts::Earlier,
}

/// A line's tag, and when it was received.
pub(crate) type Receipt = ([u8; SEEN_TAG_BYTES], At);

impl Received {
    /// Takes in the next line.
    pub fn push(&mut self, header: &Header) {
        self.newest.push((Seen::of(header).tag.0, header.received_at));
    }

    fn get(&self, position: u64) -> Option<&Receipt> {
        #[cfg(feature = "parts")]
        let position = match position.checked_sub(self.earlier.lines()) {
            Some(position) => position,
            None => return self.earlier.get(position),
        };
        self.newest.get(usize::try_from(position).ok()?)
    }

    /// When the line that a writer refers to was received; `None` where there is no such line.
    pub fn seen_at(&self, position: u64, tag: &[u8]) -> Option<At> {
        let (known, received_at) = self.get(position)?;
        (known == tag).then_some(*received_at)
    }

    /// When a line was received.
    pub fn at(&self, position: u64) -> Option<At> {
        self.get(position).map(|(_, received_at)| *received_at)
    }

    /// The newest line, as a writer refers to it; `None` before the first.
    pub fn newest(&self) -> Option<Seen> {
        let (tag, _) = self.newest.last()?;
        Some(Seen { position: self.lines().checked_sub(1)?, tag: Fixed(*tag) })
    }

    fn lines(&self) -> u64 {
        let lines = u64::try_from(self.newest.len()).unwrap_or(u64::MAX);
        #[cfg(feature = "parts")]
        let lines = lines.saturating_add(self.earlier.lines());
        lines
    }
}

impl Hash {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    pub(crate) fn from_digest(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }
}

fn commitment(salt: &Salt, bytes: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(salt.0);
    hasher.update(bytes);
    Hash::from_digest(hasher)
}

/// The header enters the hash in a fixed layout of its own, so that no serialisation library is part of the proof:
/// kind (1 byte: 0 word, 1 decision, 2 fact) ‖ position (8, big-endian) ‖ epoch (4) ‖ received (8) ‖ nonce (16) ‖
/// author (16, zeros if absent) ‖ device (16, zeros if absent).
fn line_hash(prev: &Hash, header: &Header, commitment: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(b"countersign chain 1\0");
    hasher.update(prev.0);
    hasher.update([match header.kind {
        LineKind::Word => 0,
        LineKind::Decision => 1,
        LineKind::Fact => 2,
    }]);
    hasher.update(header.position.to_be_bytes());
    hasher.update(header.epoch.to_be_bytes());
    hasher.update(header.received_at.0.to_be_bytes());
    hasher.update(header.nonce.0);
    hasher.update(header.author.map_or([0; 16], |author| *author.0.as_bytes()));
    hasher.update(header.device.map_or([0; 16], |device| *device.0.as_bytes()));
    hasher.update(commitment.0);
    Hash::from_digest(hasher)
}
