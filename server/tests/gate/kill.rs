//! Killed under load, on both stores; asked to stop, started on a file.

use std::{process::Command, sync::Arc};

use server::outside::Clock as _;
use shared::wire::HEADER;

use crate::{
    house::{Database, House, MENTEE, MENTOR, SUPERVISOR, url},
    phone::Phone,
    process::{Busy, Process, Round, nothing_is_lost},
};

/// How often a server is killed in one test, where `COUNTERSIGN_KILLS` says nothing else.
const KILLS: usize = 3;
/// Bundles that are acknowledged before a kill, at most: each round has another number.
const MOST_ACKED: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_pushes_nothing_acknowledged_is_lost_on_sqlite() {
    survives(Database::Sqlite, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_pushes_nothing_acknowledged_is_lost_on_postgres() {
    survives(Database::Postgres, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_postgres_write_the_same_logs_and_either_may_be_killed() {
    survives(Database::Postgres, 2).await;
}

/// Phones push to all processes at once, some of them to the same logs. In each round one process is killed and started
/// again, and the phones go on at the next one with what they have.
async fn survives(database: Database, many: usize) {
    let kills = std::env::var("COUNTERSIGN_KILLS").map_or(KILLS, |kills| kills.parse().expect("COUNTERSIGN_KILLS is a number"));
    let house = House::on(database).await;
    let mut phones = phones(&house).await;
    house.server.store.close().await;
    let mut processes: Vec<Process> = (0..many).map(|_| Process::start(&house.database)).collect();
    let mut acked = 0;
    for kill in 0..kills {
        let round = Arc::new(Round::default());
        let writing: Vec<_> = phones
            .drain(..)
            .enumerate()
            .map(|(number, busy)| tokio::spawn(busy.writes(processes[(number + kill) % many].address.clone(), Arc::clone(&round))))
            .collect();
        round.reaches(1 + kill * 29 % MOST_ACKED).await;
        let killed = &mut processes[kill / 2 % many];
        killed.kill();
        round.end();
        for busy in writing {
            phones.push(busy.await.expect("a phone comes through"));
        }
        *killed = Process::start(&house.database);
        acked += 1 + kill * 29 % MOST_ACKED;
    }
    let reader = house.beside(2).await;
    let kept = nothing_is_lost(&reader, &phones).await;
    assert!(kept >= acked, "{kept} bundles were acknowledged, {acked} were waited for");
    println!("{database:?}, {many} at once: {kills} killed, {kept} bundles acknowledged, each of them there once");
}

/// Four phones, two of them of one person, and something that all of them may comment on.
async fn phones(house: &House) -> Vec<Busy> {
    let mentee = house.person(MENTEE).await.id;
    let mut author = Phone::of(house, MENTOR).await;
    let record = author.drafts(house).await;
    author.signs_and_sends(house, record);
    author.sync(house).await;
    let mut phones = vec![Busy::new(author, mentee, (house.record, record), house.clock.now())];
    for email in [SUPERVISOR, MENTEE, MENTOR] {
        phones.push(Busy::new(Phone::of(house, email).await, mentee, (house.record, record), house.clock.now()));
    }
    phones
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_it_ends_open_streams_and_itself_in_order() {
    stops(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_on_postgres_it_does_too() {
    stops(Database::Postgres).await;
}

async fn stops(database: Database) {
    let house = House::on(database).await;
    let phone = Phone::of(&house, MENTEE).await;
    house.server.store.close().await;
    let mut process = Process::start(&house.database);
    let url = format!("{}/sync/v1/live?device={}", process.address, phone.device());
    let mut stream = reqwest::Client::new().get(url).header(HEADER, "1").header("cookie", &phone.cookie).send().await.expect("the server answers");
    assert!(stream.chunk().await.expect("it greets").is_some());
    let asked = Command::new("kill").args(["-TERM", &process.child.id().to_string()]).status().expect("there is a kill");
    assert!(asked.success());
    while let Ok(Some(_)) = stream.chunk().await {}
    assert!(process.child.wait().expect("it ends").success());
}

#[test]
fn init_makes_an_organisation_once_and_prints_a_link_for_everybody() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("organisation.json");
    std::fs::write(&file, crate::house::EXAMPLE).expect("a file");
    let init = || Command::new(env!("CARGO_BIN_EXE_countersign")).arg("init").arg(&file).args(["--database", &url(folder.path())]).output().expect("it runs");
    let first = init();
    let said = String::from_utf8_lossy(&first.stdout).into_owned();
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    assert_eq!(said.matches("/invitation/").count(), 4, "{said}");
    let second = init();
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("there is an organisation in this database already"));
}
