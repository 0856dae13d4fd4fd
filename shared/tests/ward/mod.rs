//! A ward in memory: one server that judges and orders, and people with phones. Tests read as stories.

#![allow(dead_code, reason = "each test file uses its own part of the ward")]

mod deeds;
mod framework;
mod phone;
pub mod server;
#[cfg(feature = "parts")]
pub mod shelves;
mod talk;

use std::collections::BTreeMap;

use shared::{
    fact::{Device, Fact, Member},
    id::{DeviceId, LogId, PairingId, PersonId, RecordId, RelationshipId},
    key::SecretKey,
    kind::Kinds,
    replica::{Identity, Replica},
    role::Role,
    time::{At, DAY_MS},
};
use uuid::Uuid;

use self::{phone::Phone, server::Server};

/// Day 0 of every story.
pub const START: At = At(1_750_000_000_000);

pub const AMARA: u8 = 1;
pub const RUTH: u8 = 2;
pub const FARID: u8 = 3;
pub const BEA: u8 = 4;
pub const TOMAS: u8 = 5;

pub fn person(number: u8) -> PersonId {
    PersonId(Uuid::from_bytes([number; 16]))
}

pub fn log() -> LogId {
    LogId::Record(RelationshipId(Uuid::from_bytes([9; 16])))
}

/// The log that one person alone reads.
pub fn own(number: u8) -> LogId {
    LogId::Own(person(number))
}

/// The log of Amara and one mentor.
pub fn pair(mentor: u8) -> LogId {
    LogId::Pair(PairingId(Uuid::from_bytes([20 + mentor; 16])))
}

pub fn member(number: u8, name: &str, role: Role) -> Member {
    Member {
        person: person(number),
        name: name.into(),
        role,
        leads: number == RUTH && role == Role::Mentor,
        job: String::new(),
        place: String::new(),
        employed_from: START,
        from: START,
        until: None,
    }
}

pub struct Ward {
    pub server: Server,
    pub phones: Vec<Phone>,
    pub now: At,
    records: u64,
}

impl Ward {
    /// Amara learns; Ruth leads, Farid mentors too; Bea supervises; Tomas leads the programme.
    pub fn new() -> Self {
        Self::with(Kinds::standard())
    }

    /// The same people with other kinds of records.
    pub fn with(kinds: Kinds) -> Self {
        let mut server = Server::new(kinds);
        server.open(log());
        let people = [
            (AMARA, "Amara Venn", Role::Mentee),
            (RUTH, "Ruth Calloray", Role::Mentor),
            (FARID, "Farid Nasweh", Role::Mentor),
            (BEA, "Bea Monteiral", Role::Supervisor),
            (TOMAS, "Tomas Lindquell", Role::Lead),
        ];
        for (number, name, role) in people {
            server.fact(log(), Fact::Member(member(number, name, role)), START).expect("member");
            server.open(own(number));
            server.fact(own(number), Fact::Member(member(number, name, Role::Owner)), START).expect("owner");
        }
        Self { server, phones: Vec::new(), now: START.plus(DAY_MS), records: 0 }
    }

    /// What Amara and one of her mentors keep between them. Before they have phones.
    pub fn open_pair(&mut self, mentor: u8) -> LogId {
        let pair = pair(mentor);
        self.server.open(pair);
        for (number, name, role) in [(AMARA, "Amara Venn", Role::Mentee), (mentor, "a mentor", Role::Mentor)] {
            self.server.fact(pair, Fact::Member(member(number, name, role)), START).expect("member");
        }
        pair
    }

    /// Gives somebody a phone and lets it fetch; returns its number.
    pub fn phone(&mut self, number: u8) -> usize {
        let index = self.phones.len();
        let seed = [u8::try_from(index).expect("few phones") + 100; 32];
        let key = SecretKey::from_seed(seed);
        let device = DeviceId(Uuid::from_bytes([u8::try_from(index).expect("few phones") + 50; 16]));
        let certificate = Device { device, person: person(number), key: key.public(), label: "phone".into() };
        let logs: Vec<LogId> = self.server.logs.iter().filter(|(_, (log, _))| log.facts.is_member(person(number), self.now)).map(|(id, _)| *id).collect();
        for log in logs {
            self.server.fact(log, Fact::Device(certificate.clone()), self.now).expect("certificate");
        }
        let identity = Identity {
            person: person(number),
            name: String::new(),
            device,
            organisation: self.server.organisation,
            organisation_name: "Quillbrook".into(),
            organisation_key: self.server.key.public(),
            demonstration: true,
        };
        let replica = Replica::new(self.server.kinds.clone(), identity);
        self.phones.push(Phone { replica, key, person: person(number), store: BTreeMap::new(), salts: 0, clock_off_ms: 0 });
        self.sync(index);
        index
    }

    pub fn pass(&mut self, ms: i64) {
        self.now = self.now.plus(ms);
    }

    pub fn record(&mut self) -> RecordId {
        self.records += 1;
        RecordId(Uuid::from_u128(0x0192_f0c1_0000_7000_8000_0000_0000_0000 + u128::from(self.records)))
    }
}
