//! One phone: the replica core and the sync engine on a simulated disk, driven as the worker drives them.

use shared::{
    cbor,
    decision::{Unlock, UnlockMethod},
    id::PersonId,
    key::{Domain, SecretKey},
    kind::Kinds,
    phone::{Ask, News, Phase, Stuck},
    refusal::Refusal,
    replica::{Effects, Identity, Replica},
    sync::{Do, Engine, Event as Signal},
    time::At,
    wire::{LiveFrame, LogUpdate, MAX_FRAME_BYTES, MAX_RESPONSE_BYTES, SyncRequest, SyncResponse, Verdict},
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
    /// The system stopped the app where it stood: no timer ends, nothing is heard.
    pub asleep: bool,
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
            asleep: false,
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
        });
        // Whoever was typing when the browser ended types no more.
        self.note_typing();
        self.drive(now, Signal::Wake);
        Ok(())
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
        if self.asleep {
            return;
        }
        if running.replica.has_unsent(clock) {
            self.note_typing();
            self.drive(now, Signal::Changed);
        }
    }

    /// The power goes, or the browser ends the worker.
    pub fn die(&mut self) {
        self.running = None;
        self.asleep = false;
        self.dies = None;
        self.wishes.clear();
        self.disk.lose_power();
    }

    /// The person looks at it again: the streams of before are gone, and timers begin anew.
    pub fn wakes(&mut self, now: At) {
        let Some(running) = &mut self.running else { return };
        running.tick_at = None;
        if std::mem::take(&mut self.asleep) {
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

    // ---- what the engine says ----

    /// Gives the engine a signal and does what it says.
    pub fn drive(&mut self, now: At, signal: Signal) {
        let mut signals = vec![signal];
        while let Some(signal) = signals.pop() {
            let clock = self.clock(now);
            let random = self.rng.next();
            let Some(running) = &mut self.running else { return };
            for todo in running.engine.on(clock, signal, random) {
                match todo {
                    Do::Sync => self.send_request(now),
                    Do::OpenLive => self.open_live(),
                    Do::CloseLive => self.close_live(),
                    Do::WakeAt(at) => self.wake_at(at),
                }
            }
        }
    }

    /// What the request fixed is durable before it leaves.
    fn send_request(&mut self, now: At) {
        let clock = self.clock(now);
        let Some(running) = &mut self.running else { return };
        running.probing = !running.replica.is_in_touch();
        let (request, effects) = {
            let _armed = Armed::with(self.planted);
            if running.probing { running.replica.probe(clock) } else { running.replica.request(clock) }
        };
        running.request_number += 1;
        let number = running.request_number;
        running.asked = Some(request.clone());
        if self.keep(effects).is_ok() {
            self.wishes.push(Wish::Send { number, request: cbor::encode(&request) });
        }
    }

    fn open_live(&mut self) {
        let Some(running) = &mut self.running else { return };
        running.live_number += 1;
        self.wishes.push(Wish::OpenLive { number: running.live_number });
    }

    fn close_live(&mut self) {
        let Some(running) = &mut self.running else { return };
        running.live_number += 1;
        self.wishes.push(Wish::CloseLive);
    }

    /// `at` is by this phone's clock.
    fn wake_at(&mut self, at: At) {
        let off = self.clock_off_ms;
        let Some(running) = &mut self.running else { return };
        if running.tick_at == Some(at) {
            return;
        }
        running.tick_at = Some(at);
        running.tick_number += 1;
        self.wishes.push(Wish::WakeAt { at: at.plus(-off), number: running.tick_number });
    }

    pub fn tick(&mut self, now: At, number: u64) {
        let Some(running) = &mut self.running else { return };
        if running.tick_number != number {
            return;
        }
        running.tick_at = None;
        self.drive(now, Signal::Tick);
    }

    /// The answer to a request. Gives back what was asked and what was said, for whoever checks it.
    pub fn answered(&mut self, now: At, number: u64, answer: Option<&[u8]>) -> Checked<Option<(SyncRequest, SyncResponse)>> {
        let clock = self.clock(now);
        let awake = self.running.as_mut().filter(|_| !self.asleep);
        let Some(running) = awake.filter(|running| running.request_number == number) else { return Ok(None) };
        let Some(bytes) = answer else {
            running.replica.failed(clock);
            self.drive(now, Signal::Failed { retry_after_s: None });
            return Ok(None);
        };
        let Some(request) = running.asked.take() else { return Ok(None) };
        let response: SyncResponse = cbor::decode(bytes, MAX_RESPONSE_BYTES).map_err(|error| violated(Invariant::Reloads, error))?;
        let kept = response.verdicts.iter().any(Verdict::is_kept);
        let more_lines = response.logs.iter().any(|update| update.more);
        let effects = {
            let _armed = Armed::with(self.planted);
            running.replica.absorb(&request, response.clone(), clock)
        };
        believed(&effects.news)?;
        let more = more_lines || running.replica.was_too_little(&request) || (kept || running.probing) && running.replica.has_unsent(clock);
        running.probing = false;
        if self.keep(effects).is_ok() {
            self.drive(now, Signal::Answered { more });
        }
        Ok(Some((request, response)))
    }

    /// A frame of the live stream. Gives back the lines that came with it.
    pub fn heard(&mut self, now: At, number: u64, frame: &[u8]) -> Checked<Option<LogUpdate>> {
        let clock = self.clock(now);
        let awake = self.running.as_mut().filter(|_| !self.asleep);
        let Some(running) = awake.filter(|running| running.live_number == number) else { return Ok(None) };
        let body = frame.get(4..).unwrap_or_default();
        let frame: LiveFrame = cbor::decode(body, MAX_FRAME_BYTES).map_err(|error| violated(Invariant::Reloads, error))?;
        let next_of = |running: &Running, log| running.replica.log(log).map_or(0, |log| log.chain.next);
        let mut told = None;
        let signal = match frame {
            LiveFrame::Hello { .. } => Signal::LiveOpened,
            LiveFrame::Heartbeat { .. } => Signal::LiveHeard { moved: false },
            LiveFrame::Moved { log, next } => Signal::LiveHeard { moved: next_of(running, log) < next },
            LiveFrame::Lines(update) => {
                told = Some(update.clone());
                let follows = update.lines.first().is_none_or(|line| line.header.position <= next_of(running, update.log));
                let moved = update.more || !follows;
                if follows {
                    let effects = running.replica.live(update, clock);
                    believed(&effects.news)?;
                    if self.keep(effects).is_err() {
                        return Ok(told);
                    }
                }
                Signal::LiveHeard { moved }
            }
        };
        self.drive(now, signal);
        Ok(told)
    }

    pub fn hung_up(&mut self, now: At, number: u64) {
        let Some(running) = self.running.as_mut().filter(|running| running.live_number == number) else { return };
        running.replica.lost_touch();
        self.drive(now, Signal::LiveClosed);
    }
}

/// An honest phone believes what the server tells: lines that do not verify are a broken chain.
fn believed(news: &[News]) -> Checked {
    for news in news {
        if let News::Phase(Phase::Broken { sentence }) = news {
            return Err(violated(Invariant::Chain, sentence));
        }
    }
    Ok(())
}
