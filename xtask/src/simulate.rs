//! `cargo xtask simulate`: the long run of the simulation.

use crate::lint::cargo;
use crate::place::Place;
use crate::step;
use anyhow::{Context, Result, bail};

/// What may be chosen.
pub struct Options {
    steps: u64,
    seed: u64,
}

impl Options {
    /// Reads the words after `simulate`.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut options = Self { steps: 1_000_000, seed: 1 };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let number = || words.as_slice().first().and_then(|number| number.replace('_', "").parse().ok()).with_context(|| format!("{word} needs a number"));
            match word.as_str() {
                "--steps" => options.steps = number()?,
                "--seed" => options.seed = number()?,
                other => bail!("simulate does not know {other:?}"),
            }
            words.next();
        }
        Ok(options)
    }
}

/// Runs worlds from a seed on, until there were so many steps. The core is built to run quickly; what it depends on is
/// the tests' own build.
pub fn simulate(place: &Place, options: &Options) -> Result<()> {
    step::say("simulation of the whole");
    let quick = ["shared", "server", "tests"].map(|package| format!("profile.test.package.{package}.opt-level=2"));
    let quick = quick.iter().flat_map(|setting| ["--config", setting]);
    step::run(
        cargo(place)
            .args(["test", "--package", "tests", "--test", "simulation"])
            .args(quick)
            .args(["--", "--ignored", "--exact", "the_long_run", "--nocapture"])
            .env("SIMULATION_STEPS", options.steps.to_string())
            .env("SIMULATION_SEED", options.seed.to_string()),
    )
}
