//! Runs worlds one after the other, and says how it went.

use std::{borrow::Cow, collections::BTreeMap, fmt, time::Instant};

use crate::{
    invariant::{Checked, Invariant, Violation, violated},
    planted::Planted,
    world::World,
};

pub fn number_of(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Figures {
    pub worlds: u64,
    pub steps: u64,
    pub lines: u64,
    pub seconds: f64,
    pub told: BTreeMap<Cow<'static, str>, u64>,
}

impl Figures {
    pub fn add(&mut self, other: Self) {
        self.worlds += other.worlds;
        self.steps += other.steps;
        self.lines += other.lines;
        self.seconds += other.seconds;
        for (what, times) in other.told {
            *self.told.entry(what).or_default() += times;
        }
    }
}

impl fmt::Display for Figures {
    #[expect(clippy::cast_precision_loss, reason = "only shown")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let a_second = self.steps as f64 / self.seconds.max(0.001);
        write!(f, "{} worlds, {} steps, {} lines, {:.1} s, {a_second:.0} steps a second", self.worlds, self.steps, self.lines, self.seconds)
    }
}

/// A world in which something did not hold.
#[derive(Debug)]
pub struct Failure {
    pub seed: u64,
    pub step: u64,
    pub violation: Violation,
    last_acts: String,
    world_steps: u64,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, step, violation, last_acts, world_steps } = self;
        writeln!(f, "seed {seed}, step {step}: {} is broken: {}", violation.invariant, violation.what)?;
        writeln!(f, "the last acts:\n{last_acts}")?;
        write!(f, "again: SIMULATION_SEED={seed} SIMULATION_STEPS={world_steps} cargo nextest run -p tests --test simulation -E 'test(whatever)' --no-capture")
    }
}

/// Runs worlds of so many steps each, from `seed` on, until there were `steps` in all.
pub fn run(seed: u64, steps: u64, world_steps: u64, planted: Option<Planted>) -> Result<Figures, Box<Failure>> {
    let begun = Instant::now();
    let mut figures = Figures::default();
    let mut seed = seed;
    while figures.steps < steps {
        let world = one(seed, world_steps, planted)?;
        figures.worlds += 1;
        figures.steps += world.step;
        figures.lines += world.lines();
        for (what, times) in world.chronicle.told {
            *figures.told.entry(what).or_default() += times;
        }
        figures.seconds = begun.elapsed().as_secs_f64();
        seed += 1;
    }
    Ok(figures)
}

/// One world, from its seed to its rest.
pub fn one(seed: u64, steps: u64, planted: Option<Planted>) -> Result<World, Box<Failure>> {
    let failed = |step, violation, last_acts| Box::new(Failure { seed, step, violation, last_acts, world_steps: steps });
    let mut world = World::new(seed, planted).map_err(|violation| failed(0, violation, String::new()))?;
    match lives(&mut world, steps) {
        Ok(()) => Ok(world),
        Err(violation) => Err(failed(world.step, violation, world.chronicle.last_acts())),
    }
}

fn lives(world: &mut World, steps: u64) -> Checked {
    while world.step < steps {
        world.step()?;
    }
    world.rests()?;
    world.is_whole()?;
    world.phones_agree()?;
    let (lines, stuck) = (world.lines(), world.stuck());
    world.everybody_starts_again()?;
    world.rests()?;
    world.is_whole()?;
    if (world.lines(), world.stuck()) == (lines, stuck) { Ok(()) } else { Err(violated(Invariant::Rest, "a second start sent something again")) }
}
