//! A change on its way to the gate: pre-parser, decoder, the one encoding, index and document.

use std::sync::LazyLock;

use automerge::Change;
use shared::change::{
    Decoded,
    limits::{MAX_CHANGE_BYTES, MAX_OPERATIONS},
    preparse::preparse,
};

use crate::{
    change_support::{
        raw,
        sample::{Sample, agree, samples, shielded},
        simulate,
    },
    vectors,
};

/// A log of several phones, and its changes.
struct World {
    lines: Vec<Vec<u8>>,
    samples: Vec<Sample>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let lines = simulate(11, 3, 60).lines;
    let samples = samples(&lines, 6);
    World { lines, samples }
});

/// Tries the bytes as they are, and once more under a header that fits them: else nothing behind the checksum would be
/// reached.
pub fn run(bytes: &[u8]) {
    judge(bytes);
    if let Some(mended) = mended(bytes).filter(|mended| mended != bytes) {
        judge(&mended);
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let told = vectors::all(&[vectors::CHANGES, vectors::GENESIS, vectors::REFUSED, vectors::COMPRESSED]);
    told.into_iter().chain(WORLD.lines.iter().cloned()).collect()
}

/// Changes that the gate has to let through.
pub fn honest() -> &'static [Sample] {
    &WORLD.samples
}

pub fn is_accepted(sample: &Sample) -> bool {
    Decoded::parse(&sample.honest).is_ok_and(|decoded| shielded(sample, &decoded).is_ok())
}

fn judge(bytes: &[u8]) {
    let walked = preparse(bytes).map(|head| (head.hash, head.operations));
    let Ok(decoded) = Decoded::parse(bytes) else { return };
    assert_eq!(walked, Ok((decoded.hash(), decoded.operations().len())));
    assert!(bytes.len() <= MAX_CHANGE_BYTES && decoded.operations().len() <= MAX_OPERATIONS);
    assert_eq!(Change::try_from(bytes).expect("what was decoded parses").raw_bytes(), bytes);
    for sample in &WORLD.samples {
        if shielded(sample, &decoded).is_ok() && bytes != sample.honest {
            agree(sample, bytes, &decoded);
        }
    }
}

/// The same body behind a right checksum and a right length.
fn mended(bytes: &[u8]) -> Option<Vec<u8>> {
    let (kind, rest) = bytes.get(8..)?.split_first()?;
    let length = rest.iter().take(10).position(|byte| byte & 0x80 == 0).map_or(0, |last| last + 1);
    Some(raw::chunk(*kind, &rest[length..]))
}
