//! Clients that ask no rule before they send: members with a device and a key of their own, who send what is not
//! theirs, what is forged and what is spoilt.

use shared::{
    bytes::{Bytes, Hash},
    cbor,
    change::{Document, Seen as WordSeen, actor::actor, genesis::genesis},
    decision::{Act, MAX_DECISION_BYTES, SignedDecision, Unlock, UnlockMethod},
    fact::Facts,
    id::{DeviceId, LogId, PersonId, RecordId},
    key::{Domain, SecretKey},
    line::LineKind,
    log::Author,
    role::Role,
    wire::{Bundle, Cursor, Item, SyncRequest, WIRE_VERSION},
};

use crate::{
    change_support::mutant::{Mutant, Stock, Told, mutant},
    world::World,
};

/// Actors of a device that a forged change may use: an honest phone's are counted from 0 up.
const FORGED_SLOT: u16 = 40_000;

/// A device whose owner sends whatever they like.
pub struct Hostile {
    pub person: PersonId,
    pub key: SecretKey,
    pub device: Option<DeviceId>,
    slot: u16,
}

impl Hostile {
    pub fn new(person: PersonId, seed: [u8; 32]) -> Self {
        Self { person, key: SecretKey::from_seed(seed), device: None, slot: FORGED_SLOT }
    }
}

impl World {
    /// One request of a hostile client.
    pub fn attacks(&mut self) {
        let number = self.rng.below(self.hostile.len());
        let Some(device) = self.hostile[number].device else { return };
        let bundle = match self.rng.below(10) {
            0 | 1 => self.approves(number, device),
            8 | 9 => self.vouches_for_themselves(number, device),
            2 => self.decides_anything(number, device),
            3 => self.forges(number, device),
            4 => self.writes_as(number, device),
            5 => self.spoils(number, device),
            6 => self.sends_what_was_sent(),
            _ => None,
        };
        // Asked for by their very names, from their beginning.
        let cursors = self.witness.logs.keys().map(|log| Cursor { log: *log, epoch: 1, next: 0 });
        let cursors = if bundle.is_none() { cursors.collect() } else { Vec::new() };
        let request = SyncRequest { v: WIRE_VERSION, device, cursors, rest: false, push: bundle.into_iter().collect() };
        self.tell("hostile request");
        let person = self.hostile[number].person;
        self.sends_hostile(person, cbor::encode(&request));
    }

    fn epoch(&self, log: LogId) -> u32 {
        self.witness.known(log).map_or(1, |known| known.log.epoch)
    }

    fn bundle(&self, log: LogId, items: Vec<Item>) -> Bundle {
        Bundle { log, epoch: self.epoch(log), items }
    }

    fn facts(&self) -> Option<&Facts> {
        self.witness.known(self.record_log).map(|known| &known.log.facts)
    }

    /// A record that something was asked for on, of a kind.
    pub fn asked(&mut self, kinds: &[&str]) -> Option<(RecordId, u32)> {
        self.asked_by(kinds, |_| true)
    }

    fn asked_by(&mut self, kinds: &[&str], wanted: impl Fn(PersonId) -> bool) -> Option<(RecordId, u32)> {
        let known = self.witness.known(self.record_log)?;
        let of_kind = known.log.ledger.records.iter().filter(|(_, entry)| kinds.contains(&entry.kind.as_str()));
        let latest = of_kind.filter_map(|(record, entry)| Some((*record, entry.latest()?)));
        let asked: Vec<(RecordId, u32)> =
            latest.filter(|(_, version)| wanted(version.submitted.by)).map(|(record, version)| (record, version.number)).collect();
        self.rng.pick(&asked).copied()
    }

    /// Approves without asking whether they may.
    fn approves(&mut self, number: usize, device: DeviceId) -> Option<Bundle> {
        let (record, version) = self.asked(&["claim"])?;
        self.decides_as(number, device, (record, version), Act::Approve)
    }

    /// Countersigns, or approves, what they sent themselves.
    fn vouches_for_themselves(&mut self, number: usize, device: DeviceId) -> Option<Bundle> {
        let person = self.hostile[number].person;
        let (kind, act) = if self.rng.one_in(2) { ("observation", Act::Countersign) } else { ("claim", Act::Approve) };
        let own = self.asked_by(&[kind], |by| by == person)?;
        self.decides_as(number, device, own, act)
    }

    fn decides_anything(&mut self, number: usize, device: DeviceId) -> Option<Bundle> {
        let asked = self.asked(&["claim", "observation", "agreement", "plan"])?;
        let act = *self.rng.pick(&Act::ALL)?;
        self.decides_as(number, device, asked, act)
    }

    fn decides_as(&mut self, number: usize, device: DeviceId, asked: (RecordId, u32), act: Act) -> Option<Bundle> {
        let log = self.record_log;
        let person = self.hostile[number].person;
        let roles = self.facts()?.roles(person, self.now);
        let role = roles.first().copied().unwrap_or(Role::Supervisor);
        let role = if self.rng.one_in(4) { Role::Supervisor } else { role };
        let unlock = Unlock { method: UnlockMethod::Pin, at: self.now };
        let by = (Author { person, device }, role);
        let body = self.witness.known(log)?.decision(asked, act, by, unlock, Some("as said".to_owned()))?.encode();
        let mut signature = self.hostile[number].key.sign(Domain::Decision, &body.0);
        if self.rng.one_in(4) {
            signature = SecretKey::from_seed(self.rng.bytes()).sign(Domain::Decision, &body.0);
        }
        Some(self.bundle(log, vec![Item::Decision(SignedDecision { body, signature, salt: None, heads: Vec::new() })]))
    }

    /// Somebody's decision with something changed in it, under their name or one's own.
    fn forges(&mut self, number: usize, device: DeviceId) -> Option<Bundle> {
        let log = self.record_log;
        let lines = self.lines_of(log, LineKind::Decision);
        let bytes = self.rng.pick(&lines)?;
        let signed: SignedDecision = cbor::decode(bytes, MAX_DECISION_BYTES).ok()?;
        let mut decision = signed.decision().ok()?;
        let own = self.rng.one_in(2);
        if own {
            (decision.by, decision.device) = (self.hostile[number].person, device);
        }
        match self.rng.below(5) {
            0 => decision.version += 1,
            1 => decision.act = *self.rng.pick(&Act::ALL)?,
            2 => decision.digest = Hash::from(self.rng.bytes()),
            3 => decision.seen.position += 1,
            _ => decision.record = self.asked(&["claim", "observation"])?.0,
        }
        let body = decision.encode();
        let signature = if own { self.hostile[number].key.sign(Domain::Decision, &body.0) } else { signed.signature };
        Some(self.bundle(log, vec![Item::Decision(SignedDecision { body, signature, salt: signed.salt, heads: signed.heads })]))
    }

    /// A well-made change: by one's own device into what is somebody else's, or in the name of another's device.
    fn writes_as(&mut self, number: usize, device: DeviceId) -> Option<Bundle> {
        let logs: Vec<LogId> = self.witness.logs.keys().copied().collect();
        let log = if self.rng.one_in(3) { *self.rng.pick(&logs)? } else { self.record_log };
        let words = self.lines_of(log, LineKind::Word);
        let known = &self.witness.known(log)?.log;
        let records: Vec<String> = known.index.records().map(str::to_owned).collect();
        let devices: Vec<DeviceId> = known.facts.devices.keys().copied().collect();
        let (epoch, seen) = (known.epoch, known.newest()?);
        let record = self.rng.pick(&records)?.clone();
        let mut document = Document::from_genesis(&genesis(&log.to_string(), epoch)).ok()?;
        document.apply_all(words.iter().map(Vec::as_slice)).ok()?;
        let as_device = if self.rng.one_in(2) { device } else { *self.rng.pick(&devices)? };
        let hostile = &mut self.hostile[number];
        hostile.slot += 1;
        let slot = hostile.slot;
        let field = *self.rng.pick(&["words", "went_well", "scope", "level", "jot", "place", "by", "kind"])?;
        let written = document.edit(actor(*as_device.0.as_bytes(), slot), &WordSeen { position: seen.position, tag: seen.tag.0 }, |edit| {
            edit.put(&record, field, &"not mine".into())
        });
        let change = written.ok()??;
        Some(self.bundle(log, vec![Item::Word(Bytes(change.bytes))]))
    }

    /// An honest change with something changed in it that no phone would write.
    fn spoils(&mut self, number: usize, device: DeviceId) -> Option<Bundle> {
        let log = if self.rng.one_in(2) { self.record_log } else { LogId::Own(self.hostile[number].person) };
        let mut lines = self.lines_of(log, LineKind::Word);
        if lines.is_empty() {
            return None;
        }
        let honest = self.rng.pick(&lines)?.clone();
        // The first of a stock is never drawn from: there it is the genesis.
        lines.insert(0, genesis(&log.to_string(), self.epoch(log)));
        let told = Told::all(&lines);
        let stock = Stock { lines: &lines, told: &told, device: *device.0.as_bytes() };
        let Mutant { bytes, .. } = mutant(&honest, &mut self.rng.fork(), &stock);
        Some(self.bundle(log, vec![Item::Word(Bytes(bytes))]))
    }

    /// What somebody else sent, once more, and perhaps elsewhere.
    fn sends_what_was_sent(&mut self) -> Option<Bundle> {
        let words = self.lines_of(self.record_log, LineKind::Word);
        let word = self.rng.pick(&words)?.clone();
        let logs: Vec<LogId> = self.witness.logs.keys().copied().collect();
        let log = if self.rng.one_in(2) { self.record_log } else { *self.rng.pick(&logs)? };
        Some(self.bundle(log, vec![Item::Word(Bytes(word))]))
    }

    /// The bytes of a log's lines, as far as they were not erased.
    fn lines_of(&self, log: LogId, kind: LineKind) -> Vec<Vec<u8>> {
        let began = self.witness.known(log).map_or(0, |known| known.log.began());
        self.words_at_the_machine(log, |line| line.header.kind == kind && (kind != LineKind::Word || line.header.position >= began))
    }
}
