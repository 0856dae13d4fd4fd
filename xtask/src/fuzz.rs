//! `cargo xtask fuzz`: libFuzzer on the readers of bytes that come from outside, one after the other.
//!
//! The compiler's own coverage instrumentation and the C++ sources that come with `libfuzzer-sys` are all that is needed:
//! no other toolchain, no installed tool but a C++ compiler.

use crate::place::Place;
use crate::step;
use crate::toolchain;
use crate::{USAGE, lint};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// As in `tests/fuzz`.
const TARGETS: [&str; 4] = ["change", "frame", "canonical", "proof"];
const DEFAULT_SECONDS: u64 = 600;
const MAX_SECONDS: u64 = 24 * 3600;
/// What the process may take, what it found and keeps included. One input's own limit stands in `tests/fuzz`.
const MAX_MEMORY_MB: u64 = 1024;
/// An input that takes longer has found something.
const MAX_INPUT_SECONDS: u64 = 10;
/// As `MAX_INPUT_BYTES` in `tests/fuzz`: the largest change and a little more.
const MAX_INPUT_BYTES: u64 = 64 * 1024 + 64;

/// Counters at every edge, and what is compared with what.
const INSTRUMENTED: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
     -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

/// What may be chosen.
#[derive(Debug)]
pub struct Options {
    targets: Vec<&'static str>,
    /// For each target.
    seconds: u64,
}

impl Options {
    /// Reads the words after `fuzz`.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut options = Self { targets: Vec::new(), seconds: DEFAULT_SECONDS };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if let Some(target) = TARGETS.iter().find(|target| *target == word) {
                options.targets.push(target);
            } else if word == "--seconds" {
                let seconds = words.next().and_then(|number| number.parse().ok()).filter(|seconds| (1..=MAX_SECONDS).contains(seconds));
                options.seconds = seconds.with_context(|| format!("--seconds needs a number from 1 to {MAX_SECONDS}"))?;
            } else {
                bail!("fuzz does not know {word:?}; the targets are {}\n\n{USAGE}", TARGETS.join(", "));
            }
        }
        if options.targets.is_empty() {
            options.targets = TARGETS.to_vec();
        }
        Ok(options)
    }
}

/// Builds the fuzzer, then runs each target for its time. Fails at the first finding, which stays in a file.
pub fn fuzz(place: &Place, options: &Options) -> Result<()> {
    let program = build(place)?;
    for target in &options.targets {
        run(place, &program, target, options.seconds)?;
    }
    Ok(())
}

/// With a target folder of its own: all the dependencies are built once more, with counters in them.
fn build(place: &Place) -> Result<PathBuf> {
    let compiles = || step::ask(Command::new("c++").arg("--version")).is_some();
    let has_compiler = compiles() || (toolchain::apt_installs(&["g++"]) && compiles());
    if !has_compiler {
        bail!("the fuzzer needs a C++ compiler: install one (Debian: apt-get install g++)");
    }
    let told = step::ask(Command::new("rustc").arg("-vV")).context("rustc does not say what it is")?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not say for which machine it builds")?;
    let folder = folder(place);
    step::say("the fuzzer");
    // A named machine keeps the flags away from build scripts and macros.
    step::run(
        lint::cargo(place)
            .args(["build", "--package", "fuzz", "--features", "libfuzzer", "--bin", "fuzz", "--profile", "fuzz", "--target", host])
            .env("CARGO_TARGET_DIR", &folder)
            .env("RUSTFLAGS", INSTRUMENTED),
    )?;
    Ok(folder.join(host).join("fuzz").join("fuzz"))
}

fn run(place: &Place, program: &Path, target: &str, seconds: u64) -> Result<()> {
    let folder = folder(place).join(target);
    // What an earlier run has found out is kept and gone on from.
    let (corpus, seeds, findings) = (folder.join("corpus"), folder.join("seeds"), folder.join("findings"));
    for folder in [&corpus, &seeds, &findings] {
        fs::create_dir_all(folder)?;
    }
    step::say(&format!("fuzzing: {target}, {seconds} s"));
    let mut command = Command::new(program);
    command
        .args([&corpus, &seeds])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-rss_limit_mb={MAX_MEMORY_MB}"))
        .arg(format!("-timeout={MAX_INPUT_SECONDS}"))
        .arg(format!("-max_len={MAX_INPUT_BYTES}"))
        .arg(format!("-artifact_prefix={}/", findings.display()))
        .arg("-print_final_stats=1")
        .env("FUZZ_TARGET", target)
        .env("FUZZ_SEEDS", &seeds)
        .stdin(Stdio::null());
    step::run(&mut command).with_context(|| format!("{target} breaks a promise; the input is in {}", findings.display()))
}

fn folder(place: &Place) -> PathBuf {
    place.target.join("fuzz")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Options> {
        Options::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_run_is_of_known_targets_and_has_an_end() {
        let options = parsed(&["frame", "--seconds", "5"]).expect("both are known");
        assert_eq!((options.targets, options.seconds), (vec!["frame"], 5));
        let all = parsed(&[]).expect("nothing is needed");
        assert_eq!((all.targets, all.seconds), (TARGETS.to_vec(), DEFAULT_SECONDS));
        for words in [&["frames"][..], &["--seconds"], &["--seconds", "0"], &["--seconds", "86401"], &["--seconds", "many"]] {
            assert!(parsed(words).is_err(), "{words:?}");
        }
    }
}
