//! Who writes which field and makes which record.

use shared::{
    bytes::Bytes,
    change::{actor::actor, genesis::genesis},
    decision::Content,
    id::RecordId,
    line::Seen,
    role::Role,
    scalar::Scalar,
    wire::Item,
};

use crate::{
    gate::Gate,
    hostile::Hostile,
    ward::{AMARA, BEA, FARID, RUTH, TOMAS, log, person},
    words::{agreement, claim, observation},
};

#[test]
fn r1_nobody_writes_anothers_field_and_everybody_their_own() {
    let mut gate = Gate::new();
    let (ruth, farid, amara, tomas) = (gate.device(RUTH), gate.device(FARID), gate.device(AMARA), gate.device(TOMAS));
    let (_, record) = gate.observed(&ruth, "C02", 3);
    for other in [&farid, &amara, &tomas] {
        let (item, _) = gate.put(other, log(), record, "went_well", &"she did badly".into());
        gate.refused(other, &[item], "r1_writer");
        let (item, _) = gate.word(other, log(), |edit| edit.delete(&record.to_string(), "went_well").expect("fits"));
        gate.refused(other, &[item], "r1_writer");
    }
    let (item, _) = gate.put(&ruth, log(), record, "went_well", &"she did well".into());
    gate.accepted(&ruth, &[item]);
}

#[test]
fn r1_one_foreign_field_among_own_ones_refuses_the_whole_change() {
    let mut gate = Gate::new();
    let (ruth, farid) = (gate.device(RUTH), gate.device(FARID));
    let (_, hers) = gate.observed(&ruth, "C02", 3);
    let (_, his) = gate.observed(&farid, "C02", 3);
    let (item, _) = gate.word(&farid, log(), |edit| {
        edit.put(&his.to_string(), "went_well", &"mine".into()).expect("fits");
        edit.put(&hers.to_string(), "went_well", &"not mine".into()).expect("fits");
    });
    gate.refused(&farid, &[item], "r1_writer");
    assert_eq!(gate.log(log()).index.now().values(&his.to_string(), "went_well").len(), 1);
}

#[test]
fn r1_by_is_not_forged_neither_at_the_creation_nor_later() {
    let mut gate = Gate::new();
    let farid = gate.device(FARID);
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let (word, head) = gate.create_as(&farid, log(), record, "observation", person(RUTH), &words);
    let submit = gate.submit(&farid, Role::Mentor, ("observation", record, 1), &words, &[head]);
    gate.refused(&farid, &[word.clone(), Item::Decision(submit)], "r1_fixed");
    gate.refused(&farid, &[word], "r1_fixed");
    let (_, record) = gate.observed(&farid, "C02", 3);
    for field in ["by", "kind"] {
        let seen = gate.seen(log());
        let bytes = overwrite(&gate, &farid, record, field, "another", &seen);
        let sentence = gate.refused(&farid, &[Item::Word(bytes)], "written_once");
        assert!(sentence.contains("Your words are kept"), "{sentence}");
    }
}

/// A change that an honest document would not write.
fn overwrite(gate: &Gate, by: &Hostile, record: RecordId, field: &str, value: &str, seen: &Seen) -> Bytes {
    use automerge::{ActorId, Automerge, ObjType, ROOT, ReadDoc as _, Value, transaction::CommitOptions, transaction::Transactable as _};
    let mut document = Automerge::new();
    document.load_incremental(&genesis(&log().to_string(), 1)).expect("a genesis");
    for word in gate.ward.server.words(log()) {
        document.load_incremental(word).expect("an accepted change");
    }
    document.set_actor(ActorId::from(actor(*by.device.0.as_bytes(), by.slot).as_slice()));
    let Ok(Some((Value::Object(ObjType::Map), records))) = document.get(ROOT, "records") else { panic!("no records") };
    let object = document.get(&records, record.to_string()).expect("a map").expect("a record").1;
    let hash = {
        let mut transaction = document.transaction();
        transaction.put(&object, field, value).expect("a put");
        transaction.commit_with(CommitOptions::default().with_message(seen.message()).with_time(0)).0.expect("a change")
    };
    Bytes(document.get_change_by_hash(&hash).expect("just made").raw_bytes().to_vec())
}

#[test]
fn r1_the_mentee_does_not_observe_and_nobody_makes_what_is_not_their_roles() {
    let mut gate = Gate::new();
    let (amara, ruth, bea) = (gate.device(AMARA), gate.device(RUTH), gate.device(BEA));
    let record = gate.record();
    let words = observation("C02", 5, gate.ward.now);
    let bundle = gate.bundle(&amara, Role::Mentor, ("observation", record), &words);
    gate.refused(&amara, &bundle, "r1_kind");
    let words = claim("C02", 3, &[]);
    let bundle = gate.bundle(&ruth, Role::Mentee, ("claim", record), &words);
    gate.refused(&ruth, &bundle, "r1_kind");
    let (word, _) = gate.create(&bea, log(), record, "agreement", &agreement());
    gate.refused(&bea, &[word], "r1_kind");
}

#[test]
fn r1_a_keyed_field_has_room_for_its_number_of_keys_and_no_more() {
    let mut gate = Gate::new();
    let ruth = gate.device(RUTH);
    let checks = |from: usize, to: usize| -> Content { (from..to).map(|month| (format!("check/{month}"), Scalar::from("well"))).collect() };
    let record = gate.record();
    let (item, _) = gate.create(&ruth, log(), record, "plan", &checks(0, 13));
    gate.refused(&ruth, &[item], "too_many_keys");
    let (item, _) = gate.create(&ruth, log(), record, "plan", &checks(0, 11));
    gate.accepted(&ruth, &[item]);
    let (item, _) = gate.word(&ruth, log(), |edit| checks(11, 13).iter().for_each(|(field, value)| edit.put(&record.to_string(), field, value).expect("fits")));
    gate.refused(&ruth, &[item], "too_many_keys");
    let (item, _) = gate.put(&ruth, log(), record, "check/11", &"well".into());
    gate.accepted(&ruth, &[item]);
    let (item, _) = gate.put(&ruth, log(), record, "check/12", &"well".into());
    gate.refused(&ruth, &[item], "too_many_keys");
    let (item, _) = gate.put(&ruth, log(), record, "check/11", &"better".into());
    gate.accepted(&ruth, &[item]);
}
