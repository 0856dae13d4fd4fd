//! Memory with a thousand phones connected, and a thousand logs that nobody writes to.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};
use shared::wire::{HEARTBEAT_SECONDS, LiveFrame};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, timeout},
};

use crate::{
    Bench,
    caller::{Caller, Stream},
    crowd::send,
    figures::{Rows, Target},
    ground::{Ground, on_each},
    phone::What,
    process::Process,
    ward::{Person, Wanted, Ward},
};

const PHONES: usize = 1_000;
/// Drafts in each own log.
const DRAFTS: usize = 5;
const AT_ONCE: usize = 16;
/// Each stream says something within this time.
const BEAT: Duration = Duration::from_secs(HEARTBEAT_SECONDS + 5);

const AIM: Target = Target::AtMost(60.0);

pub const WORKLOAD: &str = "1,000 people, each with a phone of their own that was set up over HTTP and wrote five drafts: 1,000 own logs. Then all \
hold their live streams open, and nothing happens but a heartbeat on each. Memory is measured after that, at the server that did all of it.";

pub async fn measure(bench: &Bench, rows: &mut Rows) -> Result<()> {
    on_each(bench, rows, on).await
}

async fn on(bench: &Bench, rows: &mut Rows, ground: &Ground) -> Result<()> {
    let ward = Ward::found(&ground.address, &[Wanted { mentors: 1 }], PHONES).await?;
    let process = Process::start(&bench.program, ground, None)?;
    let mut note = |what: &str, target: Option<Target>, value: f64| rows.note(ground.kind, what, "MB", target, value);
    note("after the start", None, process.memory_mb()?.resident);
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mentee = ward.relationships.first().context("there is one")?.mentee.id;
    let mut joining = JoinSet::new();
    for person in ward.others {
        let (address, turns) = (process.address.clone(), Arc::clone(&turns));
        joining.spawn(async move {
            let _turn = turns.acquire_owned().await?;
            joins(&person, &address, What::Draft { mentee }).await
        });
    }
    let streams = joining.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    ensure!(streams.len() == PHONES, "{} phones are connected", streams.len());
    let connected = process.memory_mb()?;
    let streams = beat(streams).await?;
    let after = process.memory_mb()?;
    note("1,000 phones have written and are connected", None, connected.resident);
    note("the same after a heartbeat on each", Some(AIM), after.resident);
    note("of that, what is not the program's own file", None, after.own);
    note("the most at any time", None, after.most);
    drop(streams);
    process.stop()
}

/// Sets a phone up, writes, and listens, each on a connection of its own.
async fn joins(person: &Person, address: &str, what: What) -> Result<Stream> {
    let caller = Caller::new(&reqwest::Client::builder().build()?, address, person);
    let mut phone = caller.set_up().await?;
    let pushes = phone.writes(what, DRAFTS)?;
    send(&caller, &phone, pushes).await?;
    caller.listen(phone.device()).await
}

/// Waits until every stream has had a heartbeat: all of them live.
async fn beat(streams: Vec<Stream>) -> Result<Vec<Stream>> {
    let until = Instant::now() + BEAT;
    let mut beating = JoinSet::new();
    for mut stream in streams {
        beating.spawn(async move {
            loop {
                let frame = timeout(until.saturating_duration_since(Instant::now()), stream.next()).await.context("a stream is silent")??;
                if matches!(frame, LiveFrame::Heartbeat { .. }) {
                    return Ok(stream);
                }
            }
        });
    }
    beating.join_all().await.into_iter().collect()
}
