//! `countersign export` and `countersign verify`: the program as an auditor meets it.

mod demo_support;

use std::{
    path::Path,
    process::{Command, Output},
};

use demo_support::{World, ledgers};
use shared::{
    bytes::Hash,
    ledger::State,
    proof::{self, Proof},
};

fn countersign(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(words)
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .env_remove("COUNTERSIGN_CLIENT_DIR")
        .output()
        .expect("the program runs")
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[tokio::test]
async fn what_was_exported_verifies_by_the_key_alone_and_a_changed_file_does_not() {
    let world = World::seeded().await;
    let amara = world.phone("amara").await;
    let log = amara.record_log();
    let observation = ledgers(log, "observation").find(|(_, entry)| entry.state(1) == Some(State::Sealed)).map(|(record, _)| record).expect("one is sealed");
    let key = world.server.store.organisation().await.expect("the store answers").expect("made").key.public().to_string();
    world.server.store.close().await;
    let (folder, database) = (world.folder(), world.database());

    let subjects = [vec!["--record".to_owned(), observation.to_string()], vec!["--person".to_owned(), "amara@quillbrook.example".to_owned()]];
    for subject in subjects {
        let output = countersign(folder, &["export", &subject[0], &subject[1], "--out", "it.countersign", "--database", &database]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(said(&output).contains(&key), "{}", said(&output));

        let output = countersign(folder, &["verify", "it.countersign", "--key", &key]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(said(&output).starts_with("Everything that this file states holds."), "{}", said(&output));
        assert!(said(&output).contains(" ended with line ") && said(&output).contains(", signed by "), "the end is attested: {}", said(&output));
        assert_eq!(countersign(folder, &["verify", "it.countersign"]).status.code(), Some(0));

        let mut changed = Proof::read(&std::fs::read(folder.join("it.countersign")).expect("written")).expect("a proof");
        changed.logs[0].lines[7].hash = Hash::of(b"another");
        std::fs::write(folder.join("changed.countersign"), changed.encode()).expect("written");
        let output = countersign(folder, &["verify", "changed.countersign", "--key", &key]);
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("breaks at line 7"), "{}", said(&output));
    }
    let portfolio = std::fs::read(folder.join("it.countersign")).expect("written");
    assert!(portfolio.len() < proof::MAX_PROOF_BYTES / 10);
}

#[tokio::test]
async fn what_is_no_proof_or_no_key_is_said_with_an_exit_code_of_its_own() {
    let world = World::seeded().await;
    let folder = world.folder();
    std::fs::write(folder.join("letter.txt"), "Dear Bea").expect("written");
    let output = countersign(folder, &["verify", "letter.txt"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("It is not a proof of Countersign"), "{}", said(&output));
    assert_eq!(countersign(folder, &["verify", "nothing.countersign"]).status.code(), Some(2));
    assert_eq!(countersign(folder, &["verify", "letter.txt", "--key", "ed25519:00"]).status.code(), Some(2));

    let database = world.database();
    let nobody = "0192f0c1-2b3c-7d4e-8f50-112233445566";
    let output = countersign(folder, &["export", "--record", nobody, "--out", "no.countersign", "--database", &database]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no decision here is about that record"));
    assert!(!folder.join("no.countersign").exists());
}
