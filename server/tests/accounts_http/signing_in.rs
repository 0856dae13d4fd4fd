//! Signing in and out, sessions and invitations, over HTTP.

use crate::site::{Answer, From, PASSWORD, Site, email};
use axum::http::{Method, StatusCode, header};
use server::accounts::{AccountSettings, Token};
use shared::{
    cbor,
    key::SecretKey,
    time::{DAY_MS, MINUTE_MS},
    wire::{Enrol, Enrolled, Problem, Session, WIRE_VERSION},
};

const RUTH: &str = "Ruth Calloray";

fn code(answer: &Answer) -> String {
    serde_json::from_slice::<Problem>(&answer.body).expect("a problem").code
}

#[tokio::test]
async fn the_right_password_signs_in_and_another_does_not() {
    let site = Site::new().await;
    site.person(RUTH, false).await;

    let wrong = site.try_password(&email(RUTH), "another password").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.cookie().is_none());
    assert!(wrong.text().contains("do not belong together"));
    assert!(wrong.text().contains(&email(RUTH)), "the address is not typed twice");
    assert!(!wrong.text().contains("another password"), "a password is never sent back");

    let unknown = site.try_password("nobody@quillbrook.example", "another password").await;
    assert_eq!(unknown.status, wrong.status);
    assert!(unknown.text().contains("do not belong together"), "nobody learns who has an account");

    let right = site.try_password("  Ruth@Quillbrook.example ", PASSWORD).await;
    assert_eq!(right.status, StatusCode::SEE_OTHER);
    assert_eq!(right.location(), "/app/");
}

#[tokio::test]
async fn the_cookie_is_closed_to_scripts_and_to_other_sites() {
    let site = Site::new().await;
    site.person(RUTH, false).await;
    let answer = site.try_password(&email(RUTH), PASSWORD).await;
    let cookie = answer.header(header::SET_COOKIE).expect("a cookie");
    assert!(cookie.starts_with("countersign_session="));
    for flag in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=7776000"] {
        assert!(cookie.contains(flag), "{flag} in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain http on localhost");

    let site = Site::with(AccountSettings { behind_https: true }).await;
    site.person(RUTH, false).await;
    let answer = site.try_password(&email(RUTH), PASSWORD).await;
    assert!(answer.header(header::SET_COOKIE).expect("a cookie").ends_with("; Secure"));
}

#[tokio::test]
async fn the_store_knows_a_session_by_its_hash_alone() {
    let site = Site::new().await;
    site.person(RUTH, false).await;
    let cookie = site.sign_in(RUTH).await;
    let text = cookie.split_once('=').expect("name=value").1;
    let token = Token::parse(text).expect("43 characters of base64url");

    let stored: Vec<u8> = std::fs::read_dir(site.folder.path())
        .expect("the folder stands")
        .flat_map(|entry| std::fs::read(entry.expect("an entry").path()).expect("a file"))
        .collect();
    let holds = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
    assert!(holds(&token.hash().0), "its SHA-256 is there");
    assert!(!holds(text.as_bytes()), "the token is not");
    let raw = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text).expect("base64url");
    assert!(!holds(&raw), "nor its bytes");
    assert!(!holds(PASSWORD.as_bytes()), "nor the password");
    assert!(holds(b"$argon2id$"), "only what Argon2id makes of it");
}

#[tokio::test]
async fn too_many_wrong_passwords_must_wait_and_the_right_one_too() {
    let site = Site::new().await;
    site.person(RUTH, false).await;
    site.person("Amara Venn", false).await;
    for _ in 0..10 {
        assert_eq!(site.try_password(&email(RUTH), "another password").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let limited = site.try_password(&email(RUTH), PASSWORD).await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.header(header::RETRY_AFTER), Some("60"));
    assert!(limited.text().contains("Wait a minute"));
    site.sign_in("Amara Venn").await;

    site.clock.forward(MINUTE_MS);
    site.sign_in(RUTH).await;
}

#[tokio::test]
async fn a_form_from_another_site_does_nothing() {
    let site = Site::new().await;
    site.person(RUTH, false).await;
    let address = email(RUTH);
    let fields = [("email", &*address), ("password", PASSWORD)];
    for from in [From::Elsewhere, From::Unsaid] {
        let answer = site.post("/sign-in", &fields, None, from).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.cookie().is_none());
        assert!(answer.text().contains("did not come from this site"));
    }
    let cookie = site.sign_in(RUTH).await;
    assert_eq!(site.post("/sign-out", &[], Some(&cookie), From::Elsewhere).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.call(Method::GET, "/session/v1", Some(&cookie), Vec::new()).await.status, StatusCode::OK, "still signed in");
}

#[tokio::test]
async fn a_call_without_our_header_is_turned_away_even_with_a_cookie() {
    let site = Site::new().await;
    site.person(RUTH, false).await;
    let cookie = site.sign_in(RUTH).await;
    let answer = site.get("/session/v1", Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(code(&answer), "no_header");
}

#[tokio::test]
async fn the_app_learns_who_is_signed_in() {
    let site = Site::new().await;
    let ruth = site.person(RUTH, false).await;
    let nobody = site.call(Method::GET, "/session/v1", None, Vec::new()).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert_eq!(code(&nobody), "sign_in_again");

    let cookie = site.sign_in(RUTH).await;
    let answer = site.call(Method::GET, "/session/v1", Some(&cookie), Vec::new()).await;
    assert_eq!(answer.header(header::CONTENT_TYPE), Some("application/cbor"));
    assert_eq!(answer.header("x-countersign"), Some("1"));
    let session: Session = cbor::decode(&answer.body, 4_096).expect("a session");
    assert_eq!((session.person, session.name.as_str(), session.demonstration), (ruth, RUTH, true));
    assert_eq!(session.organisation_key, SecretKey::from_seed([9; 32]).public());
}

#[tokio::test]
async fn signing_out_ends_this_browsers_session_and_no_other() {
    let site = Site::new().await;
    site.person(RUTH, false).await;
    let (phone, tablet) = (site.sign_in(RUTH).await, site.sign_in(RUTH).await);
    assert_ne!(phone, tablet);

    let answer = site.post("/sign-out", &[], Some(&phone), From::ThisSite).await;
    assert_eq!(answer.location(), "/");
    assert!(answer.header(header::SET_COOKIE).expect("the cookie goes").contains("Max-Age=0"));
    assert_eq!(site.call(Method::GET, "/session/v1", Some(&phone), Vec::new()).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(site.call(Method::GET, "/session/v1", Some(&tablet), Vec::new()).await.status, StatusCode::OK);

    assert_eq!(site.call(Method::POST, "/session/v1/end", Some(&tablet), Vec::new()).await.status, StatusCode::OK);
    assert_eq!(site.call(Method::GET, "/session/v1", Some(&tablet), Vec::new()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_used_session_lasts_and_an_unused_one_ends() {
    let site = Site::new().await;
    site.person(RUTH, false).await;
    let cookie = site.sign_in(RUTH).await;
    let ask = || site.call(Method::GET, "/session/v1", Some(&cookie), Vec::new());
    for _ in 0..4 {
        site.clock.forward(20 * DAY_MS);
        assert_eq!(ask().await.status, StatusCode::OK, "used within 30 days");
    }
    site.clock.forward(11 * DAY_MS);
    assert_eq!(ask().await.status, StatusCode::UNAUTHORIZED, "90 days are over in any case");

    let idle = site.sign_in(RUTH).await;
    site.clock.forward(30 * DAY_MS);
    assert_eq!(site.call(Method::GET, "/session/v1", Some(&idle), Vec::new()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn signing_in_anew_ends_the_session_that_the_browser_had() {
    let site = Site::new().await;
    site.person(RUTH, false).await;
    let before = site.sign_in(RUTH).await;
    let address = email(RUTH);
    let fields = [("email", &*address), ("password", PASSWORD), ("next", "/app/records")];
    let answer = site.post("/sign-in", &fields, Some(&before), From::ThisSite).await;
    assert_eq!(answer.location(), "/app/records");
    assert_ne!(answer.cookie(), Some(before.clone()));
    assert_eq!(site.call(Method::GET, "/session/v1", Some(&before), Vec::new()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_invitation_is_used_once_and_ends_older_sessions() {
    let site = Site::new().await;
    let ruth = site.person(RUTH, false).await;
    let before = site.sign_in(RUTH).await;
    let token = site.server.accounts.invite(ruth).await.expect("an invitation");
    let path = format!("/invitation/{}", token.text());

    assert!(site.get(&path, None).await.text().contains("Welcome, Ruth"));
    for (password, again, problem) in [("short", "short", "at least 10 characters"), ("a longer password", "another password", "not the same")] {
        let answer = site.post(&path, &[("password", password), ("again", again)], None, From::ThisSite).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(problem), "{problem}");
    }
    let new = [("password", "a longer password"), ("again", "a longer password")];
    assert_eq!(site.post(&path, &new, None, From::Elsewhere).await.status, StatusCode::FORBIDDEN);
    let done = site.post(&path, &new, None, From::ThisSite).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/app/"));
    assert_eq!(site.call(Method::GET, "/session/v1", done.cookie().as_deref(), Vec::new()).await.status, StatusCode::OK);
    assert_eq!(site.call(Method::GET, "/session/v1", Some(&before), Vec::new()).await.status, StatusCode::UNAUTHORIZED);

    assert_eq!(site.get(&path, None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.post(&path, &new, None, From::ThisSite).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.try_password(&email(RUTH), "a longer password").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_invitation_ends_after_fourteen_days() {
    let site = Site::new().await;
    let ruth = site.person_without_password(RUTH, false).await;
    assert_eq!(site.try_password(&email(RUTH), "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.try_password(&email(RUTH), PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY, "no password was chosen yet");
    let path = format!("/invitation/{}", site.server.accounts.invite(ruth).await.expect("an invitation").text());
    site.clock.forward(14 * DAY_MS - 1);
    assert_eq!(site.get(&path, None).await.status, StatusCode::OK);
    site.clock.forward(1);
    let over = site.get(&path, None).await;
    assert_eq!(over.status, StatusCode::NOT_FOUND);
    assert!(over.text().contains("14 days"));
}

#[tokio::test]
async fn inviting_anew_ends_the_old_password_and_every_session_at_once() {
    let site = Site::new().await;
    let ruth = site.person(RUTH, false).await;
    let cookie = site.sign_in(RUTH).await;
    let token = site.server.accounts.invite_again(ruth).await.expect("an invitation");
    assert_eq!(site.call(Method::GET, "/session/v1", Some(&cookie), Vec::new()).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(site.try_password(&email(RUTH), PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.get(&format!("/invitation/{}", token.text()), None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_signed_in_browser_becomes_a_device_of_its_person() {
    let site = Site::new().await;
    let ruth = site.person(RUTH, false).await;
    let enrol = cbor::encode(&Enrol { v: WIRE_VERSION, key: SecretKey::from_seed([4; 32]).public(), label: "Ruth's phone".to_owned() });
    assert_eq!(site.call(Method::POST, "/device/v1", None, enrol.clone()).await.status, StatusCode::UNAUTHORIZED);

    let cookie = site.sign_in(RUTH).await;
    let answer = site.call(Method::POST, "/device/v1", Some(&cookie), enrol).await;
    let enrolled: Enrolled = cbor::decode(&answer.body, 4_096).expect("an enrolment");
    let device = site.server.store.device(enrolled.device).await.expect("the store answers").expect("the device is there");
    assert_eq!((device.person, device.label.as_str()), (ruth, "Ruth's phone"));

    let large = site.call(Method::POST, "/device/v1", Some(&cookie), vec![0; 5 * 1024]).await;
    assert!(large.status.is_client_error(), "{}", large.status);
    let rubbish = site.call(Method::POST, "/device/v1", Some(&cookie), b"rubbish".to_vec()).await;
    assert_eq!((rubbish.status, code(&rubbish)), (StatusCode::BAD_REQUEST, "unreadable".to_owned()));
}
