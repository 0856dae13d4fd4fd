//! The programme lead's page: ending a membership, held words, the history.

use axum::http::StatusCode;
use shared::{
    id::{LogId, PersonId},
    time::{HOUR_MS, MINUTE_MS},
    wire::Verdict,
};

use crate::{
    html,
    phone::Phone,
    site::{From, Site},
};

const TOMAS: &str = "Tomas Lindquell";
const RUTH: &str = "Ruth Calloray";
const WORDS: &str = "Calls at two o'clock <without> me beside her";

/// Ruth is removed; what she shared before, without signal, arrives afterwards.
struct Late {
    site: Site,
    tomas: String,
    log: LogId,
    end: String,
}

impl Late {
    async fn ended() -> (Self, Phone) {
        let site = Site::quillbrook().await;
        let mut ruth = Phone::set_up(&site, RUTH).await;
        ruth.shares_an_agreement(&site, WORDS);
        site.clock.forward(HOUR_MS);

        let tomas = site.sign_in(TOMAS).await;
        let log = ruth.relationship();
        let end = end_path(log, ruth.replica.identity().person);
        let late = Self { site, tomas, log, end };
        let done = late.post(&late.end, &[("reason", "Moved to the clinic")]).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/lead?done=ended"));
        late.site.clock.forward(MINUTE_MS);
        (late, ruth)
    }

    /// What Ruth sent is held.
    async fn held() -> (Self, Phone) {
        let (late, mut ruth) = Self::ended().await;
        let verdicts = ruth.sync(&late.site).await;
        assert!(matches!(verdicts.first(), Some(Verdict::Held(refusal)) if refusal.code == "r10_held"), "{verdicts:?}");
        (late, ruth)
    }

    async fn page(&self) -> String {
        let answer = self.site.get("/lead", Some(&self.tomas)).await;
        assert_eq!(answer.status, StatusCode::OK);
        let page = answer.text();
        html::check(&page);
        page
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> crate::site::Answer {
        self.site.post(path, fields, Some(&self.tomas), From::ThisSite).await
    }

    /// Where the form of the one held bundle goes.
    async fn held_path(&self, act: &str) -> String {
        let page = self.page().await;
        let end = page.find(&format!("/{act}\"")).expect("the form is there");
        let start = page[..end].rfind('"').expect("an address in quotes") + 1;
        format!("{}/{act}", &page[start..end])
    }

    async fn history(&self) -> String {
        let LogId::Record(relationship) = self.log else { panic!("a relationship's log") };
        let answer = self.site.get(&format!("/lead/history/{relationship}"), Some(&self.tomas)).await;
        html::check(&answer.text());
        answer.text()
    }
}

fn end_path(log: LogId, person: PersonId) -> String {
    let LogId::Record(relationship) = log else { panic!("a relationship's log") };
    format!("/lead/end/{relationship}/{person}/mentor")
}

#[tokio::test]
async fn r6_a_membership_ends_after_a_question_and_with_a_reason() {
    let site = Site::quillbrook().await;
    let ruth = Phone::set_up(&site, RUTH).await;
    let tomas = site.sign_in(TOMAS).await;
    let end = end_path(ruth.relationship(), ruth.replica.identity().person);
    assert!(site.get("/lead", Some(&tomas)).await.text().contains(&format!("href=\"{end}\"")), "the page leads to the question");

    let question = site.get(&end, Some(&tomas)).await.text();
    html::check(&question);
    assert!(question.contains("End Ruth Calloray's membership as mentor?"));

    let fields = [("reason", "Moved to the clinic")];
    assert_eq!(site.post(&end, &fields, Some(&tomas), From::Elsewhere).await.status, StatusCode::FORBIDDEN);
    let without = site.post(&end, &[("reason", "  ")], Some(&tomas), From::ThisSite).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text().contains("This needs a reason"));
    html::check(&without.text());

    assert_eq!(site.post(&end, &fields, Some(&tomas), From::ThisSite).await.location(), "/lead?done=ended");
    let after = site.get("/lead?done=ended", Some(&tomas)).await.text();
    html::check(&after);
    assert!(after.contains("The membership has ended.") && !after.contains(&end));
    let again = site.post(&end, &fields, Some(&tomas), From::ThisSite).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("has ended already"));
}

#[tokio::test]
async fn r10_late_words_are_held_and_adopted_by_the_lead() {
    let (late, _ruth) = Late::held().await;
    let page = late.page().await;
    assert!(page.contains("From Ruth Calloray") && page.contains("1 waits for you."));
    assert!(page.contains("Calls at two o'clock &lt;without&gt; me beside her"), "every word, and none of it markup");
    assert!(page.contains("What the mentoring is for"), "under the form's own labels");

    let adopt = late.held_path("adopt").await;
    assert_eq!(late.site.post(&adopt, &[], Some(&late.tomas), From::Elsewhere).await.status, StatusCode::FORBIDDEN);
    assert_eq!(late.post(&adopt, &[]).await.location(), "/lead?done=adopted");
    assert!(!late.page().await.contains("From Ruth Calloray"));
    assert!(late.history().await.contains("Tomas Lindquell took over words that Ruth Calloray had sent late."));

    let amara = Phone::set_up(&late.site, "Amara Venn").await;
    let shown = format!("{:?}", amara.replica.view());
    assert!(shown.contains(WORDS), "the mentee reads them now");

    let again = late.post(&adopt, &[]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "decided once");
}

#[tokio::test]
async fn r10_held_words_that_are_left_out_reach_nobody() {
    let (late, _ruth) = Late::held().await;
    let discard = late.held_path("discard").await;
    let without = late.post(&discard, &[("reason", "")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text().contains("This needs a reason"));
    assert!(without.text().contains("From Ruth Calloray"), "they still wait");

    assert_eq!(late.post(&discard, &[("reason", "Belongs to another pair")]).await.location(), "/lead?done=discarded");
    assert!(!late.page().await.contains("From Ruth Calloray"));
    assert!(late.history().await.contains("Belongs to another pair"));
    let amara = Phone::set_up(&late.site, "Amara Venn").await;
    assert!(!format!("{:?}", amara.replica.view()).contains(WORDS));
}

#[tokio::test]
async fn the_history_tells_each_fact_with_its_reason() {
    let (late, _ruth) = Late::ended().await;
    let history = late.history().await;
    for sentence in
        ["The relationship was opened.", "Ruth Calloray became mentor, who leads.", "Ruth Calloray is no longer mentor. Tomas Lindquell: 'Moved to the clinic'"]
    {
        assert!(history.contains(sentence), "{sentence}");
    }
}

#[tokio::test]
async fn another_lead_learns_and_does_nothing_here() {
    let (late, mut ruth) = Late::ended().await;
    ruth.sync(&late.site).await;
    late.site.person("Nadia Orlow", true).await;
    let nadia = late.site.sign_in("Nadia Orlow").await;
    let own = late.site.get("/lead", Some(&nadia)).await.text();
    html::check(&own);
    assert!(own.contains("You lead no relationship yet") && !own.contains("Ruth"));
    let (adopt, discard) = (late.held_path("adopt").await, late.held_path("discard").await);
    for path in [&late.end, &adopt, &discard] {
        let answer = late.site.post(path, &[("reason", "curious")], Some(&nadia), From::ThisSite).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(late.site.get(&late.end, Some(&nadia)).await.status, StatusCode::NOT_FOUND);
    assert!(late.page().await.contains("From Ruth Calloray"), "it still waits for Tomas");
}

#[tokio::test]
async fn r6_words_are_erased_after_a_question_and_with_a_reason() {
    let site = Site::quillbrook().await;
    let mut ruth = Phone::set_up(&site, RUTH).await;
    ruth.shares_an_agreement(&site, WORDS);
    ruth.sync(&site).await;
    let LogId::Record(relationship) = ruth.relationship() else { panic!("a relationship's log") };
    let (tomas, choice) = (site.sign_in(TOMAS).await, format!("/lead/erase/{relationship}"));
    assert!(site.get("/lead", Some(&tomas)).await.text().contains(&format!("href=\"{choice}\"")), "the page leads to the choice");

    let choices = site.get(&choice, Some(&tomas)).await.text();
    html::check(&choices);
    let links: Vec<&str> = choices.split('"').filter(|text| text.starts_with(&format!("{choice}/"))).collect();
    let mut question = None;
    for link in links {
        let page = site.get(link, Some(&tomas)).await.text();
        html::check(&page);
        if page.contains("Calls at two o'clock &lt;without&gt; me beside her") {
            question = Some(link);
        }
    }
    let question = question.expect("the words can be found, and none of them is markup");

    let fields = [("reason", "Somebody's address stood in it")];
    assert_eq!(site.post(question, &fields, Some(&tomas), From::Elsewhere).await.status, StatusCode::FORBIDDEN);
    let without = site.post(question, &[("reason", "  ")], Some(&tomas), From::ThisSite).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text().contains("This needs a reason"));
    html::check(&without.text());
    site.person("Nadia Orlow", true).await;
    let nadia = site.sign_in("Nadia Orlow").await;
    assert_eq!(site.post(question, &fields, Some(&nadia), From::ThisSite).await.status, StatusCode::NOT_FOUND, "another lead");

    assert_eq!(site.post(question, &fields, Some(&tomas), From::ThisSite).await.location(), "/lead?done=erased");
    assert!(site.get("/lead?done=erased", Some(&tomas)).await.text().contains("The words are gone."));
    assert_eq!(site.get(question, Some(&tomas)).await.status, StatusCode::NOT_FOUND);
    let history = site.get(&format!("/lead/history/{relationship}"), Some(&tomas)).await.text();
    assert!(history.contains("Tomas Lindquell had the words of a record erased for good: 'Somebody's address stood in it'"), "{history}");
    ruth.sync(&site).await;
    assert!(!format!("{:?}", ruth.replica.view()).contains(WORDS), "they leave the phone");
}
