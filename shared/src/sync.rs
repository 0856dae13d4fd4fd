//! When to talk to the server: a function of state, time and event. Sockets and timers are its drivers.

use crate::time::{At, SECOND_MS};
use crate::wire::SILENCE_SECONDS;

/// The first wait after a failure; it doubles with each further one.
const FIRST_WAIT_MS: i64 = SECOND_MS;
/// The longest wait between two tries.
const LONGEST_WAIT_MS: i64 = 60 * SECOND_MS;
/// Without a live stream the server is asked this often.
const POLL_MS: i64 = 30 * SECOND_MS;
/// A request without an answer counts as failed after this long.
const ANSWER_MS: i64 = 30 * SECOND_MS;
/// What is still being typed goes after this long, even if nobody leaves the field.
pub const TYPING_MS: i64 = 10 * SECOND_MS;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Start,
    /// Something was written here.
    Changed,
    /// The person or the network came back.
    Wake,
    Answered {
        /// More lines or more bundles wait.
        more: bool,
    },
    Failed {
        retry_after_s: Option<u32>,
    },
    LiveOpened,
    /// Anything came over the stream; `moved` where it says that there is something to fetch.
    LiveHeard {
        moved: bool,
    },
    LiveClosed,
    Tick,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Do {
    Sync,
    OpenLive,
    CloseLive,
    /// Give a [`Event::Tick`] at that time; an earlier wish is replaced.
    WakeAt(At),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Talk {
    Quiet,
    Waiting { since: At },
    BackOff { since: At, until: At },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Live {
    Closed,
    Opening { since: At },
    Open { heard_at: At },
}

/// The engine of one replica.
#[derive(Debug, Clone)]
pub struct Engine {
    talk: Talk,
    live: Live,
    /// Something to say or to ask for, not yet under way.
    wanted: bool,
    failures: u32,
    poll_at: At,
    typing_until: Option<At>,
}

impl Default for Engine {
    fn default() -> Self {
        Self { talk: Talk::Quiet, live: Live::Closed, wanted: false, failures: 0, poll_at: At(0), typing_until: None }
    }
}

impl Engine {
    /// Takes an event in and says what to do now. `random`: fresh randomness for the jitter.
    pub fn on(&mut self, now: At, event: Event, random: u64) -> Vec<Do> {
        let mut todo = Vec::new();
        self.follow_clock(now);
        match event {
            Event::Start => self.wanted = true,
            Event::Changed => {
                self.wanted = true;
                self.typing_until = Some(now.plus(TYPING_MS));
            }
            Event::Wake => {
                self.wanted = true;
                self.failures = 0;
                if matches!(self.talk, Talk::BackOff { .. }) {
                    self.talk = Talk::Quiet;
                }
            }
            Event::Answered { more } => {
                self.talk = Talk::Quiet;
                self.failures = 0;
                self.wanted |= more;
                self.poll_at = now.plus(POLL_MS);
                if self.live == Live::Closed {
                    self.live = Live::Opening { since: now };
                    todo.push(Do::OpenLive);
                }
            }
            Event::Failed { retry_after_s } => {
                self.failures = self.failures.saturating_add(1);
                let wait = retry_after_s.map_or_else(|| self.jitter(random), |seconds| i64::from(seconds) * SECOND_MS);
                self.talk = Talk::BackOff { since: now, until: now.plus(wait) };
                self.wanted = true;
            }
            Event::LiveOpened => {
                self.live = Live::Open { heard_at: now };
                // What came between the last answer and the stream is asked for once more.
                self.wanted = true;
            }
            Event::LiveHeard { moved } => {
                self.live = Live::Open { heard_at: now };
                self.wanted |= moved;
            }
            Event::LiveClosed => self.live = Live::Closed,
            Event::Tick => {}
        }
        self.settle(now, random, &mut todo);
        todo
    }

    /// A clock that was set back takes its waits with it: else a minute's wait would last as long as the clock was ahead.
    fn follow_clock(&mut self, now: At) {
        match &mut self.talk {
            Talk::Quiet => {}
            Talk::Waiting { since } => *since = now.min(*since),
            Talk::BackOff { since, until } => {
                *until = until.plus(-since.since(now).max(0));
                *since = now.min(*since);
            }
        }
        match &mut self.live {
            Live::Closed => {}
            Live::Opening { since: at } | Live::Open { heard_at: at } => *at = now.min(*at),
        }
        self.poll_at = self.poll_at.min(now.plus(POLL_MS));
        self.typing_until = self.typing_until.map(|until| until.min(now.plus(TYPING_MS)));
    }

    fn settle(&mut self, now: At, random: u64, todo: &mut Vec<Do>) {
        if let Talk::Waiting { since } = self.talk
            && now.since(since) >= ANSWER_MS
        {
            self.failures = self.failures.saturating_add(1);
            self.talk = Talk::BackOff { since: now, until: now.plus(self.jitter(random)) };
            self.wanted = true;
        }
        let heard_at = match self.live {
            Live::Closed => None,
            Live::Opening { since } => Some(since),
            Live::Open { heard_at } => Some(heard_at),
        };
        if heard_at.is_some_and(|heard_at| now.since(heard_at) >= silence_ms()) {
            self.live = Live::Closed;
            todo.push(Do::CloseLive);
        }
        if self.typing_until.is_some_and(|until| until <= now) {
            self.typing_until = None;
            self.wanted = true;
        }
        if now >= self.poll_at && !matches!(self.live, Live::Open { .. }) {
            self.wanted = true;
        }
        let free = match self.talk {
            Talk::Quiet => true,
            Talk::Waiting { .. } => false,
            Talk::BackOff { until, .. } => until <= now,
        };
        if self.wanted && free {
            self.wanted = false;
            self.talk = Talk::Waiting { since: now };
            self.poll_at = now.plus(POLL_MS);
            todo.push(Do::Sync);
        }
        todo.push(Do::WakeAt(self.next_tick(now)));
    }

    fn next_tick(&self, now: At) -> At {
        let talk = match self.talk {
            Talk::Quiet => None,
            Talk::Waiting { since } => Some(since.plus(ANSWER_MS)),
            Talk::BackOff { until, .. } => Some(until),
        };
        let live = match self.live {
            // What is wanted already waits for its turn to talk, and for no time to ask.
            Live::Closed => (!self.wanted).then_some(self.poll_at),
            Live::Opening { since } => Some(since.plus(silence_ms())),
            Live::Open { heard_at } => Some(heard_at.plus(silence_ms())),
        };
        [talk, live, self.typing_until].into_iter().flatten().min().unwrap_or(self.poll_at).max(now.plus(1))
    }

    /// Full jitter: anything between nothing and the doubled wait, so that a ward's phones do not come back as one.
    fn jitter(&self, random: u64) -> i64 {
        let most = FIRST_WAIT_MS.saturating_mul(1 << self.failures.min(16)).min(LONGEST_WAIT_MS);
        i64::try_from(random % u64::try_from(most).unwrap_or(1).max(1)).unwrap_or(most)
    }
}

fn silence_ms() -> i64 {
    i64::try_from(SILENCE_SECONDS).unwrap_or(45) * SECOND_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn syncs(todo: &[Do]) -> bool {
        todo.contains(&Do::Sync)
    }

    #[test]
    fn one_request_at_a_time_and_nothing_is_forgotten() {
        let mut engine = Engine::default();
        assert!(syncs(&engine.on(At(0), Event::Start, 0)));
        assert!(!syncs(&engine.on(At(1), Event::Changed, 0)), "one is under way");
        assert!(syncs(&engine.on(At(2), Event::Answered { more: false }, 0)), "what changed meanwhile goes now");
        assert!(!syncs(&engine.on(At(3), Event::Answered { more: false }, 0)));
    }

    #[test]
    fn a_failure_waits_and_waking_up_does_not() {
        let mut engine = Engine::default();
        engine.on(At(0), Event::Start, 0);
        assert!(!syncs(&engine.on(At(10), Event::Failed { retry_after_s: None }, 999)));
        assert!(!syncs(&engine.on(At(11), Event::Changed, 0)));
        assert!(syncs(&engine.on(At(12), Event::Wake, 0)));
    }

    fn next_look(todo: &[Do]) -> At {
        let mut looks = todo.iter().filter_map(|todo| if let Do::WakeAt(at) = todo { Some(*at) } else { None });
        looks.next_back().expect("it always says when to look again")
    }

    #[test]
    fn whoever_waits_long_sleeps_until_then() {
        let mut engine = Engine::default();
        engine.on(At(0), Event::Start, 0);
        let until = At(POLL_MS + 25 * SECOND_MS);
        engine.on(At(0), Event::Failed { retry_after_s: Some(55) }, 0);
        assert_eq!(next_look(&engine.on(At(POLL_MS), Event::Tick, 0)), until, "the time to ask came meanwhile, and changes nothing");
        assert!(syncs(&engine.on(until, Event::Tick, 0)));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_stretch_a_wait() {
        let ahead = At(30 * crate::time::DAY_MS);
        let mut engine = Engine::default();
        engine.on(ahead, Event::Start, 0);
        engine.on(At(0), Event::Tick, 0);
        assert!(!syncs(&engine.on(At(ANSWER_MS), Event::Tick, 500)), "no answer came");
        assert!(syncs(&engine.on(At(ANSWER_MS + 500), Event::Tick, 0)));

        let mut engine = Engine::default();
        engine.on(ahead, Event::Start, 0);
        engine.on(ahead, Event::Failed { retry_after_s: Some(10) }, 0);
        assert_eq!(next_look(&engine.on(At(0), Event::Tick, 0)), At(10 * SECOND_MS));
        assert!(syncs(&engine.on(At(10 * SECOND_MS), Event::Tick, 0)));
    }

    #[test]
    fn a_request_without_an_answer_and_a_silent_stream_end() {
        let mut engine = Engine::default();
        engine.on(At(0), Event::Start, 0);
        let todo = engine.on(At(ANSWER_MS), Event::Tick, 5);
        assert!(!syncs(&todo));
        assert!(syncs(&engine.on(At(ANSWER_MS + 5), Event::Tick, 0)));
        engine.on(At(ANSWER_MS + 6), Event::Answered { more: false }, 0);
        engine.on(At(ANSWER_MS + 7), Event::LiveOpened, 0);
        assert!(engine.on(At(ANSWER_MS + 7 + silence_ms()), Event::Tick, 0).contains(&Do::CloseLive));
    }
}
