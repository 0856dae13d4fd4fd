//! `countersign serve` as a process of its own, and what the operating system says of it.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use crate::ground::Ground;

/// A running server; killed when dropped.
pub struct Process {
    child: Child,
    pub address: String,
}

impl Process {
    /// `workers`: threads that run the server's tasks, where not one a core.
    pub fn start(program: &Path, ground: &Ground, workers: Option<usize>) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .args(["serve", "--port", "0"])
            .env("DATABASE_URL", &ground.address)
            .env("COUNTERSIGN_METRICS_ADDRESS", "off")
            .env_remove("COUNTERSIGN_CLIENT_DIR")
            .env_remove("RUST_LOG")
            .env_remove("TOKIO_WORKER_THREADS");
        if let Some(workers) = workers {
            command.env("TOKIO_WORKER_THREADS", workers.to_string());
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().with_context(|| program.display().to_string())?;
        let mut said = String::new();
        BufReader::new(child.stdout.as_mut().context("it is piped")?).read_line(&mut said)?;
        ensure!(said.starts_with("http://"), "the server ended at once: {:?}", child.wait());
        Ok(Self { child, address: said.trim().replace("localhost", "127.0.0.1") })
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        ensure!(asked.success() && self.child.wait()?.success(), "the server did not stop in order");
        Ok(())
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What this process uses, and no database.
    pub fn meter(&self) -> Meter {
        Meter { servers: vec![self.id()], database: None }
    }

    /// Memory of this process in RAM now, and of that what is no file's, in MB.
    pub fn memory_mb(&self) -> Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let field = |name: &str| -> Result<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("the system does not tell {name}"))?;
            Ok(line.trim().trim_end_matches("kB").trim().parse::<f64>()? * 1_024.0 / 1e6)
        };
        Ok(Memory { resident: field("VmRSS:")?, own: field("RssAnon:")?, most: field("VmHWM:")? })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have been stopped already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// In MB.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    pub resident: f64,
    /// What is not the program's own file.
    pub own: f64,
    /// The most that was ever resident.
    pub most: f64,
}

/// What processes have used of the processors, thread by thread, in nanoseconds: what `utime + stime` of `/proc` counts,
/// from the scheduler's own clock and not in hundredths of a second.
#[derive(Debug, Clone, Default)]
struct Cpu(BTreeMap<(u32, u32), u64>);

impl Cpu {
    fn of(processes: impl IntoIterator<Item = u32>) -> Result<Self> {
        let mut threads = BTreeMap::new();
        for process in processes {
            // A process that has just ended is not there to be counted.
            let Ok(entries) = fs::read_dir(format!("/proc/{process}/task")) else { continue };
            for entry in entries.flatten() {
                let thread = entry.file_name().to_string_lossy().parse()?;
                if let Ok(told) = fs::read_to_string(entry.path().join("schedstat")) {
                    let ran = told.split_whitespace().next().context("the scheduler tells nothing")?;
                    threads.insert((process, thread), ran.parse()?);
                }
            }
        }
        ensure!(!threads.is_empty(), "the system does not tell what its threads used: /proc/…/schedstat is missing");
        Ok(Self(threads))
    }

    /// A process and its children.
    fn of_family(parent: u32) -> Result<Self> {
        let mut family = vec![parent];
        let all = fs::read_dir("/proc")?.flatten().filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
        family.extend(all.filter(|process| parent_of(*process) == Some(parent)));
        Self::of(family)
    }

    /// Milliseconds since an earlier reading. A thread that ended in between counts up to that reading.
    fn ms_since(&self, earlier: &Self) -> f64 {
        let used = |(thread, ran): (&(u32, u32), &u64)| ran.saturating_sub(earlier.0.get(thread).copied().unwrap_or(0));
        nanoseconds_to_ms(self.0.iter().map(used).sum())
    }
}

#[expect(clippy::cast_precision_loss, reason = "a run takes far less than 2^52 ns")]
fn nanoseconds_to_ms(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}

/// What processes use of the processors.
#[derive(Debug, Clone)]
pub struct Meter {
    pub servers: Vec<u32>,
    /// The database's first process, where it has processes of its own.
    pub database: Option<u32>,
}

/// A moment's reading of a [`Meter`].
#[derive(Debug)]
pub struct Reading {
    servers: Cpu,
    database: Option<Cpu>,
}

/// Processor time, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    pub server_ms: f64,
    pub database_ms: Option<f64>,
}

impl Meter {
    pub fn read(&self) -> Result<Reading> {
        Ok(Reading { servers: Cpu::of(self.servers.iter().copied())?, database: self.database.map(Cpu::of_family).transpose()? })
    }

    /// What was used since a reading.
    pub fn since(&self, earlier: &Reading) -> Result<Spent> {
        let now = self.read()?;
        let database_ms = now.database.zip(earlier.database.as_ref()).map(|(now, earlier)| now.ms_since(earlier));
        Ok(Spent { server_ms: now.servers.ms_since(&earlier.servers), database_ms })
    }
}

/// The process that started another; `None` where that one is gone.
pub fn parent_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // A program's name stands in brackets and may hold anything.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}
