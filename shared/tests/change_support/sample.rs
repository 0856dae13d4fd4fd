//! Honest changes, each with the log that it came to: what a spoiled one is held against.

use automerge::{Automerge, Change};
use shared::change::{Decoded, Index, Refused, Seen, actor::device_of, shield};

use super::{automerge_of, read_automerge, read_index};

/// An honest change with the log as it was before.
pub struct Sample {
    pub honest: Vec<u8>,
    pub device: [u8; 16],
    pub index: Index,
    pub document: Automerge,
}

pub fn samples(lines: &[Vec<u8>], every: usize) -> Vec<Sample> {
    let mut index = Index::empty();
    let mut samples = Vec::new();
    for (position, line) in lines.iter().enumerate() {
        let decoded = Decoded::parse(line).expect("an accepted line");
        if let Some(device) = decoded.actor().device().filter(|_| position % every == 0) {
            samples.push(Sample { honest: line.clone(), device, index: index.clone(), document: automerge_of(&lines[..position]) });
        }
        index.apply(&decoded, position as u64).expect("an accepted line");
    }
    samples
}

/// The gate's word part: parse, shield.
pub fn gate(sample: &Sample, bytes: &[u8]) -> Result<Decoded, Refused> {
    let decoded = Decoded::parse(bytes)?;
    shielded(sample, &decoded)?;
    Ok(decoded)
}

pub fn shielded(sample: &Sample, decoded: &Decoded) -> Result<Seen, Refused> {
    let newest = sample.index.position().unwrap_or(0);
    shield(&sample.index, decoded, |actor| device_of(actor) == Some(sample.device), |seen| seen.position <= newest && seen.tag == [0; 12])
}

/// What was accepted must be what both sides read, now and after saving.
pub fn agree(sample: &Sample, bytes: &[u8], decoded: &Decoded) {
    let mut index = sample.index.clone();
    index.apply(decoded, index.position().unwrap_or(0) + 1).expect("what the shield lets through can be applied");
    let mut document = sample.document.clone();
    let change = Change::try_from(bytes).expect("an accepted change parses");
    document.apply_changes([change]).expect("an accepted change applies");
    assert_eq!(document.get_heads().iter().map(|hash| hash.0).collect::<Vec<_>>(), index.heads().iter().map(|hash| hash.0).collect::<Vec<_>>());
    let loaded = Automerge::load(&document.save()).expect("a document with an accepted change loads");
    assert_eq!(loaded.get_heads(), document.get_heads());
    let expected = read_index(&index.now());
    assert_eq!(read_automerge(&document, None), expected);
    assert_eq!(read_automerge(&loaded, None), expected);
}
