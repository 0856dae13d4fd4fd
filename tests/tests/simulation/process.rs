//! One server process: the real gate on a runtime of one thread, which runs only while the world lets it.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use server::{
    gate::{Gate, GateError, Limits, Pulled},
    live::{Listener, Live},
    outside::Entropy,
    store::StoreError,
};
use shared::{
    cbor,
    id::{LogId, PersonId},
    log::Author,
    time::At,
    wire::{LiveFrame, MAX_REQUEST_BYTES, SyncRequest, SyncResponse, WIRE_VERSION},
};
use tokio::runtime::{Builder, Runtime};

use crate::{machine::Shared, rng::Rng, store::SimStore};

/// Turns that a process gets at once: whatever can go on has gone on by then.
const TURNS: usize = 4;

/// A process's clock, moved by the world.
#[derive(Clone, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    pub fn set(&self, at: At) {
        self.0.store(at.0, Ordering::Relaxed);
    }

    pub fn now(&self) -> At {
        At(self.0.load(Ordering::Relaxed))
    }
}

struct Drawn(Mutex<Rng>);

impl Entropy for Drawn {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}

/// What became of something that a process was asked.
#[derive(Debug)]
pub enum Done {
    Answered { call: u64, answer: Result<Vec<u8>, Away> },
    Administered { call: u64, answer: Result<Outcome, Away> },
}

/// What an act of the organisation came to.
#[derive(Debug)]
pub enum Outcome {
    Done,
    Enrolled(shared::id::DeviceId),
    Held(Vec<server::store::HeldId>),
    Erased,
    /// The rules said no.
    Refused(String),
}

/// Why there was no answer.
#[derive(Debug)]
pub enum Away {
    /// The store did not answer: the phone tries again.
    Later,
    /// The device is not known to the server.
    UnknownDevice,
    /// A conflict although the turn was this act's alone, lines that do not fold, or a panic.
    Defect(String),
}

impl From<GateError> for Away {
    fn from(error: GateError) -> Self {
        match error {
            GateError::Store(StoreError::Unavailable(_)) => Self::Later,
            other => Self::Defect(other.to_string()),
        }
    }
}

/// Of the first process: so few that logs come and go, and are stored in parts, all the time.
const LIMITS: Limits = Limits { logs: 4, lines: 8, entries: 150, leaving: 2 };

pub struct Process {
    pub gate: Arc<Gate>,
    pub live: Arc<Live>,
    pub clock: Clock,
    runtime: Runtime,
    done: Arc<Mutex<Vec<Done>>>,
    /// Open streams, by the world's number.
    streams: BTreeMap<u64, Listener>,
}

impl Process {
    pub fn start(machine: &Shared, number: usize, mut rng: Rng) -> Self {
        let runtime = Builder::new_current_thread().build().expect("a runtime without drivers");
        let live = Arc::new(Live::default());
        let entropy: Arc<dyn Entropy> = Arc::new(Drawn(Mutex::new(rng.fork())));
        let limits = if number == 0 { LIMITS } else { Limits::default() };
        let gate = Arc::new(Gate::new(Arc::new(SimStore::new(machine.clone(), number)), Arc::clone(&live), entropy).with_limits(limits));
        Self { gate, live, clock: Clock::default(), runtime, done: Arc::default(), streams: BTreeMap::new() }
    }

    /// Runs what can run, until everything stands still at the machine.
    pub fn run(&self) {
        self.runtime.block_on(async {
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
        });
    }

    pub fn take_done(&self) -> Vec<Done> {
        std::mem::take(&mut *self.done.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A request of the wire, in bytes, from whoever holds that person's cookie.
    pub fn request(&self, call: u64, person: PersonId, request: Vec<u8>) {
        let (gate, clock) = (Arc::clone(&self.gate), self.clock.clone());
        self.spawn(async move { Done::Answered { call, answer: exchange(&gate, &clock, person, &request).await } });
    }

    /// An act of the organisation.
    pub fn administer(&self, call: u64, act: impl Future<Output = Result<Outcome, GateError>> + Send + 'static) {
        self.spawn(async move {
            let answer = match act.await {
                Ok(outcome) => Ok(outcome),
                Err(GateError::Refused(refusal)) => Ok(Outcome::Refused(refusal.code)),
                Err(error) => Err(error.into()),
            };
            Done::Administered { call, answer }
        });
    }

    fn spawn(&self, act: impl Future<Output = Done> + Send + 'static) {
        let done = Arc::clone(&self.done);
        self.runtime.spawn(async move {
            let what = act.await;
            done.lock().unwrap_or_else(PoisonError::into_inner).push(what);
        });
    }

    pub fn listen(&mut self, stream: u64, person: PersonId) {
        self.streams.insert(stream, self.live.listen(person));
    }

    pub fn hang_up(&mut self, stream: u64) {
        self.streams.remove(&stream);
    }

    /// What the streams say now.
    pub fn heard(&mut self) -> Vec<(u64, Vec<u8>)> {
        let mut heard = Vec::new();
        let mut context = Context::from_waker(Waker::noop());
        for (stream, listener) in &mut self.streams {
            while let Poll::Ready(Some(frame)) = pin!(listener.next()).poll(&mut context) {
                heard.push((*stream, frame.to_vec()));
            }
        }
        heard
    }

    /// Another process wrote: whoever listens here and may read it learns that there is something.
    pub fn relay(&self, readers: &[PersonId], log: LogId, next: u64) {
        let people = self.live.people();
        let listening = readers.iter().copied().filter(|person| people.contains(person));
        self.live.tell(listening, log, next, || LiveFrame::Moved { log, next });
    }
}

/// `POST /sync/v1` behind the session: the device, the bundles in their order, the lines.
async fn exchange(gate: &Arc<Gate>, clock: &Clock, person: PersonId, request: &[u8]) -> Result<Vec<u8>, Away> {
    let request: SyncRequest = cbor::decode(request, MAX_REQUEST_BYTES).map_err(|error| Away::Defect(error.to_string()))?;
    match gate.store().device(request.device).await.map_err(GateError::from)? {
        Some(device) if device.person == person && device.revoked_at.is_none() => {}
        _ => return Err(Away::UnknownDevice),
    }
    let author = Author { person, device: request.device };
    let mut verdicts = Vec::with_capacity(request.push.len());
    for bundle in &request.push {
        verdicts.push(gate.push(author, bundle.clone(), clock.now()).await?);
    }
    let now = clock.now();
    let Pulled { logs, directory } = gate.pull(person, &request, now).await?;
    let beacon = Some(gate.beacon(now).await?);
    Ok(cbor::encode(&SyncResponse { v: WIRE_VERSION, now, verdicts, logs, directory, beacon }))
}
