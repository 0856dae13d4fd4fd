//! The phone of one person: their replica, their key, where they stand.

use serde::{Deserialize, Serialize};
use shared::{
    cbor,
    phone::Phase,
    refusal::Refusal,
    replica::Replica,
    sync::Engine,
    time::{At, MINUTE_MS},
};

use crate::{
    browser,
    keys::Keys,
    live::Live,
    store::{self, Fault, Write},
};

pub const IDENTITY: &str = "identity";
const STANDING: &str = "standing";
/// A standing, in bytes.
const MAX_STANDING_BYTES: usize = 1_024;
/// After a refusal of the session the server is asked who is signed in, but not more often than this.
const WHO_EVERY_MS: i64 = MINUTE_MS;

/// What is remembered between two starts, beside the logs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The first fetch is through: the lists are whole.
    pub fetched: bool,
    /// The person signed out on this phone.
    pub signed_out: bool,
}

impl Standing {
    pub fn restore(phone: &[(String, Vec<u8>)]) -> Result<Self, Fault> {
        let Some((_, value)) = phone.iter().find(|(key, _)| key == STANDING) else { return Ok(Self::default()) };
        cbor::decode(value, MAX_STANDING_BYTES).map_err(|error| Fault::Damaged(error.to_string()))
    }

    pub fn write(&self) -> Write {
        Write { table: store::PHONE, key: STANDING.to_owned(), value: Some(cbor::encode(self)) }
    }
}

pub struct Owner {
    pub replica: Replica,
    pub keys: Keys,
    pub standing: Standing,
    pub engine: Engine,
    /// The cookie is another person's.
    pub somebody_else: bool,
    /// The server does not take this device any more, and why it says so.
    pub revoked: Option<Refusal>,
    /// The server is being asked who is signed in.
    pub asks_who: bool,
    pub asked_who_at: At,
    pub live: Option<Live>,
    pub live_number: u64,
    pub request_number: u64,
    pub tick_number: u64,
    pub tick_at: Option<At>,
    /// A wait for somebody who is still typing is under way.
    pub typing: bool,
    /// The request under way carries nothing new: it asks whether there is signal.
    pub probing: bool,
}

/// Numbers count up from a drawn one: what an earlier replica of this worker still waits for is nobody's.
fn first_number() -> u64 {
    u64::from(u32::from_le_bytes(browser::random())) << 20
}

impl Owner {
    pub fn new(replica: Replica, keys: Keys, standing: Standing) -> Self {
        Self {
            replica,
            keys,
            standing,
            engine: Engine::default(),
            somebody_else: false,
            revoked: None,
            asks_who: false,
            asked_who_at: At(0),
            live: None,
            live_number: first_number(),
            request_number: first_number(),
            tick_number: first_number(),
            tick_at: None,
            typing: false,
            probing: false,
        }
    }

    pub fn phase(&self) -> Phase {
        let me = self.replica.identity().me();
        if self.somebody_else {
            Phase::SomebodyElse { me }
        } else if self.standing.signed_out {
            Phase::SignIn { known: None }
        } else if self.standing.fetched || self.revoked.is_some() {
            Phase::Ready { me }
        } else {
            let records = self.replica.logs().map(|log| log.index.records().count()).sum::<usize>();
            Phase::Fetching { me, records: u32::try_from(records).unwrap_or(u32::MAX) }
        }
    }

    /// Nothing is sent or asked for: the session is not this person's.
    pub fn is_paused(&self) -> bool {
        self.somebody_else || self.standing.signed_out || self.revoked.is_some()
    }

    /// Nothing here is only here.
    pub fn holds_nothing_of_its_own(&self) -> bool {
        !self.replica.has_unsent(browser::now()) && self.replica.stuck().is_empty()
    }

    /// Whether to ask who is signed in, after the server refused the session.
    pub fn may_ask_who(&mut self) -> bool {
        let now = browser::now();
        if self.asks_who || (0..WHO_EVERY_MS).contains(&now.since(self.asked_who_at)) {
            return false;
        }
        self.asks_who = true;
        self.asked_who_at = now;
        true
    }
}
