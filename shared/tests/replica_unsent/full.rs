//! A phone that can hold no more says so.

use std::collections::BTreeMap;

use shared::{
    cbor,
    id::RecordId,
    kind::Kinds,
    phone::{Ask, Stuck},
    refusal::Refusal,
    replica::{MAX_PENDING, MAX_STUCK, Replica, Stored, Table},
};

use crate::{
    deeds::stuck,
    ward::{RUTH, START, Ward, log, own},
};

#[test]
fn a_phone_that_is_full_says_so_and_loses_nothing() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    let identity = ward.phones[ruth].replica.identity().clone();
    let entry = |id: u64| Stuck {
        id,
        log: log(),
        record: RecordId(uuid::Uuid::from_u128(u128::from(id))),
        kind: "comment".into(),
        refusal: Refusal::new("r10_held", "x."),
        held: true,
        fields: BTreeMap::new(),
        typed: BTreeMap::new(),
        acts: vec![],
        at: START,
    };
    let lines = |ward: &Ward| {
        ward.phones[ruth].store.iter().filter(|((table, _), _)| *table == Table::Lines).map(|(_, value)| Stored::read_line(value).expect("a line")).collect()
    };
    let stored = Stored { lines: lines(&ward), stuck: (1..=MAX_STUCK as u64).map(|id| cbor::encode(&entry(id))).collect(), ..Stored::default() };
    ward.phones[ruth].replica = Replica::restore(Kinds::standard(), identity, stored).expect("reads back");
    let record = ward.record();
    let create = |record| Ask::Create { log: own(RUTH), record, kind: "observation".into(), fields: BTreeMap::new() };
    let refusal = ward.ask(ruth, create(record)).expect_err("full");
    assert_eq!(refusal.code, "phone_full");
    assert!(refusal.sentence.contains("Copy or dismiss"));
    assert_eq!(stuck(&ward, ruth).len(), MAX_STUCK);
    ward.ask(ruth, Ask::Dismiss { stuck: 7 }).expect("one less");
    ward.ask(ruth, create(record)).expect("room again");
}

#[test]
fn no_more_waits_on_a_phone_than_it_can_hold() {
    let mut ward = Ward::new();
    let ruth = ward.phone(RUTH);
    for _ in 0..MAX_PENDING {
        let record = ward.record();
        ward.ask(ruth, Ask::Create { log: own(RUTH), record, kind: "observation".into(), fields: BTreeMap::new() }).expect("room");
    }
    let record = ward.record();
    let refusal = ward.ask(ruth, Ask::Create { log: own(RUTH), record, kind: "observation".into(), fields: BTreeMap::new() }).expect_err("full");
    assert_eq!(refusal.code, "phone_full");
    assert!(refusal.sentence.contains("let it send"));
    assert_eq!(ward.send(ruth).push.len(), shared::wire::MAX_BUNDLES, "a request carries so many");
}
