//! A phone's line to the server: what the engine wants done, and what arrives.

use shared::{
    cbor,
    phone::{News, Phase},
    sync::{Do, Event as Signal},
    time::At,
    wire::{LiveFrame, LogUpdate, MAX_FRAME_BYTES, MAX_RESPONSE_BYTES, SyncRequest, SyncResponse, Verdict},
};

use super::{Phone, Running, Wish};
use crate::{
    invariant::{Checked, Invariant, violated},
    planted::Armed,
};

impl Phone {
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

    /// Whether the timer that ends is the one that the app waits for: setting one anew ends the former.
    pub fn waits_for(&self, tick: u64) -> bool {
        self.awake().is_some_and(|running| running.tick_number == tick)
    }

    pub fn tick(&mut self, now: At) {
        let Some(running) = self.awake_mut() else { return };
        running.tick_at = None;
        self.drive(now, Signal::Tick);
    }

    /// The answer to a request. Gives back what was asked and what was said, for whoever checks it.
    pub fn answered(&mut self, now: At, number: u64, answer: Option<&[u8]>) -> Checked<Option<(SyncRequest, SyncResponse)>> {
        let (clock, planted) = (self.clock(now), self.planted);
        let Some(running) = self.awake_mut().filter(|running| running.request_number == number) else { return Ok(None) };
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
            let _armed = Armed::with(planted);
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
        let Some(running) = self.awake_mut().filter(|running| running.live_number == number) else { return Ok(None) };
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
