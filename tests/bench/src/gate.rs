//! The gate against the same without rules: decoding, chaining, signing and committing alone. In this process.

use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use server::{
    Server,
    outside::{Clock as _, SystemClock},
    store::{LogWork, Page, Place, Work},
};
use shared::{
    cbor,
    change::Decoded,
    id::LogId,
    line::ChainHead,
    log::{Author, FIRST_EPOCH, Judged, Log},
    rules::Accepted,
    wire::{Bundle, Item, MAX_REQUEST_BYTES, SyncRequest, SyncResponse, Verdict, WIRE_VERSION},
};

use crate::{
    Bench,
    crowd::{ms, pull},
    figures::{Rows, Target},
    ground::{Ground, Kind},
    observations::count,
    phone::{Phone, Push, What},
    process::Meter,
    ward::{self, Person, Wanted, Ward},
};

const PUSHES: usize = 400;
const QUICK_PUSHES: usize = 100;
/// The first ones open connections and prepare statements.
const WARMING_UP: usize = 20;

const AIM: Target = Target::AtMost(1.5);

pub const WORKLOAD: &str = "In one process, one push after the other, each a request's body of one signed observation (the shared bundle alone). *The gate*: reads the body, then shield, \
policy and rules, order, chain, signature, commit, memory, readers. *Bare*: reads the body, decodes the change, chains and signs the same \
lines, and makes the same commit, of what the rules had accepted before the clock ran. Processor is this process's, so PostgreSQL's own is not in it.";

pub async fn measure(bench: &Bench, rows: &mut Rows) -> Result<()> {
    for _ in 0..bench.runs {
        for kind in Kind::ALL {
            one(bench, rows, kind).await?;
        }
    }
    Ok(())
}

async fn one(bench: &Bench, rows: &mut Rows, kind: Kind) -> Result<()> {
    let many = if bench.is_quick { QUICK_PUSHES } else { PUSHES };
    let ground = bench.grounds.new_ground(kind).await?;
    let ward = Ward::found(&ground.address, &[Wanted { mentors: 1 }], 0).await?;
    let relationship = ward.relationships.first().context("one was made")?;
    let mentor = relationship.mentors.first().context("it has a mentor")?;
    let server = ward::open(&ground.address).await?;
    let mut phone = set_up(&server, mentor).await?;
    server.store.close().await;
    let author = Author { person: mentor.id, device: phone.device() };
    let log = relationship.log;
    let pushes = phone.writes(What::Shared { to: log, mentee: relationship.mentee.id }, WARMING_UP + many)?;
    let bodies: Vec<Vec<u8>> = pushes.into_iter().map(|push| body(&phone, log, push)).collect();
    // Both begin with the same lines.
    let copy = bench.grounds.copy_of(&ground).await?;
    let gate = through_the_gate(&ground, author, &bodies).await?;
    let bare = bare(&copy, log, author, &bodies).await?;
    rows.note(kind, "the gate: processor for one", "ms", None, gate.used_ms / count(many));
    rows.note(kind, "bare: processor for one", "ms", None, bare.used_ms / count(many));
    rows.note(kind, "processor, gate by bare", "×", Some(AIM), gate.used_ms / bare.used_ms);
    rows.note(kind, "the gate: time for one", "ms", None, gate.took_ms / count(many));
    rows.note(kind, "bare: time for one", "ms", None, bare.took_ms / count(many));
    rows.note(kind, "time, gate by bare", "×", Some(AIM), gate.took_ms / bare.took_ms);
    bench.grounds.clear(ground).await?;
    bench.grounds.clear(copy).await
}

/// All pushes together, those for warming up apart.
struct Cost {
    took_ms: f64,
    used_ms: f64,
}

/// A running measurement.
struct Watch {
    meter: Meter,
    used: crate::process::Reading,
    since: Instant,
}

impl Watch {
    fn start() -> Result<Self> {
        let meter = Meter { servers: vec![std::process::id()], database: None };
        Ok(Self { used: meter.read()?, meter, since: Instant::now() })
    }

    fn stop(self) -> Result<Cost> {
        let took_ms = ms(self.since.elapsed());
        Ok(Cost { took_ms, used_ms: self.meter.since(&self.used)?.server_ms })
    }
}

async fn through_the_gate(ground: &Ground, author: Author, bodies: &[Vec<u8>]) -> Result<Cost> {
    let server = ward::open(&ground.address).await?;
    let (warming_up, rest) = bodies.split_at(WARMING_UP);
    for body in warming_up {
        push(&server, author, body).await?;
    }
    let watch = Watch::start()?;
    for body in rest {
        push(&server, author, body).await?;
    }
    let cost = watch.stop();
    server.store.close().await;
    cost
}

async fn push(server: &Server, author: Author, body: &[u8]) -> Result<()> {
    for bundle in bundles(body)? {
        let verdict = server.gate.push(author, bundle, SystemClock.now()).await?;
        ensure!(matches!(verdict, Verdict::Accepted { .. }), "the gate answers {verdict:?}");
    }
    Ok(())
}

/// The same lines without anybody judging them: what the rules say to them was found out before.
async fn bare(ground: &Ground, log: LogId, author: Author, bodies: &[Vec<u8>]) -> Result<Cost> {
    let server = ward::open(&ground.address).await?;
    let (mut head, accepted) = judged(&server, log, author, bodies).await?;
    let mut all = bodies.iter().zip(accepted);
    for (body, accepted) in all.by_ref().take(WARMING_UP) {
        head = commit(&server, log, head, body, accepted).await?;
    }
    let watch = Watch::start()?;
    for (body, accepted) in all {
        head = commit(&server, log, head, body, accepted).await?;
    }
    let cost = watch.stop();
    let stand = server.store.stand(log).await?.context("the log is open")?;
    ensure!(stand.head == head, "everything was committed");
    server.store.close().await;
    cost
}

async fn commit(server: &Server, log: LogId, head: ChainHead, body: &[u8], accepted: Vec<Accepted>) -> Result<ChainHead> {
    for item in bundles(body)?.iter().flat_map(|bundle| &bundle.items) {
        if let Item::Word(change) = item {
            std::hint::black_box(Decoded::parse(&change.0)?);
        }
    }
    let work = work(server, log, head, accepted).await?;
    let after = work.after();
    server.store.commit(Work::of(work)).await?;
    Ok(after)
}

/// Lines behind `head`, chained and signed.
async fn work(server: &Server, log: LogId, head: ChainHead, accepted: Vec<Accepted>) -> Result<LogWork> {
    let organisation = server.gate.organisation().await?;
    let place = Place { log, epoch: FIRST_EPOCH, before: head, received_at: SystemClock.now(), key: &organisation.key, entropy: server.gate.entropy() };
    Ok(LogWork::new(place, accepted))
}

/// What the rules accept of each body, and where the log stands before the first.
async fn judged(server: &Server, id: LogId, author: Author, bodies: &[Vec<u8>]) -> Result<(ChainHead, Vec<Vec<Accepted>>)> {
    let kinds = server.gate.kinds();
    let mut log = Log::new(id, server.gate.organisation().await?.id);
    let page = Page { from: 0, end: u64::MAX, lines: usize::MAX, bytes: usize::MAX };
    for line in server.store.lines(id, page).await? {
        log.apply(kinds, &line)?;
    }
    let head = log.chain;
    let mut all = Vec::with_capacity(bodies.len());
    for body in bodies {
        let mut of_body = Vec::new();
        for bundle in bundles(body)? {
            let Judged::Accept(accepted) = log.judge(kinds, author, &bundle.items, SystemClock.now()) else { bail!("the rules do not accept it") };
            for line in work(server, id, log.chain, accepted.clone()).await?.lines() {
                log.apply(kinds, line)?;
            }
            of_body.extend(accepted);
        }
        all.push(of_body);
    }
    Ok((head, all))
}

fn body(phone: &Phone, log: LogId, push: Push) -> Vec<u8> {
    let mut request = pull(phone, log, 0);
    request.push = push;
    cbor::encode(&request)
}

fn bundles(body: &[u8]) -> Result<Vec<Bundle>> {
    Ok(cbor::decode::<SyncRequest>(body, MAX_REQUEST_BYTES)?.push)
}

/// A phone that talks to the gate itself.
async fn set_up(server: &Server, person: &Person) -> Result<Phone> {
    let now = SystemClock.now();
    let key = Phone::new_key();
    let device = server.gate.enrol(person.id, key.public(), "bench", now).await?;
    let organisation = server.gate.organisation().await?;
    let session = shared::wire::Session {
        person: person.id,
        name: server.store.person(person.id).await?.context("the person was made")?.name,
        organisation: organisation.id,
        organisation_name: organisation.name.clone(),
        organisation_key: organisation.key.public(),
        demonstration: organisation.demonstration,
        now,
        devices: Vec::new(),
    };
    let mut phone = Phone::new(session, device, key);
    let (request, _) = phone.replica.request(now);
    let pulled = server.gate.pull(person.id, &request, now).await?;
    let response = SyncResponse { v: WIRE_VERSION, now, verdicts: Vec::new(), logs: pulled.logs, directory: pulled.directory, beacon: None };
    phone.replica.absorb(&request, response, now);
    Ok(phone)
}
