//! Pushes: accepted, repeated, refused, whole.

use server::{outside::Clock as _, store::Page};
use shared::{
    bytes::Bytes,
    decision::Act,
    id::LogId,
    key::Signature,
    ledger::State,
    time::{DAY_MS, MINUTE_MS},
    wire::{Cursor, Item, SyncRequest, SyncResponse, Verdict},
};

use crate::{
    house::{House, MENTEE, MENTOR, SUPERVISOR},
    phone::{Phone, bent},
};

#[tokio::test]
async fn what_is_signed_and_sent_reaches_the_others_and_comes_back_decided() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let mut mentee = Phone::of(&house, MENTEE).await;
    let record = mentor.drafts(&house).await;
    mentor.sync(&house).await;
    mentee.sync(&house).await;
    assert_eq!(mentee.replica.row_of(house.record, record), None, "a draft is its writer's");

    house.clock.forward(MINUTE_MS);
    mentor.signs_and_sends(&house, record);
    let verdicts = mentor.sync(&house).await;
    assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Accepted { .. })), "{verdicts:?}");
    mentee.sync(&house).await;
    let entry = mentee.row(house.record, record).entry.expect("it was submitted");
    assert_eq!(entry.state(1), Some(State::Sealed));

    mentee.decides(house.record, record, Act::Disagree, house.clock.now());
    mentee.sync(&house).await;
    mentor.sync(&house).await;
    let entry = mentor.row(house.record, record).entry.expect("it was submitted");
    assert_eq!(entry.latest().and_then(|version| version.acknowledged.as_ref()).map(|mark| mark.act), Some(Act::Disagree));
}

#[tokio::test]
async fn a_shared_draft_carries_its_two_times_and_no_words() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let began = house.clock.now();
    let record = mentor.drafts(&house).await;
    mentor.sync(&house).await;
    house.clock.forward(3 * DAY_MS);
    mentor.signs_and_sends(&house, record);
    mentor.sync(&house).await;
    let captured = mentor.log(house.record).facts.captured.get(&record).copied();
    assert_eq!(captured, Some((began, began)));
}

#[tokio::test]
async fn an_answer_brings_the_lines_as_the_store_keeps_them_also_those_of_others_in_between() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let mut supervisor = Phone::of(&house, SUPERVISOR).await;
    let record = mentor.drafts(&house).await;
    mentor.signs_and_sends(&house, record);
    let alone = mentor.request(&house);
    let response = mentor.post(&house, &alone).await;
    is_as_kept(&house, &alone, &response).await;
    mentor.replica.absorb(&alone, response, house.clock.now());

    supervisor.sync(&house).await;
    supervisor.comments(house.record, record, "Seen by two now.", house.clock.now());
    supervisor.sync(&house).await;
    mentor.comments(house.record, record, "Thank you.", house.clock.now());
    let behind = mentor.request(&house);
    let response = mentor.post(&house, &behind).await;
    is_as_kept(&house, &behind, &response).await;
    let lines: Vec<_> = response.logs.iter().filter(|update| update.log == house.record).flat_map(|update| &update.lines).collect();
    assert_eq!(lines.len(), 2, "the supervisor's comment too");
}

/// Each log that the request names comes from its cursor up to its end, line by line as it is kept.
async fn is_as_kept(house: &House, request: &SyncRequest, response: &SyncResponse) {
    assert!(response.verdicts.iter().all(|verdict| matches!(verdict, Verdict::Accepted { .. })), "{:?}", response.verdicts);
    for cursor in &request.cursors {
        let page = Page { from: cursor.next, end: u64::MAX, lines: usize::MAX, bytes: usize::MAX };
        let kept = house.server.store.lines(cursor.log, page).await.expect("the store answers");
        let told: Vec<_> = response.logs.iter().filter(|update| update.log == cursor.log).flat_map(|update| update.lines.clone()).collect();
        assert_eq!(told, kept, "{}", cursor.log);
    }
}

#[tokio::test]
async fn sent_again_it_is_the_same_lines() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let record = mentor.drafts(&house).await;
    mentor.signs_and_sends(&house, record);
    loop {
        let request = mentor.request(&house);
        if request.push.is_empty() {
            break;
        }
        let first = mentor.post(&house, &request).await;
        let again = mentor.post(&house, &request).await;
        for (first, again) in first.verdicts.iter().zip(&again.verdicts) {
            let Verdict::Accepted { position } = first else { panic!("{first:?}") };
            assert_eq!(again, &Verdict::Duplicate { position: *position });
        }
        assert_eq!(first.logs, again.logs, "nothing was written twice");
        mentor.replica.absorb(&request, again, house.clock.now());
    }
    assert!(mentor.row(house.record, record).entry.is_some());
}

#[tokio::test]
async fn a_bundle_is_accepted_whole_or_not_at_all() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let record = mentor.drafts(&house).await;
    mentor.sync(&house).await;
    mentor.signs_and_sends(&house, record);
    let mut request = mentor.request(&house);
    let before = house.server.store.stand(house.record).await.expect("the store answers");
    for bundle in &mut request.push {
        assert_eq!(bundle.items.len(), 2, "the words and their signature go together");
        for item in &mut bundle.items {
            if let Item::Decision(signed) = item
                && let Signature::Ed25519 { sig } = &signed.signature
            {
                signed.signature = Signature::Ed25519 { sig: bent(sig) };
            }
        }
    }
    let response = mentor.post(&house, &request).await;
    assert!(matches!(response.verdicts.as_slice(), [Verdict::Refused(refusal)] if refusal.code == "bad_signature"), "{:?}", response.verdicts);
    assert_eq!(house.server.store.stand(house.record).await.expect("the store answers"), before, "not even the words are there");
}

#[tokio::test]
async fn words_of_another_device_are_refused() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let mentee = Phone::of(&house, MENTEE).await;
    let record = mentor.drafts(&house).await;
    mentor.sync(&house).await;
    mentor.signs_and_sends(&house, record);
    let mut request = mentor.request(&house);
    request.device = mentee.device();
    let response = mentee.post(&house, &request).await;
    assert!(matches!(response.verdicts.as_slice(), [Verdict::Refused(_)]), "{:?}", response.verdicts);
}

#[tokio::test]
async fn r13_nothing_of_an_own_log_reaches_anybody_else() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let mut supervisor = Phone::of(&house, SUPERVISOR).await;
    let record = mentor.drafts(&house).await;
    let request = mentor.request(&house);
    mentor.sync(&house).await;

    let own = mentor.own_log();
    let asked = supervisor.pulls(vec![Cursor { log: own, epoch: 1, next: 0 }]);
    let response = supervisor.post(&house, &asked).await;
    assert!(response.logs.iter().all(|update| update.log != own) && !response.lists(own));
    // Nor does anybody write there, not even the same words.
    let mut foreign = request.clone();
    foreign.device = supervisor.device();
    let response = supervisor.post(&house, &foreign).await;
    assert!(matches!(response.verdicts.as_slice(), [Verdict::Refused(_)]), "{:?}", response.verdicts);
    supervisor.sync(&house).await;
    assert!(supervisor.replica.logs().all(|log| log.index.identity(&record.to_string()).is_none()));
}

#[tokio::test]
async fn a_log_that_is_not_there_and_one_of_others_are_refused_alike() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let ilse = house.person(MENTEE).await.id;
    mentor.drafts(&house).await;
    let mut request = mentor.request(&house);
    let mut answers = Vec::new();
    for log in [LogId::Own(ilse), "record/0192f0c1-2b3c-7d4e-8f50-112233445566".parse().expect("a log name")] {
        request.push.iter_mut().for_each(|bundle| bundle.log = log);
        answers.push(mentor.post(&house, &request).await.verdicts);
    }
    assert_eq!(answers.first(), answers.last());
}

#[tokio::test]
async fn another_epoch_and_unreadable_words_are_refused_and_cost_nothing() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    mentor.drafts(&house).await;
    let request = mentor.request(&house);
    let mut other_epoch = request.clone();
    other_epoch.push.iter_mut().for_each(|bundle| bundle.epoch = 2);
    let mut noise = request.clone();
    noise.push.iter_mut().for_each(|bundle| bundle.items = vec![Item::Word(Bytes(vec![7; 40]))]);
    for (wrong, code) in [(other_epoch, "old_epoch"), (noise, "not_a_change")] {
        let response = mentor.post(&house, &wrong).await;
        assert!(matches!(response.verdicts.as_slice(), [Verdict::Refused(refusal)] if refusal.code == code), "{:?}", response.verdicts);
    }
    assert!(matches!(mentor.post(&house, &request).await.verdicts.as_slice(), [Verdict::Accepted { .. }]));
}

#[tokio::test]
async fn a_pull_comes_in_pages_and_says_that_there_is_more() {
    let house = House::new().await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let long = "words ".repeat(300);
    for _ in 0..60 {
        let record = mentor.drafts(&house).await;
        let log = mentor.own_log();
        let set = shared::phone::Ask::Set { log, record, field: "try_next".to_owned(), value: Some(long.as_str().into()), leaving: true };
        mentor.ask(&set, house.clock.now());
        mentor.sync(&house).await;
    }
    let own = mentor.own_log();
    let next = mentor.log(own).chain.next;
    let response = mentor.post(&house, &mentor.pulls(Vec::new())).await;
    let update = response.logs.iter().find(|update| update.log == own).expect("the own log is there");
    assert_eq!(update.lines.len() as u64, next.min(shared::wire::MAX_LINES as u64));
    assert_eq!(update.more, next > shared::wire::MAX_LINES as u64);
    let at_the_end = mentor.replica.logs().map(|log| Cursor { log: log.id, epoch: 1, next: log.chain.next }).collect();
    let nothing_new = mentor.pulls(at_the_end);
    assert_eq!(mentor.post(&house, &nothing_new).await.logs, Vec::new());
}
