//! Binaryen's optimiser, from npm: it runs as installed and is newer than the distributions'.

use crate::fingerprint;
use crate::npm;
use crate::place::Place;
use crate::step;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How to optimise, and what the compiler's target already uses (without the latter Binaryen
/// refuses such a module).
///
/// Inlining is left out: it takes 2 % off the raw size and adds 10 % after brotli, since the same
/// few instructions then stand everywhere in slightly different words (measured on the replica).
const FLAGS: [&str; 12] = [
    "-Oz",
    "--skip-pass=inlining",
    "--skip-pass=inlining-optimizing",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--strip-producers",
    "--strip-target-features",
];

/// The optimised bytes of `module`, from the last run if its input has not changed.
pub fn optimised(place: &Place, module: &Path) -> Result<Vec<u8>> {
    let output = module.with_extension("opt.wasm");
    let stamp = module.with_extension("opt.stamp");
    let input = format!("{} {}", FLAGS.join(" "), hex::encode(fingerprint::sha256(&fs::read(module)?)));
    if !fingerprint::is_fresh(&stamp, &input) {
        let tool = installed(place)?;
        step::say(&format!("wasm-opt {} (a minute or so)", module.file_stem().unwrap_or_default().to_string_lossy()));
        step::run(Command::new("node").arg(tool).args(FLAGS).arg(module).arg("-o").arg(&output))?;
        fingerprint::stamp(&stamp, &input)?;
    }
    fs::read(&output).with_context(|| format!("{} is missing", output.display()))
}

fn installed(place: &Place) -> Result<PathBuf> {
    let folder = place.target.join("npm-tools");
    let lock = fs::read_to_string(place.source("xtask/npm/package-lock.json"))?;
    let stamp = folder.join("stamp");
    if !fingerprint::is_fresh(&stamp, &lock) {
        step::say("npm ci: Binaryen, for the release client");
        fs::create_dir_all(&folder)?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(place.source("xtask/npm").join(file), folder.join(file))?;
        }
        npm::install(&folder)?;
        fingerprint::stamp(&stamp, &lock)?;
    }
    Ok(folder.join("node_modules/binaryen/bin/wasm-opt"))
}
