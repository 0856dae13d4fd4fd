//! Phones in people's hands: what they wish for is granted, their timers end, and they are taken out, put away and closed.

use shared::{
    sync::TYPING_MS,
    time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS},
    wire::LiveFrame,
};

use super::{Act, Event, PROCESSES, World};
use crate::{invariant::Checked, phone::Wish};

impl World {
    pub(super) fn grants(&mut self, phone: usize, wish: Wish) {
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
            Wish::Typing { number } => self.later(TYPING_MS + 1, Event::Typing { phone, number }),
        }
    }

    pub(super) fn ticks(&mut self, phone: usize, number: u64) {
        if !self.phones[phone].waits_for(number) {
            return;
        }
        // Heartbeats are not events of their own: one that would have come was heard just now.
        let open = self.streams.values().find(|stream| stream.phone == phone).map(|stream| stream.number);
        if let Some(live) = open.filter(|_| self.network.reaches(phone, self.now)) {
            let beat = server::live::framed(&LiveFrame::Heartbeat { now: self.now }).to_vec();
            drop(self.phones[phone].heard(self.now, live, &beat));
        }
        self.phones[phone].tick(self.now);
    }

    pub(super) fn acts_on(&mut self, phone: usize, more: usize) -> Checked {
        if self.resting || !self.phones[phone].is_awake() {
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
                self.phones[phone].falls_asleep();
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

    pub(super) fn takes_out(&mut self, phone: usize) -> Checked {
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

    pub(super) fn closes(&mut self, phone: usize) {
        self.phones[phone].die();
        self.closes_streams(phone);
    }
}
