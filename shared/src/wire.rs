//! What phones and server say to each other: CBOR over HTTP, versioned, limited.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `GET /session/v1` | – | [`Session`] in CBOR, or 401 |
//! | `POST /device/v1` | [`Enrol`] | [`Enrolled`] |
//! | `POST /sync/v1` | [`SyncRequest`] | [`SyncResponse`] |
//! | `GET /sync/v1/live?device=…` | – | a stream of frames: length (4 bytes, big-endian), [`LiveFrame`] |
//!
//! Every request carries the header `x-countersign: 1`, which no foreign page can send, and every answer of ours
//! carries it back, which no captive portal does. Errors are problem+json ([`Problem`]).
//!
//! What goes up is packed, since a phone's way up is its narrow one: lists instead of names (`packed`), and HTTP's
//! coding `deflate` where that makes a body shorter.

#[cfg(feature = "document")]
pub mod deflate;
mod packed;

use serde::{Deserialize, Serialize};

use crate::{
    beacon::Beacon,
    bytes::{Bytes, Hash},
    decision::SignedDecision,
    id::{DeviceId, LogId, OrganisationId, PersonId},
    key::PublicKey,
    line::Line,
    refusal::Refusal,
    time::At,
};

/// The wire's version; both sides refuse another one in words.
pub const WIRE_VERSION: u8 = 2;
/// Header on every request and every answer.
pub const HEADER: &str = "x-countersign";
pub const CONTENT_TYPE: &str = "application/cbor";
/// A sync request's body, in bytes.
pub const MAX_REQUEST_BYTES: usize = 1024 * 1024;
/// An answer's body, in bytes; a longer pull is cut and says `more`.
pub const MAX_RESPONSE_BYTES: usize = 8 * 1024 * 1024;
/// Bundles in one request.
pub const MAX_BUNDLES: usize = 64;
/// Items in one bundle.
pub const MAX_ITEMS: usize = 8;
/// Logs that one request may name.
pub const MAX_CURSORS: usize = 512;
/// Lines of one log in one answer.
pub const MAX_LINES: usize = 500;
/// Bytes of lines in one answer, over all logs: the answer is cut before it exceeds them.
pub const MAX_LINE_BYTES: usize = 4 * 1024 * 1024;
/// A live frame, in bytes.
pub const MAX_FRAME_BYTES: usize = 256 * 1024;
/// The live stream says something at least this often.
pub const HEARTBEAT_SECONDS: u64 = 15;
/// After this much silence a phone takes the stream for dead.
pub const SILENCE_SECONDS: u64 = 45;

/// Who the cookie says this is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub person: PersonId,
    pub name: String,
    pub organisation: OrganisationId,
    pub organisation_name: String,
    pub organisation_key: PublicKey,
    pub demonstration: bool,
    pub now: At,
    /// The person's devices that may sign and were heard from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<SetUp>,
}

/// A device that was set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUp {
    pub label: String,
    pub at: At,
    /// To within an hour.
    pub heard_at: At,
    /// It was last heard from by this very session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub here: bool,
}

/// Makes this browser a device of the signed-in person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Enrol {
    pub v: u8,
    pub key: PublicKey,
    /// 'Ruth's phone', up to 80 characters.
    pub label: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Enrolled {
    pub device: DeviceId,
    pub now: At,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyncRequest {
    pub v: u8,
    pub device: DeviceId,
    /// How far each of these logs has been read; what came since is sent.
    pub cursors: Vec<Cursor>,
    /// Whether logs of the person that are not named here are sent too, from their start. A phone that has read
    /// everything it was told of names only what it writes to; the answer's directory says where that was too little.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rest: bool,
    /// In the order in which they are to be judged.
    #[serde(with = "packed::bundles")]
    pub push: Vec<Bundle>,
}

/// A place in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "packed::Cursor", into = "packed::Cursor")]
pub struct Cursor {
    pub log: LogId,
    pub epoch: u32,
    /// The next position.
    pub next: u64,
}

/// Accepted whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    pub log: LogId,
    pub epoch: u32,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// An Automerge change.
    Word(Bytes),
    Decision(SignedDecision),
}

impl Item {
    /// What identifies the item when it is sent again.
    pub fn hash(&self) -> Hash {
        match self {
            Self::Word(bytes) => Hash::of(&bytes.0),
            Self::Decision(signed) => Hash::of(&signed.body.0),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyncResponse {
    pub v: u8,
    pub now: At,
    /// One for each bundle of the request, in its order.
    pub verdicts: Vec<Verdict>,
    pub logs: Vec<LogUpdate>,
    /// Every log of this person, and where its next line will stand. A known log that is missing here is no longer
    /// theirs to read on.
    pub directory: Vec<Cursor>,
    /// The hour that it is, signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon: Option<Beacon>,
}

impl SyncResponse {
    /// The same without lines and directory: what a client asks about it after it was taken in.
    pub fn without_lines(&self) -> Self {
        let logs = self.logs.iter().map(|update| LogUpdate { lines: Vec::new(), ..*update });
        Self { verdicts: self.verdicts.clone(), logs: logs.collect(), directory: Vec::new(), beacon: None, ..*self }
    }

    /// Whether this log is the person's to read on.
    pub fn lists(&self, log: LogId) -> bool {
        self.directory.iter().any(|entry| entry.log == log)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogUpdate {
    pub log: LogId,
    pub epoch: u32,
    pub lines: Vec<Line>,
    /// There are more lines; ask again.
    pub more: bool,
}

/// The gate's answer to one bundle. `Accepted` means durable and ordered, never 'signed off'.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The bundle's last line.
    Accepted {
        position: u64,
    },
    /// It was here before, word for word.
    Duplicate {
        position: u64,
    },
    /// Another record stands under this id; the values stay in the own log.
    Exists {
        position: u64,
    },
    /// May be judged again after something changed.
    Refused(Refusal),
    /// Something that it builds on is missing.
    BlockedBy {
        change: Hash,
    },
    /// Kept for the lead: the author is no longer a member.
    Held(Refusal),
    RetryAfter {
        seconds: u32,
    },
}

impl Verdict {
    /// The server has the bundle and keeps it.
    pub fn is_kept(&self) -> bool {
        matches!(self, Self::Accepted { .. } | Self::Duplicate { .. })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveFrame {
    /// The stream is open; post the cursors again.
    Hello {
        now: At,
    },
    /// New lines, in order, while they are small.
    Lines(LogUpdate),
    /// New lines up to before `next`: fetch them.
    Moved {
        log: LogId,
        next: u64,
    },
    Heartbeat {
        now: At,
    },
}

/// An error outside of the verdicts: RFC 9457, with a stable code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `sign_in_again`, `too_large`, `unknown_wire_version`, …
    pub code: String,
    /// A sentence for a person.
    pub title: String,
    pub status: u16,
}
