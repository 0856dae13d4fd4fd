//! A world: people with phones, two server processes on one machine, and a queue of what happens next.
//!
//! A step is one event. After each, whatever can go on without waiting has gone on, and what it did was checked.

mod administration;
mod calendar;
mod call;
mod chronicle;
mod fault;
mod phones;
mod rest;
mod stream;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use server::organisation::{Created, OrganisationFile};
use shared::{
    id::{LogId, PersonId, RecordId},
    key::PublicKey,
    time::{At, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS},
};

pub use self::administration::Act;
use self::{
    administration::founded,
    calendar::{Calendar, Event},
    call::Call,
    chronicle::Chronicle,
    stream::Stream,
};
use crate::{
    hostile::Hostile,
    invariant::{Checked, Invariant, violated},
    machine::{Parked, Point, Shared},
    network::Network,
    phone::Phone,
    planted::{Armed, Planted},
    process::{Done, Outcome, Process},
    rng::Rng,
    tables::Write,
    typed::Typed,
    witness::Witness,
};

/// Day 0: 14 June 2026.
const START: At = At(1_781_395_200_000);
const ORGANISATION: &str = include_str!("organisation.json");
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
    calendar: Calendar,
    parked: BTreeMap<u64, Parked>,
    calls: HashMap<u64, Call>,
    acts: HashMap<u64, (usize, Act)>,
    last_call: u64,
    streams: BTreeMap<u64, Stream>,
    accepted: HashMap<(LogId, Vec<shared::bytes::Hash>), u64>,
    steps_between_attacks: usize,
    unsynced_before_crash: usize,
    resting: bool,
}

impl World {
    pub fn new(seed: u64, planted: Option<Planted>) -> Checked<Self> {
        let mut rng = Rng(seed);
        let machine = Shared::default();
        let first = Process::start(&machine, 0, rng.fork());
        let mut file = OrganisationFile::parse(ORGANISATION).expect("the organisation is well-formed");
        file.agreement_first = rng.one_in(3);
        let organisation = founded(&machine, &first, file, START);
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
            calendar: Calendar::default(),
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

    fn later(&mut self, ms: i64, event: Event) {
        self.due(self.now.plus(ms), event);
    }

    fn due(&mut self, at: At, event: Event) {
        self.calendar.put(at.max(self.now), event);
    }

    /// The next event. `false` where nothing will ever happen again.
    pub fn step(&mut self) -> Checked<bool> {
        let Some((at, event)) = self.calendar.take() else { return Ok(false) };
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
                    match done {
                        Done::Answered { call, answer } => self.answered(call, answer)?,
                        Done::Administered { call, answer } => self.act_ended(call, answer)?,
                    }
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
                work.logs.iter().for_each(|log| self.is_found(log.log(), log.after().next));
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
