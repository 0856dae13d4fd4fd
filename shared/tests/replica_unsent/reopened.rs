//! A phone that was away, closed or moved on goes on where it stopped.

use shared::{phone::News, replica::Table, time::DAY_MS};

use crate::{
    deeds::kept,
    ward::{FARID, RUTH, Ward, log, own, person},
};

#[test]
fn somebody_who_comes_back_reads_on_where_they_stopped() {
    let mut ward = Ward::new();
    let (farid, ruth) = (ward.phone(FARID), ward.phone(RUTH));
    let observed = ward.observe(ruth, "C02", 3);
    ward.sync(farid);
    let request = ward.send(farid);
    let now = ward.now;
    let mut response = ward.server.sync(person(FARID), &request, now);
    response.directory.retain(|entry| entry.log != log());
    let effects = ward.phones[farid].replica.absorb(&request, response, now);
    assert!(effects.news.contains(&News::LogGone { log: log() }));
    for _ in ["away", "back"] {
        let cursor = ward.send(farid).cursors.into_iter().find(|cursor| cursor.log == log()).expect("named");
        assert_eq!(cursor.next, ward.server.logs[&log()].0.chain.next, "so that it is not sent from the start");
        ward.sync(farid);
    }
    assert!(ward.row(farid, log(), observed).is_some());
}

#[test]
fn a_reopened_phone_still_knows_how_wrong_its_clock_is() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    ward.phones[ruth].clock_off_ms = -400 * DAY_MS;
    ward.sync(ruth);
    ward.reopen(ruth);
    let record = ward.draft(ruth, "C02", 3);
    ward.send_record(ruth, record).expect("she is a member by the server's clock");
    assert!(kept(&ward.sync(ruth)));
}

#[test]
fn beyond_a_snapshot_a_phone_reopens_writes_and_merges_as_before() {
    let mut ward = Ward::new();
    let (one, two) = (ward.phone(RUTH), ward.phone(RUTH));
    ward.sync(one);
    let record = ward.draft(one, "C02", 3);
    ward.sync(one);
    for number in 0..70 {
        ward.set(one, own(RUTH), record, "went_well", format!("words {number}").into());
        ward.sync(one);
    }
    assert!(ward.phones[one].store.keys().any(|(table, _)| *table == Table::Snapshots), "one was made");
    ward.reopen(one);
    ward.set(one, own(RUTH), record, "went_well", "after the snapshot".into());
    assert!(kept(&ward.sync(one)));
    ward.reopen(one);
    ward.sync(two);
    ward.set(one, own(RUTH), record, "try_next", "from one".into());
    ward.set(two, own(RUTH), record, "try_next", "from two".into());
    ward.sync(two);
    assert!(kept(&ward.sync(one)));
    assert_eq!(ward.shown(one, own(RUTH), record, "try_next"), ["from one".into(), "from two".into()]);
    for number in 0..130 {
        ward.set(one, own(RUTH), record, "went_well", format!("more words {number}").into());
        ward.sync(one);
        if number % 60 == 0 {
            ward.reopen(one);
        }
    }
    ward.sync(two);
    assert_eq!(ward.shown(two, own(RUTH), record, "went_well"), ["more words 129".into()]);
}

#[test]
fn a_snapshot_that_does_not_load_is_made_anew_from_the_lines() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let record = ward.draft(ruth, "C02", 3);
    for number in 0..66 {
        ward.set(ruth, own(RUTH), record, "went_well", format!("words {number}").into());
        ward.sync(ruth);
    }
    let key = (Table::Snapshots, own(RUTH).to_string());
    ward.phones[ruth].store.insert(key, b"not a document".to_vec()).expect("there was one");
    ward.reopen(ruth);
    ward.set(ruth, own(RUTH), record, "went_well", "and on".into());
    assert!(kept(&ward.sync(ruth)));
}
