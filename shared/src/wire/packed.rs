//! How a request says it in few bytes: lists instead of fields by name, and a log's name in 17 bytes instead of 43.
//!
//! Only the way there. What is stored and what is signed keeps its own form, and is the same after unpacking.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    bytes::{Bytes, Fixed, Hash, Salt},
    decision::SignedDecision,
    id::{LogId, PairingId, PersonId, RelationshipId},
    key::Signature,
};

use super::Item;

const OWN: u8 = 0;
const PAIR: u8 = 1;
const RECORD: u8 = 2;

/// A log's name: its sort, then its id.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "Fixed<17>", into = "Fixed<17>")]
struct Name(LogId);

impl From<Name> for Fixed<17> {
    fn from(Name(log): Name) -> Self {
        let (sort, id) = match log {
            LogId::Own(person) => (OWN, person.0),
            LogId::Pair(pairing) => (PAIR, pairing.0),
            LogId::Record(relationship) => (RECORD, relationship.0),
        };
        let mut name = [sort; 17];
        name[1..].copy_from_slice(id.as_bytes());
        Self(name)
    }
}

impl TryFrom<Fixed<17>> for Name {
    type Error = &'static str;

    fn try_from(Fixed([sort, id @ ..]): Fixed<17>) -> Result<Self, &'static str> {
        let id = Uuid::from_bytes(id);
        match sort {
            OWN => Ok(Self(LogId::Own(PersonId(id)))),
            PAIR => Ok(Self(LogId::Pair(PairingId(id)))),
            RECORD => Ok(Self(LogId::Record(RelationshipId(id)))),
            _ => Err("a log of an unknown sort"),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Cursor(Name, u32, u64);

impl From<super::Cursor> for Cursor {
    fn from(cursor: super::Cursor) -> Self {
        Self(Name(cursor.log), cursor.epoch, cursor.next)
    }
}

impl From<Cursor> for super::Cursor {
    fn from(Cursor(Name(log), epoch, next): Cursor) -> Self {
        Self { log, epoch, next }
    }
}

#[derive(Serialize, Deserialize)]
struct Bundle(Name, u32, Vec<Entry>);

/// A word's bytes and nothing, or a decision's body and what belongs to it.
#[derive(Serialize, Deserialize)]
struct Entry(Bytes, Option<(Signature, Option<Salt>, Vec<Hash>)>);

impl From<&super::Bundle> for Bundle {
    fn from(bundle: &super::Bundle) -> Self {
        Self(Name(bundle.log), bundle.epoch, bundle.items.iter().map(Entry::from).collect())
    }
}

impl From<Bundle> for super::Bundle {
    fn from(Bundle(Name(log), epoch, items): Bundle) -> Self {
        Self { log, epoch, items: items.into_iter().map(Item::from).collect() }
    }
}

impl From<&Item> for Entry {
    fn from(item: &Item) -> Self {
        match item {
            Item::Word(bytes) => Self(bytes.clone(), None),
            Item::Decision(signed) => Self(signed.body.clone(), Some((signed.signature.clone(), signed.salt, signed.heads.clone()))),
        }
    }
}

impl From<Entry> for Item {
    fn from(Entry(body, signed): Entry) -> Self {
        match signed {
            None => Self::Word(body),
            Some((signature, salt, heads)) => Self::Decision(SignedDecision { body, signature, salt, heads }),
        }
    }
}

/// A request's bundles.
pub(super) mod bundles {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::{super::Bundle, Bundle as Packed};

    pub fn serialize<S: Serializer>(bundles: &[Bundle], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(bundles.iter().map(Packed::from))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Bundle>, D::Error> {
        Ok(Vec::<Packed>::deserialize(deserializer)?.into_iter().map(Bundle::from).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::{bytes::Bytes, cbor, id::LogId};

    use super::super::{Bundle, Cursor, Item, SyncRequest, WIRE_VERSION};

    const ID: &str = "0192f0c1-2b3c-7d4e-8f50-112233445566";

    fn request(sort: &str) -> SyncRequest {
        let log: LogId = format!("{sort}/{ID}").parse().expect("a log name");
        let push = vec![Bundle { log, epoch: 3, items: vec![Item::Word(Bytes(vec![7; 40]))] }];
        SyncRequest { v: WIRE_VERSION, device: ID.parse().expect("an id"), cursors: vec![Cursor { log, epoch: 1, next: 300 }], rest: false, push }
    }

    #[test]
    fn every_sort_of_log_reads_back() {
        for sort in ["own", "pair", "record"] {
            let request = request(sort);
            assert_eq!(cbor::decode::<SyncRequest>(&cbor::encode(&request), 1_000).expect("it reads back"), request);
        }
    }

    #[test]
    fn a_log_of_an_unknown_sort_is_refused() {
        let mut bytes = cbor::encode(&request("record"));
        let name = bytes.windows(2).position(|pair| pair == [0x51, super::RECORD]).expect("the cursor's log");
        bytes[name + 1] = 9;
        let error = cbor::decode::<SyncRequest>(&bytes, 1_000).expect_err("no such log").to_string();
        assert!(error.contains("a log of an unknown sort"), "{error}");
    }
}
