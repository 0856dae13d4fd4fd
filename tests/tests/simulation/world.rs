//! A world: people with phones, two server processes on one machine, and a queue of what happens next.
//!
//! A step is one event. After each, whatever can go on without waiting has gone on, and what it did was checked.

mod chronicle;

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
};

use server::organisation::{Created, OrganisationFile};
use shared::{
    cbor,
    id::{LogId, PersonId, RecordId},
    key::PublicKey,
    line::Line,
    replica::Identity,
    time::{At, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS},
    wire::{LiveFrame, MAX_FRAME_BYTES, MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES, SyncRequest, SyncResponse, Verdict},
};

use self::chronicle::Chronicle;
use crate::{
    hostile::Hostile,
    invariant::{Checked, Invariant, violated},
    machine::{Parked, Point, Shared},
    network::Network,
    phone::{Death, Phone, Wish},
    planted::{Armed, Planted},
    process::{Away, Done, Outcome, Process},
    rng::Rng,
    tables::Write,
    typed::Typed,
    witness::Witness,
};

/// Day 0: 14 June 2026.
const START: At = At(1_781_395_200_000);
const ORGANISATION: &str = include_str!("organisation.json");
/// Steps in which a world whose faults have ended comes to rest.
const STEPS_TO_REST: u64 = 60_000;
/// Something breaks once in so many steps.
const STEPS_BETWEEN_FAULTS: usize = 100;
/// A transaction that is written and not synced meets a crash once in so many.
const UNSYNCED_BEFORE_CRASH: usize = 40;
/// A hostile client sends something once in so many steps; like the crashes above, four times as often where a bug is
/// planted, so that it is soon found.
const STEPS_BETWEEN_ATTACKS: usize = 60;
const PROCESSES: usize = 2;

/// Who is there: the people of `organisation.json`, in its order.
pub const AMARA: usize = 0;
pub const RUTH: usize = 1;
pub const FARID: usize = 2;
pub const BEA: usize = 3;
pub const TOMAS: usize = 4;
/// Whose phones there are.
const PHONES: [usize; 7] = [AMARA, RUTH, RUTH, FARID, BEA, TOMAS, AMARA];

/// Who also has a client that asks no rule.
const HOSTILE: [usize; 4] = [AMARA, FARID, BEA, BEA];

/// Something that will happen.
#[derive(Hash)]
enum Event {
    /// A call at the machine goes on.
    GoesOn(u64),
    Arrives {
        process: usize,
        call: u64,
    },
    Answers {
        phone: usize,
        number: u64,
        answer: Option<Vec<u8>>,
    },
    Listens {
        process: usize,
        phone: usize,
        number: u64,
    },
    Frame {
        phone: usize,
        number: u64,
        frame: Vec<u8>,
    },
    HungUp {
        phone: usize,
        number: u64,
    },
    Tick {
        phone: usize,
        number: u64,
    },
    Typing {
        phone: usize,
        number: u64,
    },
    /// The person does the next thing; so many follow.
    Acts {
        phone: usize,
        more: usize,
    },
    /// The person takes the phone out.
    TakesOut(usize),
    Starts(usize),
    Relays {
        process: usize,
        log: LogId,
        next: u64,
    },
    Leads,
}

impl Event {
    /// For the figures.
    fn name(&self) -> &'static str {
        match self {
            Self::GoesOn(_) => "event: a call at the machine goes on",
            Self::Arrives { .. } => "event: a request arrives",
            Self::Answers { .. } => "event: an answer arrives",
            Self::Listens { .. } => "event: a stream opens",
            Self::Frame { .. } => "event: a frame arrives",
            Self::HungUp { .. } => "event: a stream ends",
            Self::Tick { .. } | Self::Typing { .. } => "event: a timer ends",
            Self::Acts { .. } | Self::TakesOut(_) => "event: a person acts",
            Self::Starts(_) => "event: a process starts",
            Self::Relays { .. } => "event: processes talk",
            Self::Leads => "event: the organisation acts",
        }
    }
}

struct Due {
    at: At,
    order: u64,
    event: Event,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// A request on its way.
struct Call {
    /// Absent where the client is hostile: nobody waits for the answer.
    phone: Option<(usize, u64)>,
    person: PersonId,
    request: Vec<u8>,
    process: usize,
}

/// What an act of the organisation was for.
pub enum Act {
    Enrols(usize),
    /// A hostile client gets its device.
    Arms(usize),
    Leaves,
    Joins,
    Other,
}

pub struct World {
    pub step: u64,
    pub now: At,
    pub rng: Rng,
    pub planted: Option<Planted>,
    pub people: Vec<PersonId>,
    pub record_log: LogId,
    pub phones: Vec<Phone>,
    pub hostile: Vec<Hostile>,
    pub typed: Typed,
    pub witness: Witness,
    pub network: Network,
    /// Every record that was begun: its kind and whose it is.
    pub records: Vec<(RecordId, &'static str, PersonId)>,
    pub chronicle: Chronicle,
    pub farid_is_here: bool,
    organisation: Created,
    organisation_key: PublicKey,
    machine: Shared,
    processes: Vec<Option<Process>>,
    clock_off_ms: [i64; PROCESSES],
    queue: BinaryHeap<Reverse<Due>>,
    order: u64,
    parked: BTreeMap<u64, Parked>,
    calls: HashMap<u64, Call>,
    acts: HashMap<u64, (usize, Act)>,
    last_call: u64,
    /// Streams that are open: whose, at which process, and until when the last frame is under way.
    streams: BTreeMap<u64, Stream>,
    accepted: HashMap<(LogId, Vec<shared::bytes::Hash>), u64>,
    steps_between_attacks: usize,
    unsynced_before_crash: usize,
    resting: bool,
}

struct Stream {
    phone: usize,
    number: u64,
    process: usize,
    after: At,
}

impl World {
    pub fn new(seed: u64, planted: Option<Planted>) -> Checked<Self> {
        let mut rng = Rng(seed);
        let machine = Shared::default();
        let first = Process::start(&machine, 0, rng.fork());
        let mut file = OrganisationFile::parse(ORGANISATION).expect("the organisation is well-formed");
        file.agreement_first = rng.one_in(3);
        let organisation = founded(&machine, &first, file);
        let organisation_key = machine.get().tables.organisation.as_ref().expect("it was founded").key.public();
        let mut witness = Witness::new(organisation.organisation, organisation_key.clone());
        let committed = machine.get().take_committed();
        for write in committed {
            if let Write::Work(work) = &*write {
                witness.commits(work)?;
            }
        }
        machine.get().planted = planted;
        let second = Process::start(&machine, 1, rng.fork());
        let phones = PHONES.iter().map(|person| Phone::new(organisation.people[*person], rng.fork(), planted)).collect::<Vec<_>>();
        let mut world = Self {
            step: 0,
            now: START.plus(HOUR_MS),
            planted,
            people: organisation.people.clone(),
            record_log: organisation.relationships[0],
            typed: Typed::default(),
            witness,
            network: Network::new(phones.len()),
            hostile: HOSTILE.iter().map(|person| Hostile::new(organisation.people[*person], rng.bytes())).collect(),
            phones,
            records: Vec::new(),
            chronicle: Chronicle::default(),
            farid_is_here: true,
            organisation,
            organisation_key,
            machine,
            processes: vec![Some(first), Some(second)],
            clock_off_ms: [0, rng.between(-3 * SECOND_MS, 3 * SECOND_MS)],
            queue: BinaryHeap::new(),
            order: 0,
            parked: BTreeMap::new(),
            calls: HashMap::new(),
            acts: HashMap::new(),
            last_call: 0,
            streams: BTreeMap::new(),
            accepted: HashMap::new(),
            steps_between_attacks: if planted.is_some() { STEPS_BETWEEN_ATTACKS / 4 } else { STEPS_BETWEEN_ATTACKS },
            unsynced_before_crash: if planted.is_some() { UNSYNCED_BEFORE_CRASH / 4 } else { UNSYNCED_BEFORE_CRASH },
            resting: false,
            rng,
        };
        for phone in 0..world.phones.len() {
            world.phones[phone].clock_off_ms = [0, 0, 0, 2 * HOUR_MS, -HOUR_MS, 30 * DAY_MS][world.rng.below(6)];
            world.enrols(phone);
        }
        for number in 0..world.hostile.len() {
            let (person, key, now) = (world.hostile[number].person, world.hostile[number].key.public(), world.now);
            world.administers(Act::Arms(number), move |gate| async move { gate.enrol(person, key, "phone", now).await.map(Outcome::Enrolled) });
        }
        world.later(HOUR_MS, Event::Leads);
        Ok(world)
    }

    // ---- time ----

    fn later(&mut self, ms: i64, event: Event) {
        self.due(self.now.plus(ms), event);
    }

    fn due(&mut self, at: At, event: Event) {
        self.order += 1;
        self.queue.push(Reverse(Due { at: at.max(self.now), order: self.order, event }));
    }

    /// The next event. `false` where nothing will ever happen again.
    pub fn step(&mut self) -> Checked<bool> {
        let Some(Reverse(Due { at, event, .. })) = self.queue.pop() else { return Ok(false) };
        self.now = at;
        self.step += 1;
        self.chronicle.takes((at, &event));
        self.happens(event)?;
        self.settle()?;
        if !self.resting && self.rng.one_in(self.steps_between_attacks) {
            self.attacks();
        }
        if !self.resting && self.rng.one_in(STEPS_BETWEEN_FAULTS) {
            self.fails()?;
            self.settle()?;
        }
        if !self.resting && self.rng.one_in(self.unsynced_before_crash) && self.machine.get().is_unsynced() {
            if self.rng.one_in(2) {
                self.process_dies()
            } else {
                self.power_fails()?
            }
            self.settle()?;
        }
        self.chronicle.step_ends();
        Ok(true)
    }

    fn happens(&mut self, event: Event) -> Checked {
        self.tell(event.name());
        match event {
            Event::GoesOn(ticket) => self.goes_on(ticket),
            Event::Arrives { process, call } => self.arrives(process, call),
            Event::Answers { phone, number, answer } => return self.answers(phone, number, answer.as_deref()),
            Event::Listens { process, phone, number } => self.listens(process, phone, number),
            Event::Frame { phone, number, frame } => drop(self.phones[phone].heard(self.now, number, &frame)?),
            Event::HungUp { phone, number } => self.phones[phone].hung_up(self.now, number),
            Event::Tick { phone, number } => self.ticks(phone, number),
            Event::Typing { phone, number } => self.phones[phone].typed(self.now, number),
            Event::Acts { phone, more } => return self.acts_on(phone, more),
            Event::TakesOut(phone) => return self.takes_out(phone),
            Event::Starts(process) => self.starts(process),
            Event::Relays { process, log, next } => self.relays(process, log, next),
            Event::Leads if self.resting => {}
            Event::Leads => {
                self.lead_acts();
                let ms = self.rng.spread(10 * MINUTE_MS, 12 * HOUR_MS);
                self.later(ms, Event::Leads);
            }
        }
        Ok(())
    }

    /// Everything that goes on without waiting.
    fn settle(&mut self) -> Checked {
        loop {
            let mut quiet = true;
            let awake = self.machine.get().take_awake();
            for number in awake {
                quiet = false;
                if let Some(process) = &self.processes[number] {
                    let _armed = Armed::with(self.planted);
                    process.run();
                }
            }
            self.committed()?;
            let parked = self.machine.get().take_parked();
            for parked in parked {
                let ms = if parked.point == Point::Read { self.rng.between(0, 2) } else { self.rng.between(0, 8) };
                self.later(ms, Event::GoesOn(parked.ticket));
                self.parked.insert(parked.ticket, parked);
            }
            for number in 0..PROCESSES {
                let done = self.processes[number].as_ref().map(Process::take_done).unwrap_or_default();
                for done in done {
                    quiet = false;
                    self.done(done)?;
                }
            }
            self.frames()?;
            for phone in 0..self.phones.len() {
                let taken = std::mem::take(&mut self.phones[phone].taken);
                self.typed.are_kept(&self.witness, phone, &self.phones[phone], &taken)?;
                for wish in std::mem::take(&mut self.phones[phone].wishes) {
                    self.grants(phone, wish);
                }
            }
            if quiet {
                return Ok(());
            }
        }
    }

    // ---- the machine ----

    fn goes_on(&mut self, ticket: u64) {
        let Some(parked) = self.parked.remove(&ticket) else { return };
        let holds = !(self.network.faulty && parked.point == Point::Read && self.rng.one_in(2_000));
        self.machine.get().go_on(parked, holds);
    }

    /// What became durable, and is in everybody's sight now.
    fn committed(&mut self) -> Checked {
        let (committed, announced, conflicts) = {
            let mut machine = self.machine.get();
            (machine.take_committed(), machine.take_announced(), std::mem::take(&mut machine.conflicts))
        };
        if let Some(log) = conflicts.first() {
            return Err(violated(Invariant::Durable, format!("another act wrote to {log} during a turn at it")));
        }
        for write in committed {
            if let Write::Work(work) = &*write {
                let lines = work.logs.iter().flat_map(|log| log.lines().map(|line| (log.log(), line.header.position, line.hash)));
                lines.for_each(|line| self.chronicle.takes(line));
                self.witness.commits(work)?;
            }
        }
        for (word, log) in self.witness.take_fresh() {
            self.typed.may_stand(word, log)?;
        }
        for (process, moved) in announced {
            let ms = self.rng.between(1, SECOND_MS);
            if !(self.network.faulty && self.rng.one_in(20)) {
                self.later(ms, Event::Relays { process: 1 - process, log: moved.log, next: moved.next });
            }
        }
        Ok(())
    }

    fn relays(&mut self, process: usize, log: LogId, next: u64) {
        let Some(process) = &self.processes[process] else { return };
        let readers: Vec<PersonId> = {
            let machine = self.machine.get();
            let current = machine.tables.memberships(log);
            current.into_iter().filter(|member| member.until.is_none_or(|until| self.now < until)).map(|member| member.person).collect()
        };
        process.relay(&readers, log, next);
    }

    // ---- between phones and processes ----

    fn grants(&mut self, phone: usize, wish: Wish) {
        match wish {
            Wish::Send { number, request } => self.sends(phone, number, request),
            Wish::OpenLive { number } => {
                let fate = self.network.send(phone, self.now, &mut self.rng);
                let process = self.rng.below(PROCESSES);
                match fate.arrivals.first() {
                    Some(at) => self.due(*at, Event::Listens { process, phone, number }),
                    None => self.later(5 * SECOND_MS, Event::HungUp { phone, number }),
                }
            }
            Wish::CloseLive => self.closes_streams(phone),
            Wish::WakeAt { at, number } => self.due(at, Event::Tick { phone, number }),
            Wish::Typing { number } => self.later(shared::sync::TYPING_MS + 1, Event::Typing { phone, number }),
        }
    }

    fn sends(&mut self, phone: usize, number: u64, request: Vec<u8>) {
        let fate = self.network.send(phone, self.now, &mut self.rng);
        if fate.arrivals.is_empty() && self.rng.one_in(2) {
            // The phone sees at once that there is no way.
            let ms = self.rng.between(1, SECOND_MS);
            self.later(ms, Event::Answers { phone, number, answer: None });
        }
        for at in fate.arrivals {
            let process = self.rng.below(PROCESSES);
            self.last_call += 1;
            let call = Call { phone: Some((phone, number)), person: self.phones[phone].person, request: request.clone(), process };
            self.calls.insert(self.last_call, call);
            self.due(at, Event::Arrives { process, call: self.last_call });
        }
    }

    /// A request of a hostile client, which has the best of networks.
    pub fn sends_hostile(&mut self, person: PersonId, request: Vec<u8>) {
        let process = self.rng.below(PROCESSES);
        self.last_call += 1;
        self.calls.insert(self.last_call, Call { phone: None, person, request, process });
        self.later(20, Event::Arrives { process, call: self.last_call });
    }

    /// The bytes of lines as the store has them.
    pub fn words_at_the_machine(&self, log: LogId, wanted: impl Fn(&Line) -> bool) -> Vec<Vec<u8>> {
        let machine = self.machine.get();
        let lines = machine.tables.logs.get(&log).map(|table| table.lines.as_slice()).unwrap_or_default();
        lines.iter().filter(|line| wanted(line)).filter_map(|line| Some(line.side.as_ref()?.bytes.0.clone())).collect()
    }

    fn arrives(&mut self, number: usize, id: u64) {
        let now = self.server_clock(number);
        let Some(process) = &self.processes[number] else {
            // Nobody listens there.
            if let Some((phone, number)) = self.calls.remove(&id).and_then(|call| call.phone) {
                self.later(20, Event::Answers { phone, number, answer: None });
            }
            return;
        };
        if let Some(call) = self.calls.get(&id) {
            process.clock.set(now);
            process.request(id, call.person, call.request.clone());
            self.machine.get().wakes(number);
        }
    }

    fn server_clock(&self, process: usize) -> At {
        self.now.plus(self.clock_off_ms[process])
    }

    fn done(&mut self, done: Done) -> Checked {
        match done {
            Done::Answered { call, answer } => {
                let Some(call) = self.calls.remove(&call) else { return Ok(()) };
                let answer = match answer {
                    Ok(bytes) => {
                        self.checks_answer(&call, &bytes)?;
                        Some(bytes)
                    }
                    Err(Away::Later | Away::UnknownDevice) => None,
                    Err(Away::Defect(defect)) => return Err(violated(Invariant::Idempotent, format!("a request was not answered: {defect}"))),
                };
                let Some((phone, number)) = call.phone else { return Ok(()) };
                for at in self.network.send(phone, self.now, &mut self.rng).arrivals {
                    self.due(at, Event::Answers { phone, number, answer: answer.clone() });
                }
                Ok(())
            }
            Done::Administered { call, answer } => {
                let act = self.acts.remove(&call).map(|(_, act)| act);
                match answer {
                    Ok(outcome) => self.administered(act.unwrap_or(Act::Other), outcome),
                    Err(Away::Defect(defect)) => return Err(violated(Invariant::Idempotent, format!("an act of the organisation stopped: {defect}"))),
                    Err(_) => self.not_administered(&act.unwrap_or(Act::Other)),
                }
                Ok(())
            }
        }
    }

    /// Invariants 3, 7 and 11, of an answer that leaves a process.
    fn checks_answer(&mut self, call: &Call, bytes: &[u8]) -> Checked {
        let request: SyncRequest = cbor::decode(&call.request, MAX_REQUEST_BYTES).map_err(|error| violated(Invariant::Reloads, error))?;
        let response: SyncResponse = cbor::decode(bytes, MAX_RESPONSE_BYTES).map_err(|error| violated(Invariant::Reloads, error))?;
        self.chronicle.takes((call.person, bytes));
        for update in &response.logs {
            self.witness.may_hear(call.person, update)?;
        }
        for (bundle, verdict) in request.push.iter().zip(&response.verdicts) {
            let hashes: Vec<_> = bundle.items.iter().map(shared::wire::Item::hash).collect();
            let key = (bundle.log, hashes);
            match verdict {
                Verdict::Accepted { position } => {
                    let known = self.witness.known(bundle.log);
                    let last = key.1.iter().filter_map(|hash| known.and_then(|known| known.has_item(*hash))).max();
                    if last != Some(*position) {
                        return Err(violated(Invariant::Durable, format!("{} line {position} was acknowledged and is not there", bundle.log)));
                    }
                    if self.accepted.insert(key, *position).is_some() {
                        return Err(violated(Invariant::Idempotent, format!("{} line {position} was accepted before", bundle.log)));
                    }
                }
                Verdict::Duplicate { position } => {
                    if self.accepted.get(&key).is_some_and(|first| first != position) {
                        return Err(violated(Invariant::Idempotent, format!("{} line {position} was accepted elsewhere", bundle.log)));
                    }
                }
                Verdict::Refused(refusal) if call.phone.is_some() => honest(bundle, refusal)?,
                Verdict::Refused(_) | Verdict::Exists { .. } | Verdict::BlockedBy { .. } | Verdict::Held(_) | Verdict::RetryAfter { .. } => {}
            }
            let who = if call.phone.is_some() { "server" } else { "hostile" };
            self.tell(format!("{who}: {}", name(verdict)));
        }
        Ok(())
    }

    /// Invariant 1 at each answer: what is on a phone is what everybody has.
    fn answers(&mut self, phone: usize, number: u64, answer: Option<&[u8]>) -> Checked {
        if self.phones[phone].answered(self.now, number, answer)?.is_none() {
            return Ok(());
        }
        self.same_on(phone)
    }

    fn same_on(&self, phone: usize) -> Checked {
        let Some(replica) = self.phones[phone].replica() else { return Ok(()) };
        for mine in replica.logs() {
            let stood = self.witness.known(mine.id).is_some_and(|known| known.has_stood_at(mine.chain.next, mine.chain.hash));
            if !stood {
                return Err(violated(Invariant::SameEverywhere, format!("phone {phone} has another {} up to {}", mine.id, mine.chain.next)));
            }
        }
        Ok(())
    }

    // ---- streams ----

    fn listens(&mut self, process: usize, phone: usize, number: u64) {
        let person = self.phones[phone].person;
        let Some(listening) = &mut self.processes[process] else {
            self.later(20, Event::HungUp { phone, number });
            return;
        };
        self.last_call += 1;
        listening.listen(self.last_call, person);
        self.streams.insert(self.last_call, Stream { phone, number, process, after: self.now });
        let hello = server::live::framed(&LiveFrame::Hello { now: self.now }).to_vec();
        self.later(20, Event::Frame { phone, number, frame: hello });
    }

    fn closes_streams(&mut self, phone: usize) {
        let open: Vec<u64> = self.streams.iter().filter(|(_, stream)| stream.phone == phone).map(|(id, _)| *id).collect();
        for id in open {
            if let Some(stream) = self.streams.remove(&id)
                && let Some(process) = &mut self.processes[stream.process]
            {
                process.hang_up(id);
            }
        }
    }

    /// Invariant 11, of frames that leave a process.
    fn frames(&mut self) -> Checked {
        for number in 0..PROCESSES {
            let heard = self.processes[number].as_mut().map(Process::heard).unwrap_or_default();
            for (id, frame) in heard {
                let Some(stream) = self.streams.get_mut(&id) else { continue };
                let (phone, live) = (stream.phone, stream.number);
                let told: LiveFrame = cbor::decode(frame.get(4..).unwrap_or_default(), MAX_FRAME_BYTES).map_err(|error| violated(Invariant::Reloads, error))?;
                if let LiveFrame::Lines(update) = &told {
                    self.witness.may_hear(self.phones[phone].person, update)?;
                }
                if !self.network.reaches(phone, self.now) || self.network.faulty && self.rng.one_in(15) {
                    // A stream that lost something is a stream that broke off, sooner or later noticed.
                    self.streams.remove(&id);
                    if let Some(process) = &mut self.processes[number] {
                        process.hang_up(id);
                    }
                    let ms = self.rng.spread(SECOND_MS, MINUTE_MS);
                    self.later(ms, Event::HungUp { phone, number: live });
                    continue;
                }
                let at = self.network.stream(stream.after, self.now, &mut self.rng);
                if let Some(stream) = self.streams.get_mut(&id) {
                    stream.after = at;
                }
                self.due(at, Event::Frame { phone, number: live, frame });
            }
        }
        Ok(())
    }

    fn ticks(&mut self, phone: usize, number: u64) {
        if self.phones[phone].asleep {
            return;
        }
        // Heartbeats are not events of their own: one that would have come was heard just now.
        let open = self.streams.values().find(|stream| stream.phone == phone).map(|stream| stream.number);
        if let Some(live) = open.filter(|_| self.network.reaches(phone, self.now)) {
            let beat = server::live::framed(&LiveFrame::Heartbeat { now: self.now }).to_vec();
            drop(self.phones[phone].heard(self.now, live, &beat));
        }
        self.phones[phone].tick(self.now, number);
    }

    // ---- people ----

    fn acts_on(&mut self, phone: usize, more: usize) -> Checked {
        if self.resting || self.phones[phone].running.is_none() || self.phones[phone].asleep {
            return Ok(());
        }
        self.person_acts(phone);
        if more > 0 {
            let ms = self.rng.spread(200, 20 * SECOND_MS);
            self.later(ms, Event::Acts { phone, more: more - 1 });
            return Ok(());
        }
        let most = if self.rng.one_in(12) { 12 * DAY_MS } else { 4 * HOUR_MS };
        let ms = self.rng.spread(5 * SECOND_MS, most);
        // The phone stays on the table a while, goes back into the pocket asleep, or its app is closed.
        match self.rng.below(4) {
            0 | 1 if ms < 2 * MINUTE_MS => {}
            0..=2 => {
                self.phones[phone].asleep = true;
                self.closes_streams(phone);
            }
            _ => {
                self.phones[phone].reloads()?;
                self.closes(phone);
            }
        }
        self.later(ms, Event::TakesOut(phone));
        Ok(())
    }

    fn closes(&mut self, phone: usize) {
        self.phones[phone].die();
        self.closes_streams(phone);
    }

    fn takes_out(&mut self, phone: usize) -> Checked {
        let now = self.now;
        if self.phones[phone].identity.is_none() {
            if !self.acts.values().any(|(_, act)| matches!(act, Act::Enrols(of) if *of == phone)) {
                self.enrols(phone);
            }
            return Ok(());
        }
        if self.phones[phone].running.is_none() {
            self.phones[phone].open(now)?;
            self.same_on(phone)?;
        } else {
            self.phones[phone].wakes(now);
        }
        if !self.resting {
            let more = self.rng.below(12);
            self.later(500, Event::Acts { phone, more });
        }
        Ok(())
    }

    /// A browser becomes a device: a new phone, or one that was wiped.
    fn enrols(&mut self, phone: usize) {
        let (person, key) = (self.phones[phone].person, self.phones[phone].key.public());
        let now = self.now;
        self.administers(Act::Enrols(phone), move |gate| async move { gate.enrol(person, key, "phone", now).await.map(Outcome::Enrolled) });
    }

    /// Asks a process that runs; `false` where none does.
    pub fn administers<F>(&mut self, act: Act, asks: impl FnOnce(std::sync::Arc<server::gate::Gate>) -> F)
    where
        F: Future<Output = Result<Outcome, server::gate::GateError>> + Send + 'static,
    {
        let number = self.rng.below(PROCESSES);
        let number = if self.processes[number].is_some() { number } else { 1 - number };
        self.last_call += 1;
        let call = self.last_call;
        if let Some(process) = &self.processes[number] {
            process.administer(call, asks(std::sync::Arc::clone(&process.gate)));
            self.machine.get().wakes(number);
            self.acts.insert(call, (number, act));
        } else {
            self.not_administered(&act);
        }
    }

    /// Nobody knows whether it happened: it is looked at, or asked for again.
    fn not_administered(&mut self, act: &Act) {
        match act {
            Act::Enrols(phone) => self.later(MINUTE_MS, Event::TakesOut(*phone)),
            Act::Leaves | Act::Joins => {
                let (farid, log) = (self.people[crate::world::FARID], self.record_log);
                let members = self.machine.get().tables.memberships(log);
                self.farid_is_here = members.iter().any(|member| member.person == farid && member.until.is_none());
            }
            Act::Arms(_) | Act::Other => {}
        }
    }

    fn administered(&mut self, act: Act, outcome: Outcome) {
        match (act, outcome) {
            (Act::Enrols(phone), Outcome::Enrolled(device)) => {
                let identity = Identity {
                    person: self.phones[phone].person,
                    name: String::new(),
                    device,
                    organisation: self.organisation.organisation,
                    organisation_name: "Quillbrook".to_owned(),
                    organisation_key: self.organisation_key.clone(),
                    demonstration: true,
                };
                self.phones[phone].identity = Some(identity);
                let ms = self.rng.spread(100, MINUTE_MS);
                self.later(ms, Event::TakesOut(phone));
            }
            (Act::Arms(number), Outcome::Enrolled(device)) => {
                self.hostile[number].device = Some(device);
                self.witness.distrust(device);
            }
            (_, Outcome::Held(held)) => self.decides_on_held(&held),
            (_, Outcome::Erased) => self.tell("erased"),
            (_, Outcome::Refused(code)) => self.tell(format!("organisation: {code}")),
            _ => {}
        }
    }

    // ---- what goes wrong ----

    fn starts(&mut self, number: usize) {
        if self.processes[number].is_none() {
            self.processes[number] = Some(Process::start(&self.machine, number, self.rng.fork()));
        }
    }

    fn fails(&mut self) -> Checked {
        let phone = self.rng.below(self.phones.len());
        match self.rng.below(12) {
            0 | 1 => self.process_dies(),
            2 => self.power_fails()?,
            3..=5 => self.network.cut(phone, self.now, &mut self.rng),
            6..=8 => self.phones[phone].dies = Some(if self.rng.one_in(2) { Death::Before } else { Death::After }),
            9 => self.phone_dies(phone),
            10 => self.phones[phone].clock_off_ms = self.rng.between(-2 * HOUR_MS, 2 * HOUR_MS),
            _ => {
                if self.rng.one_in(12) {
                    self.wipes(phone);
                }
            }
        }
        Ok(())
    }

    fn phone_dies(&mut self, phone: usize) {
        if self.phones[phone].running.is_some() {
            self.note(|| format!("phone {phone} loses power"));
            self.closes(phone);
            let ms = self.rng.spread(SECOND_MS, HOUR_MS);
            self.later(ms, Event::TakesOut(phone));
        }
    }

    /// The browser forgot everything: the next start is a new device.
    fn wipes(&mut self, phone: usize) {
        if self.phones[phone].running.is_none() {
            return;
        }
        self.note(|| format!("phone {phone} is wiped"));
        self.tell("wiped");
        self.closes(phone);
        self.phones[phone].disk.wipe();
        self.phones[phone].identity = None;
        self.typed.forget_phone(phone);
        self.enrols(phone);
    }

    /// One process ends in the middle of everything.
    fn process_dies(&mut self) {
        let number = self.rng.below(PROCESSES);
        if self.processes[number].is_none() {
            return;
        }
        self.note(|| format!("process {number} is killed"));
        self.tell("process killed");
        self.kills(number);
        let ms = self.rng.spread(100, MINUTE_MS);
        self.later(ms, Event::Starts(number));
    }

    fn kills(&mut self, number: usize) {
        if self.machine.get().is_writing(number) {
            self.tell("killed between write and sync");
        }
        self.processes[number] = None;
        self.machine.get().forget_calls(number);
        self.parked.retain(|_, parked| parked.process != number || parked.point == Point::Sync);
        let mut cut: Vec<(usize, u64)> = Vec::new();
        self.streams.retain(|_, stream| {
            if stream.process == number {
                cut.push((stream.phone, stream.number));
            }
            stream.process != number
        });
        for (phone, live) in cut {
            let ms = self.rng.spread(50, MINUTE_MS);
            self.later(ms, Event::HungUp { phone, number: live });
        }
        let gone: Vec<u64> = self.calls.iter().filter(|(_, call)| call.process == number).map(|(id, _)| *id).collect();
        // In the order of their numbers: a map has none of its own.
        for id in sorted(gone) {
            if let Some((phone, number)) = self.calls.remove(&id).and_then(|call| call.phone).filter(|_| self.rng.one_in(2)) {
                self.later(50, Event::Answers { phone, number, answer: None });
            }
        }
        let lost: Vec<u64> = self.acts.iter().filter(|(_, (process, _))| *process == number).map(|(call, _)| *call).collect();
        for call in sorted(lost) {
            if let Some((_, act)) = self.acts.remove(&call) {
                self.not_administered(&act);
            }
        }
    }

    /// The machine under the store loses power, and everything at it with it.
    fn power_fails(&mut self) -> Checked {
        self.note(|| "the machine loses power".to_owned());
        self.tell("power lost");
        self.parked.clear();
        let mut rng = self.rng.fork();
        self.machine.get().lose_power(&mut rng);
        self.settle()?;
        self.machine_is_whole()
    }

    /// Invariants 2, 3 and 5 after a crash: the machine has what was promised, and nothing half done.
    pub fn machine_is_whole(&self) -> Checked {
        let machine = self.machine.get();
        for (id, known) in &self.witness.logs {
            let Some(stand) = machine.tables.stand(*id) else { return Err(violated(Invariant::Durable, format!("{id} is gone"))) };
            if stand.head.next < known.log.chain.next {
                return Err(violated(Invariant::Durable, format!("{id} ends at {} and had {} lines", stand.head.next, known.log.chain.next)));
            }
            if stand.head != known.log.chain {
                return Err(violated(Invariant::Rejudged, format!("{id} has lines that nobody let in, up to {}", stand.head.next)));
            }
        }
        match machine.tables.logs.keys().find(|log| !self.witness.logs.contains_key(log)) {
            Some(log) => Err(violated(Invariant::Rejudged, format!("{log} was never opened"))),
            None => Ok(()),
        }
    }

    // ---- rest ----

    /// The faults end, everybody has signal and an open app: the world comes to rest, and stays there.
    pub fn rests(&mut self) -> Checked {
        self.resting = true;
        self.network.heal();
        for number in 0..PROCESSES {
            self.starts(number);
        }
        for phone in 0..self.phones.len() {
            self.phones[phone].dies = None;
            self.later(0, Event::TakesOut(phone));
        }
        let begun = self.step;
        loop {
            for _ in 0..200 {
                self.step()?;
            }
            if self.is_at_rest() {
                return Ok(());
            }
            if self.step - begun > STEPS_TO_REST {
                let restless: Vec<usize> = (0..self.phones.len()).filter(|phone| !self.phone_is_at_rest(*phone)).collect();
                return Err(violated(Invariant::Rest, format!("phones {restless:?} keep something back")));
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        self.calls.is_empty() && self.acts.is_empty() && (0..self.phones.len()).all(|phone| self.phone_is_at_rest(phone))
    }

    fn phone_is_at_rest(&self, number: usize) -> bool {
        let phone = &self.phones[number];
        let Some(replica) = phone.replica() else { return false };
        let reach = self.machine.get().tables.reach(phone.person, self.now);
        let read = reach.iter().filter(|reach| reach.current).all(|reach| replica.log(reach.log).is_some_and(|log| log.chain.next == reach.end));
        read && !phone.has_unsent(self.now)
    }

    /// Everything, in full: what the incremental checks say bit by bit.
    pub fn is_whole(&mut self) -> Checked {
        self.machine_is_whole()?;
        self.typed.all_are_kept(&self.witness, &self.phones)?;
        self.typed.texts_read(&self.witness)?;
        let machine = self.machine.get();
        for (id, known) in &self.witness.logs {
            known.reads_again(self.witness.kinds(), &self.organisation_key, &machine.tables.logs[id].lines)?;
            for (number, phone) in self.phones.iter().enumerate() {
                if let Some(mine) = phone.replica().and_then(|replica| replica.log(*id)) {
                    known.is_the_same_on(number, mine)?;
                }
            }
        }
        self.phones.iter().try_for_each(Phone::reloads)
    }

    /// What could not be sent, on each phone.
    pub fn stuck(&self) -> Vec<usize> {
        self.phones.iter().map(|phone| phone.replica().map_or(0, |replica| replica.stuck().len())).collect()
    }

    /// Every app is closed and opened again.
    pub fn everybody_starts_again(&mut self) -> Checked {
        for phone in 0..self.phones.len() {
            self.closes(phone);
            self.takes_out(phone)?;
        }
        Ok(())
    }

    pub fn lines(&self) -> u64 {
        self.witness.logs.values().map(|known| known.log.chain.next).sum()
    }

    // ---- what is remembered ----

    pub fn tell(&mut self, what: impl Into<Cow<'static, str>>) {
        self.chronicle.tell(what.into());
    }

    pub fn note(&mut self, what: impl FnOnce() -> String) {
        self.chronicle.note(format!("step {:>6}  {:>9.1} s  {}", self.step, self.seconds(), what()));
    }

    #[expect(clippy::cast_precision_loss, reason = "only shown")]
    fn seconds(&self) -> f64 {
        self.now.since(START) as f64 / 1_000.0
    }
}

fn sorted<T: Ord>(mut these: Vec<T>) -> Vec<T> {
    these.sort_unstable();
    these
}

/// Makes the organisation: nothing else happens meanwhile.
fn founded(machine: &Shared, process: &Process, file: OrganisationFile) -> Created {
    let created = std::sync::Arc::new(std::sync::Mutex::new(None));
    let (gate, slot) = (std::sync::Arc::clone(&process.gate), std::sync::Arc::clone(&created));
    process.administer(0, async move {
        let made = server::organisation::create(&gate, &file, START).await;
        *slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = made.ok();
        Ok(Outcome::Done)
    });
    loop {
        process.run();
        let parked = machine.get().take_parked();
        if parked.is_empty() {
            break;
        }
        for parked in parked {
            machine.get().go_on(parked, true);
        }
    }
    process.take_done();
    let mut created = created.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    created.take().expect("nothing stands in its way")
}

fn name(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted { .. } => "accepted".to_owned(),
        Verdict::Duplicate { .. } => "duplicate".to_owned(),
        Verdict::Exists { .. } => "exists".to_owned(),
        Verdict::Refused(refusal) => refusal.code.clone(),
        Verdict::BlockedBy { .. } => "blocked".to_owned(),
        Verdict::Held(_) => "held".to_owned(),
        Verdict::RetryAfter { .. } => "later".to_owned(),
    }
}

/// Invariant 7: an honest phone's words are refused for R10 alone, and its decisions never for what no phone writes.
fn honest(bundle: &shared::wire::Bundle, refusal: &shared::refusal::Refusal) -> Checked {
    let words = bundle.items.iter().all(|item| matches!(item, shared::wire::Item::Word(_)));
    let never = ["bad_signature", "r16_own_name", "bad_decision", "bad_bundle", "bad_seen", "bad_time", "wrong_form", "unknown_device"];
    let epoch = ["old_epoch", "erased"].contains(&refusal.code.as_str());
    let fine = if words { epoch || refusal.code.starts_with("r10_") } else { !never.contains(&refusal.code.as_str()) };
    if fine { Ok(()) } else { Err(violated(Invariant::Idempotent, format!("an honest phone was refused in {}: {refusal}", bundle.log))) }
}
