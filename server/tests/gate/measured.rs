//! `/readyz` and `/metrics`, on both stores.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use axum::{
    body::Body,
    http::{Request, header},
};
use server::{http::metrics_router, outside::Clock as _};
use shared::decision::Act;
use tower::ServiceExt as _;

use crate::{
    house::{Answer, Database, House, MENTEE, MENTOR},
    phone::Phone,
    process::command,
};

async fn metrics(house: &House) -> String {
    let request = Request::get("/metrics").body(Body::empty()).expect("a request");
    let response = metrics_router(house.server.clone()).oneshot(request).await.expect("routes do not fail");
    assert_eq!(response.status().as_u16(), 200);
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    assert_eq!(kind, Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    let body = axum::body::to_bytes(response.into_body(), 1024 * 1024).await.expect("an answer within bounds");
    String::from_utf8(body.to_vec()).expect("it is text")
}

/// The value of a sample, by its name with its labels.
fn value(text: &str, sample: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {sample} in\n{text}")).parse().expect("a number")
}

#[tokio::test]
async fn what_is_pushed_is_counted_by_its_verdict_and_nobody_is_named_on_sqlite() {
    counts(Database::Sqlite).await;
}

#[tokio::test]
async fn what_is_pushed_is_counted_by_its_verdict_and_nobody_is_named_on_postgres() {
    counts(Database::Postgres).await;
}

async fn counts(database: Database) {
    let house = House::on(database).await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let ilse = house.person(MENTEE).await.id;
    let record = mentor.drafts(&house).await;
    let request = mentor.request(&house);
    for _ in 0..2 {
        mentor.post(&house, &request).await;
    }
    mentor.sync(&house).await;
    mentor.signs_and_sends(&house, record);
    mentor.sync(&house).await;
    let mut phones = [Phone::of(&house, MENTEE).await, Phone::of(&house, MENTEE).await];
    for (phone, act) in phones.iter_mut().zip([Act::Acknowledge, Act::Disagree]) {
        phone.decides(house.record, record, act, house.clock.now());
    }
    for phone in &mut phones {
        let request = phone.request(&house);
        phone.post(&house, &request).await;
    }
    house.get("/invitation/a-secret", &[]).await;
    house.get("/nowhere", &[]).await;
    let _listener = house.server.live.listen(ilse);

    let text = metrics(&house).await;
    let push = |verdict: &str, code: &str| value(&text, &format!("countersign_pushes_total{{verdict=\"{verdict}\",code=\"{code}\"}}"));
    let (accepted, duplicate) = (push("accepted", ""), push("duplicate", ""));
    assert!(accepted >= 3.0 && duplicate >= 1.0, "{text}");
    assert!((push("refused", "r4_decided") - 1.0).abs() < f64::EPSILON);
    let judged = value(&text, "countersign_gate_seconds_count");
    assert!((judged - accepted - duplicate - 1.0).abs() < f64::EPSILON, "each push is timed once");
    // The organisation, three devices, and what was accepted.
    assert!(value(&text, "countersign_commit_seconds_count") >= accepted + 4.0);
    assert!(value(&text, "countersign_commit_lines_sum") > accepted + 4.0);
    assert!((value(&text, "countersign_live_streams") - 1.0).abs() < f64::EPSILON);
    assert!(value(&text, "countersign_logs_in_memory") >= 2.0);
    assert!(value(&text, "process_resident_memory_bytes") > 1_000_000.0);
    assert!(value(&text, "http_requests_total{method=\"POST\",route=\"/sync/v1\",status=\"200\"}") >= 5.0);
    assert!((value(&text, "http_requests_total{method=\"GET\",route=\"none\",status=\"404\"}") - 1.0).abs() < f64::EPSILON);
    assert!(value(&text, "http_request_duration_seconds_count{route=\"/invitation/{token}\"}") >= 1.0);
    for name in [MENTEE, MENTOR, "a-secret", &ilse.to_string(), &house.record.to_string(), &record.to_string()] {
        assert!(!text.contains(name), "{name} is nobody's business here");
    }
    assert_eq!(house.get("/metrics", &[]).await.status.as_u16(), 404, "not where people are");
}

#[tokio::test]
async fn ready_until_it_stops_or_its_store_is_gone_on_sqlite() {
    is_ready(Database::Sqlite).await;
}

#[tokio::test]
async fn ready_until_it_stops_or_its_store_is_gone_on_postgres() {
    is_ready(Database::Postgres).await;
}

async fn is_ready(database: Database) {
    let house = House::on(database).await;
    let code = |answer: Answer| (answer.status.as_u16(), answer.code());
    let ready = house.get("/readyz", &[]).await;
    assert_eq!((ready.status.as_u16(), ready.text().as_str()), (200, "ready\n"));
    house.server.store.close().await;
    assert_eq!(code(house.get("/readyz", &[]).await), (503, "store_unreachable".to_owned()));
    let house = house.restarted().await;
    assert_eq!(house.get("/readyz", &[]).await.status.as_u16(), 200);
    crate::house::run(&house.database, "delete from _sqlx_migrations").await;
    assert_eq!(code(house.get("/readyz", &[]).await), (503, "store_not_migrated".to_owned()));
    house.server.stopping.send_replace(true);
    assert_eq!(code(house.get("/readyz", &[]).await), (503, "stopping".to_owned()));
}

#[tokio::test]
async fn the_metrics_have_an_address_of_their_own() {
    let house = House::new().await;
    house.server.store.close().await;
    let mut child = command(&house.database)
        .args(["serve", "--port", "0"])
        .env("COUNTERSIGN_METRICS_ADDRESS", "127.0.0.1:0")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server starts");
    // Kept until the end: whoever writes to a closed pipe fails.
    let mut logged = BufReader::new(child.stderr.take().expect("it is piped")).lines().map(|line| line.expect("its log is text"));
    let told = logged.by_ref().find(|line| line.contains("\"metrics\"")).expect("it says where they are");
    let line: serde_json::Value = serde_json::from_str(&told).expect("its log is JSON");
    let address = line["fields"]["address"].as_str().expect("an address");
    assert!(address.starts_with("127.0.0.1:"));
    let text = reqwest::get(format!("http://{address}/metrics")).await.expect("it answers").text().await.expect("text");
    assert!(text.ends_with("# EOF\n"), "{text}");
    let page = reqwest::get(format!("http://{address}/")).await.expect("it answers");
    assert_eq!(page.status().as_u16(), 404, "nothing else is there");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}
