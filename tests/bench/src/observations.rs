//! The peers' workload: twenty relationships, each with one writer and two readers, fifty observations each.

use std::time::Duration;

use anyhow::Result;

use crate::{
    Bench,
    crowd::{Crowd, Written},
    figures::{Rows, Target, median, quantile},
    ground::Kind,
    process::{Meter, Process},
    ward::{Wanted, Ward},
};

pub const RELATIONSHIPS: usize = 20;
pub const EACH: usize = 50;
/// Each writer's first ones are not measured.
pub const WARMING_UP: usize = 2;
/// Fifty a second.
const PACE: Duration = Duration::from_millis(20);

const CPU_AIM: Target = Target::AtMost(0.15);
const P50_AIM: Target = Target::AtMost(2.0);
const P99_AIM: Target = Target::AtMost(5.0);

pub const WORKLOAD: &str = "20 relationships, each one writer and two readers with an open stream; 50 observations each (12 fields, 300 characters), over \
HTTP on loopback, to the release server. *Draft*: one change, to the writer's own log, read by two more phones of theirs; this is what the peers \
do too. *Shared*: the bundle of a change and a signed decision, to its relationship (two lines, both signatures checked or made). *Signed*: what a \
phone sends that was without signal, the draft and the bundle in one request (four lines: the server adds when the draft was written). *Under load*: all \
writers at once, each its next when the last is acknowledged, so that pushes are committed in groups. *At 50/s*: one by one. Latency is from before \
the writer's phone packs its request until a reader has read the frame.";

/// How the writers write.
#[derive(Clone, Copy)]
enum Pace {
    UnderLoad,
    Steady,
}

pub async fn measure(bench: &Bench, rows: &mut Rows) -> Result<()> {
    for _ in 0..bench.runs {
        for kind in Kind::ALL {
            for written in [Written::Drafts, Written::Shared, Written::Observations] {
                one(bench, rows, kind, written, Pace::UnderLoad).await?;
            }
            for written in [Written::Drafts, Written::Observations] {
                one(bench, rows, kind, written, Pace::Steady).await?;
            }
        }
    }
    Ok(())
}

async fn one(bench: &Bench, rows: &mut Rows, kind: Kind, written: Written, pace: Pace) -> Result<()> {
    let ground = bench.grounds.new_ground(kind).await?;
    let ward = Ward::found(&ground.address, &[Wanted { mentors: 1 }; RELATIONSHIPS], 0).await?;
    let process = Process::start(&bench.program, &ground, None)?;
    let meter = Meter { servers: vec![process.id()], database: bench.grounds.database_process(kind).await? };
    let mut crowd = Crowd::gather(&ward, written, std::slice::from_ref(&process.address)).await?;
    crowd.writes_ahead(WARMING_UP).await?;
    crowd.pushes_at_once(&meter).await?;
    let each = match pace {
        Pace::UnderLoad => EACH,
        Pace::Steady => EACH / 2,
    };
    crowd.writes_ahead(each).await?;
    let outcome = match pace {
        Pace::UnderLoad => crowd.pushes_at_once(&meter).await?,
        Pace::Steady => crowd.pushes_one_by_one(PACE, &meter).await?,
    };
    let pushes = count(outcome.pushes);
    let words = match written {
        Written::Observations => "signed",
        Written::Shared => "shared",
        Written::Drafts => "draft",
    };
    let mut note = |what: &str, unit: &str, target: Option<Target>, value: f64| rows.note(kind, &format!("{words}, {what}"), unit, target, value);
    let spent = outcome.spent;
    match pace {
        Pace::UnderLoad => {
            note("under load: processor for one", "ms", Some(CPU_AIM), spent.server_ms / pushes);
            if let Some(database_ms) = spent.database_ms {
                note("under load: PostgreSQL's own processor for one", "ms", None, database_ms / pushes);
            }
            note("under load: observations a second, with phones and database on the same cores", "/s", None, pushes / outcome.took.as_secs_f64());
            note("under load: lines that readers had to fetch", "", None, count(outcome.fetched));
            note("under load: acknowledged after, p50", "ms", None, median(&outcome.acked_ms));
        }
        Pace::Steady => {
            note("at 50/s: processor for one", "ms", None, spent.server_ms / pushes);
            if let Some(database_ms) = spent.database_ms {
                note("at 50/s: PostgreSQL's own processor for one", "ms", None, database_ms / pushes);
            }
            note("at 50/s: acknowledged after, p50", "ms", None, median(&outcome.acked_ms));
            note("at 50/s: at the readers after, p50", "ms", Some(P50_AIM), median(&outcome.heard_ms));
            note("at 50/s: at the readers after, p99", "ms", Some(P99_AIM), quantile(&outcome.heard_ms, 0.99));
        }
    }
    process.stop()?;
    bench.grounds.clear(ground).await
}

#[expect(clippy::cast_precision_loss, reason = "a count of pushes is far below 2^52")]
pub fn count(many: usize) -> f64 {
    many as f64
}
