//! What the fuzzer tries: four readers of bytes that come from outside, each a function of bytes alone that panics
//! where a promise is broken. `cargo xtask fuzz` leads libFuzzer through them; `tests/seeds.rs` runs what it starts from.

pub mod canonical;
pub mod change;
#[path = "../../../shared/tests/change_support/mod.rs"]
mod change_support;
pub mod frame;
pub mod memory;
pub mod proof;
mod vectors;
#[path = "../../../shared/tests/ward/mod.rs"]
mod ward;

/// The longest input that is tried, in bytes: as long as a change may be, and a little more.
pub const MAX_INPUT_BYTES: usize = shared::change::limits::MAX_CHANGE_BYTES + 64;

/// A reader of bytes.
pub struct Target {
    pub name: &'static str,
    /// Panics where a promise is broken.
    pub run: fn(&[u8]),
    /// What the fuzzer starts from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// What one input may have allocated at any time, in bytes, whatever it says about itself.
    pub max_memory_bytes: usize,
}

/// All there are, in the order in which they are run.
pub const TARGETS: [Target; 4] = [
    Target { name: "change", run: change::run, seeds: change::seeds, max_memory_bytes: 64 << 20 },
    Target { name: "frame", run: frame::run, seeds: frame::seeds, max_memory_bytes: 64 << 20 },
    Target { name: "canonical", run: canonical::run, seeds: canonical::seeds, max_memory_bytes: 64 << 20 },
    Target { name: "proof", run: proof::run, seeds: proof::seeds, max_memory_bytes: 64 << 20 },
];

impl Target {
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }

    /// Runs one input, and panics as well where it took more memory than it may. What it took, in bytes.
    pub fn try_one(&self, input: &[u8]) -> usize {
        let taken = memory::most_during(|| (self.run)(input));
        assert!(taken <= self.max_memory_bytes, "{} bytes of input took {taken} bytes of memory", input.len());
        taken
    }
}
