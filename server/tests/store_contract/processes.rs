//! What PostgreSQL promises where several processes share it. Each opened store is what one process has.

use std::sync::Arc;

use server::store::{Address, Heard, Moved, OpenError, Store, StoreError, Work};
use shared::id::LogId;

use crate::{
    bench::{Bench, Ground, NOW, PATIENCE, captured, record_log, run},
    postgres::Cluster,
};

async fn bench() -> (Bench, Arc<dyn Store>) {
    let bench = Bench::new(Ground::postgres().await).await;
    let other = bench.ground.open().await;
    (bench, other)
}

#[tokio::test]
async fn a_turn_waits_for_the_turn_of_another_process_and_finds_its_lines() {
    let (bench, other) = bench().await;
    let log = record_log(1);
    let head = bench.opened(log, vec![]).await;
    let first = bench.store.turn(&[log]).await.expect("nobody has it");
    let second = tokio::spawn(async move { other.turn(&[log]).await.map(|turn| turn.stand(log)) });
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    bench.ground.wait_for(waits, 1).await;
    let work = bench.work(log, head, NOW, vec![captured(1)]);
    let after = work.after();
    first.commit(Work::of(work)).await.expect("it has the log");
    let stand = second.await.expect("it runs to its end").expect("its turn comes").expect("the log is open");
    assert_eq!(stand.head, after, "what was written meanwhile is known before anything is judged");
}

#[tokio::test]
async fn turns_at_the_same_logs_in_any_order_never_wait_for_each_other() {
    let (bench, other) = bench().await;
    let logs: Vec<LogId> = (1..=4).map(record_log).collect();
    for log in &logs {
        bench.opened(*log, vec![]).await;
    }
    let turns = |store: Arc<dyn Store>, logs: Vec<LogId>| {
        tokio::spawn(async move {
            for _ in 0..100 {
                drop(store.turn(&logs).await?);
            }
            Ok::<_, StoreError>(())
        })
    };
    let backwards = logs.iter().rev().copied().collect();
    let both = [turns(Arc::clone(&bench.store), logs), turns(other, backwards)];
    for one in both {
        one.await.expect("it runs to its end").expect("no turn gave way");
    }
}

#[tokio::test]
async fn a_process_that_dies_in_its_turn_gives_its_logs_back() {
    let (bench, other) = bench().await;
    let log = record_log(1);
    let head = bench.opened(log, vec![]).await;
    let turn = other.turn(&[log]).await.expect("nobody has it");
    // What the server sees of a process that was killed: its connections end.
    bench.ground.run("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'").await;
    let work = bench.work(log, head, NOW, vec![captured(1)]);
    let late = bench.work(log, head, NOW, vec![captured(2)]);
    bench.store.commit(Work::of(work)).await.expect("nobody has it any more");
    let after = bench.store.stand(log).await.expect("an answer");
    assert!(turn.commit(Work::of(late)).await.is_err(), "it has lost its turn");
    assert_eq!(bench.store.stand(log).await.expect("an answer"), after);
}

#[tokio::test]
async fn a_reading_connection_that_the_server_ended_is_not_used_twice() {
    let (bench, _) = bench().await;
    let log = record_log(1);
    bench.opened(log, vec![]).await;
    let before = bench.store.stand(log).await.expect("an answer");
    bench.ground.run("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()").await;
    // Whoever reads first finds out, unless the connection had been asked before; whoever reads then has another.
    let _found_out = bench.store.stand(log).await;
    assert_eq!(bench.store.stand(log).await.expect("an answer"), before);
}

#[tokio::test]
async fn what_one_process_announces_the_others_hear_and_itself_does_not() {
    let (bench, other) = bench().await;
    let mut here = bench.store.news().await.expect("the server answers").expect("there may be others");
    let mut there = other.news().await.expect("the server answers").expect("there may be others");
    let moved = |next| Moved { log: record_log(1), from: 0, next };
    bench.store.announce(moved(1));
    assert_eq!(heard(&mut *there).await, Heard::Moved(moved(1)));
    other.announce(moved(2));
    assert_eq!(heard(&mut *here).await, Heard::Moved(moved(2)), "its own was not heard before");
}

#[tokio::test]
async fn who_lost_the_connection_is_told_of_the_gap_and_hears_on() {
    let (bench, other) = bench().await;
    let mut there = other.news().await.expect("the server answers").expect("there may be others");
    bench.ground.run("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'LISTEN%'").await;
    assert_eq!(heard(&mut *there).await, Heard::Gap);
    let moved = Moved { log: record_log(1), from: 0, next: 1 };
    bench.store.announce(moved);
    assert_eq!(heard(&mut *there).await, Heard::Moved(moved));
}

async fn heard(news: &mut dyn server::store::News) -> Heard {
    tokio::time::timeout(PATIENCE, news.next()).await.expect("something is said").expect("the server answers")
}

#[tokio::test]
async fn processes_that_start_at_once_on_an_empty_database_make_its_tables_once() {
    let ground = Ground::postgres().await;
    let opened = futures_util::future::join_all((0..4).map(|_| ground.open())).await;
    for store in opened {
        assert!(store.is_migrated().await.expect("an answer"));
    }
}

#[tokio::test]
async fn a_database_without_its_tables_is_not_ready() {
    let (bench, _) = bench().await;
    bench.ground.run("delete from _sqlx_migrations").await;
    assert!(!bench.store.is_migrated().await.expect("an answer"));
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_says_why_in_one_word() {
    let cluster = Cluster::get();
    let newer = cluster.database().await;
    newer.parse::<Address>().expect("an address").open().await.expect("it opens").close().await;
    run(&newer, "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'later', true, '', 0)").await;
    let cases = [
        (cluster.address("nowhere"), "database_missing"),
        (cluster.address_as("nobody:secret", "postgres"), "database_denied"),
        ("postgres://postgres@localhost/x?host=/nowhere".to_owned(), "database_unreachable"),
        ("postgres://postgres:secret@127.0.0.1:1/x".to_owned(), "database_unreachable"),
        (newer, "database_newer"),
    ];
    for (address, code) in cases {
        let refused = refused(&address).await;
        assert_eq!(refused.code(), code, "{address}");
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }
}

async fn refused(address: &str) -> OpenError {
    let address: Address = address.parse().expect("an address");
    address.open().await.map(|_| ()).expect_err("it cannot be opened")
}
