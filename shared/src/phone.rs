//! What the screen and the replica say to each other. The screen asks, the replica answers and tells the news;
//! the screen renders the news and never touches a document.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    bytes::Bytes,
    cbor::{self, CborError},
    decision::Act,
    fact::Facts,
    id::{LogId, PersonId, RecordId},
    ledger::RecordLedger,
    refusal::Refusal,
    scalar::Scalar,
    time::At,
    wire::SetUp,
};

/// What a message may be long, in bytes: everything that a phone shows, many times over.
const MAX_MESSAGE_BYTES: usize = 64 * 1_024 * 1_024;

/// A message as it is posted between page and worker: text, since every channel of a browser takes it. It is CBOR
/// in base64 and not JSON: that is read by code which is built once and not once a type, so the page downloads less.
pub fn to_text<T: Serialize>(message: &T) -> String {
    STANDARD_NO_PAD.encode(cbor::encode(message))
}

/// Reads what [`to_text`] wrote.
pub fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, CborError> {
    let bytes = STANDARD_NO_PAD.decode(text).map_err(|error| CborError::Unreadable(error.to_string()))?;
    cbor::decode(&bytes, MAX_MESSAGE_BYTES)
}

/// Screen → replica. `id` comes back in the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub id: u64,
    pub ask: Ask,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// The screen is there: tell it everything.
    Hello,
    /// First time on this phone: choose the PIN, make the key, enrol the device.
    ChoosePin { pin: String, label: String },
    /// Begins a record. In the own log: a draft. In a record log: shared at once (a comment).
    Create { log: LogId, record: RecordId, kind: String, fields: BTreeMap<String, Scalar> },
    /// One field; `None` clears it. `leaving` is false while the person still types: overwritten durably with each
    /// character, made a change when they leave.
    Set { log: LogId, record: RecordId, field: String, value: Option<Scalar>, leaving: bool },
    /// Types into a Text: what the box held before the keystroke and what it holds now, so that what somebody else typed
    /// meanwhile stays. `leaving` as for `Set`.
    Type { log: LogId, record: RecordId, field: String, typing: Typing, leaving: bool },
    /// Shares an own draft, unsigned: each of the logs takes the fields that belong there.
    Share { record: RecordId, to: Vec<LogId> },
    /// *Sign and send*: shares the draft (if it still is one), submits it, and signs it where `sign` is set.
    Send { record: RecordId, to: LogId, sign: bool, reason: Option<String>, pin: String },
    /// A decision on a submitted version.
    Decide { log: LogId, record: RecordId, version: u32, act: Act, reason: Option<String>, pin: String },
    /// A proof of a record, as a file: the answer comes behind [`News::Proof`].
    Prove { log: LogId, record: RecordId },
    /// Takes back what has not gone yet: everything asked for on the record that no request has carried.
    TakeBack { record: RecordId },
    /// Throws an own draft away for good: it leaves the lists.
    Discard { record: RecordId },
    /// Tries once more what could not be sent.
    Retry { stuck: u64 },
    /// The words were copied or are not needed: takes it off the list.
    Dismiss { stuck: u64 },
    /// Takes the organisation's new key, whose former one was lost: the person types how its check number goes on.
    TakeKey { typed: String },
    /// The person came back to the screen, or the network did: sync at once.
    Wake,
    /// Ends the session here; what is unsent stays on this phone, encrypted.
    SignOut,
}

/// Replica → screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    Answer {
        id: u64,
        result: Result<(), Refusal>,
    },
    Phase(Phase),
    Sync(SyncView),
    Log(Box<LogView>),
    /// A log that is no longer this person's to read on.
    LogGone {
        log: LogId,
    },
    Rows {
        log: LogId,
        rows: Vec<Row>,
        gone: Vec<RecordId>,
    },
    Stuck(Vec<Stuck>),
    /// For the page that asked.
    Proof(ProofFile),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Starting,
    /// Nobody is signed in, or the session ended: go to the sign-in page. Reading and writing goes on offline
    /// where a device is known; `known` says whose phone this is.
    SignIn {
        known: Option<Me>,
    },
    /// Signed in; this browser has no key yet.
    ChoosePin {
        name: String,
        /// Other devices of theirs, or this one before the browser cleared it.
        set_up: Vec<SetUp>,
    },
    /// Fetching the records for the first time.
    Fetching {
        me: Me,
        records: u32,
    },
    Ready {
        me: Me,
    },
    /// Somebody else is signed in on this browser: their cookie, our records.
    SomebodyElse {
        me: Me,
    },
    /// The store cannot be opened, in words.
    Broken {
        sentence: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub person: PersonId,
    pub name: String,
    pub organisation_name: String,
    pub demonstration: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SyncView {
    /// The last try reached the server.
    pub reached: bool,
    /// The session ended: sign in again to send.
    pub sign_in_again: bool,
    /// App and server are of different versions: nothing goes before the app is updated.
    pub other_version: bool,
    /// Records with something that is only on this phone.
    pub unsent: u32,
    pub oldest_unsent_at: Option<At>,
    pub synced_at: Option<At>,
    /// Server's clock minus the phone's, in milliseconds, at the last answer.
    pub clock_offset_ms: i64,
    /// The device was revoked: nothing goes from here any more, and what had not gone could not be sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
    /// The organisation goes on under a key that no known one named: how its check number begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_replaced: Option<String>,
}

/// A log's facts: members, framework, settings. What rules need beside the rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogView {
    pub log: LogId,
    pub facts: Facts,
    pub next: u64,
    /// Evidence that was copied in from other logs: it has no row.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub copies: BTreeMap<RecordId, RecordLedger>,
}

/// One record as the screen sees it: a function of words, ledger and what is pending here. It stores nothing that
/// time alone changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub log: LogId,
    pub record: RecordId,
    pub kind: String,
    /// Who made it.
    pub by: PersonId,
    /// Current values, pending ones included. More than one: typed apart on two phones, to pick from.
    pub fields: BTreeMap<String, Vec<Scalar>>,
    /// What was decided on it, in force.
    #[serde(default)]
    pub entry: Option<RecordLedger>,
    /// Asked for on this phone, not in force yet.
    #[serde(default)]
    pub waiting: Vec<Waiting>,
    /// Words of it are only on this phone.
    #[serde(default)]
    pub unsent: bool,
    /// All of it is: nobody else can read it yet.
    #[serde(default)]
    pub only_here: bool,
    /// Words arrived after the heads of the latest sealed version: the next draft.
    #[serde(default)]
    pub changed_after: bool,
    /// The newest write that this phone knows of, by the server's clock where it has gone through.
    pub touched_at: At,
}

impl Row {
    /// The one value of a field; where there are several, the first.
    pub fn value(&self, field: &str) -> Option<&Scalar> {
        self.fields.get(field)?.first()
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        match self.value(field)? {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn integer(&self, field: &str) -> Option<i64> {
        match self.value(field)? {
            Scalar::Integer(number) => Some(*number),
            _ => None,
        }
    }

    pub fn flag(&self, field: &str) -> bool {
        matches!(self.value(field), Some(Scalar::Flag(true)))
    }

    /// Fields with two values to pick from.
    pub fn conflicts(&self) -> impl Iterator<Item = (&str, &[Scalar])> {
        self.fields.iter().filter(|(_, values)| values.len() > 1).map(|(field, values)| (field.as_str(), values.as_slice()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub act: Act,
    pub version: u32,
    pub at: At,
    /// A request that carries it is under way: it cannot be taken back any more.
    pub gone: bool,
}

/// A proof of a record, to be kept as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofFile {
    pub record: RecordId,
    pub name: String,
    pub file: Bytes,
    /// When the newest line in it was received.
    pub as_of: At,
}

/// What somebody did to a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    pub before: String,
    pub after: String,
}

/// What could not be sent, with every word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stuck {
    pub id: u64,
    pub log: LogId,
    pub record: RecordId,
    pub kind: String,
    pub refusal: Refusal,
    /// Kept by the server for the lead.
    pub held: bool,
    pub fields: BTreeMap<String, Option<Scalar>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub typed: BTreeMap<String, Typing>,
    pub acts: Vec<Act>,
    pub at: At,
}

impl Stuck {
    /// Every word of it: values, and what a Text would have read.
    pub fn words(&self) -> BTreeMap<String, Option<Scalar>> {
        let typed = self.typed.iter().map(|(field, typing)| (field.clone(), Some(Scalar::Text(typing.after.clone()))));
        self.fields.clone().into_iter().chain(typed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reads_back_as_it_was_posted() {
        let record: RecordId = "0192f0c1-2b3c-7d4e-8f50-000000000007".parse().expect("an id");
        let fields = BTreeMap::from([
            ("went_well".to_owned(), Scalar::from("Calm. “Gut” — 平静")),
            ("level".to_owned(), Scalar::from(4)),
            ("practice".to_owned(), Scalar::from(true)),
        ]);
        let log = LogId::Own("0192f0c1-2b3c-7d4e-8f50-000000000001".parse().expect("an id"));
        let asked = Asked { id: 7, ask: Ask::Create { log, record, kind: "observation".to_owned(), fields } };
        assert_eq!(from_text::<Asked>(&to_text(&asked)).expect("read back"), asked);
        let news = News::Answer { id: 7, result: Err(Refusal::new("r9_pin", "Try again.")) };
        assert_eq!(from_text::<News>(&to_text(&news)).expect("read back"), news);
        for ask in [Ask::Hello, Ask::Wake, Ask::SignOut, Ask::Set { log, record, field: "jot".to_owned(), value: None, leaving: true }] {
            let asked = Asked { id: 8, ask };
            assert_eq!(from_text::<Asked>(&to_text(&asked)).expect("read back"), asked);
        }
        assert!(from_text::<Asked>("{}").is_err());
    }
}
