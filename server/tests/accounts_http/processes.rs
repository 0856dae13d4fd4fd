//! Accounts where two processes share a PostgreSQL: whatever one of them does, the other knows.

use axum::http::StatusCode;

use crate::site::{From, PASSWORD, Site, email};

const RUTH: &str = "Ruth Calloray";

#[tokio::test]
async fn a_session_that_began_at_one_process_holds_at_the_other_and_ends_at_both() {
    let [here, there] = Site::twice().await;
    here.person(RUTH, true).await;
    let cookie = here.sign_in(RUTH).await;
    assert_eq!(there.get("/lead", Some(&cookie)).await.status, StatusCode::OK);
    let out = there.post("/sign-out", &[], Some(&cookie), From::ThisSite).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert_ne!(here.get("/lead", Some(&cookie)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_invitation_that_was_used_at_one_process_is_used_up_at_the_other() {
    let [here, there] = Site::twice().await;
    let person = here.person_without_password(RUTH, false).await;
    let token = here.server.accounts.invite(person).await.expect("the store answers");
    let path = format!("/invitation/{}", token.text());
    let chosen = [("password", PASSWORD), ("again", PASSWORD)];
    let used = there.post(&path, &chosen, None, From::ThisSite).await;
    assert_eq!(used.status, StatusCode::SEE_OTHER, "{}", used.text());
    assert_ne!(here.post(&path, &chosen, None, From::ThisSite).await.status, StatusCode::SEE_OTHER);
    let signed_in = here.try_password(&email(RUTH), PASSWORD).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
}
