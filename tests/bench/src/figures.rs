//! Figures of several runs, and how they are kept: as JSON to compare with, and as a table to read.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::{ground::Kind, machine::Machine};

const JSON: &str = "figures.json";
const TABLE: &str = "FIGURES.md";

/// What one part of the benchmark found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    pub measured_on: String,
    pub machine: Machine,
    /// What was done, in words for whoever reads the table.
    pub workload: String,
    pub rows: Vec<Row>,
}

/// One thing that was measured, on each store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub what: String,
    pub unit: String,
    /// The most that it shall be, or the least where more is better; absent where nothing was promised.
    pub target: Option<Target>,
    /// One value a run, by store.
    pub runs: BTreeMap<String, Vec<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }

    fn told(self, unit: &str) -> String {
        match self {
            Self::AtMost(most) => format!("≤ {most} {unit}"),
            Self::AtLeast(least) => format!("≥ {least} {unit}"),
        }
    }
}

/// Rows while they are measured, in the order in which they were first named.
#[derive(Debug, Default)]
pub struct Rows(Vec<Row>);

impl Rows {
    /// Notes one run's value.
    pub fn note(&mut self, kind: Kind, what: &str, unit: &str, target: Option<Target>, value: f64) {
        let place = self.0.iter().position(|row| row.what == what).unwrap_or_else(|| {
            self.0.push(Row { what: what.to_owned(), unit: unit.to_owned(), target, runs: BTreeMap::new() });
            self.0.len() - 1
        });
        self.0[place].runs.entry(kind.name().to_owned()).or_default().push(value);
    }

    pub fn into_part(self, workload: &str, machine: Machine) -> Part {
        Part { measured_on: jiff::Zoned::now().date().to_string(), machine, workload: workload.to_owned(), rows: self.0 }
    }
}

/// All parts by their names.
pub type Parts = BTreeMap<String, Part>;

/// Reads what earlier runs kept; nothing where there is nothing yet.
pub fn read(folder: &Path) -> Result<Parts> {
    match fs::read_to_string(folder.join(JSON)) {
        Ok(text) => serde_json::from_str(&text).context("the figures that are kept cannot be read"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Parts::new()),
        Err(error) => Err(error.into()),
    }
}

/// Keeps them, as JSON and as a table.
pub fn write(folder: &Path, parts: &Parts, order: &[&str]) -> Result<()> {
    fs::write(folder.join(JSON), serde_json::to_string_pretty(parts)? + "\n")?;
    let mut text = String::from(HEAD);
    for name in order {
        if let Some(part) = parts.get(*name) {
            text.push_str(&table(name, part));
        }
    }
    fs::write(folder.join(TABLE), text)?;
    Ok(())
}

const HEAD: &str = "# What the server reaches

Written by `cargo xtask bench`; `figures.json` beside it has every run. A figure is the median of its runs, in brackets are
the least and the most of them. **Bold** is beyond its aim. *Processor* is what all threads of the server's own process
used, as the scheduler counts it; PostgreSQL's own processes are told apart.
";

/// One part as Markdown.
pub fn table(name: &str, part: &Part) -> String {
    let mut text =
        format!("\n## {name}\n\n{}\n\n{}: {}.\n\n| | SQLite | PostgreSQL | aim |\n|---|---|---|---|\n", part.workload, part.measured_on, part.machine.told());
    for row in &part.rows {
        let cells = Kind::ALL.map(|kind| row.runs.get(kind.name()).map_or_else(String::new, |runs| cell(row, runs)));
        let aim = row.target.map_or_else(String::new, |target| target.told(&row.unit));
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {} | {} | {aim} |", row.what, cells.join(" | "));
    }
    text
}

fn cell(row: &Row, runs: &[f64]) -> String {
    let (middle, least, most) = (median(runs), quantile(runs, 0.0), quantile(runs, 1.0));
    let figure = format!("{} {}", short(middle), row.unit);
    let figure = if row.target.is_some_and(|target| !target.is_met(middle)) { format!("**{figure}**") } else { figure };
    if runs.len() > 1 { format!("{figure} ({} to {})", short(least), short(most)) } else { figure }
}

/// Three digits that count.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The value that such a part of all values does not exceed; the upper middle of an even number. NaN of none.
pub fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list that is far shorter than 2^52")]
    let place = (sorted.len() as f64 * part) as usize;
    sorted.get(place.min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!((quantile(&values, 0.0), median(&values), quantile(&values, 0.99), quantile(&values, 1.0)), (1.0, 3.0, 5.0, 5.0));
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn what_misses_its_aim_stands_out_and_what_meets_it_does_not() {
        let row = |target| Row { what: String::new(), unit: "ms".to_owned(), target: Some(target), runs: BTreeMap::new() };
        assert_eq!(cell(&row(Target::AtMost(2.0)), &[1.0, 1.5, 9.0]), "1.50 ms (1.00 to 9.00)");
        assert_eq!(cell(&row(Target::AtMost(1.0)), &[1.5]), "**1.50 ms**");
        assert_eq!(cell(&row(Target::AtLeast(1.6)), &[1.5]), "**1.50 ms**");
    }

    #[test]
    fn parts_that_were_kept_are_read_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(read(folder.path()).expect("nothing is there").is_empty());
        let mut rows = Rows::default();
        rows.note(Kind::Sqlite, "a push", "ms", Some(Target::AtMost(1.0)), 0.5);
        rows.note(Kind::Postgres, "a push", "ms", Some(Target::AtMost(1.0)), 2.0);
        let machine = Machine { processor: "a processor".to_owned(), cores: 2, postgres: "15".to_owned(), load_before: 0.1 };
        let parts = Parts::from([("pushes".to_owned(), rows.into_part("some pushes", machine))]);
        write(folder.path(), &parts, &["pushes"]).expect("the folder is there");
        let again = read(folder.path()).expect("they were just written");
        assert_eq!(again["pushes"].rows[0].runs, parts["pushes"].rows[0].runs);
        let text = fs::read_to_string(folder.path().join(TABLE)).expect("it was just written");
        assert!(text.contains("| a push | 0.500 ms | **2.00 ms** | ≤ 1 ms |"), "{text}");
    }
}
