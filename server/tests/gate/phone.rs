//! An honest phone: the replica core, a key in memory, and the wire.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use server::outside::Clock as _;
use shared::{
    bytes::Bytes,
    cbor,
    decision::{Act, Unlock, UnlockMethod},
    id::{DeviceId, LogId, RecordId},
    key::{Domain, SecretKey},
    kind::Kinds,
    log::Log,
    phone::{Ask, Row},
    replica::{Identity, Replica},
    scalar::Scalar,
    time::At,
    wire::{CONTENT_TYPE, Cursor, Enrol, Enrolled, HEADER, MAX_RESPONSE_BYTES, Session, SyncRequest, SyncResponse, Verdict, WIRE_VERSION},
};

use crate::house::{Answer, House, MENTEE};

/// Requests until a phone comes to rest.
const MOST_REQUESTS: usize = 50;

pub struct Phone {
    pub replica: Replica,
    pub cookie: String,
    key: SecretKey,
    drawn: u64,
}

impl Phone {
    /// Signs in, enrols over the wire and fetches everything.
    pub async fn of(house: &House, email: &str) -> Self {
        let person = house.person(email).await;
        let cookie = house.cookie(person.id).await;
        let mut phone = Self::without_lines(house, cookie).await;
        phone.sync(house).await;
        phone
    }

    pub async fn without_lines(house: &House, cookie: String) -> Self {
        let key = SecretKey::from_seed(house.server.entropy.seed());
        let session: Session = read(&call(house, Method::GET, "/session/v1", &cookie, Vec::new()).await);
        let enrol = Enrol { v: WIRE_VERSION, key: key.public(), label: "a phone".to_owned() };
        let enrolled: Enrolled = read(&call(house, Method::POST, "/device/v1", &cookie, cbor::encode(&enrol)).await);
        Self { replica: Replica::new(Kinds::standard(), Identity::of(session, enrolled.device)), cookie, key, drawn: 0 }
    }

    pub fn device(&self) -> DeviceId {
        self.replica.identity().device
    }

    pub fn own_log(&self) -> LogId {
        self.replica.own_log()
    }

    pub fn row(&self, log: LogId, record: RecordId) -> Row {
        self.replica.row_of(log, record).expect("the record is on this phone")
    }

    pub fn log(&self, log: LogId) -> &Log {
        self.replica.log(log).expect("the log is on this phone")
    }

    /// A draft of an observation that nobody else sees.
    pub fn observes(&mut self, mentee: shared::id::PersonId, now: At) -> RecordId {
        let record = self.record();
        let fields = [
            ("mentee", Scalar::from(mentee.to_string())),
            ("competency", "N01".into()),
            ("setting", "Home visit".into()),
            ("level", 3.into()),
            ("went_well", "Urgent things came first.".into()),
            ("captured_at", now.0.into()),
        ];
        let fields: BTreeMap<String, Scalar> = fields.map(|(field, value)| (field.to_owned(), value)).into();
        self.ask(&Ask::Create { log: self.own_log(), record, kind: "observation".to_owned(), fields }, now);
        record
    }

    /// The same, of the house's mentee and now.
    pub async fn drafts(&mut self, house: &House) -> RecordId {
        let mentee = house.person(MENTEE).await.id;
        self.observes(mentee, house.clock.now())
    }

    /// *Sign and send*: waits on this phone.
    pub fn signs_and_sends(&mut self, house: &House, record: RecordId) {
        self.sign(&Ask::Send { record, to: house.record, sign: true, reason: None, pin: String::new() }, house.clock.now());
    }

    pub fn decides(&mut self, log: LogId, record: RecordId, act: Act, now: At) {
        self.sign(&Ask::Decide { log, record, version: 1, act, reason: None, pin: String::new() }, now);
    }

    pub fn comments(&mut self, log: LogId, on: RecordId, words: &str, now: At) -> RecordId {
        let record = self.record();
        let fields = [("on".to_owned(), Scalar::from(on.to_string())), ("words".to_owned(), words.into())].into();
        self.ask(&Ask::Create { log, record, kind: "comment".to_owned(), fields }, now);
        record
    }

    pub fn ask(&mut self, ask: &Ask, now: At) {
        self.replica.ask(ask, now).expect("the phone allows it");
    }

    pub fn sign(&mut self, ask: &Ask, now: At) {
        let unlock = Unlock { method: UnlockMethod::Pin, at: now };
        let salt = self.draw();
        let unsigned = self.replica.propose(ask, unlock, now, &mut || salt).expect("the phone allows it");
        let tag = Domain::Decision.message(&[]);
        let signatures =
            unsigned.bodies().iter().map(|body| self.key.sign(Domain::Decision, body.strip_prefix(tag.as_slice()).expect("bodies carry their tag"))).collect();
        self.replica.commit(unsigned, signatures, now).expect("the phone allows it");
    }

    pub fn record(&mut self) -> RecordId {
        RecordId(uuid::Uuid::from_bytes(self.draw()))
    }

    fn draw(&mut self) -> [u8; 16] {
        self.drawn += 1;
        let mut bytes = *self.device().0.as_bytes();
        bytes.iter_mut().zip(self.drawn.to_le_bytes()).for_each(|(byte, drawn)| *byte ^= drawn);
        bytes
    }

    /// The next request as it would go out.
    pub fn request(&mut self, house: &House) -> SyncRequest {
        self.replica.request(house.clock.now()).0
    }

    /// Sends and fetches until nothing is left; the verdicts on what was sent.
    pub async fn sync(&mut self, house: &House) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for _ in 0..MOST_REQUESTS {
            let request = self.request(house);
            let response = self.post(house, &request).await;
            verdicts.extend(response.verdicts.iter().cloned());
            self.replica.absorb(&request, response.clone(), house.clock.now());
            let more = self.replica.wants_more(&request, &response);
            if !more {
                return verdicts;
            }
        }
        panic!("the phone does not come to rest: {verdicts:?}");
    }

    pub async fn post(&self, house: &House, request: &SyncRequest) -> SyncResponse {
        read(&self.try_post(house, cbor::encode(request)).await)
    }

    pub async fn try_post(&self, house: &House, body: Vec<u8>) -> Answer {
        call(house, Method::POST, "/sync/v1", &self.cookie, body).await
    }

    /// A request without bundles: from these cursors, and everything else from its start.
    pub fn pulls(&self, cursors: Vec<Cursor>) -> SyncRequest {
        SyncRequest { v: WIRE_VERSION, device: self.device(), cursors, rest: true, push: Vec::new() }
    }
}

pub async fn call(house: &House, method: Method, path: &str, cookie: &str, body: Vec<u8>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost:3000")
        .header(header::COOKIE, cookie)
        .header(HEADER, "1")
        .header(header::CONTENT_TYPE, CONTENT_TYPE);
    house.send(request.body(Body::from(body)).expect("a request")).await
}

pub fn read<T: serde::de::DeserializeOwned>(answer: &Answer) -> T {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.header(HEADER), Some("1"), "every answer of ours says so");
    cbor::decode(&answer.body, MAX_RESPONSE_BYTES).expect("an answer of the wire")
}

/// The same bytes with one bit changed.
pub fn bent(bytes: &Bytes) -> Bytes {
    let mut bent = bytes.clone();
    if let Some(last) = bent.0.last_mut() {
        *last ^= 1;
    }
    bent
}
