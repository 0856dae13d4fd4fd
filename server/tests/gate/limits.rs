//! What is turned away before it is judged, each with its stable code; and what every answer carries.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use shared::{
    cbor,
    wire::{
        Bundle, CONTENT_TYPE, Cursor, HEADER, MAX_BUNDLES, MAX_CURSORS, MAX_ITEMS, MAX_REQUEST_BYTES, SyncRequest, SyncResponse, Verdict,
        deflate::{CODING, deflated},
    },
};

use crate::{
    house::{Answer, House, MENTEE, MENTOR},
    phone::{Phone, call, read},
};

async fn posts(house: &House, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
    let mut request = Request::builder().method(Method::POST).uri("/sync/v1");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    house.send(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn a_call_needs_our_header_a_session_and_our_content_type() {
    let house = House::new().await;
    let mentor = Phone::of(&house, MENTOR).await;
    let body = cbor::encode(&mentor.pulls(Vec::new()));
    let (ours, cookie, kind) = ((HEADER, "1"), ("cookie", mentor.cookie.as_str()), ("content-type", CONTENT_TYPE));
    let cases = [
        (vec![cookie, kind], 400, "no_header"),
        (vec![ours, kind], 401, "sign_in_again"),
        (vec![ours, kind, ("cookie", "countersign_session=nobody")], 401, "sign_in_again"),
        (vec![ours, cookie, ("content-type", "text/plain")], 415, "content_type"),
    ];
    for (headers, status, code) in cases {
        let answer = posts(&house, &headers, body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code));
        assert_eq!(answer.header(HEADER), Some("1"), "a problem is ours too");
    }
    assert_eq!(posts(&house, &[ours, cookie, kind], body).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_packed_body_is_read_as_if_it_were_not_and_never_unpacked_beyond_the_limit() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    mentor.drafts(&house).await;
    let body = cbor::encode(&mentor.request(&house));
    let packed = deflated(&body).expect("shorter");
    let bomb = deflated(&vec![0; MAX_REQUEST_BYTES + 1]).expect("shorter");
    let ours = [(HEADER, "1"), ("cookie", mentor.cookie.as_str()), ("content-type", CONTENT_TYPE)];
    let coded = |coding| [ours.as_slice(), &[("content-encoding", coding)]].concat();
    for (coding, body, status, code) in [("br", packed.clone(), 415, "content_type"), (CODING, body, 400, "unreadable"), (CODING, bomb, 413, "too_large")] {
        let answer = posts(&house, &coded(coding), body).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code));
    }
    let answer: SyncResponse = read(&posts(&house, &coded(CODING), packed).await);
    assert!(!answer.verdicts.is_empty() && answer.verdicts.iter().all(Verdict::is_kept), "{:?}", answer.verdicts);
}

#[tokio::test]
async fn somebody_elses_cookie_judges_nothing_and_asks_to_sign_in_again() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let mentee = Phone::of(&house, MENTEE).await;
    mentor.drafts(&house).await;
    let request = mentor.request(&house);
    let answer = mentee.try_post(&house, cbor::encode(&request)).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (409, "sign_in_again"));
    let unknown = SyncRequest { device: "0192f0c1-2b3c-7d4e-8f50-112233445566".parse().expect("an id"), ..request };
    let answer = mentor.try_post(&house, cbor::encode(&unknown)).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (409, "unknown_device"));
}

#[tokio::test]
async fn more_than_the_wire_allows_is_turned_away() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    mentor.drafts(&house).await;
    let request = mentor.request(&house);
    let bundle = request.push.first().expect("a draft waits").clone();
    let item = bundle.items.first().expect("with its words").clone();
    let cursor = Cursor { log: house.record, epoch: 1, next: 0 };
    let too_many = [
        SyncRequest { push: vec![bundle.clone(); MAX_BUNDLES + 1], ..request.clone() },
        SyncRequest { push: vec![Bundle { items: vec![item; MAX_ITEMS + 1], ..bundle }], ..request.clone() },
        SyncRequest { cursors: vec![cursor; MAX_CURSORS + 1], ..request.clone() },
    ];
    for request in too_many {
        let answer = mentor.try_post(&house, cbor::encode(&request)).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "too_many"));
    }
    let answer = mentor.try_post(&house, vec![0; MAX_REQUEST_BYTES + 1]).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (413, "too_large"));
    let answer = mentor.try_post(&house, vec![0xff; 100]).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "unreadable"));
    let newer = SyncRequest { v: 9, ..request };
    let answer = mentor.try_post(&house, cbor::encode(&newer)).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "unknown_wire_version"));
}

#[tokio::test]
async fn every_call_of_the_app_is_turned_away_with_a_code() {
    let house = House::new().await;
    let mentor = Phone::of(&house, MENTOR).await;
    let long = call(&house, Method::POST, "/device/v1", &mentor.cookie, vec![0; 64 * 1_024]).await;
    assert_eq!((long.status.as_u16(), long.code().as_str()), (413, "too_large"));
    for asked in ["/sync/v1/live", "/sync/v1/live?device=", "/sync/v1/live?device=nobody"] {
        let answer = call(&house, Method::GET, asked, &mentor.cookie, Vec::new()).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "unreadable"), "{asked}");
    }
}

#[tokio::test]
async fn every_answer_keeps_pages_to_this_site() {
    let house = House::new().await;
    for path in ["/healthz", "/app/", "/nowhere", "/session/v1"] {
        let answer = house.get(path, &[]).await;
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(matches!(answer.header("referrer-policy"), Some("no-referrer" | "same-origin")), "{path}");
    }
}

#[tokio::test]
async fn the_bare_address_leads_people_to_localhost_and_leaves_programs_alone() {
    let house = House::new().await;
    let address = "127.0.0.1:3000".parse().expect("an address");
    let router = server::http::router(house.server.clone(), Some(address));
    let house = House { router, ..house };
    let asks = |host: &'static str, accept: &'static str, method: Method| {
        let request = Request::builder().method(method).uri("/help?from=home").header(header::HOST, host).header(header::ACCEPT, accept);
        house.send(request.body(Body::empty()).expect("a request"))
    };
    let answer = asks("127.0.0.1:3000", "text/html,*/*", Method::GET).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (307, Some("http://localhost:3000/help?from=home")));
    for (host, accept, method) in [
        ("127.0.0.1:3000", "*/*", Method::GET),
        ("127.0.0.1:3000", "text/html", Method::POST),
        ("localhost:3000", "text/html", Method::GET),
        ("127.0.0.1:4000", "text/html", Method::GET),
    ] {
        let answer = asks(host, accept, method).await;
        assert_ne!(answer.status.as_u16(), 307, "{host} {accept}");
    }
}
