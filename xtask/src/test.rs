//! `cargo xtask test`: every test there is, and one line at the end that says how it went.

use crate::client::{self, Mode};
use crate::fingerprint;
use crate::lint::{self, cargo};
use crate::npm;
use crate::place::Place;
use crate::run;
use crate::step;
use crate::toolchain;
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// The kinds of tests, in the order in which they run: the quickest answer first.
const KINDS: [&str; 3] = ["lint", "rust", "browser"];
const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// What may be chosen.
pub struct Options {
    kinds: Vec<&'static str>,
    /// Passed on to the runner, to name a single test for instance.
    rest: Vec<String>,
}

impl Options {
    /// Reads the words after `test`.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut options = Self { kinds: KINDS.to_vec(), rest: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--only" => {
                    let named = words.next().context("--only needs lint, rust or browser")?;
                    options.kinds.retain(|kind| named.split(',').any(|name| name == *kind));
                    if options.kinds.is_empty() {
                        bail!("--only takes lint, rust or browser, not {named:?}");
                    }
                }
                "--" => options.rest.extend(words.by_ref().cloned()),
                other => bail!("test does not know {other:?}; words for the runner go after --"),
            }
        }
        Ok(options)
    }
}

/// Runs all chosen kinds, even after one has failed, and tells each one's end.
pub fn test(place: &Place, options: &Options) -> Result<ExitCode> {
    let start = Instant::now();
    let mut summary = Vec::new();
    let mut failed = false;
    for kind in &options.kinds {
        let outcome = match *kind {
            "lint" => lint::lint(place),
            "rust" => rust(place, &options.rest),
            _ => browser(place, &options.rest),
        };
        match outcome {
            Ok(()) => summary.push(format!("{kind} passed")),
            Err(error) => {
                eprintln!("\n{kind}: {error:#}");
                summary.push(format!("{kind} FAILED"));
                failed = true;
            }
        }
    }
    let seconds = start.elapsed().as_secs();
    println!("\nxtask test: {} ({} min {:02} s)", summary.join(", "), seconds / 60, seconds % 60);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn rust(place: &Place, rest: &[String]) -> Result<()> {
    postgres()?;
    step::say("tests of the workspace");
    if step::ask(cargo(place).args(["nextest", "--version"])).is_some() {
        step::run(cargo(place).args(["nextest", "run", "--workspace", "--no-fail-fast"]).args(rest))?;
    } else {
        step::run(cargo(place).args(["test", "--workspace", "--all-targets", "--no-fail-fast"]).args(rest))?;
    }
    if rest.is_empty() {
        step::say("examples in the documentation");
        step::run(cargo(place).args(["test", "--workspace", "--doc", "--quiet"]))?;
    }
    Ok(())
}

/// The tests start a PostgreSQL of their own: its programs lie on the PATH, or where Debian keeps all versions.
pub fn postgres() -> Result<()> {
    let is_there = || {
        let folders = env::var_os("PATH").unwrap_or_default();
        let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
        env::split_paths(&folders).chain(debian).any(|folder| folder.join("initdb").is_file())
    };
    if is_there() || (toolchain::apt_installs(&["postgresql"]) && is_there()) {
        return Ok(());
    }
    bail!("the tests need PostgreSQL, 15 or newer: install it (Debian: apt-get install postgresql)")
}

fn browser(place: &Place, rest: &[String]) -> Result<()> {
    // One after the other: they share two cores with a browser each.
    let words = ["--test", "--test-concurrency=1"].map(str::to_owned);
    in_browser(place, Mode::Dev, "tests in the browser", words.iter().chain(rest))
}

/// Runs node in the folder of the browser tests, with client, server and browser at hand. The server is always the one
/// that is quick to build: what is measured in a browser is the browser's.
pub fn in_browser<'a>(place: &Place, mode: Mode, what: &str, words: impl Iterator<Item = &'a String>) -> Result<()> {
    let chromium = chromium()?;
    install(place)?;
    let client = client::build(place, mode, None)?;
    let server = run::build_server(place, Mode::Dev)?;
    step::say(what);
    step::run(
        Command::new("node")
            .args(words)
            .current_dir(place.source("tests/browser"))
            .env("COUNTERSIGN_BIN", server)
            .env("COUNTERSIGN_CLIENT_DIR", client)
            .env("CHROMIUM", chromium),
    )
}

fn install(place: &Place) -> Result<()> {
    let folder = place.source("tests/browser");
    let lock = fs::read_to_string(folder.join("package-lock.json")).context("tests/browser has no package-lock.json")?;
    let stamp = folder.join("node_modules/.installed");
    if fingerprint::is_fresh(&stamp, &lock) {
        return Ok(());
    }
    step::say("npm ci: the browser tests");
    npm::install(&folder)?;
    fingerprint::stamp(&stamp, &lock)
}

fn chromium() -> Result<PathBuf> {
    let find = || {
        if let Some(chosen) = env::var_os("CHROMIUM").map(PathBuf::from)
            && chosen.is_file()
        {
            return Some(chosen);
        }
        let folders = env::var_os("PATH")?;
        CHROMIUM_NAMES.iter().find_map(|name| env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file()))
    };
    find().or_else(|| toolchain::apt_installs(&["chromium", "fonts-liberation"]).then(find).flatten()).context(
        "the browser tests need Chromium: install it (Debian: apt-get install chromium) or \
             name it in CHROMIUM",
    )
}
