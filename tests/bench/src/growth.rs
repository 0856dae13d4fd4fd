//! What a long log costs: one push to it, and one look at what is new, against the same at a short one.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use shared::{id::LogId, wire::MAX_BUNDLES};
use tokio::task::JoinSet;

use crate::{
    Bench,
    caller::Caller,
    crowd::{Pushed, Writer, all_are_there, ms, pull, read_whole, send},
    figures::{Rows, Target, median},
    ground::{Ground, Kind, on_each},
    phone::{Phone, Push, What},
    process::Process,
    ward::{Relationship, Wanted, Ward},
};

/// Mentors who fill a log: no person may push more than 4,000 bundles at once.
const FILLERS: usize = 5;
const LONG: usize = 10_000;
const QUICK_LONG: usize = 1_000;
const SHORT: usize = 10;
/// Pushes to each log in one run, in turn.
const PUSHES: usize = 40;
/// Starts of the server; after each the first push to each log is measured.
const STARTS: usize = 5;
const QUICK_STARTS: usize = 3;
/// Pulls from each log in one run, in turn.
const PULLS: usize = 40;
/// Lines that a pull finds.
const NEW: [u64; 2] = [10, 100];
/// After an answer the server has a moment to tell the readers and to come to rest, before the next is measured.
const PAUSE: Duration = Duration::from_millis(3);

const AIM: Target = Target::AtMost(1.3);

pub const WORKLOAD: &str = "One relationship with 10,000 signed observations by five mentors (20,000 lines), one with 10. A sixth mentor of each has read all \
of it and pushes signed observations (the shared bundles alone), one at a time, to both logs in turn. *Warm*: the server has the log in memory. *Cold*: the server was started \
anew and has answered two pushes to a third log; this is the first to this one. A pull names one log and its cursor; what is answered are the lines behind it.";

/// A log with somebody who pushes to it.
struct Place {
    log: LogId,
    writer: Writer,
    phone: Phone,
    ahead: std::vec::IntoIter<Push>,
    pushed: Vec<Pushed>,
}

/// What one call took, and what the server used for it.
#[derive(Debug, Clone, Copy)]
struct Cost {
    took_ms: f64,
    server_ms: f64,
}

pub async fn measure(bench: &Bench, rows: &mut Rows) -> Result<()> {
    on_each(bench, rows, on).await
}

async fn on(bench: &Bench, rows: &mut Rows, ground: &Ground) -> Result<()> {
    let (records, starts) = if bench.is_quick { (QUICK_LONG, QUICK_STARTS) } else { (LONG, STARTS) };
    let ward = Ward::found(&ground.address, &[Wanted { mentors: FILLERS + 1 }; 3], 0).await?;
    let process = Process::start(&bench.program, ground, None)?;
    let mut places = Vec::new();
    for (relationship, records) in ward.relationships.iter().zip([records, SHORT, SHORT]) {
        places.push(Place::fill(relationship, &process, records, bench.runs * PUSHES + 2 * starts).await?);
    }
    let [long, short, third] = places.as_mut_slice() else { bail!("three relationships were made") };
    let mut figures = Figures { rows, kind: ground.kind };
    for _ in 0..bench.runs {
        figures.warm(long, short, &process).await?;
        figures.pulls(long, short, &process).await?;
    }
    process.stop()?;
    let mut first = Vec::new();
    for start in 0..starts {
        let process = Process::start(&bench.program, ground, None)?;
        third.push(&process).await?;
        third.push(&process).await?;
        // Whoever comes second finds more of the server warm: they take turns.
        if start % 2 == 0 {
            let of_long = long.push(&process).await?;
            first.push((of_long, short.push(&process).await?));
        } else {
            let of_short = short.push(&process).await?;
            first.push((long.push(&process).await?, of_short));
        }
        process.stop()?;
    }
    figures.pushes("cold", &first);
    let process = Process::start(&bench.program, ground, None)?;
    for place in &mut places {
        place.is_whole(&process).await?;
    }
    process.stop()
}

impl Place {
    /// Mentors fill the log, and another reads it and writes ahead.
    async fn fill(relationship: &Relationship, process: &Process, records: usize, ahead: usize) -> Result<Self> {
        let (log, mentee) = (relationship.log, relationship.mentee.id);
        let what = What::Shared { to: log, mentee };
        let client = reqwest::Client::builder().build()?;
        let [fillers @ .., last] = relationship.mentors.as_slice() else { bail!("a relationship has mentors") };
        let mut phones = Vec::new();
        for filler in fillers {
            let caller = Caller::new(&client, &process.address, filler);
            phones.push((caller.set_up().await?, caller));
        }
        let mut filling = JoinSet::new();
        for (phone, caller) in phones {
            filling.spawn(fill(phone, caller, what, records / fillers.len()));
        }
        filling.join_all().await.into_iter().collect::<Result<Vec<()>>>()?;
        let caller = Caller::new(&client, &process.address, last);
        let mut phone = caller.set_up().await?;
        let writer = Writer::new(&caller, &phone, log).await?;
        ensure!(phone.next_of(log) == writer.next(), "a phone has read all of the log");
        let (phone, ahead) = tokio::task::spawn_blocking(move || phone.writes(what, ahead).map(|ahead| (phone, ahead))).await??;
        Ok(Self { log, writer, phone, ahead: ahead.into_iter(), pushed: Vec::new() })
    }

    /// The next push, at a server that has nothing else to do.
    async fn push(&mut self, process: &Process) -> Result<Cost> {
        let push = self.ahead.next().context("enough was written ahead")?;
        self.writer.caller = self.writer.caller.at(&process.address);
        let meter = process.meter();
        tokio::time::sleep(PAUSE).await;
        let before = meter.read()?;
        let pushed = self.writer.push(push).await?;
        let took_ms = ms(pushed.acked.duration_since(pushed.sent));
        self.pushed.push(pushed);
        tokio::time::sleep(PAUSE).await;
        Ok(Cost { took_ms, server_ms: meter.since(&before)?.server_ms })
    }

    /// Asks for so many lines at the log's end.
    async fn pull(&self, process: &Process, lines: u64) -> Result<Cost> {
        let meter = process.meter();
        let request = pull(&self.phone, self.log, self.writer.next() - lines);
        tokio::time::sleep(PAUSE).await;
        let before = meter.read()?;
        let asked = Instant::now();
        let response = self.writer.caller.sync(&request).await?;
        let took_ms = ms(asked.elapsed());
        tokio::time::sleep(PAUSE).await;
        let server_ms = meter.since(&before)?.server_ms;
        let came = response.logs.iter().map(|update| update.lines.len()).sum::<usize>();
        ensure!(u64::try_from(came)? == lines, "{came} lines came of {lines}");
        Ok(Cost { took_ms, server_ms })
    }

    async fn is_whole(&mut self, process: &Process) -> Result<()> {
        self.writer.caller = self.writer.caller.at(&process.address);
        all_are_there(&read_whole(&self.writer.caller, &self.phone, self.log).await?, &self.pushed)
    }
}

/// One mentor's part: as many bundles in a request as it takes.
async fn fill(mut phone: Phone, caller: Caller, what: What, records: usize) -> Result<()> {
    let mut left = records;
    while left > 0 {
        let many = left.min(MAX_BUNDLES);
        let pushes;
        (phone, pushes) = tokio::task::spawn_blocking(move || phone.writes(what, many).map(|pushes| (phone, pushes))).await??;
        send(&caller, &phone, pushes).await?;
        left -= many;
    }
    Ok(())
}

/// Where the figures of one store go.
struct Figures<'a> {
    rows: &'a mut Rows,
    kind: Kind,
}

impl Figures<'_> {
    async fn warm(&mut self, long: &mut Place, short: &mut Place, process: &Process) -> Result<()> {
        let mut costs = Vec::new();
        for turn in 0..PUSHES {
            let costs_of = if turn % 2 == 0 {
                let of_long = long.push(process).await?;
                (of_long, short.push(process).await?)
            } else {
                let of_short = short.push(process).await?;
                (long.push(process).await?, of_short)
            };
            costs.push(costs_of);
        }
        self.pushes("warm", &costs);
        Ok(())
    }

    fn pushes(&mut self, how: &str, costs: &[(Cost, Cost)]) {
        let (long, short): (Vec<Cost>, Vec<Cost>) = costs.iter().copied().unzip();
        self.compare(&format!("a push, {how}"), Some(AIM), &long, &short);
    }

    async fn pulls(&mut self, long: &Place, short: &Place, process: &Process) -> Result<()> {
        for lines in NEW {
            let (mut of_long, mut of_short) = (Vec::new(), Vec::new());
            for _ in 0..PULLS {
                of_long.push(long.pull(process, lines).await?);
                of_short.push(short.pull(process, lines).await?);
            }
            self.compare(&format!("a pull of {lines} lines"), None, &of_long, &of_short);
        }
        Ok(())
    }

    fn compare(&mut self, what: &str, target: Option<Target>, long: &[Cost], short: &[Cost]) {
        let middle = |costs: &[Cost], of: fn(&Cost) -> f64| median(&costs.iter().map(of).collect::<Vec<_>>());
        let took = [long, short].map(|costs| middle(costs, |cost| cost.took_ms));
        let used = [long, short].map(|costs| middle(costs, |cost| cost.server_ms));
        let mut note = |what: String, unit: &str, target: Option<Target>, value: f64| self.rows.note(self.kind, &what, unit, target, value);
        note(format!("{what}: answered, long log"), "ms", None, took[0]);
        note(format!("{what}: answered, short log"), "ms", None, took[1]);
        note(format!("{what}: processor, long log"), "ms", None, used[0]);
        note(format!("{what}: processor, short log"), "ms", None, used[1]);
        note(format!("{what}: time, long by short"), "×", target, took[0] / took[1]);
        note(format!("{what}: processor, long by short"), "×", target, used[0] / used[1]);
    }
}
