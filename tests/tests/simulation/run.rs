//! Runs worlds, one after the other or several at once, and says how it went.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

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
    fn add(&mut self, world: World) {
        self.worlds += 1;
        self.steps += world.step;
        self.lines += world.lines();
        for (what, times) in world.chronicle.told {
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

/// Which worlds are run.
#[derive(Debug, Clone, Copy)]
pub struct Worlds {
    /// The first one's; each further world has the next.
    pub seed: u64,
    /// Steps of each, before it comes to rest.
    pub steps: u64,
    pub planted: Option<Planted>,
    /// So many at once, each on a thread of its own.
    pub jobs: u64,
}

/// Runs worlds until there were `steps` in all. `told` hears how far it is after each.
pub fn run(worlds: Worlds, steps: u64, told: impl Fn(&Figures) + Sync) -> Result<Figures, Box<Failure>> {
    let begun = Instant::now();
    let next = AtomicU64::new(worlds.seed);
    let so_far = Mutex::new(Ok(Figures::default()));
    let goes_on = || matches!(&*locked(&so_far), Ok(figures) if figures.steps < steps);
    let job = || {
        while goes_on() {
            let lived = one(next.fetch_add(1, Ordering::Relaxed), worlds.steps, worlds.planted);
            let mut so_far = locked(&so_far);
            match (lived, &mut *so_far) {
                (Ok(world), Ok(figures)) => {
                    figures.add(world);
                    figures.seconds = begun.elapsed().as_secs_f64();
                    told(figures);
                }
                (Err(failure), Ok(_)) => *so_far = Err(failure),
                // The same failure is told, whoever was first to find one.
                (Err(failure), Err(known)) if failure.seed < known.seed => *known = failure,
                (_, Err(_)) => {}
            }
        }
    };
    thread::scope(|scope| (0..worlds.jobs.max(1)).for_each(|_| drop(scope.spawn(job))));
    so_far.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says whose world it was where one panics.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the world of seed {} panicked", self.0);
        }
    }
}

/// One world, from its seed to its rest.
pub fn one(seed: u64, steps: u64, planted: Option<Planted>) -> Result<World, Box<Failure>> {
    let _seed = Seed(seed);
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
