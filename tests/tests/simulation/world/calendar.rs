//! What will happen next, and when.

use std::{cmp::Reverse, collections::BinaryHeap};

use shared::{id::LogId, time::At};

/// Something that will happen.
#[derive(Hash)]
pub enum Event {
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
    pub fn name(&self) -> &'static str {
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

#[derive(Default)]
pub struct Calendar {
    queue: BinaryHeap<Reverse<Due>>,
    order: u64,
}

impl Calendar {
    /// Of two events at the same time the one that was put down first comes first.
    pub fn put(&mut self, at: At, event: Event) {
        self.order += 1;
        self.queue.push(Reverse(Due { at, order: self.order, event }));
    }

    pub fn take(&mut self) -> Option<(At, Event)> {
        self.queue.pop().map(|Reverse(Due { at, event, .. })| (at, event))
    }
}
