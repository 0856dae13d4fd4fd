//! The root: which line the parts stand for, and by the tags of their directory what each record's parts are.

use super::{FORMAT, Name};
use crate::{
    bytes::{Fixed, Hash},
    id::RecordId,
    line::ChainHead,
};

/// A keyed tag over a part.
pub type Tag = [u8; TAG_BYTES];
pub const TAG_BYTES: usize = 16;
/// Nothing is stored there.
pub(super) const NOTHING: Tag = [0; TAG_BYTES];
/// Buckets of the directory.
const BUCKETS: usize = 256;

/// As stored: format ‖ epoch ‖ next ‖ hash ‖ the head's tag ‖ the buckets' tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    pub epoch: u32,
    /// The parts are the fold of the lines before `next`, the last of which has this hash.
    pub chain: ChainHead,
    pub(super) head: Tag,
    pub(super) buckets: Vec<Tag>,
}

/// A record's place in the directory.
pub fn bucket_of(record: RecordId) -> u8 {
    Hash::of(record.0.as_bytes()).0[0]
}

impl Root {
    /// Of a log that nothing is stored of.
    pub(super) fn empty(epoch: u32, chain: ChainHead) -> Self {
        Self { epoch, chain, head: NOTHING, buckets: vec![NOTHING; BUCKETS] }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 + TAG_BYTES * (BUCKETS + 1));
        bytes.extend(FORMAT.to_be_bytes());
        bytes.extend(self.epoch.to_be_bytes());
        bytes.extend(self.chain.next.to_be_bytes());
        bytes.extend(self.chain.hash.0);
        bytes.extend(self.head);
        self.buckets.iter().for_each(|tag| bytes.extend(tag));
        bytes
    }

    /// `None` where it is of another format.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (format, rest) = bytes.split_first_chunk::<4>()?;
        let (epoch, rest) = rest.split_first_chunk::<4>()?;
        let (next, rest) = rest.split_first_chunk::<8>()?;
        let (hash, rest) = rest.split_first_chunk::<32>()?;
        let (head, rest) = rest.split_first_chunk::<TAG_BYTES>()?;
        let (buckets, rest) = rest.as_chunks::<TAG_BYTES>();
        let fits = u32::from_be_bytes(*format) == FORMAT && buckets.len() == BUCKETS && rest.is_empty();
        fits.then(|| Self {
            epoch: u32::from_be_bytes(*epoch),
            chain: ChainHead { next: u64::from_be_bytes(*next), hash: Fixed(*hash) },
            head: *head,
            buckets: buckets.to_vec(),
        })
    }

    pub(super) fn tag_of(&self, bucket: u8) -> Tag {
        self.buckets.get(usize::from(bucket)).copied().unwrap_or(NOTHING)
    }

    pub(super) fn set(&mut self, bucket: u8, tag: Tag) {
        if let Some(place) = self.buckets.get_mut(usize::from(bucket)) {
            *place = tag;
        }
    }
}

/// One bucket of the directory: records, ascending, with the tags of their words and decisions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bucket(std::collections::BTreeMap<RecordId, (Tag, Tag)>);

const ENTRY_BYTES: usize = 16 + 2 * TAG_BYTES;

impl Bucket {
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|(record, (words, decisions))| [record.0.as_bytes().as_slice(), words, decisions].concat()).collect()
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (entries, rest) = bytes.as_chunks::<ENTRY_BYTES>();
        let entry = |entry: &[u8; ENTRY_BYTES]| {
            let (record, rest) = entry.split_first_chunk::<16>()?;
            let (words, rest) = rest.split_first_chunk::<TAG_BYTES>()?;
            Some((RecordId(uuid::Uuid::from_bytes(*record)), (*words, *rest.first_chunk::<TAG_BYTES>()?)))
        };
        if rest.is_empty() { entries.iter().map(entry).collect::<Option<_>>().map(Self) } else { None }
    }

    /// What a record's part must be.
    pub(super) fn tag_of(&self, name: &Name) -> Tag {
        let entry = name.record().and_then(|record| self.0.get(&record));
        match (name, entry) {
            (Name::Words(_), Some((words, _))) => *words,
            (Name::Decisions(_), Some((_, decisions))) => *decisions,
            _ => NOTHING,
        }
    }

    pub(super) fn set(&mut self, name: &Name, tag: Tag) {
        match name {
            Name::Words(record) => self.0.entry(*record).or_insert((NOTHING, NOTHING)).0 = tag,
            Name::Decisions(record) => self.0.entry(*record).or_insert((NOTHING, NOTHING)).1 = tag,
            _ => {}
        }
    }
}
