//! The organisation changes its key while servers run, are stopped half way, or do not know of it yet.

use std::slice;

use server::{outside::Clock as _, store::StoreError};
use shared::{
    check_number::CheckNumber,
    decision::Act,
    fact::Fact,
    id::{LogId, RecordId},
    key::PublicKey,
    kind::Kinds,
    phone::{Ask, News},
    proof::{Outcome, verify},
    role::Role,
    wire::Verdict,
};

use crate::{
    house::{Database, House, MENTEE, MENTOR},
    phone::Phone,
    process::{Process, command, post},
};

const REASON: &str = "The server moved house.";

async fn key(house: &House) -> PublicKey {
    house.server.store.organisation().await.expect("an answer").expect("made").key.public()
}

/// An observation that the mentor signed, and the phones of both.
async fn begun(database: Database) -> (House, Phone, Phone, RecordId) {
    let house = House::on(database).await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let record = mentor.drafts(&house).await;
    mentor.signs_and_sends(&house, record);
    mentor.sync(&house).await;
    let mentee = Phone::of(&house, MENTEE).await;
    (house, mentor, mentee, record)
}

/// The keys of a log, as its lines say.
async fn keys_of(house: &House, log: LogId) -> Vec<PublicKey> {
    let page = server::store::Page { from: 0, end: u64::MAX >> 1, lines: 10_000, bytes: 1 << 30 };
    let lines = house.server.store.lines(log, page).await.expect("the store answers");
    shared::keys::Keys::of(&lines).iter().cloned().collect()
}

/// Every log stands under these keys, and nothing is left of the change.
async fn all_stand_under(house: &House, keys: &[PublicKey]) {
    let logs = house.server.store.logs(None, 1_000).await.expect("the store answers");
    assert!(logs.len() > 4, "people, a relationship and a pair");
    for log in logs {
        assert_eq!(keys_of(house, log).await, keys, "{log}");
    }
    assert!(house.server.store.organisation().await.expect("an answer").expect("made").rotation.is_none(), "the former key is destroyed");
}

#[tokio::test]
async fn a_running_gate_goes_on_under_a_key_that_another_process_gave_it() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (house, mut mentor, mut mentee, record) = begun(database).await;
        let first = key(&house).await;
        let other = house.beside(5).await;
        assert!(other.server.gate.begin_rotation(REASON, false, house.clock.now()).await.expect("the store answers"));
        let rotated = other.server.gate.finish_rotation().await.expect("every log comes to it");
        assert_ne!(rotated.key, first);
        all_stand_under(&house, &[first.clone(), rotated.key.clone()]).await;

        // This gate was never told. Its next line stands under the new key, and every phone of before reads on.
        mentee.decides(house.record, record, Act::Acknowledge, house.clock.now());
        assert!(matches!(mentee.sync(&house).await.as_slice(), [Verdict::Accepted { .. }]));
        mentor.sync(&house).await;
        for phone in [&mentor, &mentee] {
            let log = phone.log(house.record);
            assert_eq!(log.facts.keys.current(), Some(&rotated.key));
            assert_eq!(log.chain.next, house.server.store.stand(house.record).await.expect("an answer").expect("open").head.next);
        }
        // A phone that is set up now begins with the new key.
        let late = Phone::of(&house, MENTEE).await;
        assert_eq!(late.replica.identity().organisation_key, rotated.key);
        assert!(late.row(house.record, record).entry.is_some());

        // And after a restart, with nothing of it in memory.
        let house = house.restarted().await;
        mentor.comments(house.record, record, "One more thing.", house.clock.now());
        assert!(matches!(mentor.sync(&house).await.as_slice(), [Verdict::Accepted { .. }]));
        let file = server::proof::export(&*house.server.store, server::proof::Wanted::Record(record), house.clock.now()).await.expect("a proof");
        for known in [&first, &rotated.key] {
            let report = verify(&file, &Kinds::standard(), Some(known));
            assert_eq!(report.verdict(), Outcome::Holds, "{report}");
        }
    }
}

#[tokio::test]
async fn a_change_that_was_stopped_half_way_is_gone_on_with() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (house, mut mentor, mentee, record) = begun(database).await;
        let first = key(&house).await;
        // Stopped before any log came to it.
        assert!(house.server.gate.begin_rotation(REASON, false, house.clock.now()).await.expect("the store answers"));
        let house = house.restarted().await;
        let second = key(&house).await;
        assert_eq!(keys_of(&house, house.record).await, slice::from_ref(&first));

        // A log that is written meanwhile comes to the new key first, and others do not yet.
        mentor.comments(house.record, record, "Meanwhile.", house.clock.now());
        assert!(matches!(mentor.sync(&house).await.as_slice(), [Verdict::Accepted { .. }]));
        assert_eq!(keys_of(&house, house.record).await, [first.clone(), second.clone()]);
        assert_eq!(keys_of(&house, mentee.own_log()).await, slice::from_ref(&first));
        assert!(house.server.store.organisation().await.expect("an answer").expect("made").rotation.is_some());

        // A second change waits for the first, which goes on where it stopped; the two lines stand once.
        let house = house.restarted().await;
        assert!(!house.server.gate.begin_rotation("Another.", false, house.clock.now()).await.expect("the store answers"));
        house.server.gate.finish_rotation().await.expect("every log comes to it");
        all_stand_under(&house, &[first.clone(), second.clone()]).await;
        assert_eq!(house.server.gate.finish_rotation().await.expect("nothing is left to do").logs, 0);

        // Once it is done, the next one may begin.
        assert!(house.server.gate.begin_rotation("Another.", false, house.clock.now()).await.expect("the store answers"));
        let third = house.server.gate.finish_rotation().await.expect("every log comes to it").key;
        all_stand_under(&house, &[first, second, third]).await;
    }
}

#[tokio::test]
async fn no_log_is_opened_under_a_former_key() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (house, ..) = begun(database).await;
        let first = house.server.gate.organisation().await.expect("made");
        let other = house.beside(5).await;
        other.server.gate.begin_rotation(REASON, false, house.clock.now()).await.expect("the store answers");
        let second = key(&house).await;
        // A new mentor gets a pair log, by a process that has read the former key; their own log has come to the new one.
        let (mentor, lead) = (house.person(crate::house::SUPERVISOR).await, house.person(MENTEE).await.id);
        let facts = Phone::of(&house, MENTEE).await.log(house.record).facts.clone();
        let like = facts.members.iter().find(|member| member.role == Role::Mentor).expect("there is one").clone();
        let member = shared::fact::Member { person: mentor.id, name: mentor.name.clone(), leads: false, from: house.clock.now(), ..like };
        let new = server::gate::NewMember { log: house.record, member };
        house.server.gate.add_member(new, house.clock.now()).await.expect("the rules allow it");
        let logs = house.server.store.reach(mentor.id, house.clock.now()).await.expect("an answer");
        let pair = logs.iter().find(|reach| matches!(reach.log, LogId::Pair(_))).expect("it was opened").log;
        assert_eq!(keys_of(&house, pair).await, slice::from_ref(&second));
        for person in [mentor.id, lead] {
            assert_eq!(keys_of(&house, LogId::Own(person)).await.last(), Some(&second), "whoever reads it is led there");
        }

        // Past the gate, with the former key: the store does not take it.
        let log = LogId::Own(shared::id::PersonId(uuid::Uuid::from_u128(77)));
        let opened = Fact::Opened(shared::fact::Opened { key: first.key.public(), log, ..facts.opened.expect("opened") });
        let (kinds, before) = (Kinds::standard(), shared::log::Log::new(log, first.id));
        let accepted = before.judge_fact(&kinds, opened, house.clock.now()).expect("the rules allow it");
        let place = server::store::Place {
            log,
            epoch: before.epoch,
            before: before.chain,
            received_at: house.clock.now(),
            key: &first.key,
            entropy: &*house.server.entropy,
        };
        let refused = house.server.store.commit(server::store::Work::of(server::store::LogWork::new(place, vec![accepted]))).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
}

#[tokio::test]
async fn a_phone_of_before_refuses_a_lost_keys_successor_and_a_new_one_begins_with_it() {
    let (house, mut mentor, _, record) = begun(Database::Sqlite).await;
    let (first, read) = (key(&house).await, mentor.log(house.record).chain.next);
    house.server.gate.begin_rotation("The disk burnt.", true, house.clock.now()).await.expect("the store answers");
    assert!(house.server.store.organisation().await.expect("an answer").expect("made").rotation.is_some_and(|rotation| rotation.former.is_none()));
    let second = house.server.gate.finish_rotation().await.expect("every log comes to it").key;
    all_stand_under(&house, &[first, second.clone()]).await;

    let request = mentor.request(&house);
    let response = mentor.post(&house, &request).await;
    let effects = mentor.replica.absorb(&request, response, house.clock.now());
    let said = effects.news.iter().find_map(|news| match news {
        News::Sync(sync) => sync.key_replaced.clone(),
        _ => None,
    });
    let number = CheckNumber::of(&second);
    assert_eq!(said, Some(number.begins()));
    assert_eq!(mentor.log(house.record).chain.next, read, "nothing behind it is believed");

    let anew = Phone::of(&house, MENTOR).await;
    assert!(anew.row(house.record, record).entry.is_some());
    assert_eq!(anew.log(house.record).facts.keys.current(), Some(&second));

    // What was written meanwhile goes once a person has vouched for the key.
    mentor.comments(house.record, record, "Written meanwhile.", house.clock.now());
    assert!(mentor.request(&house).push.is_empty());
    mentor.replica.ask(&Ask::TakeKey { typed: number.goes_on() }, house.clock.now()).expect("it is that key's");
    assert!(matches!(mentor.sync(&house).await.as_slice(), [Verdict::Accepted { .. }]));
    assert_eq!(mentor.log(house.record).facts.keys.current(), Some(&second));
}

#[tokio::test]
async fn lines_under_a_key_that_is_not_the_organisations_are_built_on_by_nobody() {
    let (house, mut mentor, _, record) = begun(Database::Sqlite).await;
    // Somebody gives the organisation another key past the gate.
    crate::house::run(&house.database, "update organisation set key_seed = zeroblob(32)").await;
    let house = house.restarted().await;
    mentor.comments(house.record, record, "One more thing.", house.clock.now());
    let request = mentor.request(&house);
    let answer = mentor.try_post(&house, shared::cbor::encode(&request)).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "unavailable"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_changes_the_key_under_two_running_processes() {
    let (house, mut mentor, mut mentee, record) = begun(Database::Postgres).await;
    let first = key(&house).await;
    let processes = [Process::start(&house.database), Process::start(&house.database)];
    // Both know the log, and the key.
    let comments = async |phone: &mut Phone, process: &Process, words: &str| {
        let now = house.clock.now();
        phone.comments(house.record, record, words, now);
        while phone.replica.has_unsent(now) {
            let (request, _) = phone.replica.request(now);
            let response = post(&process.address, phone, &request).await.expect("it runs");
            assert!(response.verdicts.iter().all(|verdict| matches!(verdict, Verdict::Accepted { .. })), "{:?}", response.verdicts);
            phone.replica.absorb(&request, response, now);
        }
    };
    comments(&mut mentor, &processes[0], "Before, here.").await;
    comments(&mut mentee, &processes[1], "Before, there.").await;
    let rotate = |words: &[&str]| command(&house.database).arg("rotate-key").args(words).output().expect("it runs");
    assert!(!rotate(&[]).status.success(), "it needs a reason");
    assert!(!rotate(&["--reason", " "]).status.success(), "which says something");
    assert_eq!(key(&house).await, first);
    let output = rotate(&["--reason", REASON]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let second = key(&house).await;
    assert!(output.status.success() && said.contains(&second.to_string()), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(&CheckNumber::of(&second).to_string()), "{said}");
    all_stand_under(&house, &[first, second.clone()]).await;
    comments(&mut mentor, &processes[0], "After, here.").await;
    comments(&mut mentee, &processes[1], "After, there.").await;
    mentor.sync(&house).await;
    assert_eq!(mentor.log(house.record).facts.keys.current(), Some(&second));
}
