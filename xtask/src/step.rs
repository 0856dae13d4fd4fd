//! A step of a longer command: told before it starts, so that a wait has a name.

use anyhow::{Context, Result, bail};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Says what begins now, on stderr.
pub fn say(words: &str) {
    eprintln!("\u{1b}[1m==> {words}\u{1b}[0m");
}

/// Runs a command with its output shown, and fails when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let told = told(command);
    let status = command.status().with_context(|| format!("{told} could not be started"))?;
    if !status.success() {
        bail!("{told} ended with {status}");
    }
    Ok(())
}

/// Runs a command silently; its standard output if it succeeds, `None` if it fails or is missing.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command for at most `limit`; whether it succeeded in that time.
pub fn succeeds_within(command: &mut Command, limit: Duration) -> bool {
    let Ok(mut child) = command.stdin(Stdio::null()).spawn() else {
        return false;
    };
    let start = Instant::now();
    while start.elapsed() < limit {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(50)),
            Err(_) => break,
        }
    }
    // It has had its time: nothing is lost if it is already gone.
    drop(child.kill());
    drop(child.wait());
    false
}

fn told(command: &Command) -> String {
    std::iter::once(command.get_program()).chain(command.get_args()).map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
