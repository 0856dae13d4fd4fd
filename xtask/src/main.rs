//! The project's commands. `cargo xtask` without a word lists them.

mod bench;
mod bindgen;
mod client;
mod compress;
mod fingerprint;
mod fuzz;
mod lint;
mod npm;
mod place;
mod run;
mod script;
mod shell;
mod simulate;
mod sizes;
mod step;
mod test;
mod toolchain;
mod wasm_opt;

use anyhow::{Result, bail};
use client::Mode;
use place::Place;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run   [--release] [--port N] [--database FILE]   build everything and serve the demonstration
cargo xtask test  [--only lint|rust|browser] [-- ARGS]        every test; ARGS go to the test runner
cargo xtask simulate [--steps N] [--seed S] [--jobs J]       the simulation of the whole, for long
cargo xtask lint                                             formatting and clippy
cargo xtask build [--release] [--only ui|replica|verify]     the client alone
cargo xtask fuzz  [TARGET] [--seconds N]                     the fuzzer on change, frame, canonical and proof, N seconds each
cargo xtask bench [--only PART] [--quick]                    the server under load: processor, latency, growth, memory
cargo xtask sizes [--accept]                                 the release client against its limits
cargo xtask bench-phone                                      taps, time to saved, cold start, blocked: the release client, slowed down";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match command(&words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(words: &[String]) -> Result<ExitCode> {
    let place = Place::find()?;
    let Some((name, rest)) = words.split_first() else {
        println!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    };
    match name.as_str() {
        "run" => run::run(&place, &run::Options::parse(rest)?),
        "test" => test::test(&place, &test::Options::parse(rest)?),
        "lint" => {
            lint::lint(&place)?;
            Ok(ExitCode::SUCCESS)
        }
        "simulate" => {
            simulate::simulate(&place, &simulate::Options::parse(rest)?)?;
            Ok(ExitCode::SUCCESS)
        }
        "build" => build(&place, rest),
        "fuzz" => {
            fuzz::fuzz(&place, &fuzz::Options::parse(rest)?)?;
            Ok(ExitCode::SUCCESS)
        }
        "bench" => {
            bench::bench(&place, rest)?;
            Ok(ExitCode::SUCCESS)
        }
        "sizes" => sizes::sizes(&place, rest),
        "bench-phone" => {
            test::in_browser(&place, Mode::Release, "how quick it is on a slow phone", ["measure.mjs".to_owned()].iter())?;
            Ok(ExitCode::SUCCESS)
        }
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("there is no command {other:?}\n\n{USAGE}"),
    }
}

fn build(place: &Place, words: &[String]) -> Result<ExitCode> {
    let mut mode = Mode::Dev;
    let mut only = None;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--release" => mode = Mode::Release,
            "--only" => only = words.next().cloned(),
            other => bail!("build does not know {other:?}\n\n{USAGE}"),
        }
    }
    let folder = client::build(place, mode, only.as_deref())?;
    println!("{}", folder.display());
    Ok(ExitCode::SUCCESS)
}
