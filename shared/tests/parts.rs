//! Stored parts: what somebody does to one of them is noticed where it is read, or makes nothing accepted that was not.
#![cfg(feature = "parts")]

#[path = "ward/mod.rs"]
mod ward;

use std::collections::BTreeSet;

use shared::{
    log::Log,
    parts::{Name, Root, Rows, Vault, Wanted},
};
use ward::{AMARA, RUTH, Ward, log};

/// A log of some chunks of lines with words and decisions, its vault, and all of it stored.
fn stored() -> (Log, Vault, Rows) {
    let mut ward = Ward::new();
    let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
    for phone in [ruth, amara] {
        ward.sync(phone);
    }
    while ward.server.logs[&log()].0.chain.next < 140 {
        ward.observe(ruth, "C02", 3);
        ward.sync(ruth);
    }
    let log = ward.server.logs[&log()].0.clone();
    let vault = Vault::new(&ward.server.key.seed(), log.id);
    let rows = vault.seals((log.epoch, log.chain), log.parts(true), None).expect("nothing was read");
    (log, vault, rows)
}

fn root(vault: &Vault, rows: &Rows) -> Root {
    vault.root(&rows[&Name::Root]).expect("nobody altered it").expect("of this format")
}

/// Everything but what binds it.
fn names(rows: &Rows) -> BTreeSet<Name> {
    rows.keys().copied().filter(|name| !matches!(name, Name::Root | Name::Head | Name::Directory(_))).collect()
}

#[test]
fn what_was_stored_is_what_is_opened() {
    let (log, vault, rows) = stored();
    let names = names(&rows);
    for kind in [Name::Received(0), Name::Received(1), Name::Directory(0)] {
        assert!(rows.keys().any(|name| std::mem::discriminant(name) == std::mem::discriminant(&kind)), "{kind:?}");
    }
    let wanted = Wanted { whole: false, names };
    let opened = vault.opens(&root(&vault, &rows), &wanted, &rows).expect("nobody altered it");
    for (name, bytes) in log.parts(true) {
        match name {
            Name::Head => assert_eq!(vault.head(&root(&vault, &rows), &rows[&name]), Ok(bytes.as_slice())),
            _ => assert_eq!(opened[&name], Some(bytes.as_slice()), "{name:?}"),
        }
    }
}

#[test]
fn whoever_alters_swaps_or_takes_away_a_part_is_noticed() {
    let (_, vault, rows) = stored();
    let root = root(&vault, &rows);
    let names = names(&rows);
    for (place, name) in names.iter().enumerate() {
        let wanted = Wanted { whole: false, names: [*name].into() };
        let read: Rows = Vault::to_read(&wanted).into_iter().filter_map(|name| Some((name, rows.get(&name)?.clone()))).collect();
        assert!(vault.opens(&root, &wanted, &read).is_ok());
        for spoilt in read.keys() {
            let mut altered = read.clone();
            let row = altered.get_mut(spoilt).expect("it was read");
            let at = place % row.len();
            row[at] ^= 1;
            assert!(vault.opens(&root, &wanted, &altered).is_err(), "{spoilt:?} altered");

            // Another log's, or another name's.
            let others = names.iter().filter(|other| *other != spoilt && rows[*other] != read[spoilt]);
            for other in others.step_by(17) {
                let swapped: Rows = read.clone().into_iter().chain([(*spoilt, rows[other].clone())]).collect();
                assert!(vault.opens(&root, &wanted, &swapped).is_err(), "{other:?} as {spoilt:?}");
            }

            let mut less = read.clone();
            less.remove(spoilt);
            match (spoilt, vault.opens(&root, &wanted, &less)) {
                (Name::Change(_) | Name::Decided(_) | Name::Object(..) | Name::Sealed(_), Ok(opened)) => assert_eq!(opened[spoilt], None),
                (Name::Words(_) | Name::Decisions(_) | Name::Directory(_) | Name::Received(_), opened) => assert!(opened.is_err(), "{spoilt:?} taken away"),
                (other, opened) => panic!("{other:?}: {opened:?}"),
            }
        }
        if name.record().is_some() {
            let nothing: Rows = Rows::new();
            assert!(vault.opens(&root, &wanted, &nothing).is_err(), "{name:?} taken away with its bucket");
        }
    }
}

#[test]
fn a_part_as_it_once_was_is_not_what_the_root_says() {
    let (log, vault, rows) = stored();
    let root = root(&vault, &rows);
    // The same part with other bytes, stored on top.
    let name = *names(&rows).iter().find(|name| matches!(name, Name::Decisions(_))).expect("something was decided");
    let later = vault.seals((log.epoch, log.chain), vec![(name, b"later".to_vec())], Some((&root, &rows))).expect("nobody altered it");
    let newer = vault.root(&later[&Name::Root]).expect("sealed").expect("of this format");
    let wanted = Wanted { whole: false, names: [name].into() };
    let all: Rows = rows.clone().into_iter().chain(later).collect();
    assert_eq!(vault.opens(&newer, &wanted, &all).expect("stored")[&name], Some(b"later".as_slice()));
    for old in [vec![name], Vault::to_read(&wanted).into_iter().collect()] {
        let back: Rows = all.clone().into_iter().chain(old.into_iter().map(|name| (name, rows[&name].clone()))).collect();
        assert!(vault.opens(&newer, &wanted, &back).is_err(), "put back as it was");
    }
    let elsewhere = Vault::new(&[1; 32], log.id);
    assert!(elsewhere.root(&rows[&Name::Root]).is_err(), "another key's");
}

type Question = fn(&Log, shared::id::RecordId);

/// What is not here is wanted, and never taken for nothing.
#[test]
fn a_log_of_which_only_the_head_is_here_says_what_it_wants() {
    let (whole, vault, rows) = stored();
    let root = root(&vault, &rows);
    let head = vault.head(&root, &rows[&Name::Head]).expect("nobody altered it");
    let begin = || Log::from_head(whole.id, whole.organisation, root.epoch, root.chain, head).expect("it reads");
    let record = *whole.ledger.records.keys().next().expect("something was decided");
    let questions: [(&str, Question); 8] = [
        ("words", |log, record| assert!(!log.index.has_record(&record.to_string()))),
        ("decisions", |log, record| assert!(log.ledger.get(record).is_none())),
        ("all decisions", |log, _| assert!(log.ledger.records.is_empty())),
        ("a kind", |log, _| assert!(log.ledger.of_kind("observation").next().is_none())),
        ("all words", |log, _| assert!(log.index.records().next().is_none())),
        ("all changes", |log, _| assert!(log.index.heads_at(3).is_empty())),
        ("a line", |log, _| assert!(log.received_at(3).is_none())),
        ("what a line sealed", |log, _| assert!(log.ledger.sealed_at(60).is_none())),
    ];
    for (what, asks) in questions {
        let mut log = begin();
        assert!(log.is_partial() && !log.wants(), "{what}");
        asks(&log, record);
        assert!(log.wants(), "{what}");
        assert!(!log.wanted().is_empty() && !log.wants(), "{what}: whoever is told fetches it");
    }
    let log = begin();
    let copy = log.clone();
    copy.ledger.get(record);
    assert!(log.wants(), "what a copy wants, nobody can tell without");
    assert_eq!(log.facts, whole.facts);
}
