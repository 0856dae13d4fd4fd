//! Relationships of one writer and two readers each, at a running server.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use shared::{
    bytes::Hash,
    id::{DeviceId, LogId},
    line::{ChainHead, LineKind},
    wire::{Cursor, LiveFrame, LogUpdate, SyncRequest, Verdict, WIRE_VERSION},
};
use tokio::{
    sync::{Mutex, Semaphore},
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    caller::{Caller, Stream},
    phone::{Phone, Push, What},
    process::{Meter, Spent},
    ward::{Relationship, Ward},
};

/// Readers of one log.
const READERS: usize = 2;
/// Until the last line has reached the last reader.
const PATIENCE: Duration = Duration::from_secs(60);
/// Phones that are set up at once.
const AT_ONCE: usize = 8;

/// What the writers write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Signed observations as phones send them; the mentee and the supervisor of the relationship read.
    Observations,
    /// The same without their drafts.
    Shared,
    /// The same words as drafts, to the own log; two more phones of the writer read.
    Drafts,
}

/// A log with its writer and its readers.
struct Group {
    log: LogId,
    what: What,
    phone: Phone,
    caller: Caller,
    readers: Vec<(Caller, Phone)>,
    /// What is written and not sent yet.
    ahead: Vec<Push>,
}

pub struct Crowd {
    groups: Vec<Group>,
}

/// How one run went.
#[derive(Debug)]
pub struct Outcome {
    pub pushes: usize,
    /// From the first push until the last reader had the last line.
    pub took: Duration,
    pub spent: Spent,
    /// From a push to its acknowledgement, in ms.
    pub acked_ms: Vec<f64>,
    /// From a push to each reader's live stream, in ms.
    pub heard_ms: Vec<f64>,
    /// Lines that readers had to fetch, because more came than their streams hold.
    pub fetched: usize,
}

impl Crowd {
    /// Sets everybody up; `addresses` are taken in turn by the groups, and by a group's readers from the other end.
    pub async fn gather(ward: &Ward, written: Written, addresses: &[String]) -> Result<Self> {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let mut joining = JoinSet::new();
        for (number, relationship) in ward.relationships.iter().cloned().enumerate() {
            let of = |shift: usize| addresses[(number + shift) % addresses.len()].clone();
            let (writes_at, read_at) = (of(0), (0..READERS).map(of).collect::<Vec<_>>());
            let turns = Arc::clone(&turns);
            joining.spawn(async move {
                let _turn = turns.acquire_owned().await?;
                Group::gather(&relationship, written, &writes_at, &read_at).await
            });
        }
        let groups = joining.join_all().await.into_iter().collect::<Result<_>>()?;
        Ok(Self { groups })
    }

    /// Has every writer write so many that are not sent yet.
    pub async fn writes_ahead(&mut self, many: usize) -> Result<()> {
        let mut writing = JoinSet::new();
        for mut group in self.groups.drain(..) {
            writing.spawn_blocking(move || -> Result<Group> {
                group.ahead = group.phone.writes(group.what, many)?;
                Ok(group)
            });
        }
        self.groups = writing.join_all().await.into_iter().collect::<Result<_>>()?;
        Ok(())
    }

    /// All writers at once, each its next as soon as the last is acknowledged.
    pub async fn pushes_at_once(&mut self, meter: &Meter) -> Result<Outcome> {
        self.run(None, meter).await
    }

    /// One push after the other, at a steady pace over all writers, whether earlier ones are answered or not.
    pub async fn pushes_one_by_one(&mut self, every: Duration, meter: &Meter) -> Result<Outcome> {
        self.run(Some(every), meter).await
    }

    /// Sends what was written, and checks that every reader got every line, and that every acknowledged line is there
    /// once, where it was acknowledged.
    async fn run(&mut self, every: Option<Duration>, meter: &Meter) -> Result<Outcome> {
        let mut reading = JoinSet::new();
        let mut writers = Vec::new();
        for group in &mut self.groups {
            let ahead = std::mem::take(&mut group.ahead);
            let changes = ahead.len();
            let next = next_of(&group.caller, &group.phone, group.log).await?;
            writers.push((Writer::new(&group.caller, &group.phone, group.log).await?, ahead));
            for (caller, phone) in &group.readers {
                let stream = caller.listen(phone.device()).await?;
                let reader = Reader { caller: caller.clone(), request: pull(phone, group.log, 0), next, heard: Vec::new(), fetched: 0 };
                reading.spawn(reader.reads(group.log, stream, changes));
            }
        }
        let before = meter.read()?;
        let start = Instant::now();
        let pushed = match every {
            None => all_at_once(writers).await?,
            Some(every) => paced(writers, every).await?,
        };
        let mut heard = Vec::new();
        let mut fetched = 0;
        for reader in timeout(PATIENCE, reading.join_all()).await.context("lines do not reach their readers")? {
            let reader = reader?;
            heard.extend(reader.heard);
            fetched += reader.fetched;
        }
        let spent = meter.since(&before)?;
        let took = heard.iter().map(|(_, at)| *at).max().context("somebody reads")?.duration_since(start);
        let sent: BTreeMap<Hash, Instant> = pushed.iter().flatten().map(|push| (push.change, push.sent)).collect();
        let waited = |(change, at): &(Hash, Instant)| sent.get(change).map(|sent| ms(at.duration_since(*sent)));
        let heard_ms: Vec<f64> = heard.iter().filter_map(waited).collect();
        let pushes = pushed.iter().map(Vec::len).sum();
        ensure!(heard_ms.len() == pushes * READERS, "{} lines were heard of {pushes} by {READERS} readers each", heard_ms.len());
        let acked_ms = pushed.iter().flatten().map(|push| ms(push.acked.duration_since(push.sent))).collect();
        for (group, pushed) in self.groups.iter().zip(pushed) {
            group.is_whole(&pushed).await?;
        }
        Ok(Outcome { pushes, took, spent, acked_ms, heard_ms, fetched })
    }
}

/// Each its next as soon as the last is acknowledged.
async fn all_at_once(writers: Vec<(Writer, Vec<Push>)>) -> Result<Vec<Vec<Pushed>>> {
    let mut writing = JoinSet::new();
    for (number, (mut writer, ahead)) in writers.into_iter().enumerate() {
        writing.spawn(async move {
            let mut pushed = Vec::with_capacity(ahead.len());
            for bundle in ahead {
                pushed.push(writer.push(bundle).await?);
            }
            anyhow::Ok((number, pushed))
        });
    }
    let mut all = writing.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    all.sort_unstable_by_key(|(number, _)| *number);
    Ok(all.into_iter().map(|(_, pushed)| pushed).collect())
}

/// The writers in turn, one every so often.
async fn paced(writers: Vec<(Writer, Vec<Push>)>, every: Duration) -> Result<Vec<Vec<Pushed>>> {
    let mut pace = interval(every);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut all = vec![Vec::new(); writers.len()];
    let mut writers: Vec<_> = writers.into_iter().map(|(writer, ahead)| (Arc::new(Mutex::new(writer)), ahead.into_iter())).collect();
    let mut writing = JoinSet::new();
    let mut is_over = false;
    while !is_over {
        is_over = true;
        for (number, (writer, ahead)) in writers.iter_mut().enumerate() {
            let Some(bundle) = ahead.next() else { continue };
            is_over = false;
            pace.tick().await;
            // A phone has one request under way at a time.
            let writer = Arc::clone(writer);
            writing.spawn(async move { anyhow::Ok((number, writer.lock_owned().await.push(bundle).await?)) });
        }
    }
    for pushed in writing.join_all().await {
        let (number, pushed) = pushed?;
        all[number].push(pushed);
    }
    Ok(all)
}

impl Group {
    async fn gather(relationship: &Relationship, written: Written, writes_at: &str, read_at: &[String]) -> Result<Self> {
        // Connections of their own, as phones have.
        let client = reqwest::Client::builder().build()?;
        let mentor = relationship.mentors.first().context("a relationship has a mentor")?;
        let mentee = relationship.mentee.id;
        let caller = Caller::new(&client, writes_at, mentor);
        let mut phone = caller.set_up().await?;
        let of_it = [&relationship.mentee, &relationship.supervisor];
        let (log, what, people) = match written {
            Written::Observations => (relationship.log, What::Observation { to: relationship.log, mentee }, of_it),
            Written::Shared => (relationship.log, What::Shared { to: relationship.log, mentee }, of_it),
            Written::Drafts => (phone.replica.own_log(), What::Draft { mentee }, [mentor, mentor]),
        };
        let mut readers = Vec::new();
        for (person, address) in people.into_iter().zip(read_at) {
            let reader = Caller::new(&reqwest::Client::builder().build()?, address, person);
            let phone = reader.set_up().await?;
            readers.push((reader, phone));
        }
        caller.fetch(&mut phone).await?;
        Ok(Self { log, what, phone, caller, readers, ahead: Vec::new() })
    }

    /// Reads the log from its first line as a reader does: its chain holds, and what was acknowledged is there once.
    async fn is_whole(&self, pushed: &[Pushed]) -> Result<()> {
        let (caller, phone) = self.readers.first().context("somebody reads")?;
        all_are_there(&read_whole(caller, phone, self.log).await?, pushed)
    }
}

/// Each acknowledged bundle stands in its log once, where it was acknowledged.
pub fn all_are_there(changes: &BTreeMap<Hash, Vec<u64>>, pushed: &[Pushed]) -> Result<()> {
    for push in pushed {
        let places = changes.get(&push.change).map_or(&[][..], Vec::as_slice);
        ensure!(places.len() == 1, "an acknowledged line is there {} times", places.len());
        // A bundle is acknowledged by its last line; its change is its first.
        ensure!(places[0] + push.items == push.position + 1, "a line is not where it was acknowledged");
    }
    Ok(())
}

/// Every change of a log by its hash, and where it stands.
pub async fn read_whole(caller: &Caller, phone: &Phone, log: LogId) -> Result<BTreeMap<Hash, Vec<u64>>> {
    let mut chain = ChainHead::origin(log, phone.replica.identity().organisation);
    let mut changes: BTreeMap<Hash, Vec<u64>> = BTreeMap::new();
    loop {
        let response = caller.sync(&pull(phone, log, chain.next)).await?;
        let Some(update) = response.logs.into_iter().find(|update| update.log == log) else { return Ok(changes) };
        for line in update.lines {
            chain.accept(&line, phone.organisation_key())?;
            if let (LineKind::Word, Some(side)) = (line.header.kind, &line.side) {
                changes.entry(Hash::of(&side.bytes.0)).or_default().push(line.header.position);
            }
        }
        if !update.more {
            return Ok(changes);
        }
    }
}

/// A bundle that was acknowledged.
#[derive(Debug, Clone)]
pub struct Pushed {
    pub change: Hash,
    pub position: u64,
    pub items: u64,
    pub sent: Instant,
    pub acked: Instant,
}

/// One phone's requests: it names the logs that it writes to, and how far it has read them.
pub struct Writer {
    pub caller: Caller,
    /// The log that is looked at.
    log: LogId,
    device: DeviceId,
    cursors: Vec<Cursor>,
}

impl Writer {
    pub async fn new(caller: &Caller, phone: &Phone, log: LogId) -> Result<Self> {
        let directory = caller.sync(&pull(phone, log, u64::from(u32::MAX))).await?.directory;
        Ok(Self { caller: caller.clone(), log, device: phone.device(), cursors: directory })
    }

    /// Where the log ends, as far as it has read.
    pub fn next(&self) -> u64 {
        self.cursors.iter().find(|cursor| cursor.log == self.log).map_or(0, |cursor| cursor.next)
    }

    pub async fn push(&mut self, push: Push) -> Result<Pushed> {
        let place = push.iter().position(|bundle| bundle.log == self.log).context("something is written to the log")?;
        let (change, items) = (push[place].items.first().context("a bundle has items")?.hash(), u64::try_from(push[place].items.len())?);
        let cursors = self.cursors.iter().filter(|cursor| push.iter().any(|bundle| bundle.log == cursor.log)).copied().collect();
        let request = SyncRequest { v: WIRE_VERSION, device: self.device, cursors, rest: false, push };
        let sent = Instant::now();
        let response = self.caller.sync(&request).await?;
        let acked = Instant::now();
        ensure!(response.verdicts.iter().all(|verdict| matches!(verdict, Verdict::Accepted { .. })), "the gate answers {:?}", response.verdicts);
        let Some(Verdict::Accepted { position }) = response.verdicts.get(place) else { bail!("a bundle has no verdict") };
        for update in &response.logs {
            if let (Some(cursor), Some(last)) = (self.cursors.iter_mut().find(|cursor| cursor.log == update.log), update.lines.last()) {
                cursor.next = last.header.position + 1;
            }
        }
        Ok(Pushed { change, position: *position, items, sent, acked })
    }
}

/// Asks for what a log has from a place on, and for no other.
pub fn pull(phone: &Phone, log: LogId, next: u64) -> SyncRequest {
    SyncRequest { v: WIRE_VERSION, device: phone.device(), cursors: vec![Cursor { log, epoch: 1, next }], rest: false, push: Vec::new() }
}

/// Sends what was written in one request, which asks for no lines.
pub async fn send(caller: &Caller, phone: &Phone, pushes: Vec<Push>) -> Result<()> {
    let mut request = pull(phone, phone.replica.own_log(), u64::from(u32::MAX));
    request.push = pushes.into_iter().flatten().collect();
    let response = caller.sync(&request).await?;
    ensure!(response.verdicts.iter().all(Verdict::is_kept), "the gate answers {:?}", response.verdicts);
    Ok(())
}

/// Where a log ends.
async fn next_of(caller: &Caller, phone: &Phone, log: LogId) -> Result<u64> {
    let response = caller.sync(&pull(phone, log, u64::from(u32::MAX))).await?;
    Ok(response.directory.iter().find(|cursor| cursor.log == log).context("the log is this person's")?.next)
}

/// One open screen: what its stream does not bring, it fetches.
struct Reader {
    caller: Caller,
    request: SyncRequest,
    next: u64,
    /// Changes, and when they came.
    heard: Vec<(Hash, Instant)>,
    fetched: usize,
}

impl Reader {
    /// Reads until so many changes came.
    async fn reads(mut self, log: LogId, mut stream: Stream, changes: usize) -> Result<Self> {
        while self.heard.len() < changes {
            match stream.next().await? {
                LiveFrame::Lines(update) if update.log == log => {
                    self.take(&update);
                    if update.more || update.lines.last().is_some_and(|line| line.header.position >= self.next) {
                        self.fetch(log).await?;
                    }
                }
                LiveFrame::Moved { log: moved, next } if moved == log && next > self.next => self.fetch(log).await?,
                _ => {}
            }
        }
        Ok(self)
    }

    /// Lines in order; what leaves a gap is fetched, and what was there before is not counted again.
    fn take(&mut self, update: &LogUpdate) {
        let now = Instant::now();
        for line in &update.lines {
            if line.header.position != self.next {
                continue;
            }
            self.next += 1;
            if let (LineKind::Word, Some(side)) = (line.header.kind, &line.side) {
                self.heard.push((Hash::of(&side.bytes.0), now));
            }
        }
    }

    async fn fetch(&mut self, log: LogId) -> Result<()> {
        self.request.cursors.iter_mut().for_each(|cursor| cursor.next = self.next);
        let response = self.caller.sync(&self.request).await?;
        for update in response.logs.iter().filter(|update| update.log == log) {
            self.fetched += update.lines.len();
            self.take(update);
        }
        Ok(())
    }
}

pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
