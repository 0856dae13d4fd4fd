//! On what was measured: the processor and its cores, and nothing that names a machine.

use std::{fs, thread};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub postgres: String,
    /// What waited to run before the part began, on average over a minute.
    pub load_before: f64,
}

impl Machine {
    pub fn now(postgres: &str) -> Result<Self> {
        let about = fs::read_to_string("/proc/cpuinfo")?;
        let processor = about.lines().find_map(|line| line.strip_prefix("model name")).and_then(|line| line.split_once(':'));
        let load = fs::read_to_string("/proc/loadavg")?;
        Ok(Self {
            processor: processor.map_or("an unnamed processor", |(_, name)| name.trim()).to_owned(),
            cores: thread::available_parallelism()?.get(),
            postgres: postgres.to_owned(),
            load_before: load.split_whitespace().next().context("the system tells its load")?.parse()?,
        })
    }

    pub fn told(&self) -> String {
        format!(
            "{}, {} cores for server, database and phones together, PostgreSQL {}, load before {:.2}",
            self.processor, self.cores, self.postgres, self.load_before
        )
    }
}
