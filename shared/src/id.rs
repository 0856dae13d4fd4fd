//! Identifiers. Each is a UUID of its own type, so that a person is never passed for a device.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                parse_uuid(text).map(Self)
            }
        }
    };
}

uuid_id! {
    /// One tenant: people, frameworks, relationships, one signing key.
    OrganisationId
}
uuid_id! {
    /// One human being in one organisation.
    PersonId
}
uuid_id! {
    /// One installation of the app: one signing key, one set of Automerge actors.
    DeviceId
}
uuid_id! {
    /// One mentee, their mentors and a supervisor.
    RelationshipId
}
uuid_id! {
    /// One mentee and one mentor.
    PairingId
}
uuid_id! {
    /// One record. The id is made on the phone and never changes, from the first jot to the archive.
    RecordId
}

/// A text that is not an identifier of the expected form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: {0:?}")]
pub struct BadId(pub String);

/// Only the lower-case hyphenated form is taken: one id has one spelling.
fn parse_uuid(text: &str) -> Result<Uuid, BadId> {
    let bad = || BadId(text.chars().take(64).collect());
    let id = Uuid::try_parse(text).map_err(|_| bad())?;
    if id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text { Ok(id) } else { Err(bad()) }
}

/// The name of a log; its spelling (`own/…`, `pair/…`, `record/…`) is part of every signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogId {
    /// One person's devices: jots, drafts not yet shared.
    Own(PersonId),
    /// What one mentee and one mentor keep between them.
    Pair(PairingId),
    /// Everything a relationship shares, and every decision.
    Record(RelationshipId),
}

impl LogId {
    /// Whether decisions can be written here. They live where everybody bound by them reads.
    pub fn holds_decisions(self) -> bool {
        matches!(self, Self::Record(_))
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(person) => write!(f, "own/{person}"),
            Self::Pair(pairing) => write!(f, "pair/{pairing}"),
            Self::Record(relationship) => write!(f, "record/{relationship}"),
        }
    }
}

impl FromStr for LogId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let (sort, id) = text.split_once('/').ok_or_else(|| BadId(text.chars().take(64).collect()))?;
        match sort {
            "own" => id.parse().map(Self::Own),
            "pair" => id.parse().map(Self::Pair),
            "record" => id.parse().map(Self::Record),
            _ => Err(BadId(text.chars().take(64).collect())),
        }
    }
}

impl Serialize for LogId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LogId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_name_reads_back_and_has_one_spelling() {
        let name = "record/0192f0c1-2b3c-7d4e-8f50-112233445566";
        let log: LogId = name.parse().expect("a log name");
        assert_eq!(log.to_string(), name);
        assert!("record/0192F0C1-2B3C-7D4E-8F50-112233445566".parse::<LogId>().is_err());
        assert!("words/0192f0c1-2b3c-7d4e-8f50-112233445566".parse::<LogId>().is_err());
    }
}
