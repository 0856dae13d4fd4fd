//! What every store promises.

use std::sync::Arc;

use prometheus_client::{encoding::text::encode, registry::Registry};
use server::store::{Device, Drafted, Erasure, Held, HeldId, Kept, LogWork, Outcome, Page, Person, Place, Rotation, Session, Settled, Stand, StoreError, Work};
use shared::{
    bytes::{Bytes, Fixed},
    fact::{Epoch, Fact, Member, MemberEnded},
    id::{DeviceId, LogId, PersonId, RecordId},
    key::SecretKey,
    line::ChainHead,
    log::FIRST_EPOCH,
    parts::{Name, Rows},
    role::Role,
    time::DAY_MS,
    wire::{Bundle, Item},
};
use uuid::Uuid;

use crate::bench::{ALL, Bench, LEAD, NOW, accepted, captured, evidence, member, record_log};

pub async fn there_is_one_organisation_and_one_person_an_address(bench: Bench) {
    let again = bench.store.commit(Work { organisation: Some(bench.organisation()), ..Work::default() }).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    let person = bench.person(7).await;
    let same = Person { id: PersonId(Uuid::from_u128(8)), ..bench.store.person(person).await.expect("an answer").expect("they are there") };
    let twice = bench.store.commit(Work { people: vec![same], ..Work::default() }).await;
    assert!(matches!(twice, Err(StoreError::Conflict)), "{twice:?}");
    assert_eq!(bench.store.people().await.expect("an answer").len(), 1);
    let kept = bench.reopened().await.store.organisation().await.expect("an answer").expect("it is there");
    assert_eq!((kept.name.as_str(), kept.key.seed()), ("Harrowmere", [3; 32]));
}

pub async fn a_key_is_changed_once_at_a_time_and_the_former_one_is_kept_until_the_end(bench: Bench) {
    let [second, third] = [4, 5].map(|seed| SecretKey::from_seed([seed; 32]));
    let rotation = Rotation { former: Some(bench.key.clone()), reason: "a new server".to_owned(), began_at: NOW };
    let logs = [record_log(1), record_log(2)];
    for log in logs {
        bench.opened(log, vec![]).await;
    }
    assert_eq!(bench.store.logs(None, 10).await.expect("an answer"), logs);
    assert_eq!(bench.store.logs(Some(logs[0]), 10).await.expect("an answer"), [logs[1]]);
    assert_eq!(bench.store.logs(None, 1).await.expect("an answer"), [logs[0]]);
    let stale = bench.store.begin_rotation(&second, &third, &rotation).await;
    assert!(matches!(stale, Err(StoreError::Conflict)), "it is not the organisation's: {stale:?}");
    bench.store.begin_rotation(&bench.key, &second, &rotation).await.expect("none is under way");
    let twice = bench.store.begin_rotation(&second, &third, &rotation).await;
    assert!(matches!(twice, Err(StoreError::Conflict)), "{twice:?}");

    let bench = bench.reopened().await;
    let organisation = async || bench.store.organisation().await.expect("an answer").expect("it is there");
    let kept = organisation().await;
    let under_way = kept.rotation.expect("it is under way");
    assert_eq!((kept.key.seed(), under_way.former.map(|former| former.seed())), (second.seed(), Some(bench.key.seed())));
    assert_eq!((under_way.reason.as_str(), under_way.began_at), ("a new server", NOW));
    // Whoever brought logs to an older key ends no newer change.
    bench.store.end_rotation(&bench.key).await.expect("an answer");
    assert!(organisation().await.rotation.is_some());
    bench.store.end_rotation(&second).await.expect("an answer");
    assert!(organisation().await.rotation.is_none());
    bench.store.begin_rotation(&second, &third, &Rotation { former: None, ..rotation }).await.expect("none is under way");
    assert!(organisation().await.rotation.is_some_and(|rotation| rotation.former.is_none()));
}

pub async fn a_session_lasts_until_its_end_and_no_password_change(bench: Bench) {
    let person = bench.person(7).await;
    let session = Session { person, began_at: NOW, ends_at: NOW.plus(DAY_MS), device: None };
    let (first, second) = (Fixed([1; 32]), Fixed([2; 32]));
    for token in [first, second] {
        bench.store.begin_session(token, &session).await.expect("an answer");
    }
    assert_eq!(bench.store.session(first, NOW).await.expect("an answer"), Some(session));
    assert_eq!(bench.store.session(first, session.ends_at).await.expect("an answer"), None, "the end is the first moment without it");
    bench.store.extend_session(first, NOW.plus(3 * DAY_MS)).await.expect("an answer");
    assert!(bench.store.session(first, session.ends_at).await.expect("an answer").is_some());
    bench.store.end_session(second).await.expect("an answer");
    assert_eq!(bench.store.session(second, NOW).await.expect("an answer"), None);
    bench.store.set_password(person, "phc").await.expect("an answer");
    assert_eq!(bench.store.session(first, NOW).await.expect("an answer"), None, "a new password ends them all");
    assert_eq!(bench.store.password(person).await.expect("an answer").as_deref(), Some("phc"));
}

pub async fn an_invitation_is_used_once(bench: Bench) {
    let person = bench.person(7).await;
    let token = Fixed([1; 32]);
    bench.store.invite(token, person, NOW.plus(DAY_MS)).await.expect("an answer");
    assert_eq!(bench.store.invitation(token, NOW.plus(DAY_MS)).await.expect("an answer"), None, "it has ended");
    assert_eq!(bench.store.accept_invitation(token, "phc", NOW).await.expect("an answer"), Some(person));
    assert_eq!(bench.store.accept_invitation(token, "other", NOW).await.expect("an answer"), None);
    assert_eq!(bench.store.password(person).await.expect("an answer").as_deref(), Some("phc"));
}

pub async fn lines_come_back_as_they_were_and_in_pages(bench: Bench) {
    let log = record_log(1);
    let head = bench.opened(log, vec![]).await;
    let work = bench.work(log, head, NOW, (0..9).map(captured).collect());
    let (written, after): (Vec<_>, _) = (work.lines().cloned().collect(), work.after());
    bench.store.commit(Work::of(work)).await.expect("it follows");
    let bench = bench.reopened().await;
    let read = bench.store.lines(log, ALL).await.expect("an answer");
    assert_eq!(read.get(1..), Some(written.as_slice()));
    let mut chain = bench.origin(log);
    read.iter().for_each(|line| chain.accept(line, &bench.key.public()).expect("the chain holds"));
    assert_eq!(chain, after);
    let stand = bench.store.stand(log).await.expect("an answer").expect("it is open");
    assert_eq!((stand.epoch, stand.head), (FIRST_EPOCH, after));
    let store = &bench.store;
    let positions = |page| async move { store.lines(log, page).await.expect("an answer").iter().map(|line| line.header.position).collect::<Vec<_>>() };
    assert_eq!(positions(Page { from: 3, lines: 2, ..ALL }).await, [3, 4]);
    assert_eq!(positions(Page { from: 8, end: 9, ..ALL }).await, [8]);
    assert_eq!(positions(Page { from: 5, bytes: 1, ..ALL }).await, [5], "one line comes in any case");
    assert_eq!(bench.store.stand(record_log(2)).await.expect("an answer"), None);
}

pub async fn work_on_an_older_head_is_a_conflict_and_writes_nothing(bench: Bench) {
    let (log, other) = (record_log(1), record_log(2));
    let head = bench.opened(log, vec![]).await;
    let other_head = bench.opened(other, vec![]).await;
    bench.store.commit(Work::of(bench.work(log, head, NOW, vec![captured(1)]))).await.expect("it follows");
    let late = Work { logs: vec![bench.work(other, other_head, NOW, vec![captured(2)]), bench.work(log, head, NOW, vec![captured(3)])], ..Work::default() };
    assert!(matches!(bench.store.commit(late).await, Err(StoreError::Conflict)));
    assert_eq!(bench.store.stand(other).await.expect("an answer").expect("it is open").head, other_head, "not even in the other log");
    let opened_twice = bench.work(log, bench.origin(log), NOW, vec![captured(4)]);
    assert!(matches!(bench.store.commit(Work::of(opened_twice)).await, Err(StoreError::Conflict)));
}

pub async fn many_at_once_are_each_whole_and_one_that_fails_spoils_no_other(bench: Bench) {
    let mut works = Vec::new();
    for number in 1..=40 {
        let head = bench.opened(record_log(number), vec![]).await;
        works.push(bench.work(record_log(number), head, NOW, vec![captured(number), captured(number + 1)]));
        if number % 8 == 0 {
            // Nobody opened this one.
            works.push(bench.work(record_log(1_000 + number), head, NOW, vec![captured(number)]));
        }
    }
    let ends: Vec<_> = works.iter().map(|work| (work.log(), work.after())).collect();
    let commits: Vec<_> = works
        .into_iter()
        .map(|work| {
            let store = Arc::clone(&bench.store);
            tokio::spawn(async move { store.commit(Work::of(work)).await })
        })
        .collect();
    for ((log, end), commit) in ends.into_iter().zip(commits) {
        let done = commit.await.expect("it runs to its end");
        let stand = bench.store.stand(log).await.expect("an answer");
        match stand {
            Some(stand) => assert!(done.is_ok() && stand.head == end, "{log}: {done:?}"),
            None => assert!(matches!(done, Err(StoreError::Conflict)), "{log}: {done:?}"),
        }
    }
}

pub async fn facts_say_who_reads_what_and_how_far(bench: Bench) {
    let (person, other) = (bench.person(7).await, bench.person(8).await);
    let log = record_log(1);
    let head = bench.opened(log, vec![member(person, Role::Mentee), member(other, Role::Mentor)]).await;
    let ended = Fact::MemberEnded(MemberEnded { person: other, role: Role::Mentor, at: NOW.plus(1), reason: "moved".to_owned(), by: LEAD });
    let work = bench.work(log, head, NOW.plus(1), vec![ended, captured(1)]);
    let (gone_at, end) = (head.next, work.after().next);
    bench.store.commit(Work::of(work)).await.expect("it follows");
    let later = NOW.plus(2);
    let store = &bench.store;
    let reach = |person, now| async move {
        store.reach(person, now).await.expect("an answer").iter().map(|reach| (reach.log, reach.end, reach.current)).collect::<Vec<_>>()
    };
    assert_eq!(reach(person, later).await, [(log, end, true)]);
    assert_eq!(reach(other, later).await, [(log, gone_at + 1, false)], "up to the line that ended it");
    assert_eq!(reach(LEAD, later).await, []);
    // A process whose clock is behind: what a line has ended is over there too.
    assert_eq!(reach(other, NOW).await, [(log, gone_at + 1, false)], "whatever the clock says");
    assert_eq!(store.logs_as(other, Role::Mentor, NOW).await.expect("an answer"), []);
    assert_eq!(store.ends(&[person, other], NOW).await.expect("an answer"), [(person, log, end)]);
    assert_eq!(bench.store.logs_as(person, Role::Mentee, later).await.expect("an answer"), [log]);
    assert_eq!(bench.store.logs_as(other, Role::Mentor, later).await.expect("an answer"), []);
    let members = bench.store.memberships(log).await.expect("an answer");
    assert_eq!(members.iter().map(|member| (member.person, member.until)).collect::<Vec<_>>(), [(person, None), (other, Some(NOW.plus(1)))]);
}

pub async fn a_membership_is_in_force_once_its_line_stands_or_from_its_day_on(bench: Bench) {
    let (person, later) = (bench.person(7).await, bench.person(8).await);
    let (log, day) = (record_log(1), NOW.plus(DAY_MS));
    let Fact::Member(foreseen) = member(later, Role::Mentor) else { unreachable!("it is one") };
    bench.opened(log, vec![member(person, Role::Mentee), Fact::Member(Member { from: day, ..foreseen })]).await;
    let store = &bench.store;
    let reads = |person, role, now| async move {
        let reach = store.reach(person, now).await.expect("an answer").iter().any(|reach| reach.log == log && reach.current);
        let as_role = store.logs_as(person, role, now).await.expect("an answer") == [log];
        let listens = store.ends(&[person], now).await.expect("an answer").iter().any(|(_, other, _)| *other == log);
        assert_eq!((reach, as_role), (listens, listens), "all three say the same");
        reach
    };
    assert!(reads(person, Role::Mentee, NOW).await);
    assert!(reads(person, Role::Mentee, NOW.plus(-3_000)).await, "a process whose clock is behind the one that wrote it");
    assert!(!reads(later, Role::Mentor, day.plus(-1)).await, "not before its day");
    assert!(reads(later, Role::Mentor, day).await);
}

pub async fn a_device_is_enrolled_with_its_certificates_or_not_at_all(bench: Bench) {
    let person = bench.person(7).await;
    let log = record_log(1);
    let head = bench.opened(log, vec![member(person, Role::Mentee)]).await;
    let device = a_phone(&bench, person);
    let stale = bench.work(log, bench.origin(record_log(2)), NOW, vec![captured(1)]);
    let failed = bench.store.commit(Work { device: Some(device.clone()), logs: vec![stale], ..Work::default() }).await;
    assert!(failed.is_err() && bench.store.device(device.id).await.expect("an answer").is_none());
    bench
        .store
        .commit(Work { device: Some(device.clone()), logs: vec![bench.work(log, head, NOW, vec![captured(1)])], ..Work::default() })
        .await
        .expect("it follows");
    assert_eq!(bench.store.devices_of(person).await.expect("an answer"), std::slice::from_ref(&device));
    let head = bench.store.stand(log).await.expect("an answer").expect("it is open").head;
    let revoked = bench.work(log, head, NOW.plus(9), vec![Fact::DeviceRevoked { device: device.id }]);
    bench.store.commit(Work::of(revoked)).await.expect("it follows");
    assert_eq!(bench.store.device(device.id).await.expect("an answer").and_then(|device| device.revoked_at), Some(NOW.plus(9)));
}

pub async fn a_caller_is_found_with_what_is_asked_of_each_call(bench: Bench) {
    let (person, gone, alone) = (bench.person(7).await, bench.person(8).await, bench.person(9).await);
    let [first, second] = [record_log(1), record_log(2)];
    let head = bench.opened(first, vec![member(person, Role::Mentee), member(gone, Role::Mentor)]).await;
    bench.opened(second, vec![member(person, Role::Supervisor)]).await;
    let mut work = Work::of(bench.work(first, head, NOW, vec![captured(1)]));
    for number in [5, 6, 7] {
        let owner = if number == 7 { gone } else { person };
        let device = Device {
            id: DeviceId(Uuid::from_u128(number)),
            person: owner,
            key: bench.key.public(),
            label: String::new(),
            enrolled_at: NOW,
            revoked_at: None,
            heard_at: None,
        };
        work.device = Some(device);
        bench.store.commit(std::mem::take(&mut work)).await.expect("it follows");
    }
    let head = bench.store.stand(first).await.expect("an answer").expect("it is open").head;
    let ended = Fact::MemberEnded(MemberEnded { person: gone, role: Role::Mentor, at: NOW, reason: "moved".to_owned(), by: LEAD });
    let facts = vec![ended, Fact::DeviceRevoked { device: DeviceId(Uuid::from_u128(6)) }, captured(1)];
    bench.store.commit(Work::of(bench.work(first, head, NOW, facts))).await.expect("it follows");
    for (number, person, devices, logs) in [(1, person, vec![5], 2), (2, gone, vec![7], 1), (3, alone, vec![], 0)] {
        let (token, session) = (Fixed([number; 32]), Session { person, began_at: NOW, ends_at: NOW.plus(DAY_MS), device: None });
        bench.store.begin_session(token, &session).await.expect("an answer");
        let caller = bench.store.caller(token, NOW).await.expect("an answer").expect("the session stands");
        let reach = bench.store.reach(person, NOW).await.expect("an answer");
        assert_eq!((caller.session, &caller.reach, caller.reach.len()), (session, &reach, logs));
        assert_eq!(caller.devices, devices.into_iter().map(|number| DeviceId(Uuid::from_u128(number))).collect::<Vec<_>>());
        assert_eq!(bench.store.caller(token, session.ends_at).await.expect("an answer"), None, "the end is the first moment without it");
    }
}

pub async fn callers_that_ask_at_once_are_each_told_their_own(bench: Bench) {
    let mut people = Vec::new();
    for number in 0..30_u8 {
        let person = bench.person(100 + u128::from(number)).await;
        if number % 3 != 0 {
            bench.opened(record_log(u128::from(number)), vec![member(person, Role::Mentee)]).await;
        }
        let session = Session { person, began_at: NOW, ends_at: NOW.plus(DAY_MS), device: None };
        bench.store.begin_session(Fixed([number; 32]), &session).await.expect("an answer");
        people.push(person);
    }
    let asked: Vec<_> = (0..90_u8)
        .map(|number| {
            let store = Arc::clone(&bench.store);
            tokio::spawn(async move { (number, store.caller(Fixed([number % 45; 32]), NOW).await) })
        })
        .collect();
    for one in asked {
        let (number, caller) = one.await.expect("it runs to its end");
        let (number, caller) = (number % 45, caller.expect("an answer"));
        assert_eq!(caller.as_ref().map(|caller| caller.session.person), people.get(usize::from(number)).copied(), "{number}");
        let log = (number < 30 && number % 3 != 0).then(|| record_log(u128::from(number)));
        assert_eq!(caller.and_then(|caller| caller.reach.first().map(|reach| reach.log)), log, "{number}");
    }
}

fn a_phone(bench: &Bench, person: PersonId) -> Device {
    let (id, key, label) = (DeviceId(Uuid::from_u128(5)), bench.key.public(), "a phone".to_owned());
    Device { id, person, key, label, enrolled_at: NOW, revoked_at: None, heard_at: None }
}

pub async fn a_session_knows_its_device_and_ends_with_it_elsewhere(bench: Bench) {
    let person = bench.person(7).await;
    let device = a_phone(&bench, person);
    bench.store.commit(Work { device: Some(device.clone()), ..Work::default() }).await.expect("it is new");
    let session = Session { person, began_at: NOW, ends_at: NOW.plus(DAY_MS), device: None };
    let [here, elsewhere, other] = [1, 2, 3].map(|token| Fixed([token; 32]));
    for token in [here, elsewhere, other] {
        bench.store.begin_session(token, &session).await.expect("an answer");
    }
    for (token, at) in [(here, NOW.plus(1)), (elsewhere, NOW.plus(2))] {
        bench.store.hear(token, device.id, at).await.expect("an answer");
        assert_eq!(bench.store.session(token, NOW).await.expect("an answer"), Some(Session { device: Some((device.id, at)), ..session }));
    }
    assert_eq!(bench.store.device(device.id).await.expect("an answer").and_then(|device| device.heard_at), Some(NOW.plus(2)));
    bench.store.end_sessions_of(device.id, here).await.expect("an answer");
    for (token, stands) in [(here, true), (elsewhere, false), (other, true)] {
        assert_eq!(bench.store.session(token, NOW).await.expect("an answer").is_some(), stands);
    }
}

pub async fn held_words_are_kept_once_and_settled_once(bench: Bench) {
    let author = bench.person(7).await;
    let log = record_log(1);
    let mut head = bench.opened(log, vec![]).await;
    let bundle = Bundle { log, epoch: 1, items: vec![Item::Word(Bytes(vec![1, 2, 3]))] };
    let held = |id| Held {
        id: HeldId(Uuid::from_u128(id)),
        log,
        author,
        device: DeviceId(Uuid::from_u128(5)),
        bundle: bundle.clone(),
        received_at: NOW,
        outcome: None,
    };
    bench.store.hold(&held(1)).await.expect("an answer");
    bench.store.hold(&held(2)).await.expect("an answer");
    assert_eq!(bench.store.held_in(log).await.expect("an answer"), [held(1)]);
    let settled = Settled { held: held(1).id, outcome: Outcome::Discarded, at: NOW };
    for settles in [true, false] {
        let work = bench.work(log, head, NOW, vec![captured(1)]);
        let after = work.after();
        let done = bench.store.commit(Work { settled: Some(settled), ..Work::of(work) }).await;
        assert_eq!(done.is_ok(), settles, "{done:?}");
        head = if settles { after } else { head };
    }
    assert_eq!(bench.store.held_in(log).await.expect("an answer"), []);
    assert_eq!(bench.store.held(held(1).id).await.expect("an answer").and_then(|held| held.outcome), Some(Outcome::Discarded));
    assert_eq!(bench.store.stand(log).await.expect("an answer").expect("it is open").head, head);
}

pub async fn a_drafts_times_are_its_first_and_its_last(bench: Bench) {
    let person = bench.person(7).await;
    let log = LogId::Own(person);
    let mut head = bench.opened(log, vec![]).await;
    let record = RecordId(Uuid::from_u128(70));
    assert_eq!(bench.store.draft_times(person, record).await.expect("an answer"), None);
    for at in [NOW, NOW.plus(5), NOW.plus(9)] {
        let work = bench.work(log, head, at, vec![captured(1)]).with_drafted(vec![Drafted { person, record, at }]);
        head = work.after();
        bench.store.commit(Work::of(work)).await.expect("it follows");
    }
    assert_eq!(bench.store.draft_times(person, record).await.expect("an answer"), Some((NOW, NOW.plus(9))));
}

/// Of two who use the same invitation at once, or two of one person, one does.
pub async fn an_invitation_used_twice_at_once_sets_one_password(bench: Bench) {
    let person = bench.person(7).await;
    let tokens = [Fixed([1; 32]), Fixed([2; 32])];
    for token in tokens {
        bench.store.invite(token, person, NOW.plus(DAY_MS)).await.expect("an answer");
    }
    let uses: Vec<_> = (0..12)
        .map(|number| {
            let (store, token) = (Arc::clone(&bench.store), tokens[number % 2]);
            tokio::spawn(async move { (number, store.accept_invitation(token, &number.to_string(), NOW).await) })
        })
        .collect();
    let mut used = Vec::new();
    for one in uses {
        let (number, done) = one.await.expect("it runs to its end");
        used.extend(done.expect("an answer").map(|_| number.to_string()));
    }
    assert_eq!(used.len(), 1, "{used:?}");
    assert_eq!(bench.store.password(person).await.expect("an answer"), used.pop());
}

pub async fn nobody_has_an_address_that_no_database_takes(bench: Bench) {
    assert_eq!(bench.store.person_by_email("seven\0@harrowmere.example").await.expect("an answer"), None);
}

pub async fn a_turn_says_where_its_logs_stand_and_is_nothing_when_dropped(bench: Bench) {
    let (log, other) = (record_log(1), record_log(2));
    let head = bench.opened(log, vec![]).await;
    let turn = bench.store.turn(&[log, other]).await.expect("an answer");
    assert_eq!((turn.stand(log).map(|stand| (stand.epoch, stand.head)), turn.stand(other)), (Some((FIRST_EPOCH, head)), None));
    drop(turn);
    let work = bench.work(log, head, NOW, vec![captured(1)]);
    let after = work.after();
    bench.store.turn(&[log]).await.expect("the last turn has ended").commit(Work::of(work)).await.expect("it follows");
    assert_eq!(bench.store.stand(log).await.expect("an answer").map(|stand| stand.head), Some(after));
}

pub async fn what_is_written_upon_what_is_known_follows_it_or_is_a_conflict(bench: Bench) {
    let logs: Vec<LogId> = (1..=40).map(record_log).collect();
    let mut written = Vec::new();
    for log in &logs {
        let head = bench.opened(*log, vec![]).await;
        let known = Stand { epoch: FIRST_EPOCH, head };
        // All but every fifth log are where they are thought to be.
        let is_known = written.len() % 5 != 4;
        if !is_known {
            bench.store.commit(Work::of(bench.work(*log, head, NOW, vec![captured(1)]))).await.expect("it follows");
        }
        let turn = bench.store.turn_upon(*log, known);
        assert_eq!((turn.stand(*log), turn.stand(record_log(99))), (Some(known), None));
        let work = bench.work(*log, head, NOW, vec![captured(2)]);
        let after = work.after();
        written.push((*log, is_known.then_some(after), tokio::spawn(turn.commit(Work::of(work)))));
    }
    for (log, follows, done) in written {
        let done = done.await.expect("it runs to its end");
        let stand = bench.store.stand(log).await.expect("an answer").expect("it is open");
        match follows {
            Some(after) => assert!(done.is_ok() && stand.head == after, "{log}: {done:?}"),
            None => assert!(matches!(done, Err(StoreError::Conflict)), "{log}: {done:?}"),
        }
        let lines = bench.store.lines(log, Page { from: 0, end: 99, lines: 99, bytes: 1 << 20 }).await.expect("an answer");
        assert_eq!(stand.head.next, u64::try_from(lines.len()).expect("a few"), "{log}");
    }
}

pub async fn the_ends_of_logs_are_those_of_their_members_now(bench: Bench) {
    let (person, other) = (bench.person(7).await, bench.person(8).await);
    let log = record_log(1);
    let head = bench.opened(log, vec![member(person, Role::Mentee), member(other, Role::Mentor)]).await;
    let ended = Fact::MemberEnded(MemberEnded { person: other, role: Role::Mentor, at: NOW.plus(1), reason: "moved".to_owned(), by: LEAD });
    let work = bench.work(log, head, NOW.plus(1), vec![ended]);
    let end = work.after().next;
    bench.store.commit(Work::of(work)).await.expect("it follows");
    assert_eq!(bench.store.ends(&[person, other, LEAD], NOW.plus(2)).await.expect("an answer"), [(person, log, end)]);
    assert_eq!(bench.store.ends(&[], NOW.plus(2)).await.expect("an answer"), []);
}

pub async fn people_and_logs_come_in_the_order_of_their_bytes(bench: Bench) {
    let lead = bench.person(7).await;
    for (number, name) in [(11, "Zoë"), (12, "anna"), (13, "Ämma"), (14, "Bo")] {
        let id = PersonId(Uuid::from_u128(number));
        let known = bench.store.person(lead).await.expect("an answer").expect("they are there");
        let person = Person { id, name: name.to_owned(), email: format!("{number}@harrowmere.example"), ..known };
        bench.store.commit(Work { people: vec![person], ..Work::default() }).await.expect("nobody else has that address");
    }
    let names: Vec<_> = bench.store.people().await.expect("an answer").into_iter().map(|person| person.name).collect();
    assert_eq!(names, ["Bo", "Person 7", "Zoë", "anna", "Ämma"]);
}

pub async fn evidence_says_where_it_was_copied_to(bench: Bench) {
    let (origin, record) = (record_log(1), RecordId(Uuid::from_u128(50)));
    for log in 2..=4 {
        let head = bench.opened(record_log(log), Vec::new()).await;
        // The last one takes it twice, as two versions.
        let lines = if log == 4 { vec![7, 9] } else { vec![7] };
        let copies = lines.into_iter().filter(|_| log != 3).map(|line| evidence(origin, record, line));
        let work = bench.work_of(record_log(log), head, copies.collect());
        if work.lines().next().is_some() {
            bench.store.commit(Work::of(work)).await.expect("nobody wrote there");
        }
    }
    assert_eq!(bench.store.copies(origin, record).await.expect("an answer"), [record_log(2), record_log(4)]);
    assert_eq!(bench.store.copies(record_log(2), record).await.expect("an answer"), [], "a copy is not its origin");
    assert_eq!(bench.store.copies(origin, RecordId(Uuid::from_u128(51))).await.expect("an answer"), []);
    let kept = bench.store.lines(record_log(2), ALL).await.expect("an answer");
    let side = kept.last().and_then(|line| line.side.clone()).expect("it is there");
    assert!(side.content.is_some(), "with its words");
}

pub async fn an_opened_store_has_its_tables_and_counts_its_commits(bench: Bench) {
    assert!(bench.store.is_migrated().await.expect("an answer"));
    let mut registry = Registry::default();
    registry.register("seconds", "", bench.store.measures().commit_seconds.clone());
    registry.register("lines", "", bench.store.measures().commit_lines.clone());
    let head = bench.opened(record_log(1), vec![]).await;
    bench.store.commit(Work::of(bench.work(record_log(1), head, NOW, vec![captured(1), captured(2)]))).await.expect("it follows");
    let mut text = String::new();
    encode(&mut text, &registry).expect("it is written");
    // The organisation, the log's first line, and two more.
    for counted in ["seconds_count 3\n", "lines_count 3\n", "lines_sum 3.0\n"] {
        assert!(text.contains(counted), "{counted}{text}");
    }
}

const WORDS: Name = Name::Words(RecordId(Uuid::from_u128(5)));

fn kept(chain: ChainHead, root: &[u8], before: Option<&[u8]>, rows: &[(Name, &[u8])]) -> Kept {
    let rows = rows.iter().chain([&(Name::Root, root)]).map(|(name, bytes)| (*name, bytes.to_vec())).collect();
    Kept { epoch: FIRST_EPOCH, chain, before: before.map(<[u8]>::to_vec), anew: before.is_none(), rows }
}

async fn stored(bench: &Bench, log: LogId) -> Vec<(Name, Vec<u8>)> {
    let names = [Name::Root, Name::Head, WORDS, Name::Received(0), Name::Received(1)];
    bench.store.parts(log, &names.into()).await.expect("an answer").into_iter().collect()
}

pub async fn parts_follow_the_root_that_was_read_or_nothing_is_stored(bench: Bench) {
    let (log, other) = (record_log(1), record_log(2));
    let head = bench.opened(log, vec![]).await;
    bench.opened(other, vec![]).await;
    let first = kept(head, b"one", None, &[(WORDS, b"words"), (Name::Received(0), b"lines")]);
    assert_eq!(stored(&bench, log).await, []);
    bench.store.keep(log, &first).await.expect("nothing stands there");
    let one = [(Name::Root, b"one".to_vec()), (WORDS, b"words".to_vec()), (Name::Received(0), b"lines".to_vec())];
    assert_eq!(stored(&bench, log).await, one);
    assert_eq!(stored(&bench, other).await, [], "another log's are its own");

    // Whoever read another root, or none, was not the first.
    for late in [kept(head, b"two", None, &[(WORDS, b"late")]), kept(head, b"two", Some(b"none"), &[(WORDS, b"late")])] {
        let refused = bench.store.keep(log, &late).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
        assert_eq!(stored(&bench, log).await, one, "and nothing of theirs is there");
    }
    bench.store.keep(log, &kept(head, b"two", Some(b"one"), &[(WORDS, b"other words")])).await.expect("it follows");
    let bench = bench.reopened().await;
    let two = [(Name::Root, b"two".to_vec()), (WORDS, b"other words".to_vec()), (Name::Received(0), b"lines".to_vec())];
    assert_eq!(stored(&bench, log).await, two, "what was not named stays");
    let anew = Kept { anew: true, ..kept(head, b"three", Some(b"two"), &[(Name::Head, b"head")]) };
    bench.store.keep(log, &anew).await.expect("it follows");
    assert_eq!(stored(&bench, log).await, [(Name::Root, b"three".to_vec()), (Name::Head, b"head".to_vec())], "nothing else stays");
}

pub async fn parts_stand_for_a_line_that_the_log_has(bench: Bench) {
    let log = record_log(1);
    let head = bench.opened(log, vec![]).await;
    let ahead = bench.work(log, head, NOW, vec![captured(1)]).after();
    let parted = ChainHead { hash: ahead.hash, ..head };
    let epoch = Kept { epoch: FIRST_EPOCH + 1, ..kept(head, b"one", None, &[]) };
    for wrong in [kept(ahead, b"one", None, &[]), kept(parted, b"one", None, &[]), epoch] {
        let refused = bench.store.keep(log, &wrong).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
    let nowhere = bench.store.keep(record_log(2), &kept(head, b"one", None, &[])).await;
    assert!(matches!(nowhere, Err(StoreError::Conflict)), "{nowhere:?}");
    assert_eq!(stored(&bench, log).await, []);
    // Lines that came since are nothing against it.
    bench.store.commit(Work::of(bench.work(log, head, NOW, vec![captured(1)]))).await.expect("it follows");
    let rows: Rows = (0..1_000).map(|number| (Name::Received(number), vec![7; 900])).collect();
    let many = Kept { rows: [(Name::Root, b"one".to_vec())].into_iter().chain(rows.clone()).collect(), ..kept(head, b"", None, &[]) };
    bench.store.keep(log, &many).await.expect("the log has that line");
    let names = rows.keys().copied().collect();
    assert_eq!(bench.store.parts(log, &names).await.expect("an answer"), rows);
}

pub async fn an_epoch_that_begins_destroys_the_parts(bench: Bench) {
    let log = record_log(1);
    let head = bench.opened(log, vec![]).await;
    bench.store.keep(log, &kept(head, b"one", None, &[(WORDS, b"words")])).await.expect("nothing stands there");
    let began = Epoch { epoch: FIRST_EPOCH + 1, erased: vec![RecordId(Uuid::from_u128(5))], authors: vec![], by: LEAD, reason: "an address".to_owned() };
    let organisation = bench.organisation();
    let entropy: Arc<dyn server::outside::Entropy> = Arc::new(server::outside::SystemEntropy);
    let place = Place { log, epoch: FIRST_EPOCH + 1, before: head, received_at: NOW, key: &organisation.key, entropy: &*entropy };
    let work = LogWork::new(place, vec![accepted(Fact::Epoch(began))]).with_erasure(Erasure { submits: vec![] });
    bench.store.commit(Work::of(work)).await.expect("it follows");
    assert_eq!(stored(&bench, log).await, []);
    // Whoever still has the old epoch in memory stores nothing of it.
    let late = bench.store.keep(log, &kept(head, b"one", None, &[(WORDS, b"words")])).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    assert_eq!(stored(&bench, log).await, []);
}
