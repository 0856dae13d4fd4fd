//! `cargo xtask sizes`: what a phone downloads, against the limits and against the last time.

use crate::client::{self, Mode};
use crate::compress;
use crate::place::Place;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Growth over the recorded figure that nobody asked for, in percent, from which a release fails.
const GROWTH_PERCENT: u64 = 3;

/// A part of the download and its limit after brotli, in bytes.
struct Budget {
    name: &'static str,
    limit_bytes: u64,
    /// Beginning and end of the names of the files that belong to it.
    files: &'static [(&'static str, &'static str)],
}

const BUDGETS: [Budget; 4] = [
    Budget { name: "ui", limit_bytes: 330_000, files: &[("client/ui-", ".wasm")] },
    Budget { name: "replica", limit_bytes: 400_000, files: &[("client/replica-", ".wasm")] },
    Budget { name: "verify", limit_bytes: 150_000, files: &[("verify/", ".js")] },
    Budget { name: "shell", limit_bytes: 14_000, files: &[("index", ".html"), ("client/style-", ".css"), ("client/boot-", ".js")] },
];

/// Prints the table; fails when a part grew unasked.
pub fn sizes(place: &Place, words: &[String]) -> Result<ExitCode> {
    let accept = match words {
        [] => false,
        [word] if word == "--accept" => true,
        _ => bail!("sizes knows --accept and nothing else"),
    };
    let folder = client::build(place, Mode::Release, None)?;
    let record = place.source("xtask/sizes.json");
    let last: Value = fs::read_to_string(&record).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null);

    println!("part          raw      brotli       limit   last brotli");
    let mut measured = serde_json::Map::new();
    let mut grown = Vec::new();
    for budget in &BUDGETS {
        let (raw, packed) = measure(&folder, budget)?;
        let before = last[budget.name]["brotli_bytes"].as_u64();
        println!(
            "{:8} {raw:>8}    {packed:>8}    {:>8}      {:>8}{}",
            budget.name,
            budget.limit_bytes,
            before.map_or_else(|| "none".to_owned(), |bytes| bytes.to_string()),
            if packed > budget.limit_bytes { "   over its limit" } else { "" },
        );
        if before.is_some_and(|bytes| packed * 100 > bytes * (100 + GROWTH_PERCENT)) {
            grown.push(budget.name);
        }
        measured.insert(budget.name.to_owned(), json!({ "raw_bytes": raw, "brotli_bytes": packed }));
    }
    if accept || last.is_null() {
        let text = serde_json::to_string_pretty(&Value::Object(measured))?;
        fs::write(&record, text + "\n").context("the figures cannot be written")?;
        return Ok(ExitCode::SUCCESS);
    }
    if grown.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("grown by more than {GROWTH_PERCENT} %: {}; if that is meant, `cargo xtask sizes --accept`", grown.join(", "));
    Ok(ExitCode::FAILURE)
}

fn measure(folder: &Path, budget: &Budget) -> Result<(u64, u64)> {
    let mut raw = 0;
    let mut packed = 0;
    for (start, end) in budget.files {
        let (parent, start) = start.rsplit_once('/').unwrap_or(("", start));
        let mut found = false;
        for entry in fs::read_dir(folder.join(parent))? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(start) && name.ends_with(end) {
                let bytes = fs::read(entry.path())?;
                raw += bytes.len() as u64;
                packed += compress::brotli(&bytes)?.len() as u64;
                found = true;
            }
        }
        if !found {
            bail!("the release client has no file {start}…{end}");
        }
    }
    Ok((raw, packed))
}
