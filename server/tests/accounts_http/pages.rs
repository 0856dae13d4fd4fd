//! The pages as a browser without JavaScript gets them.

use crate::{
    html,
    site::{self, From, Site, email},
};
use axum::http::{Method, StatusCode, header};
use server::accounts::AccountSettings;

const RUTH: &str = "Ruth Calloray";
const TOMAS: &str = "Tomas Lindquell";

#[tokio::test]
async fn every_page_is_whole_without_a_script() {
    let site = Site::new().await;
    let tomas = site.person(TOMAS, true).await;
    let invitation = format!("/invitation/{}", site.server.accounts.invite(tomas).await.expect("an invitation").text());
    let cookie = site.sign_in(TOMAS).await;
    for path in ["/", "/help", "/404", "/nowhere/at/all", "/sign-in", "/sign-in?next=/app/records", &invitation, "/invitation/used"] {
        for cookie in [None, Some(&*cookie)] {
            let answer = site.get(path, cookie).await;
            if answer.status == StatusCode::SEE_OTHER {
                continue;
            }
            let page = answer.text();
            html::check(&page);
            assert!(page.contains("Demonstration: every person"), "{path} does not say that it is invented");
            assert!(page.contains("Quillbrook Community Services"), "{path}");
            assert_eq!(page.contains("Signed in as Tomas Lindquell"), cookie.is_some(), "{path}");
        }
    }
    html::check(&site.get("/lead", Some(&cookie)).await.text());
    html::check(&site.try_password("nobody@quillbrook.example", "wrong password").await.text());
    html::check(&site.post("/sign-in", &[], None, From::Elsewhere).await.text());
}

#[tokio::test]
async fn the_policy_of_pages_allows_no_script_and_no_other_site() {
    let site = Site::new().await;
    for path in ["/", "/help", "/sign-in", "/nowhere"] {
        let answer = site.get(path, None).await;
        let policy = answer.header(header::CONTENT_SECURITY_POLICY).expect("a policy");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("script-src") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), Some("nosniff"));
        assert_eq!(answer.header(header::CACHE_CONTROL), Some("no-store"));
        assert_eq!(answer.header(header::CONTENT_TYPE), Some("text/html; charset=utf-8"));
    }
}

#[tokio::test]
async fn the_page_that_checks_a_proof_is_the_same_for_everybody_and_sends_nothing() {
    let site = Site::new().await;
    site.person(TOMAS, true).await;
    let cookie = site.sign_in(TOMAS).await;
    let answer = site.get("/verify", None).await;
    html::check(&answer.text());
    assert!(answer.text().contains("countersign verify FILE"), "it names the command");
    assert_eq!(answer.text(), site.get("/verify", Some(&cookie)).await.text());
    let policy = answer.header(header::CONTENT_SECURITY_POLICY).expect("a policy");
    for part in ["default-src 'none';", "connect-src 'none';", "form-action 'none';", "script-src 'self' 'wasm-unsafe-eval';"] {
        assert!(policy.contains(part), "{policy}");
    }
}

#[tokio::test]
async fn a_server_without_an_organisation_still_has_its_pages() {
    let site = Site::empty(AccountSettings::default()).await;
    let home = site.get("/", None).await;
    assert_eq!(home.status, StatusCode::OK);
    html::check(&home.text());
    assert!(!home.text().contains("Demonstration:"));
}

#[tokio::test]
async fn an_unknown_address_has_a_page_with_a_way_out() {
    let site = Site::new().await;
    let answer = site.get("/nowhere", None).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.text().contains("There is nothing at this address") && answer.text().contains("href=\"/\""));
    assert_eq!(site.get("/404", None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_a_person_types_is_shown_and_never_becomes_markup() {
    let site = Site::new().await;
    let page = site.try_password("\"><script>alert(1)</script>", "wrong password").await.text();
    html::check(&page);
    assert!(page.contains("&lt;script&gt;"), "it is shown as typed");
}

#[tokio::test]
async fn help_explains_each_refusal_by_its_code() {
    let site = Site::new().await;
    let page = site.get("/help", None).await.text();
    for entry in app::pages::refusal_list() {
        assert!(page.contains(&format!("<code>{}</code>", entry.code)), "{}", entry.code);
    }
    for anchor in ["mentor", "mentee", "supervisor", "offline", "who-sees-what", "what-is-kept", "proofs", "refusals", "security"] {
        assert!(page.contains(&format!("id=\"{anchor}\"")), "{anchor}");
    }
}

#[tokio::test]
async fn the_leads_page_is_refused_to_others_with_a_sentence() {
    let site = Site::new().await;
    site.person(RUTH, false).await;
    site.person(TOMAS, true).await;
    let nobody = site.get("/lead", None).await;
    assert_eq!((nobody.status, nobody.location()), (StatusCode::SEE_OTHER, "/sign-in?next=/lead"));

    let ruth = site.sign_in(RUTH).await;
    for (method, path) in [
        (Method::GET, "/lead"),
        (Method::GET, "/lead/history/0192f0c1-2b3c-7d4e-8f50-112233445566"),
        (Method::POST, "/lead/held/0192f0c1-2b3c-7d4e-8f50-112233445566/adopt"),
    ] {
        let answer = if method == Method::GET { site.get(path, Some(&ruth)).await } else { site.post(path, &[], Some(&ruth), From::ThisSite).await };
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert!(answer.text().contains("This page is for the programme lead"), "{path}");
        html::check(&answer.text());
    }

    let answer = site.post("/sign-in", &[("email", &email(TOMAS)), ("password", site::PASSWORD)], None, From::ThisSite).await;
    assert_eq!(answer.location(), "/lead", "a lead without another role starts there");
    assert_eq!(site.get("/lead", answer.cookie().as_deref()).await.status, StatusCode::OK);
}
