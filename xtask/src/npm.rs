//! Packages from npm, exactly as their lock file names them.

use crate::step;
use crate::toolchain;
use anyhow::{Result, bail};
use std::path::Path;
use std::process::Command;

/// Installs what `package-lock.json` in `folder` says, and npm itself first where it is missing.
pub fn install(folder: &Path) -> Result<()> {
    let is_missing = || ["node", "npm"].iter().any(|program| step::ask(Command::new(program).arg("--version")).is_none());
    if is_missing() && (!toolchain::apt_installs(&["nodejs", "npm"]) || is_missing()) {
        bail!("node and npm are needed: install them (Debian: apt-get install nodejs npm)");
    }
    step::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder))
}
