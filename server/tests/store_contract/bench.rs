//! A store on trial, and what a gate would remember beside it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use server::{
    outside::Entropy,
    store::{Address, LogWork, Organisation, Page, Person, Place, Store, Work},
};
use shared::{
    bytes::Fixed,
    decision::{Act, DECISION_FORMAT, Decision, SignedDecision, Unlock, UnlockMethod, canonical_content, content_digest, frozen},
    fact::{Device, Evidence, Fact, Facts, Member, Opened},
    id::{DeviceId, LogId, OrganisationId, PersonId, RecordId, RelationshipId},
    key::{Domain, SecretKey},
    kind::{Kinds, OBSERVATION},
    ledger::Ledger,
    line::{ChainHead, Seen},
    log::FIRST_EPOCH,
    role::Role,
    rules::{self, Accepted, State},
    time::At,
};
use sqlx::{Connection as _, Executor as _};
use uuid::Uuid;

use crate::postgres::Cluster;

pub const NOW: At = At(1_778_590_920_000);

struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        let drawn = self.0.fetch_add(1, Ordering::SeqCst);
        bytes.iter_mut().zip(drawn.to_le_bytes().into_iter().cycle()).for_each(|(byte, drawn)| *byte = drawn);
    }
}

/// A test that waits longer has failed; no promise of speed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Where a store keeps it all.
pub enum Ground {
    Sqlite(tempfile::TempDir),
    Postgres(String),
}

impl Ground {
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a temporary folder"))
    }

    pub async fn postgres() -> Self {
        Self::Postgres(Cluster::get().database().await)
    }

    fn address(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("contract.sqlite").display()),
            Self::Postgres(address) => address.clone(),
        }
    }

    /// Runs statements on the server, past the store.
    pub async fn run(&self, statements: &str) {
        run(&self.address(), statements).await;
    }

    /// Waits until a statement counts so many.
    pub async fn wait_for(&self, count: &str, many: i64) {
        let mut connection = sqlx::PgConnection::connect(&self.address()).await.expect("the cluster answers");
        let counts = async {
            let mut counted = -1;
            while counted != many {
                counted = sqlx::query_scalar(sqlx::AssertSqlSafe(count.to_owned())).fetch_one(&mut connection).await.expect("a count");
            }
        };
        tokio::time::timeout(PATIENCE, counts).await.unwrap_or_else(|_| panic!("{count} never became {many}"));
    }

    pub async fn open(&self) -> Arc<dyn Store> {
        let address: Address = self.address().parse().expect("an address");
        address.open().await.expect("the store opens")
    }
}

/// Runs statements in a database of PostgreSQL.
pub async fn run(address: &str, statements: &str) {
    let mut connection = sqlx::PgConnection::connect(address).await.expect("the cluster answers");
    connection.execute(sqlx::AssertSqlSafe(statements.to_owned())).await.expect("the statements are right");
}

/// A store, and what a gate would remember beside it.
pub struct Bench {
    pub store: Arc<dyn Store>,
    pub ground: Ground,
    pub key: SecretKey,
    entropy: Counted,
}

impl Bench {
    pub async fn new(ground: Ground) -> Self {
        let store = ground.open().await;
        let bench = Self { store, ground, key: SecretKey::from_seed([3; 32]), entropy: Counted(AtomicU64::new(1)) };
        bench.store.commit(Work { organisation: Some(bench.organisation()), ..Work::default() }).await.expect("the store is empty");
        bench
    }

    pub fn organisation(&self) -> Organisation {
        Organisation {
            id: OrganisationId(Uuid::from_u128(1)),
            name: "Harrowmere".to_owned(),
            key: self.key.clone(),
            zone: "UTC0".to_owned(),
            person_word: "client".to_owned(),
            demonstration: false,
            created_at: NOW,
            rotation: None,
        }
    }

    pub async fn reopened(self) -> Self {
        self.store.close().await;
        Self { store: self.ground.open().await, ..self }
    }

    pub async fn person(&self, number: u128) -> PersonId {
        let id = PersonId(Uuid::from_u128(number));
        let person = Person {
            id,
            name: format!("Person {number}"),
            email: format!("{number}@harrowmere.example"),
            job: String::new(),
            place: String::new(),
            employed_from: NOW,
            leads: false,
        };
        self.store.commit(Work { people: vec![person], ..Work::default() }).await.expect("nobody else has that address");
        id
    }

    pub fn work(&self, log: LogId, before: ChainHead, at: At, facts: Vec<Fact>) -> LogWork {
        let place = Place { log, epoch: FIRST_EPOCH, before, received_at: at, key: &self.key, entropy: &self.entropy };
        LogWork::new(place, facts.into_iter().map(accepted).collect())
    }

    pub fn work_of(&self, log: LogId, before: ChainHead, accepted: Vec<Accepted>) -> LogWork {
        LogWork::new(Place { log, epoch: FIRST_EPOCH, before, received_at: NOW, key: &self.key, entropy: &self.entropy }, accepted)
    }

    pub fn origin(&self, log: LogId) -> ChainHead {
        ChainHead::origin(log, OrganisationId(Uuid::from_u128(1)))
    }

    pub async fn opened(&self, log: LogId, members: Vec<Fact>) -> ChainHead {
        let opened = Fact::Opened(Opened {
            log,
            organisation: OrganisationId(Uuid::from_u128(1)),
            organisation_name: "Harrowmere".to_owned(),
            key: self.key.public(),
            zone: "UTC0".to_owned(),
            person_word: "client".to_owned(),
            demonstration: false,
            relationship: None,
        });
        let work = self.work(log, self.origin(log), NOW, [vec![opened], members].concat());
        let head = work.after();
        self.store.commit(Work::of(work)).await.expect("the log is new");
        head
    }
}

pub fn accepted(fact: Fact) -> Accepted {
    let (kinds, facts, ledger) = (Kinds::standard(), facts(), Ledger::default());
    rules::fact(State { kinds: &kinds, facts: &facts, ledger: &ledger }, fact, NOW).expect("the rules allow it")
}

/// An observation that was signed in another log, on its way into this one.
pub fn evidence(origin: LogId, record: RecordId, line: u64) -> Accepted {
    let (kinds, mut facts, ledger) = (Kinds::standard(), facts(), Ledger::default());
    let (mentee, mentor, key) = (PersonId(Uuid::from_u128(7)), PersonId(Uuid::from_u128(8)), SecretKey::from_seed([8; 32]));
    facts.fold(&member(mentee, Role::Mentee));
    let (form, salt) = (OBSERVATION.form(), Fixed([5; 16]));
    let words = canonical_content(origin, record, OBSERVATION.code, &form, &[("mentee".to_owned(), mentee.to_string().into())].into());
    let device = Device { device: DeviceId(Uuid::from_u128(80)), person: mentor, key: key.public(), label: "Phone".to_owned() };
    let decision = Decision {
        v: DECISION_FORMAT,
        log: origin,
        record,
        version: 1,
        act: Act::Submit,
        kind: OBSERVATION.code.to_owned(),
        form,
        digest: content_digest(&salt, &words),
        by: mentor,
        device: device.device,
        role: Role::Mentor,
        unlock: Unlock { method: UnlockMethod::Pin, at: NOW },
        at: NOW,
        seen: Seen { position: 1, tag: Fixed([0; 12]) },
        beacon: None,
        reason: None,
    };
    let body = decision.encode();
    let signature = key.sign(Domain::Decision, &body.0);
    let signed = SignedDecision { body, signature, salt: None, heads: Vec::new() };
    let evidence = Evidence { line, received_at: NOW, seen_at: NOW, name: "Somebody".to_owned(), device, signed };
    let state = State { kinds: &kinds, facts: &facts, ledger: &ledger };
    rules::evidence(state, evidence, frozen(&salt, &words)).expect("the rules allow it")
}

/// A record log with a lead.
fn facts() -> Facts {
    let mut facts = Facts::default();
    facts.fold(&Fact::Opened(Opened {
        log: record_log(0),
        organisation: OrganisationId(Uuid::from_u128(1)),
        organisation_name: String::new(),
        key: SecretKey::from_seed([3; 32]).public(),
        zone: "UTC0".to_owned(),
        person_word: String::new(),
        demonstration: false,
        relationship: None,
    }));
    facts.fold(&member(LEAD, Role::Lead));
    facts
}

pub const LEAD: PersonId = PersonId(Uuid::from_u128(999));

pub fn record_log(number: u128) -> LogId {
    LogId::Record(RelationshipId(Uuid::from_u128(number)))
}

pub fn member(person: PersonId, role: Role) -> Fact {
    Fact::Member(Member {
        person,
        name: "Somebody".to_owned(),
        role,
        leads: false,
        job: String::new(),
        place: String::new(),
        employed_from: NOW,
        from: NOW,
        until: None,
    })
}

/// A fact that feeds no table.
pub fn captured(number: u128) -> Fact {
    Fact::Captured { record: RecordId(Uuid::from_u128(number)), earliest: NOW, latest: NOW }
}

pub const ALL: Page = Page { from: 0, end: u64::MAX, lines: usize::MAX, bytes: usize::MAX };
