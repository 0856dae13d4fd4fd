//! A server in memory's reach: a store in a folder of its own, a clock that the test moves, requests without sockets.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use server::{
    Server,
    accounts::AccountSettings,
    http::{ClientFiles, router},
    organisation::{self, OrganisationFile},
    outside::{Clock, Entropy, SystemEntropy},
    store::{Address, Organisation, Person, Work},
};
use shared::{id::PersonId, key::SecretKey, time::At};
use tower::ServiceExt as _;

use crate::postgres::Cluster;

/// 12 May 2026, 13:02 UTC.
pub const START: At = At(1_778_590_920_000);
pub const PASSWORD: &str = "four words apart entirely";

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

pub struct Site {
    pub server: Server,
    pub clock: Arc<HandClock>,
    pub folder: tempfile::TempDir,
    router: Router,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("pages are UTF-8")
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn location(&self) -> &str {
        self.header(header::LOCATION).unwrap_or("no location")
    }

    /// `name=value` of the cookie that was set, as a browser sends it back.
    pub fn cookie(&self) -> Option<String> {
        self.header(header::SET_COOKIE)?.split(';').next().map(ToOwned::to_owned)
    }
}

/// What a browser says about where a form came from.
#[derive(Clone, Copy)]
pub enum From {
    ThisSite,
    Elsewhere,
    Unsaid,
}

impl Site {
    /// An organisation without people.
    pub async fn new() -> Self {
        Self::with(AccountSettings::default()).await
    }

    pub async fn with(settings: AccountSettings) -> Self {
        Self::empty(settings).await.founded().await
    }

    /// The same on PostgreSQL, served by two processes.
    pub async fn twice() -> [Self; 2] {
        let address = Cluster::get().database().await;
        let site = async || Self::at(&address, tempfile::tempdir().expect("a temporary folder"), AccountSettings::default()).await;
        [site().await.founded().await, site().await]
    }

    async fn founded(self) -> Self {
        let organisation = Organisation {
            id: "0192f0c1-2b3c-7d4e-8f50-000000000001".parse().expect("an id"),
            name: "Quillbrook Community Services".to_owned(),
            key: SecretKey::from_seed([9; 32]),
            zone: "GMT0BST,M3.5.0/1,M10.5.0".to_owned(),
            person_word: "resident".to_owned(),
            demonstration: true,
            created_at: START,
            rotation: None,
        };
        self.server.store.commit(Work { organisation: Some(organisation), ..Work::default() }).await.expect("the store is empty");
        self
    }

    /// The demonstration's people, framework and relationships, before its story.
    pub async fn quillbrook() -> Self {
        let site = Self::empty(AccountSettings::default()).await;
        let file = OrganisationFile::parse(include_str!("../../src/demo/quillbrook.json")).expect("the demonstration's file");
        let created = organisation::create(&site.server.gate, &file, START).await.expect("an empty store");
        for person in created.people {
            site.server.accounts.set_password(person, PASSWORD).await.expect("a password is set");
        }
        site
    }

    /// A server before anything was set up.
    pub async fn empty(settings: AccountSettings) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = format!("sqlite://{}", folder.path().join("countersign.db").display());
        Self::at(&address, folder, settings).await
    }

    async fn at(address: &str, folder: tempfile::TempDir, settings: AccountSettings) -> Self {
        let store = address.parse::<Address>().expect("an address").open().await.expect("the store opens");
        let clock = Arc::new(HandClock(AtomicI64::new(START.0)));
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let server = Server::new(store, Arc::clone(&clock) as Arc<dyn Clock>, entropy, settings, ClientFiles::default());
        let router = router(server.clone(), None);
        Self { server, clock, folder, router }
    }

    /// Somebody with a password.
    pub async fn person(&self, name: &str, leads: bool) -> PersonId {
        let id = self.person_without_password(name, leads).await;
        self.server.accounts.set_password(id, PASSWORD).await.expect("a password is set");
        id
    }

    pub async fn person_without_password(&self, name: &str, leads: bool) -> PersonId {
        let id = PersonId(self.server.gate.entropy().id(START));
        let person = Person { id, name: name.to_owned(), email: email(name), job: String::new(), place: String::new(), employed_from: START, leads };
        self.server.store.commit(Work { people: vec![person], ..Work::default() }).await.expect("nobody else has that address");
        id
    }

    /// Signs in and gives the cookie.
    pub async fn sign_in(&self, name: &str) -> String {
        let answer = self.try_password(&email(name), PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        answer.cookie().expect("a session begins")
    }

    pub async fn try_password(&self, email: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("email", email), ("password", password)], None, From::ThisSite).await
    }

    pub async fn get(&self, path: &str, cookie: Option<&str>) -> Answer {
        self.send(self.request(Method::GET, path, cookie).body(Body::empty()).expect("a request")).await
    }

    /// Sends a form as a browser does.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)], cookie: Option<&str>, from: From) -> Answer {
        let mut request = self.request(Method::POST, path, cookie).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request = match from {
            From::ThisSite => request.header("sec-fetch-site", "same-origin").header(header::ORIGIN, "http://localhost:3000"),
            From::Elsewhere => request.header("sec-fetch-site", "cross-site").header(header::ORIGIN, "https://example.org"),
            From::Unsaid => request,
        };
        self.send(request.body(Body::from(form(fields))).expect("a request")).await
    }

    /// A call of the app: with the header that no other site can send.
    pub async fn call(&self, method: Method, path: &str, cookie: Option<&str>, body: Vec<u8>) -> Answer {
        let request = self.request(method, path, cookie).header(shared::wire::HEADER, "1").header(header::CONTENT_TYPE, shared::wire::CONTENT_TYPE);
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    pub fn request(&self, method: Method, path: &str, cookie: Option<&str>) -> axum::http::request::Builder {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:3000");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("routes do not fail");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 8 * 1024 * 1024).await.expect("an answer within bounds").to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

/// `Ruth Calloray` → `ruth@quillbrook.example`.
pub fn email(name: &str) -> String {
    format!("{}@quillbrook.example", name.split_whitespace().next().unwrap_or(name).to_lowercase())
}

fn form(fields: &[(&str, &str)]) -> String {
    let coded = |text: &str| {
        text.bytes().fold(String::new(), |mut coded, byte| {
            if byte.is_ascii_alphanumeric() {
                coded.push(char::from(byte));
            } else {
                coded.push_str(&format!("%{byte:02X}"));
            }
            coded
        })
    };
    fields.iter().map(|(name, value)| format!("{}={}", coded(name), coded(value))).collect::<Vec<_>>().join("&")
}
