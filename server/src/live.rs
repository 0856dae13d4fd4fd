//! The live stream: who listens, and what they are told.
//!
//! Each listener has a bounded queue of frames. Who does not keep up loses lines, never the news that there are some:
//! the logs are noted, and told as [`LiveFrame::Moved`] once the queue is empty. The cursor is the truth.

mod elsewhere;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::{BufMut as _, Bytes, BytesMut};
use shared::{
    cbor,
    id::{LogId, PersonId},
    wire::{LiveFrame, LogUpdate, MAX_FRAME_BYTES},
};
use tokio::sync::mpsc;

pub use self::elsewhere::{LOOK_EVERY, follow};

/// Frames that wait for one listener.
const QUEUE: usize = 32;
/// Listeners of one person; the oldest gives way.
const LISTENERS_OF_ONE: usize = 16;
/// A frame of lines larger than this is told as 'moved': fetching is cheaper than sending it to everybody.
const INLINE_BYTES: usize = 32 * 1024;

/// Everybody who listens.
#[derive(Debug, Default)]
pub struct Live {
    listeners: Mutex<HashMap<PersonId, Vec<Sender>>>,
}

#[derive(Debug)]
struct Sender {
    frames: mpsc::Sender<Bytes>,
    behind: Behind,
}

/// Logs whose lines were dropped for a slow listener, with their next position.
type Behind = Arc<Mutex<BTreeMap<LogId, u64>>>;

/// One open stream's end.
#[derive(Debug)]
pub struct Listener {
    frames: mpsc::Receiver<Bytes>,
    behind: Behind,
}

impl Live {
    /// Opens a stream for a person.
    pub fn listen(&self, person: PersonId) -> Listener {
        let (sender, frames) = mpsc::channel(QUEUE);
        let behind = Behind::default();
        let mut listeners = held(&self.listeners);
        let own = listeners.entry(person).or_default();
        own.retain(|other| !other.frames.is_closed());
        if own.len() >= LISTENERS_OF_ONE {
            own.remove(0);
        }
        own.push(Sender { frames: sender, behind: Arc::clone(&behind) });
        Listener { frames, behind }
    }

    /// Tells a log's members its new lines, up to before `next`. Who joined or left with them learns that something moved:
    /// a newcomer lacks all that came before, and whoever left is to see that in the directory.
    pub fn tell_lines(&self, members: &BTreeSet<PersonId>, moved: &BTreeSet<PersonId>, lines: LogUpdate, next: u64) {
        let log = lines.log;
        self.tell(members.difference(moved).copied(), log, next, || LiveFrame::Lines(lines));
        self.tell_moved(moved, log, next);
    }

    /// Tells people that there is something, and not what.
    pub fn tell_moved(&self, people: &BTreeSet<PersonId>, log: LogId, next: u64) {
        self.tell(people.iter().copied(), log, next, || LiveFrame::Moved { log, next });
    }

    /// Tells the people that `log` has new lines, up to before `next`.
    pub fn tell(&self, people: impl Iterator<Item = PersonId>, log: LogId, next: u64, frame: impl FnOnce() -> LiveFrame) {
        let mut listeners = held(&self.listeners);
        let mut frame = Some(frame);
        let mut bytes: Option<Bytes> = None;
        for person in people {
            let Some(own) = listeners.get_mut(&person) else { continue };
            own.retain(|listener| !listener.frames.is_closed());
            if own.is_empty() {
                listeners.remove(&person);
                continue;
            }
            if let Some(frame) = frame.take() {
                bytes = Some(small(&frame(), log, next));
            }
            let Some(bytes) = &bytes else { continue };
            for listener in own {
                listener.tell(bytes, log, next);
            }
        }
    }

    /// Everybody who listens.
    pub fn people(&self) -> BTreeSet<PersonId> {
        let listening = |own: &Vec<Sender>| own.iter().any(|listener| !listener.frames.is_closed());
        held(&self.listeners).iter().filter(|(_, own)| listening(own)).map(|(person, _)| *person).collect()
    }

    /// How many streams are open.
    pub fn listening(&self) -> usize {
        held(&self.listeners).values().flatten().filter(|listener| !listener.frames.is_closed()).count()
    }
}

impl Sender {
    fn tell(&self, frame: &Bytes, log: LogId, next: u64) {
        // Held over both: a listener that finds its queue empty looks here afterwards.
        let mut behind = held(&self.behind);
        if behind.contains_key(&log) || self.frames.try_send(frame.clone()).is_err() {
            behind.insert(log, next);
        }
    }
}

impl Listener {
    /// The next frame; `None` where a newer stream took this one's place.
    pub async fn next(&mut self) -> Option<Bytes> {
        match self.frames.try_recv() {
            Ok(frame) => return Some(frame),
            Err(mpsc::error::TryRecvError::Disconnected) => return None,
            Err(mpsc::error::TryRecvError::Empty) => {}
        }
        let missed = held(&self.behind).pop_first();
        match missed {
            Some((log, next)) => Some(framed(&LiveFrame::Moved { log, next })),
            None => self.frames.recv().await,
        }
    }
}

fn small(frame: &LiveFrame, log: LogId, next: u64) -> Bytes {
    let bytes = framed(frame);
    if bytes.len() <= INLINE_BYTES.min(MAX_FRAME_BYTES) { bytes } else { framed(&LiveFrame::Moved { log, next }) }
}

/// A frame as it goes over the wire: its length in 4 bytes, big-endian, then its CBOR.
pub fn framed(frame: &LiveFrame) -> Bytes {
    let body = cbor::encode(frame);
    let mut bytes = BytesMut::with_capacity(body.len().saturating_add(4));
    bytes.put_u32(u32::try_from(body.len()).unwrap_or(u32::MAX));
    bytes.put_slice(&body);
    bytes.freeze()
}

/// No code panics while it holds one of these locks; what is in it is whole in any case.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
