//! Parts as they are stored: bound to their log, their name and each other by a key that only the organisation's server
//! has. Whoever alters, swaps, takes away or puts back a single part is noticed where it is read.

use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{
    Name, Root, Rows, Wanted,
    root::{Bucket, NOTHING, TAG_BYTES, Tag, bucket_of},
};
use crate::{id::LogId, line::ChainHead};

/// Stored parts that do not fit: none of them is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored part {0:?} is not what was stored")]
pub struct Broken(pub Name);

/// What seals and opens one log's parts.
#[derive(Clone)]
pub struct Vault {
    mac: Hmac<Sha256>,
}

impl Vault {
    /// The key follows from the seed of the organisation's.
    pub fn new(seed: &[u8; 32], log: LogId) -> Self {
        let mut derived = hmac(seed);
        derived.update(b"countersign parts 1");
        let mut mac = hmac(&derived.finalize().into_bytes());
        let log = log.to_string();
        mac.update(&[u8::try_from(log.len()).unwrap_or(u8::MAX)]);
        mac.update(log.as_bytes());
        Self { mac }
    }

    fn tag(&self, name: &Name, bytes: &[u8]) -> Tag {
        let mut mac = self.mac.clone();
        let name = name.bytes();
        mac.update(&[u8::try_from(name.len()).unwrap_or(u8::MAX)]);
        mac.update(&name);
        mac.update(bytes);
        let mut tag = NOTHING;
        tag.iter_mut().zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from);
        tag
    }

    /// A part that carries its own tag behind it.
    fn sealed(&self, name: &Name, mut bytes: Vec<u8>) -> Vec<u8> {
        bytes.extend(self.tag(name, &bytes));
        bytes
    }

    fn opened<'a>(&self, name: &Name, row: &'a [u8]) -> Result<&'a [u8], Broken> {
        let (bytes, tag) = row.split_last_chunk::<TAG_BYTES>().ok_or(Broken(*name))?;
        if self.tag(name, bytes) == *tag { Ok(bytes) } else { Err(Broken(*name)) }
    }

    /// Reads a root; `None` where it is of another format.
    pub fn root(&self, row: &[u8]) -> Result<Option<Root>, Broken> {
        self.opened(&Name::Root, row).map(Root::read)
    }

    /// The head that a root names.
    pub fn head<'a>(&self, root: &Root, row: &'a [u8]) -> Result<&'a [u8], Broken> {
        if self.tag(&Name::Head, row) == root.head { Ok(row) } else { Err(Broken(Name::Head)) }
    }

    /// What has to be read to tell what is wanted.
    pub fn to_read(wanted: &Wanted) -> BTreeSet<Name> {
        let directory = wanted.names.iter().filter_map(Name::record).map(|record| Name::Directory(bucket_of(record)));
        directory.chain(wanted.names.iter().copied()).collect()
    }

    /// What is wanted, out of what was read; `None` where there is none of that name.
    pub fn opens<'a>(&self, root: &Root, wanted: &Wanted, rows: &'a Rows) -> Result<BTreeMap<Name, Option<&'a [u8]>>, Broken> {
        let mut buckets = BTreeMap::new();
        let mut opened = BTreeMap::new();
        for name in &wanted.names {
            let row = rows.get(name).map(Vec::as_slice);
            let bytes = match name.record() {
                Some(record) => {
                    let number = bucket_of(record);
                    if let std::collections::btree_map::Entry::Vacant(vacant) = buckets.entry(number) {
                        vacant.insert(self.bucket(root, number, rows)?);
                    }
                    let told = buckets.get(&number).map_or(NOTHING, |bucket| bucket.tag_of(name));
                    match row {
                        None if told == NOTHING => None,
                        Some(row) if told != NOTHING && self.tag(name, row) == told => Some(row),
                        _ => return Err(Broken(*name)),
                    }
                }
                // No log asks for a chunk that was never filled.
                None if row.is_none() && matches!(name, Name::Received(_)) => return Err(Broken(*name)),
                None => row.map(|row| self.opened(name, row)).transpose()?,
            };
            opened.insert(*name, bytes);
        }
        Ok(opened)
    }

    fn bucket(&self, root: &Root, number: u8, rows: &Rows) -> Result<Bucket, Broken> {
        let name = Name::Directory(number);
        match (rows.get(&name), root.tag_of(number)) {
            (None, NOTHING) => Ok(Bucket::default()),
            (Some(row), told) if self.tag(&name, row) == told => Bucket::read(row).ok_or(Broken(name)),
            _ => Err(Broken(name)),
        }
    }

    /// The directory that has to be read before these parts are written.
    pub fn to_write<'a>(parts: impl IntoIterator<Item = &'a (Name, Vec<u8>)>) -> BTreeSet<Name> {
        parts.into_iter().filter_map(|(name, _)| name.record()).map(|record| Name::Directory(bucket_of(record))).collect()
    }

    /// Parts as they are stored from here on, and the root that binds them. `before` is the root that stands and what was
    /// read of its directory; without it these parts are all there are.
    pub fn seals(&self, (epoch, chain): (u32, ChainHead), parts: Vec<(Name, Vec<u8>)>, before: Option<(&Root, &Rows)>) -> Result<Rows, Broken> {
        let mut root = before.map_or_else(|| Root::empty(epoch, chain), |(root, _)| Root { epoch, chain, ..root.clone() });
        let mut buckets: BTreeMap<u8, Bucket> = BTreeMap::new();
        let mut rows = Rows::new();
        for (name, bytes) in parts {
            if name == Name::Head {
                root.head = self.tag(&name, &bytes);
                rows.insert(name, bytes);
                continue;
            }
            let Some(record) = name.record() else {
                rows.insert(name, self.sealed(&name, bytes));
                continue;
            };
            let number = bucket_of(record);
            if let std::collections::btree_map::Entry::Vacant(vacant) = buckets.entry(number) {
                vacant.insert(before.map_or_else(|| Ok(Bucket::default()), |(root, read)| self.bucket(root, number, read))?);
            }
            if let Some(bucket) = buckets.get_mut(&number) {
                bucket.set(&name, self.tag(&name, &bytes));
            }
            rows.insert(name, bytes);
        }
        for (number, bucket) in buckets {
            let name = Name::Directory(number);
            let bytes = bucket.bytes();
            root.set(number, self.tag(&name, &bytes));
            rows.insert(name, bytes);
        }
        rows.insert(Name::Root, self.sealed(&Name::Root, root.bytes()));
        Ok(rows)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

fn hmac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("a key of any length will do")
}
