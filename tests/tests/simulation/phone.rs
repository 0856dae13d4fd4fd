//! One phone: the replica core and the sync engine on a simulated disk, driven as the worker drives them.

mod sync;

use std::fmt;

use shared::{
    decision::{Unlock, UnlockMethod},
    id::PersonId,
    key::{Domain, SecretKey},
    kind::Kinds,
    phone::{Ask, News, Stuck},
    refusal::Refusal,
    replica::{Effects, Identity, Replica},
    sync::{Engine, Event as Signal},
    time::At,
    wire::SyncRequest,
};

use crate::{
    invariant::{Checked, Invariant, violated},
    phone_disk::PhoneDisk,
    planted::{Armed, Planted},
    rng::Rng,
    words::Word,
};

/// What a phone wants of the world.
#[derive(Debug)]
pub enum Wish {
    Send {
        number: u64,
        request: Vec<u8>,
    },
    OpenLive {
        number: u64,
    },
    CloseLive,
    WakeAt {
        at: At,
        number: u64,
    },
    /// Somebody is typing: look again once they may have stopped.
    Typing {
        number: u64,
    },
}

/// How a phone's next write ends, if not well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// Before anything of it is on the disk.
    Before,
    /// After all of it is, and before anybody was told.
    After,
}

/// Why a phone did not go on.
#[derive(Debug)]
pub enum Stop {
    /// It lost power.
    Died,
    Refused(Refusal),
}

/// The app while it runs.
pub struct Running {
    pub replica: Replica,
    /// Which run of the app this is.
    run: u64,
    engine: Engine,
    pub request_number: u64,
    pub live_number: u64,
    tick_number: u64,
    tick_at: Option<At>,
    probing: bool,
    /// A wait for somebody who is still typing is under way.
    typing: bool,
    /// The request under way.
    asked: Option<SyncRequest>,
    /// The system stopped the app where it stood: no timer ends, nothing is heard.
    asleep: bool,
}

impl fmt::Debug for Running {
    /// How it stands with the server.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, request_number, live_number, tick_number, tick_at, probing, .. } = self;
        write!(f, "{engine:?}, request {request_number}, stream {live_number}, tick {tick_number} at {tick_at:?}, probing {probing}")
    }
}

pub struct Phone {
    pub person: PersonId,
    pub identity: Option<Identity>,
    pub key: SecretKey,
    /// Absent while the app is closed.
    pub running: Option<Running>,
    pub disk: PhoneDisk,
    /// This phone's clock minus the world's.
    pub clock_off_ms: i64,
    pub dies: Option<Death>,
    /// Unsent words that the last writes took off the disk.
    pub taken: Vec<Word>,
    pub wishes: Vec<Wish>,
    rng: Rng,
    last_number: u64,
    planted: Option<Planted>,
}

impl Phone {
    pub fn new(person: PersonId, mut rng: Rng, planted: Option<Planted>) -> Self {
        let key = SecretKey::from_seed(rng.bytes());
        Self {
            person,
            identity: None,
            key,
            running: None,
            disk: PhoneDisk::default(),
            clock_off_ms: 0,
            dies: None,
            taken: Vec::new(),
            wishes: Vec::new(),
            rng,
            last_number: 0,
            planted,
        }
    }

    pub fn clock(&self, now: At) -> At {
        now.plus(self.clock_off_ms)
    }

    pub fn replica(&self) -> Option<&Replica> {
        self.running.as_ref().map(|running| &running.replica)
    }

    /// The app is opened: everything comes from the disk.
    pub fn open(&mut self, now: At) -> Checked {
        let Some(identity) = self.identity.clone() else { return Ok(()) };
        let stored = self.disk.stored()?;
        let replica = Replica::restore(Kinds::standard(), identity, stored).map_err(|error| violated(Invariant::Reloads, error))?;
        // Numbers count on: what an earlier run still waits for is nobody's.
        let number = self.last_number + 1_000_000;
        self.last_number = number;
        self.running = Some(Running {
            replica,
            run: number,
            engine: Engine::default(),
            request_number: number,
            live_number: number,
            tick_number: number,
            tick_at: None,
            probing: false,
            typing: false,
            asked: None,
            asleep: false,
        });
        // Whoever was typing when the browser ended types no more.
        self.note_typing();
        self.drive(now, Signal::Wake);
        Ok(())
    }

    /// The app runs and the person may look at it.
    pub fn is_awake(&self) -> bool {
        self.awake().is_some()
    }

    fn awake(&self) -> Option<&Running> {
        self.running.as_ref().filter(|running| !running.asleep)
    }

    fn awake_mut(&mut self) -> Option<&mut Running> {
        self.running.as_mut().filter(|running| !running.asleep)
    }

    /// The system stops the app where it stands.
    pub fn falls_asleep(&mut self) {
        if let Some(running) = &mut self.running {
            running.asleep = true;
        }
    }

    fn note_typing(&mut self) {
        let Some(running) = self.running.as_mut().filter(|running| !running.typing) else { return };
        running.typing = true;
        self.wishes.push(Wish::Typing { number: running.run });
    }

    /// The wait for somebody who typed is over.
    pub fn typed(&mut self, now: At, number: u64) {
        let clock = self.clock(now);
        let Some(running) = self.running.as_mut().filter(|running| running.run == number) else { return };
        running.typing = false;
        if !running.asleep && running.replica.has_unsent(clock) {
            self.note_typing();
            self.drive(now, Signal::Changed);
        }
    }

    /// The power goes, or the browser ends the worker.
    pub fn die(&mut self) {
        self.running = None;
        self.dies = None;
        self.wishes.clear();
        self.disk.lose_power();
    }

    /// The person looks at it again: the streams of before are gone, and timers begin anew.
    pub fn wakes(&mut self, now: At) {
        let Some(running) = &mut self.running else { return };
        running.tick_at = None;
        if std::mem::take(&mut running.asleep) {
            let number = running.live_number;
            self.hung_up(now, number);
            self.note_typing();
        }
        self.drive(now, Signal::Wake);
    }

    /// Everything that a screen shows, as it would be after a start from the disk.
    pub fn reloads(&self) -> Checked {
        let (Some(running), Some(identity)) = (&self.running, &self.identity) else { return Ok(()) };
        let again = Replica::restore(Kinds::standard(), identity.clone(), self.disk.stored()?).map_err(|error| violated(Invariant::Reloads, error))?;
        let shown = |replica: &Replica| {
            // The list of what could not be sent has no order to keep.
            let sorted = |mut stuck: Vec<Stuck>| {
                stuck.sort_by_key(|stuck| stuck.id);
                News::Stuck(stuck)
            };
            let news = replica.view().into_iter().filter_map(|news| match news {
                News::Stuck(stuck) => Some(sorted(stuck)),
                News::Rows { .. } | News::Log(_) => Some(news),
                _ => None,
            });
            news.collect::<Vec<News>>()
        };
        if shown(&again) == shown(&running.replica) { Ok(()) } else { Err(violated(Invariant::Reloads, "a start from the disk shows something else")) }
    }

    /// Whether anything is only on this phone.
    pub fn has_unsent(&self, now: At) -> bool {
        self.running.as_ref().is_some_and(|running| running.replica.has_unsent(self.clock(now)))
    }

    // ---- what a person does ----

    /// Writes without a signature.
    pub fn ask(&mut self, ask: &Ask, now: At) -> Result<(), Stop> {
        let clock = self.clock(now);
        let Some(running) = &mut self.running else { return Err(Stop::Died) };
        let effects = {
            let _armed = Armed::with(self.planted);
            running.replica.ask(ask, clock).map_err(Stop::Refused)?
        };
        self.keep(effects)?;
        self.note_typing();
        self.drive(now, Signal::Changed);
        self.survived()
    }

    /// Signs with a PIN that was typed this moment.
    pub fn sign(&mut self, ask: &Ask, now: At) -> Result<(), Stop> {
        let clock = self.clock(now);
        let Some(running) = &mut self.running else { return Err(Stop::Died) };
        let (rng, key) = (&mut self.rng, &self.key);
        let unlock = Unlock { method: UnlockMethod::Pin, at: clock };
        let unsigned = running.replica.propose(ask, unlock, clock, &mut || rng.bytes()).map_err(Stop::Refused)?;
        let tag = Domain::Decision.message(&[]);
        let body = |tagged: &Vec<u8>| key.sign(Domain::Decision, tagged.strip_prefix(tag.as_slice()).expect("bodies carry their tag"));
        let signatures = unsigned.bodies().iter().map(body).collect();
        let effects = running.replica.commit(unsigned, signatures, clock).map_err(Stop::Refused)?;
        self.keep(effects)?;
        self.drive(now, Signal::Changed);
        self.survived()
    }

    fn survived(&self) -> Result<(), Stop> {
        if self.running.is_some() { Ok(()) } else { Err(Stop::Died) }
    }

    /// Keeps first: whatever is told or sent comes after this.
    fn keep(&mut self, effects: Effects) -> Result<(), Stop> {
        if effects.store.is_empty() {
            return Ok(());
        }
        match self.dies.take() {
            Some(Death::Before) => {
                self.die();
                return Err(Stop::Died);
            }
            Some(Death::After) => {
                self.taken.extend(self.disk.write(effects.store, false));
                self.die();
                return Err(Stop::Died);
            }
            None => {}
        }
        self.taken.extend(self.disk.write(effects.store, self.planted == Some(Planted::PhoneSyncDropped)));
        Ok(())
    }
}
