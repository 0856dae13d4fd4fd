//! A person's own devices: which there are, and revoking one.

use axum::http::{Method, StatusCode};
use shared::{
    cbor,
    time::{DAY_MS, HOUR_MS},
    wire::{MAX_RESPONSE_BYTES, Session},
};

use crate::{
    html,
    phone::Phone,
    site::{Answer, From, START, Site},
};

const RUTH: &str = "Ruth Calloray";

fn code(answer: &Answer) -> (u16, String) {
    let problem: shared::wire::Problem = serde_json::from_slice(&answer.body).expect("a problem");
    (answer.status.as_u16(), problem.code)
}

async fn asks(site: &Site, phone: &mut Phone) -> Answer {
    let (request, _) = phone.replica.request(site.server.clock.now());
    site.call(Method::POST, "/sync/v1", Some(&phone.cookie), cbor::encode(&request)).await
}

async fn session(site: &Site, cookie: &str) -> Session {
    let answer = site.call(Method::GET, "/session/v1", Some(cookie), Vec::new()).await;
    cbor::decode(&answer.body, MAX_RESPONSE_BYTES).expect("a session")
}

async fn page(site: &Site, path: &str, cookie: &str) -> String {
    let answer = site.get(path, Some(cookie)).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    let page = answer.text();
    html::check(&page);
    page
}

#[tokio::test]
async fn a_session_tells_which_devices_there_are_and_which_was_heard_from_by_it() {
    let site = Site::quillbrook().await;
    let mut first = Phone::set_up(&site, RUTH).await;
    site.clock.forward(DAY_MS);
    let second = Phone::set_up(&site, RUTH).await;
    let told = |session: Session| session.devices.into_iter().map(|device| (device.at, device.heard_at, device.here)).collect::<Vec<_>>();
    let (then, now) = (START, START.plus(DAY_MS));
    assert_eq!(told(session(&site, &second.cookie).await), [(then, then, false), (now, now, true)]);

    // Noted once an hour, and by a new session at once.
    for (ms, heard_at) in [(HOUR_MS - 1, now.plus(HOUR_MS - 1)), (2, now.plus(HOUR_MS - 1)), (HOUR_MS, now.plus(2 * HOUR_MS + 1))] {
        site.clock.forward(ms);
        assert_eq!(asks(&site, &mut first).await.status, StatusCode::OK);
        assert_eq!(told(session(&site, &first.cookie).await)[0], (then, heard_at, true));
    }
    first.cookie = site.sign_in(RUTH).await;
    assert!(told(session(&site, &first.cookie).await).iter().all(|(.., here)| !here), "nothing was heard by it yet");
    assert_eq!(asks(&site, &mut first).await.status, StatusCode::OK);
    assert!(told(session(&site, &first.cookie).await)[0].2);
}

#[tokio::test]
async fn a_revoked_device_is_signed_out_and_refused_and_its_logs_say_so() {
    let site = Site::quillbrook().await;
    let mut lost = Phone::set_up(&site, RUTH).await;
    let mut kept = Phone::set_up(&site, RUTH).await;
    let device = lost.replica.identity().device;
    let path = format!("/devices/{device}");
    let list = page(&site, "/devices", &kept.cookie).await;
    assert!(list.contains(&path) && list.contains(&kept.replica.identity().device.to_string()));
    assert_eq!(list.matches("This is the one that you are using now.").count(), 1);
    assert!(page(&site, &path, &kept.cookie).await.contains("Nothing more is taken from it"));

    let answer = site.post(&path, &[], Some(&kept.cookie), From::ThisSite).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/devices?done=revoked"));
    let list = page(&site, answer.location(), &kept.cookie).await;
    assert!(!list.contains(&path) && list.contains("Revoked."));
    assert_eq!(site.get(&path, Some(&kept.cookie)).await.status, StatusCode::NOT_FOUND, "it is not on the list any more");

    assert_eq!(code(&asks(&site, &mut lost).await), (401, "sign_in_again".to_owned()));
    lost.cookie = site.sign_in(RUTH).await;
    assert_eq!(code(&asks(&site, &mut lost).await), (409, "unknown_device".to_owned()));
    assert_eq!(asks(&site, &mut kept).await.status, StatusCode::OK, "the other one goes on");
    kept.sync(&site).await;
    for log in kept.replica.logs() {
        assert!(log.facts.revoked.contains(&device), "{}", log.id);
    }
    assert!(page(&site, &format!("/lead/history/{}", relationship(&kept)), &site.sign_in("Tomas Lindquell").await).await.contains("may no longer sign"));
}

fn relationship(phone: &Phone) -> String {
    phone.relationship().to_string().split('/').next_back().expect("a name").to_owned()
}

#[tokio::test]
async fn nobody_revokes_somebody_elses_device() {
    let site = Site::quillbrook().await;
    let mut ruth = Phone::set_up(&site, RUTH).await;
    let path = format!("/devices/{}", ruth.replica.identity().device);
    let amara = site.sign_in("Amara Venn").await;
    assert!(!page(&site, "/devices", &amara).await.contains(&path));
    for answer in [site.get(&path, Some(&amara)).await, site.post(&path, &[], Some(&amara), From::ThisSite).await] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(site.post(&path, &[], Some(&ruth.cookie), From::Elsewhere).await.status, StatusCode::FORBIDDEN);
    let nobody = site.get(&path, None).await;
    assert_eq!((nobody.status, nobody.location()), (StatusCode::SEE_OTHER, "/sign-in?next=/devices"));
    assert_eq!(asks(&site, &mut ruth).await.status, StatusCode::OK);
    let person = ruth.replica.identity().person;
    let other = site.server.gate.revoke_device(person, shared::id::DeviceId(uuid::Uuid::from_u128(1)), START).await;
    assert!(matches!(other, Err(server::gate::GateError::Unknown)));
    let stated = ruth.replica.logs().any(|log| !log.facts.revoked.is_empty());
    assert!(!stated);
}
