//! A phone without a screen, over HTTP: the replica core with a cookie.

use axum::http::{Method, StatusCode};
use shared::{
    cbor,
    id::{LogId, RecordId},
    key::SecretKey,
    kind::Kinds,
    phone::Ask,
    replica::{Identity, Replica},
    scalar::Scalar,
    wire::{Enrol, Enrolled, MAX_RESPONSE_BYTES, Session, SyncResponse, Verdict, WIRE_VERSION},
};

use crate::site::Site;

/// Requests until a phone comes to rest.
const MOST_REQUESTS: usize = 20;

pub struct Phone {
    pub replica: Replica,
    pub cookie: String,
}

impl Phone {
    /// Signs in, enrols and fetches everything.
    pub async fn set_up(site: &Site, name: &str) -> Self {
        let cookie = site.sign_in(name).await;
        let session = site.call(Method::GET, "/session/v1", Some(&cookie), Vec::new()).await;
        let session: Session = cbor::decode(&session.body, MAX_RESPONSE_BYTES).expect("a session");
        let key = SecretKey::from_seed(site.server.entropy.seed());
        let enrol = cbor::encode(&Enrol { v: WIRE_VERSION, key: key.public(), label: format!("{name}'s phone") });
        let enrolled = site.call(Method::POST, "/device/v1", Some(&cookie), enrol).await;
        let enrolled: Enrolled = cbor::decode(&enrolled.body, MAX_RESPONSE_BYTES).expect("an enrolment");
        let mut phone = Self { replica: Replica::new(Kinds::standard(), Identity::of(session, enrolled.device)), cookie };
        phone.sync(site).await;
        phone
    }

    /// Sends what waits and fetches what is new; the verdicts that were not 'accepted' come back.
    pub async fn sync(&mut self, site: &Site) -> Vec<Verdict> {
        let mut others = Vec::new();
        for _ in 0..MOST_REQUESTS {
            let now = site.server.clock.now();
            let (request, _) = self.replica.request(now);
            let answer = site.call(Method::POST, "/sync/v1", Some(&self.cookie), cbor::encode(&request)).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
            let response: SyncResponse = cbor::decode(&answer.body, MAX_RESPONSE_BYTES).expect("an answer of the wire");
            others.extend(response.verdicts.iter().filter(|verdict| !verdict.is_kept()).cloned());
            self.replica.absorb(&request, response.clone(), now);
            let more = self.replica.wants_more(&request, &response);
            if !more && !self.replica.has_unsent(now) {
                return others;
            }
        }
        panic!("it does not come to rest: {others:?}");
    }

    /// The one relationship of this person.
    pub fn relationship(&self) -> LogId {
        self.replica.logs().map(|log| log.id).find(|log| matches!(log, LogId::Record(_))).expect("they are in a relationship")
    }

    /// Drafts an agreement and shares it; nothing is sent yet.
    pub fn shares_an_agreement(&mut self, site: &Site, words: &str) -> RecordId {
        let now = site.server.clock.now();
        let record = RecordId(site.server.gate.entropy().id(now));
        let fields = [("scope".to_owned(), Scalar::from(words)), ("frequency".to_owned(), Scalar::from("Every two weeks"))].into();
        let (log, to) = (self.replica.own_log(), self.relationship());
        self.replica.ask(&Ask::Create { log, record, kind: "agreement".to_owned(), fields }, now).expect("a mentor may draft an agreement");
        self.replica.ask(&Ask::Share { record, to: vec![to] }, now).expect("a draft may be shared");
        record
    }
}
