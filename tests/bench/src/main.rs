//! What the server reaches, measured: phones with the real replica core push to a real `countersign serve`, over HTTP on
//! loopback. `cargo xtask bench` builds both and calls this.
//!
//! Each part checks too what it measured: every acknowledged line is there once, and every reader had it. A broken server
//! is not quick, it fails.

mod caller;
mod crowd;
mod figures;
mod gate;
mod ground;
mod growth;
mod machine;
mod memory;
mod observations;
mod phone;
#[path = "../../../server/tests/postgres/mod.rs"]
#[expect(dead_code, reason = "what the tests have in common is not started here")]
mod postgres;
mod process;
mod processes;
mod ward;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result, bail};

use self::{
    figures::{Part, Rows},
    ground::Grounds,
    machine::Machine,
};

/// The parts, in the order in which they run and are told.
const PARTS: [&str; 5] = ["observations", "growth", "memory", "gate", "processes"];
/// Of each part; the figure is their median.
const RUNS: usize = 3;

/// What every part needs.
pub struct Bench {
    pub program: PathBuf,
    pub grounds: Grounds,
    pub runs: usize,
    pub is_quick: bool,
}

struct Options {
    program: PathBuf,
    /// Where the figures are kept.
    out: PathBuf,
    only: Vec<&'static str>,
    is_quick: bool,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let (mut program, mut out, mut only, mut is_quick) = (None, None, Vec::new(), false);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--program" => program = words.next(),
                "--out" => out = words.next(),
                "--quick" => is_quick = true,
                "--only" => {
                    let named = words.next().unwrap_or_default();
                    let part = PARTS.into_iter().find(|part| *part == named);
                    only.push(part.with_context(|| format!("--only takes {}, not {named:?}", PARTS.join(", ")))?);
                }
                other => bail!("bench does not know {other:?}"),
            }
        }
        if only.is_empty() {
            only = PARTS.to_vec();
        }
        let needed = |word: Option<String>, name| word.map(PathBuf::from).with_context(|| format!("{name} is missing"));
        Ok(Self { program: needed(program, "--program")?, out: needed(out, "--out")?, only, is_quick })
    }
}

fn main() -> ExitCode {
    let measured = Options::parse(std::env::args().skip(1)).and_then(|options| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(run(options))
    });
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<()> {
    let grounds = Grounds::prepare()?;
    let postgres = grounds.version().await?;
    let runs = if options.is_quick { 1 } else { RUNS };
    let bench = Bench { program: options.program, grounds, runs, is_quick: options.is_quick };
    let mut parts = figures::read(&options.out)?;
    for name in options.only {
        eprintln!("measuring: {name}");
        let machine = Machine::now(&postgres)?;
        let part = measure(&bench, name, machine).await.with_context(|| name.to_owned())?;
        println!("{}", figures::table(name, &part));
        parts.insert(name.to_owned(), part);
        if !bench.is_quick {
            figures::write(&options.out, &parts, &PARTS).context("the figures cannot be kept")?;
        }
    }
    Ok(())
}

async fn measure(bench: &Bench, name: &str, machine: Machine) -> Result<Part> {
    let mut rows = Rows::default();
    let (measured, workload) = match name {
        "observations" => (observations::measure(bench, &mut rows).await, observations::WORKLOAD),
        "growth" => (growth::measure(bench, &mut rows).await, growth::WORKLOAD),
        "memory" => (memory::measure(bench, &mut rows).await, memory::WORKLOAD),
        "gate" => (gate::measure(bench, &mut rows).await, gate::WORKLOAD),
        "processes" => (processes::measure(bench, &mut rows).await, processes::WORKLOAD),
        other => bail!("there is no part {other:?}"),
    };
    measured?;
    Ok(rows.into_part(workload, machine))
}
