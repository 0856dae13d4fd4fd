//! A phone without a screen: the replica core and a key in memory. What it writes are the bytes that a real one sends.

use std::collections::BTreeMap;

use anyhow::Result;
use server::outside::{Clock as _, Entropy, SystemClock, SystemEntropy};
use shared::{
    decision::{Unlock, UnlockMethod},
    id::{DeviceId, LogId, PersonId, RecordId},
    key::{Domain, PublicKey, SecretKey},
    kind::Kinds,
    phone::Ask,
    replica::{Identity, Replica},
    scalar::Scalar,
    time::At,
    wire::{Bundle, Cursor, Session, SyncRequest, SyncResponse, Verdict, WIRE_VERSION},
};

/// Words of an observation, in characters.
const WORDS: (usize, usize) = (180, 120);
const VOCABULARY: [&str; 24] = [
    "urgent", "things", "came", "first", "and", "then", "the", "dressing", "was", "named", "before", "anybody", "asked", "she", "had", "it", "repeated",
    "back", "to", "her", "at", "shift", "end", "calmly",
];

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Signed and sent to a relationship, as a phone sends it that was without signal: its draft in the own log, and the
    /// bundle of a change and a decision that shares it.
    Observation { to: LogId, mentee: PersonId },
    /// That bundle alone.
    Shared { to: LogId, mentee: PersonId },
    /// The same twelve fields as a draft in the own log: a change alone.
    Draft { mentee: PersonId },
}

/// The bundles of one request.
pub type Push = Vec<Bundle>;

/// One person's phone.
pub struct Phone {
    pub replica: Replica,
    key: SecretKey,
    written: u64,
}

impl Phone {
    pub fn new(session: Session, device: DeviceId, key: SecretKey) -> Self {
        Self { replica: Replica::new(Kinds::standard(), Identity::of(session, device)), key, written: 0 }
    }

    pub fn new_key() -> SecretKey {
        let entropy: &dyn Entropy = &SystemEntropy;
        SecretKey::from_seed(entropy.seed())
    }

    pub fn device(&self) -> DeviceId {
        self.replica.identity().device
    }

    pub fn organisation_key(&self) -> &PublicKey {
        &self.replica.identity().organisation_key
    }

    /// Where a log ends, as far as this phone knows.
    pub fn next_of(&self, log: LogId) -> u64 {
        self.replica.log(log).map_or(0, |log| log.chain.next)
    }

    /// Writes so many, one after the other, and answers what the phone would send for each: as if the one before had been
    /// acknowledged, and its lines had not come back yet.
    pub fn writes(&mut self, what: What, many: usize) -> Result<Vec<Push>> {
        let mut pushes = Vec::with_capacity(many);
        for _ in 0..many {
            self.write(what)?;
            let now = SystemClock.now();
            let (request, _) = self.replica.request(now);
            self.replica.absorb(&request, self.kept(&request, now), now);
            let mut push = request.push;
            if let What::Shared { to, .. } = what {
                push.retain(|bundle| bundle.log == to);
            }
            pushes.push(push);
        }
        Ok(pushes)
    }

    /// An answer that acknowledges and tells nothing else.
    fn kept(&self, request: &SyncRequest, now: At) -> SyncResponse {
        let verdicts = request.push.iter().map(|_| Verdict::Accepted { position: 0 }).collect();
        let directory = self.replica.logs().map(|log| Cursor { log: log.id, epoch: log.epoch, next: log.chain.next }).collect();
        SyncResponse { v: WIRE_VERSION, now, verdicts, logs: Vec::new(), directory, beacon: None }
    }

    fn write(&mut self, what: What) -> Result<()> {
        let now = SystemClock.now();
        let entropy: &dyn Entropy = &SystemEntropy;
        let record = RecordId(entropy.id(now));
        let mentee = match what {
            What::Observation { mentee, .. } | What::Shared { mentee, .. } | What::Draft { mentee } => mentee,
        };
        let log = self.replica.own_log();
        let fields = self.fields(mentee, now);
        self.replica.ask(&Ask::Create { log, record, kind: "observation".to_owned(), fields }, now)?;
        if let What::Observation { to, .. } | What::Shared { to, .. } = what {
            self.signs(&Ask::Send { record, to, sign: true, reason: None, pin: String::new() }, now)?;
        }
        Ok(())
    }

    fn signs(&mut self, ask: &Ask, now: At) -> Result<()> {
        let entropy: &dyn Entropy = &SystemEntropy;
        let unsigned = self.replica.propose(ask, Unlock { method: UnlockMethod::Pin, at: now }, now, &mut || entropy.salt().0)?;
        // The bodies carry their tag, and the key adds it itself.
        let tag = Domain::Decision.message(&[]);
        let body = |body: &Vec<u8>| self.key.sign(Domain::Decision, body.strip_prefix(tag.as_slice()).unwrap_or(body));
        let signatures = unsigned.bodies().iter().map(body).collect();
        self.replica.commit(unsigned, signatures, now)?;
        Ok(())
    }

    /// Twelve fields, 300 characters of words.
    fn fields(&mut self, mentee: PersonId, now: At) -> BTreeMap<String, Scalar> {
        self.written += 1;
        let fields: [(&str, Scalar); 12] = [
            ("mentee", mentee.to_string().into()),
            ("competency", "N01".into()),
            ("setting", "Home visit".into()),
            ("practice", false.into()),
            ("level", 3.into()),
            ("went_well", self.words(1, WORDS.0).into()),
            ("try_next", self.words(2, WORDS.1).into()),
            ("next_step", "talk".into()),
            ("mode", "present".into()),
            ("complexity", "medium".into()),
            ("minutes", 25.into()),
            ("captured_at", now.0.into()),
        ];
        fields.map(|(field, value)| (field.to_owned(), value)).into()
    }

    /// So many characters of words that no other observation has in this order.
    fn words(&self, field: u64, chars: usize) -> String {
        let mut state = self.device().0.as_u128() as u64 ^ self.written.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ field.rotate_left(32);
        let mut words = String::with_capacity(chars + 16);
        while words.len() < chars {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            words.push_str(VOCABULARY[(state >> 33) as usize % VOCABULARY.len()]);
            words.push(' ');
        }
        words.truncate(chars);
        words
    }
}
