//! Formatting and clippy, with every warning an error.

use crate::place::Place;
use crate::step;
use crate::toolchain;
use anyhow::Result;
use std::process::Command;

/// Fails at the first finding.
pub fn lint(place: &Place) -> Result<()> {
    step::say("formatting");
    step::run(cargo(place).args(["fmt", "--all", "--check"]))?;
    step::say("clippy");
    step::run(cargo(place).args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    // The phone app is compiled natively here, which lints all of it but the calls' other side.
    step::say("clippy: the phone app");
    step::run(cargo(place).args(["clippy", "--package", "app", "--no-default-features", "--features", "csr", "--", "--deny", "warnings"]))
}

/// A native cargo in the workspace.
pub fn cargo(place: &Place) -> Command {
    let mut command = Command::new(toolchain::cargo());
    command.current_dir(&place.root).env("CARGO_TARGET_DIR", &place.target);
    command
}
