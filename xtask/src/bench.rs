//! `cargo xtask bench`: what the server reaches, by the release build.

use crate::lint::cargo;
use crate::place::Place;
use crate::step;
use crate::test;
use anyhow::{Result, bail};
use std::process::Command;

/// Where the figures are kept.
const FIGURES: &str = "tests/bench";
/// Files and connections that one process needs: a thousand phones, and some room.
const OPEN_FILES: u64 = 4_096;

/// Builds the server and the phones, and measures. Words go on to the benchmark: `--only PART`, `--quick`.
pub fn bench(place: &Place, words: &[String]) -> Result<()> {
    if let Some(other) = words.iter().find(|word| matches!(word.as_str(), "--program" | "--out")) {
        bail!("bench chooses {other} itself");
    }
    test::postgres()?;
    step::say("server and benchmark (release)");
    // Of the whole workspace, so that both share one build of what they have in common.
    step::run(cargo(place).args(["build", "--workspace", "--release", "--bin", "countersign", "--bin", "bench"]))?;
    let folder = place.target.join("release");
    step::say("measuring");
    // Both server and phones inherit the limit.
    step::run(
        Command::new("sh")
            .args(["-c", r#"ulimit -S -n "$1" && shift && exec "$@""#, "sh", &OPEN_FILES.to_string()])
            .arg(folder.join("bench"))
            .arg("--program")
            .arg(folder.join("countersign"))
            .arg("--out")
            .arg(place.source(FIGURES))
            .args(words),
    )
}
