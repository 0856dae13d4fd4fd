//! `cargo xtask simulate`: the long run of the simulation.

use crate::lint::cargo;
use crate::place::Place;
use crate::step;
use anyhow::{Context, Result, bail, ensure};

/// Worlds that run at once, at most.
const MAX_JOBS: u64 = 64;
/// Where most of a step's time goes besides the core itself: built as what is shipped. The suite's own run keeps their
/// checks of themselves.
const QUICK: [&str; 4] = ["automerge", "hexane", "curve25519-dalek", "ed25519-dalek"];

/// What may be chosen.
pub struct Options {
    steps: u64,
    seed: u64,
    jobs: u64,
}

impl Options {
    /// Reads the words after `simulate`.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut options = Self { steps: 1_000_000, seed: 1, jobs: 1 };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let number = || words.as_slice().first().and_then(|number| number.replace('_', "").parse().ok()).with_context(|| format!("{word} needs a number"));
            match word.as_str() {
                "--steps" => options.steps = number()?,
                "--seed" => options.seed = number()?,
                "--jobs" => options.jobs = number()?,
                other => bail!("simulate does not know {other:?}"),
            }
            words.next();
        }
        ensure!((1..=MAX_JOBS).contains(&options.jobs), "--jobs needs a number from 1 to {MAX_JOBS}");
        Ok(options)
    }
}

/// Runs worlds from a seed on, until there were so many steps; several at once, each on a core of its own.
pub fn simulate(place: &Place, options: &Options) -> Result<()> {
    step::say("simulation of the whole");
    let own = ["shared", "server", "tests"].map(|package| format!("profile.test.package.{package}.opt-level=2"));
    let quick = QUICK.map(|package| [format!("profile.test.package.{package}.opt-level=3"), format!("profile.test.package.{package}.debug-assertions=false")]);
    let settings = own.iter().chain(quick.iter().flatten()).flat_map(|setting| ["--config", setting]);
    step::run(
        cargo(place)
            .args(["test", "--package", "tests", "--test", "simulation"])
            .args(settings)
            .args(["--", "--exact", "whatever_happens_the_invariants_hold", "--nocapture"])
            .env("SIMULATION_STEPS", options.steps.to_string())
            .env("SIMULATION_SEED", options.seed.to_string())
            .env("SIMULATION_JOBS", options.jobs.to_string()),
    )
}
