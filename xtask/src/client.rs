//! The client: three modules for the browser and the shell around them.

use crate::bindgen;
use crate::place::Place;
use crate::shell::{Module, Shell};
use crate::step;
use crate::toolchain::{TARGET, Toolchain};
use crate::wasm_opt;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::path::PathBuf;

/// For whom the client is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Quick to build.
    Dev,
    /// Small to download: optimised for size and compressed.
    Release,
}

impl Mode {
    /// The last part of the output folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    const fn profile(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }
}

/// One of the crates that become a module.
struct Part {
    /// What its files are called.
    name: &'static str,
    package: &'static str,
    features: &'static [&'static str],
}

/// Built apart, each in a cargo call of its own: features would be unified in a common one, and a
/// change to a screen would link Automerge again.
const PARTS: [Part; 3] = [
    Part { name: "ui", package: "app", features: &["--no-default-features", "--features", "csr"] },
    Part { name: "replica", package: "replica", features: &[] },
    Part { name: "verify", package: "verify", features: &[] },
];

/// Where the finished client of a mode lies.
pub fn folder(place: &Place, mode: Mode) -> PathBuf {
    place.target.join("client").join(mode.name())
}

/// Builds the client and answers its folder. With `only`, cargo is asked for that part alone and
/// the others are taken as last built.
pub fn build(place: &Place, mode: Mode, only: Option<&str>) -> Result<PathBuf> {
    if let Some(name) = only
        && !PARTS.iter().any(|part| part.name == name)
    {
        bail!("--only takes ui, replica or verify, not {name:?}");
    }
    fs::create_dir_all(place.work())?;
    // Two builds at once would prune each other's files. Released when this function ends.
    let lock = File::create(place.work().join(format!("{}.lock", mode.name())))?;
    if lock.try_lock().is_err() {
        step::say("another build of the client is under way: waiting for it");
        lock.lock().context("the client's folder cannot be locked")?;
    }
    let toolchain = Toolchain::find(place, mode)?;
    let mut modules = Vec::new();
    for part in &PARTS {
        let built = place.wasm_target().join(TARGET).join(mode.profile()).join(format!("{}.wasm", part.package));
        if only.is_none_or(|name| name == part.name) || !built.is_file() {
            compile(place, mode, part, &toolchain)?;
        }
        let bound = bindgen::bind(&built, part.name, mode, &place.work())?;
        let wasm = match mode {
            Mode::Dev => fs::read(&bound.wasm)?,
            Mode::Release => wasm_opt::optimised(place, &bound.wasm)?,
        };
        modules.push(Module { name: part.name, glue: bound.glue, wasm, snippets: bound.snippets });
    }
    let folder = folder(place, mode);
    Shell::read(place, modules)?.write(&folder, mode)?;
    Ok(folder)
}

fn compile(place: &Place, mode: Mode, part: &Part, toolchain: &Toolchain) -> Result<()> {
    step::say(&format!("client: {} ({})", part.name, mode.name()));
    step::run(
        toolchain
            .cargo_rustc(place, mode)
            .args(["--lib", "--package", part.package, "--profile", mode.profile(), "--crate-type", "cdylib"])
            .args(part.features),
    )
}
