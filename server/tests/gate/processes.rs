//! Several processes on one PostgreSQL: one order for decisions, one stream for readers, and an address that keeps its
//! password to itself.

use std::{net::SocketAddr, sync::Arc};

use server::{
    live::{Listener, follow},
    outside::Clock as _,
    store::{LogWork, Place, Work},
};
use shared::{
    cbor,
    decision::Act,
    fact::Fact,
    id::RecordId,
    kind::Kinds,
    wire::{LiveFrame, MAX_FRAME_BYTES, Verdict},
};

use crate::{
    hand::Hand,
    house::{Database, House, LEAD, MENTEE, MENTOR, SUPERVISOR},
    live::{PATIENCE, Stream},
    phone::Phone,
    postgres::Cluster,
    process::{Process, command, post},
};

/// Pairs of decisions that race.
const RACES: usize = 20;

/// A house whose mentor sent `many` observations, and the records.
async fn house_with(many: usize) -> (House, Phone, Vec<RecordId>) {
    let house = House::on(Database::Postgres).await;
    let mut mentor = Phone::of(&house, MENTOR).await;
    let mut records = Vec::new();
    for _ in 0..many {
        let record = mentor.drafts(&house).await;
        mentor.signs_and_sends(&house, record);
        mentor.sync(&house).await;
        records.push(record);
    }
    (house, mentor, records)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_decisions_that_race_over_two_processes_one_wins_and_the_other_is_refused() {
    let (house, _, records) = house_with(RACES).await;
    let mut phones = [Phone::of(&house, MENTEE).await, Phone::of(&house, MENTEE).await];
    let processes = [Process::start(&house.database), Process::start(&house.database)];
    let mut won = [0; 2];
    for record in records {
        let now = house.clock.now();
        phones[0].decides(house.record, record, Act::Acknowledge, now);
        phones[1].decides(house.record, record, Act::Disagree, now);
        let requests = phones.each_mut().map(|phone| phone.replica.request(now).0);
        let (first, second) = tokio::join!(post(&processes[0].address, &phones[0], &requests[0]), post(&processes[1].address, &phones[1], &requests[1]));
        let answers = [first.expect("it runs"), second.expect("it runs")];
        let accepted = answers.each_ref().map(|answer| matches!(answer.verdicts.as_slice(), [Verdict::Accepted { .. }]));
        let winner = accepted.iter().position(|accepted| *accepted).expect("one of them wins");
        let [Verdict::Refused(refusal)] = answers[1 - winner].verdicts.as_slice() else { panic!("{:?}", answers[1 - winner].verdicts) };
        assert_eq!(refusal.code, "r4_decided");
        won[winner] += 1;
        for ((phone, request), answer) in phones.iter_mut().zip(&requests).zip(answers) {
            phone.replica.absorb(request, answer, now);
        }
        for phone in &mut phones {
            phone.sync(&house).await;
        }
    }
    assert_eq!(won.iter().sum::<usize>(), RACES);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_at_one_process_sees_what_is_pushed_to_another() {
    let (house, mut mentor, _) = house_with(0).await;
    let mut mentee = Phone::of(&house, MENTEE).await;
    let processes = [Process::start(&house.database), Process::start(&house.database)];
    let there: SocketAddr = processes[1].address.strip_prefix("http://").and_then(|address| address.parse().ok()).expect("an address");
    let mut stream = Stream::open(there, &mentee).await;
    assert!(matches!(stream.next().await, Some(LiveFrame::Hello { .. })));
    let record = mentor.drafts(&house).await;
    mentor.signs_and_sends(&house, record);
    let mut sent = mentor.log(house.record).chain.next;
    while mentor.replica.has_unsent(house.clock.now()) {
        let (request, _) = mentor.replica.request(house.clock.now());
        let response = post(&processes[0].address, &mentor, &request).await.expect("it runs");
        mentor.replica.absorb(&request, response, house.clock.now());
        sent = mentor.log(house.record).chain.next;
    }
    let reads = async {
        while mentee.log(house.record).chain.next < sent {
            match stream.next().await {
                Some(LiveFrame::Lines(update)) => {
                    assert_eq!(update.log, house.record, "nothing of an own log");
                    mentee.replica.live(update, house.clock.now());
                }
                // Found by looking: that something moved, and not what.
                Some(LiveFrame::Moved { .. } | LiveFrame::Heartbeat { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, reads).await.expect("the lines are told");
    assert!(mentee.row(house.record, record).entry.is_some());
}

#[tokio::test]
async fn what_nobody_announced_is_found_by_looking() {
    let (house, mentor, records) = house_with(1).await;
    let other = house.beside(3).await;
    let ilse = house.person(MENTEE).await.id;
    let mut listener = other.server.live.listen(ilse);
    let server = &other.server;
    let following = tokio::spawn(follow(Arc::clone(&server.store), Arc::clone(&server.live), Arc::clone(&server.clock), server.stopping.subscribe()));
    // The first look has come by: what comes now, only a later one can find.
    let log = mentor.log(house.record);
    looked(&mut listener, &house, log.chain.next).await;
    // Past the gate, so that nobody is told: as if the process had been killed between its commit and its news.
    let organisation = house.server.gate.organisation().await.expect("it is there");
    let now = house.clock.now();
    let fact = Fact::Captured { record: records[0], earliest: now, latest: now };
    let accepted = log.judge_fact(&Kinds::standard(), fact, now).expect("the organisation may");
    let place = Place { log: log.id, epoch: log.epoch, before: log.chain, received_at: now, key: &organisation.key, entropy: &*house.server.entropy };
    let work = LogWork::new(place, vec![accepted]);
    let end = work.after().next;
    house.server.store.commit(Work::of(work)).await.expect("it follows");
    looked(&mut listener, &house, end).await;
    server.stopping.send_replace(true);
    following.await.expect("it ends with the server");
}

/// Waits until somebody is told that the record's log ends at `next`.
async fn looked(listener: &mut Listener, house: &House, next: u64) {
    loop {
        let bytes = tokio::time::timeout(PATIENCE, listener.next()).await.expect("it is found").expect("the stream is open");
        let frame: LiveFrame = cbor::decode(&bytes[4..], MAX_FRAME_BYTES).expect("a frame");
        if frame == (LiveFrame::Moved { log: house.record, next }) {
            break;
        }
    }
}

#[tokio::test]
async fn a_process_that_is_behind_judges_again_and_a_log_that_another_one_holds_stops_no_other() {
    let house = House::on(Database::Postgres).await;
    let other = house.beside(3).await;
    let (mut hand, mut supervisor) = (Hand::of(&house).await, Phone::of(&house, SUPERVISOR).await);
    let now = house.clock.now();
    // Each process has the log in memory, and is at times behind the other.
    let mut positions = Vec::new();
    for at in [&house, &other, &house, &house, &other, &other, &house] {
        match at.server.gate.push(hand.author, hand.comment(&house), now).await.expect("an answer") {
            Verdict::Accepted { position } => positions.push(position),
            other => panic!("{other:?}"),
        }
    }
    assert!(positions.windows(2).all(|pair| pair[1] == pair[0] + 1), "{positions:?}");
    // Somebody has their turn at the log and takes their time. Who writes to it waits, and nobody else.
    let held = other.server.store.turn(&[house.record]).await.expect("nobody has it");
    let mut waits = Box::pin(house.server.gate.push(hand.author, hand.comment(&house), now));
    assert!(futures_util::poll!(&mut waits).is_pending());
    supervisor.drafts(&house).await;
    assert!(matches!(supervisor.sync(&house).await.as_slice(), [Verdict::Accepted { .. }]));
    assert!(futures_util::poll!(&mut waits).is_pending());
    drop(held);
    assert!(matches!(waits.await.expect("its turn comes"), Verdict::Accepted { .. }));
}

#[tokio::test]
async fn of_two_leads_who_decide_on_held_words_in_two_processes_the_second_is_told() {
    let house = House::on(Database::Postgres).await;
    let (held, lead) = crate::held::one_held(&house).await;
    let other = house.beside(3).await;
    let discard = |gate: &Arc<server::gate::Gate>| {
        let (gate, now) = (Arc::clone(gate), house.clock.now());
        tokio::spawn(async move { gate.discard(held, lead, "written by mistake".to_owned(), now).await })
    };
    let both = [discard(&house.server.gate), discard(&other.server.gate)];
    let mut refused = Vec::new();
    for one in both {
        refused.extend(one.await.expect("it runs to its end").err().map(|error| error.to_string()));
    }
    assert_eq!(refused, ["settled: Somebody has decided on this already."]);
    assert_eq!(house.person(LEAD).await.id, lead);
}

#[test]
fn a_server_that_cannot_open_its_database_says_why_and_never_its_password() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let good = runtime.block_on(Cluster::get().database());
    for (address, code) in [
        (Cluster::get().address_as("nobody:tops3cret", "postgres"), "database_denied"),
        ("postgres://ann:tops3cret@127.0.0.1:1/ward".to_owned(), "database_unreachable"),
        ("mysql://ann:tops3cret@127.0.0.1/ward".to_owned(), "database_scheme"),
        (good.replace("postgres@", "postgres:tops3cret@"), "nobody here has the address"),
    ] {
        let output = command(&address).args(["invite", "nobody@harrowmere.example"]).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(code) && !said.contains("tops3cret"), "{said}");
    }
}
