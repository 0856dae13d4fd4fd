//! `cargo xtask run`: the demonstration, from a fresh clone or in seconds.

use crate::client::{self, Mode};
use crate::lint::cargo;
use crate::place::Place;
use crate::step;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const DEFAULT_PORT: u16 = 3000;

/// What may be chosen.
pub struct Options {
    mode: Mode,
    port: u16,
    database: Option<String>,
}

impl Options {
    /// Reads the words after `run`.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut options = Self { mode: Mode::Dev, port: DEFAULT_PORT, database: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--release" => options.mode = Mode::Release,
                "--port" => {
                    let port = words.next().context("--port needs a number")?;
                    options.port = port.parse().context("--port needs a number")?;
                }
                "--database" => {
                    let file = words.next().context("--database needs a file")?;
                    options.database = Some(file.clone());
                }
                other => bail!("run does not know {other:?}"),
            }
        }
        Ok(options)
    }
}

/// Builds the client and the server, then becomes the server.
pub fn run(place: &Place, options: &Options) -> Result<ExitCode> {
    let database = database_url(place, options.database.as_deref())?;
    let folder = client::build(place, options.mode, None)?;
    let server = build_server(place, options.mode)?;
    step::say("countersign serve --demo");
    let mut command = Command::new(server);
    command
        .args(["serve", "--demo", "--port", &options.port.to_string()])
        .current_dir(&place.root)
        .env("COUNTERSIGN_CLIENT_DIR", folder)
        .env("DATABASE_URL", database);
    become_process(&mut command)
}

/// Builds the server and answers where its program lies.
pub fn build_server(place: &Place, mode: Mode) -> Result<PathBuf> {
    step::say(&format!("server ({})", mode.name()));
    let mut command = cargo(place);
    // The whole workspace selects the features that its tests have too, so that both use one build.
    command.args(["build", "--workspace", "--bin", "countersign"]);
    let folder = match mode {
        Mode::Dev => "debug",
        Mode::Release => {
            command.arg("--release");
            "release"
        }
    };
    step::run(&mut command)?;
    Ok(place.target.join(folder).join("countersign").with_extension(std::env::consts::EXE_EXTENSION))
}

fn database_url(place: &Place, chosen: Option<&str>) -> Result<String> {
    let file = match chosen {
        Some(url) if url.contains("://") => return Ok(url.to_owned()),
        Some(file) => std::env::current_dir()?.join(file),
        None => place.target.join("demo").join("countersign.sqlite"),
    };
    let parent = file.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
    let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23").replace(' ', "%20");
    Ok(format!("sqlite://{path}"))
}

/// Ctrl-C and a supervisor's signals then reach the server itself, which finishes what it acked.
#[cfg(unix)]
fn become_process(command: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec()).context("the server could not be started")
}

#[cfg(not(unix))]
fn become_process(command: &mut Command) -> Result<ExitCode> {
    step::run(command).map(|()| ExitCode::SUCCESS)
}
