//! A server with a small organisation, a store in a folder of its own, and a clock that the test moves.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use server::{
    Server,
    accounts::{AccountSettings, COOKIE, Token},
    http::{ClientFiles, router},
    organisation::{self, Created, OrganisationFile},
    outside::{Clock, Entropy},
    store::{Address, Person, Session, Store},
};
use sha2::{Digest as _, Sha256};
use shared::{
    id::{LogId, PersonId},
    time::{At, DAY_MS},
};
use sqlx::{Connection as _, Executor as _};
use tower::ServiceExt as _;

use crate::postgres::Cluster;

/// 12 May 2026, 13:02 UTC.
pub const START: At = At(1_778_590_920_000);
pub const EXAMPLE: &str = include_str!("../../examples/organisation.json");

pub const MENTEE: &str = "ilse@harrowmere.example";
pub const MENTOR: &str = "owen@harrowmere.example";
pub const SUPERVISOR: &str = "safiya@harrowmere.example";
pub const LEAD: &str = "marek@harrowmere.example";

/// A clock that stands until the test moves it.
pub struct HandClock(AtomicI64);

impl HandClock {
    pub fn forward(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> At {
        At(self.0.load(Ordering::SeqCst))
    }
}

/// The same bytes in every run: SHA-256 of a counter.
pub struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let drawn: [u8; 32] = Sha256::digest(self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes()).into();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
    }
}

/// Which database a house has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

pub struct House {
    pub server: Server,
    pub clock: Arc<HandClock>,
    pub folder: Arc<tempfile::TempDir>,
    /// The database's address.
    pub database: String,
    pub router: Router,
    /// The one relationship's record log.
    pub record: LogId,
}

impl House {
    /// The example organisation.
    pub async fn new() -> Self {
        Self::on(Database::Sqlite).await
    }

    pub async fn on(database: Database) -> Self {
        Self::of(database, &OrganisationFile::parse(EXAMPLE).expect("the example is well-formed")).await
    }

    /// An organisation of its own.
    pub async fn of(database: Database, file: &OrganisationFile) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        let database = match database {
            Database::Sqlite => url(folder.path()),
            Database::Postgres => Cluster::get().database().await,
        };
        let mut house = Self::open(folder, database, 0, LogId::Own(PersonId(uuid::Uuid::nil()))).await;
        house.record = *house.create(file).await.relationships.first().expect("the example has one");
        house
    }

    async fn create(&self, file: &OrganisationFile) -> Created {
        organisation::create(&self.server.gate, file, START).await.expect("the store is empty")
    }

    /// A server on an existing database; `run` keeps the randomness of two runs apart.
    pub async fn open(folder: Arc<tempfile::TempDir>, database: String, run: u64, record: LogId) -> Self {
        let store = database.parse::<Address>().expect("an address").open().await.expect("the store opens");
        let clock = Arc::new(HandClock(AtomicI64::new(START.0)));
        let entropy: Arc<dyn Entropy> = Arc::new(Counted(AtomicU64::new(run << 32)));
        let server = Server::new(store, Arc::clone(&clock) as Arc<dyn Clock>, entropy, AccountSettings::default(), ClientFiles::default());
        let router = router(server.clone(), None);
        Self { server, clock, folder, database, router, record }
    }

    /// Stops as a shutdown does, and starts again on the same file.
    pub async fn restarted(self) -> Self {
        self.server.gate.keep_all().await;
        self.killed().await
    }

    /// Stops as a kill does, and starts again on the same file: what was folded is stored as far as it happened to be.
    pub async fn killed(self) -> Self {
        let now = self.clock.now();
        self.server.store.close().await;
        let house = self.beside(1).await;
        house.clock.forward(now.since(START));
        house
    }

    /// Another server on the same database.
    pub async fn beside(&self, run: u64) -> Self {
        Self::open(Arc::clone(&self.folder), self.database.clone(), run, self.record).await
    }

    pub async fn person(&self, email: &str) -> Person {
        self.server.store.person_by_email(email).await.expect("the store answers").expect("somebody of the example")
    }

    /// The cookie of a session that stands, without a password.
    pub async fn cookie(&self, person: PersonId) -> String {
        begin_session(&*self.server.store, person, self.server.entropy.seed()).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("routes do not fail");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 16 * 1024 * 1024).await.expect("an answer within bounds").to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(Method::GET).uri(path).header(header::HOST, "localhost:3000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).expect("a request")).await
    }
}

pub fn url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("countersign.sqlite").display())
}

/// Writes to a database past the server.
pub async fn run(address: &str, statement: &'static str) {
    if address.starts_with("sqlite") {
        sqlx::SqliteConnection::connect(address).await.expect("the file opens").execute(statement).await.expect("the table is there");
    } else {
        sqlx::PgConnection::connect(address).await.expect("the cluster answers").execute(statement).await.expect("the table is there");
    }
}

pub async fn begin_session(store: &dyn Store, person: PersonId, secret: [u8; 32]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(secret);
    let token = Token::parse(&text).expect("32 bytes make a token");
    let session = Session { person, began_at: START, ends_at: START.plus(3_000 * DAY_MS), device: None };
    store.begin_session(token.hash(), &session).await.expect("the store answers");
    format!("{COOKIE}={text}")
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The stable code of a problem.
    pub fn code(&self) -> String {
        let problem: shared::wire::Problem = serde_json::from_slice(&self.body).expect("a problem");
        assert_eq!(problem.status, self.status.as_u16(), "the body names the status");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        problem.code
    }
}
