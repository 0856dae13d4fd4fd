//! Two server processes on one PostgreSQL against one, each with one thread for its tasks.

use anyhow::Result;

use crate::{
    Bench,
    crowd::{Crowd, Written},
    figures::{Rows, Target},
    ground::Kind,
    observations::{EACH, RELATIONSHIPS, WARMING_UP, count},
    process::{Meter, Process},
    ward::{Wanted, Ward},
};

const AIM: Target = Target::AtLeast(1.6);
const PROCESSES: usize = 2;

pub const WORKLOAD: &str = "Signed observations as under load, at processes of one worker thread each (`TOKIO_WORKER_THREADS=1`), on one database: all at \
one process, or half of the writers at each, where each log's readers are one at each process. Servers, PostgreSQL and phones share the cores, so that \
the ratio says something only where there are more cores than these need. Nothing is lost: every acknowledged line is there once, and every reader had it.";

pub async fn measure(bench: &Bench, rows: &mut Rows) -> Result<()> {
    for _ in 0..bench.runs {
        let (one, used_by_one) = throughput(bench, 1).await?;
        let (two, used_by_two) = throughput(bench, PROCESSES).await?;
        let mut note = |what: &str, unit: &str, target: Option<Target>, value: f64| rows.note(Kind::Postgres, what, unit, target, value);
        note("one process: observations a second", "/s", None, one);
        note("two processes: observations a second", "/s", None, two);
        note("one process: its processor for one", "ms", None, used_by_one);
        note("two processes: their processor for one", "ms", None, used_by_two);
        note("observations a second, two by one", "×", Some(AIM), two / one);
    }
    Ok(())
}

/// Observations a second, and what the servers used for one.
async fn throughput(bench: &Bench, many: usize) -> Result<(f64, f64)> {
    let ground = bench.grounds.new_ground(Kind::Postgres).await?;
    let ward = Ward::found(&ground.address, &[Wanted { mentors: 1 }; RELATIONSHIPS], 0).await?;
    let processes = (0..many).map(|_| Process::start(&bench.program, &ground, Some(1))).collect::<Result<Vec<_>>>()?;
    let addresses: Vec<String> = processes.iter().map(|process| process.address.clone()).collect();
    let mut crowd = Crowd::gather(&ward, Written::Observations, &addresses).await?;
    let meter = Meter { servers: processes.iter().map(Process::id).collect(), database: None };
    crowd.writes_ahead(WARMING_UP).await?;
    crowd.pushes_at_once(&meter).await?;
    crowd.writes_ahead(EACH).await?;
    let outcome = crowd.pushes_at_once(&meter).await?;
    for process in processes {
        process.stop()?;
    }
    bench.grounds.clear(ground).await?;
    Ok((count(outcome.pushes) / outcome.took.as_secs_f64(), outcome.spent.server_ms / count(outcome.pushes)))
}
