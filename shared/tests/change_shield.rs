//! The shield says what is wrong, by its code, and how much a change may hold.
#![cfg(feature = "document")]

mod change_support;

use automerge::{
    ActorId, Change, ExpandedChange, ObjType, ScalarValue,
    legacy::{Key, ObjectId, Op, OpId, OpType},
};
use change_support::{
    Phone, Rng, Server,
    raw::{Raw, retold, run, signed, unsigned},
    refused::every,
};
use shared::{
    change::{Decoded, Refused, Written, actor::actor, limits, preparse::preparse, writer::DocumentError},
    scalar::Scalar,
};

const RECORD: &str = "0192f0c1-2b3c-7d4e-8f50-00000000000a";
const OTHER: &str = "0192f0c1-2b3c-7d4e-8f50-00000000000b";

/// A server with two phones that wrote one record each, and the first phone's next change, not sent.
fn story() -> (Server, Phone, Phone, Written) {
    let mut server = Server::new();
    let (mut one, mut two) = (Phone::new([1; 16]), Phone::new([2; 16]));
    one.edit(|edit| edit.create(RECORD, "observation", "a person", &[("well".into(), "calm".into())], &[]));
    one.push(&mut server);
    two.pull(&server, 9);
    two.edit(|edit| edit.create(OTHER, "observation", "another person", &[], &[]));
    two.push(&mut server);
    one.pull(&server, 9);
    let next = one.edit(|edit| edit.put(RECORD, "well", &"calm and quick".into())).expect("a change");
    (server, one, two, next)
}

/// The verdict on the next change, said differently.
#[track_caller]
fn refuses(expected: &str, mutate: impl FnOnce(&mut ExpandedChange)) {
    let (mut server, _, _, next) = story();
    let bytes = retold(&next.bytes, mutate);
    let refused = server.push(&[1; 16], &bytes).expect_err("it should be refused");
    assert_eq!(refused.as_str(), expected);
    assert_eq!(server.push(&[1; 16], &next.bytes), Ok(3), "a refusal changes nothing");
}

/// The same with bytes that Automerge would never write.
#[track_caller]
fn refuses_raw(expected: &str, mutate: impl FnOnce(&mut Raw)) {
    let (mut server, _, _, next) = story();
    let mut raw = Raw::parse(&next.bytes);
    assert_eq!(raw.bytes(), next.bytes);
    mutate(&mut raw);
    let refused = server.push(&[1; 16], &raw.bytes()).expect_err("it should be refused");
    assert_eq!(refused.as_str(), expected);
}

fn foreign_id(counter: u64, device: u8) -> OpId {
    OpId::new(counter, &ActorId::from(actor([device; 16], 0).as_slice()))
}

#[test]
fn the_sender_owns_the_actor() {
    refuses("foreign_actor", |change| change.actor_id = ActorId::from(actor([2; 16], 7).as_slice()));
    refuses("bad_actor", |change| change.actor_id = ActorId::from([1; 17].as_slice()));
    let (mut server, _, _, next) = story();
    assert_eq!(server.push(&[2; 16], &next.bytes), Err(Refused::ForeignActor));
    let genesis = shared::change::genesis::genesis("another", 0);
    assert_eq!(server.push(&[2; 16], &genesis), Err(Refused::ForeignActor), "nobody sends a genesis");
}

#[test]
fn a_change_is_the_next_of_its_actor_and_names_the_one_before() {
    refuses("bad_seq", |change| change.seq = 1);
    refuses("bad_seq", |change| change.seq = 3);
    refuses("bad_seq", |change| change.actor_id = ActorId::from(actor([1; 16], 1).as_slice()));
    let (mut server, _, mut two, _) = story();
    // The second phone's change builds on the first one's record, so that it covers the first phone's past.
    two.edit(|edit| edit.put(RECORD, "next", &"sit down first".into()));
    two.push(&mut server);
    let (_, _, _, next) = story();
    let head = server.index.heads()[0];
    let last = server.index.last_of(&actor([2; 16], 0)).expect("wrote").max_op;
    let bytes = retold(&next.bytes, |change| {
        change.deps = vec![automerge::ChangeHash(head.0)];
        change.start_op = (u64::from(last) + 1).try_into().expect("not zero");
    });
    assert_eq!(server.push(&[1; 16], &bytes), Err(Refused::OwnPastMissing), "its past covers it, but not directly");
}

#[test]
fn the_past_was_accepted_and_counters_follow_from_it() {
    let missing = automerge::ChangeHash([0xee; 32]);
    let (mut server, mut one, _, next) = story();
    let after = one.edit(|edit| edit.put(RECORD, "next", &"sit".into())).expect("a change");
    assert_eq!(server.push(&[1; 16], &after.bytes), Err(Refused::BlockedBy(next.hash)));
    assert_eq!(server.push(&[1; 16], &next.bytes), Ok(3));
    assert_eq!(server.push(&[1; 16], &after.bytes), Ok(4), "a blocked change can be sent again");
    assert_eq!(server.push(&[1; 16], &next.bytes), Err(Refused::Duplicate { position: 3 }));
    refuses("blocked_by", |change| change.deps.push(missing));
    refuses("bad_dependencies", |change| change.deps.clear());
    refuses("bad_dependencies", |change| change.deps.extend(change.deps.clone()));
    refuses_raw("bad_dependencies", |raw| {
        raw.deps.push([0; 32]);
        assert!(!raw.deps.is_sorted());
    });
    refuses("bad_start_op", |change| change.start_op = (change.start_op.get() + 1).try_into().expect("not zero"));
    refuses("bad_start_op", |change| change.start_op = (change.start_op.get() - 1).try_into().expect("not zero"));
}

#[test]
fn objects_and_predecessors_are_those_the_writer_saw() {
    refuses("unknown_object", |change| change.operations[0].obj = ObjectId::Id(foreign_id(1, 1)));
    refuses("bad_actor", |change| change.operations[0].obj = ObjectId::Id(foreign_id(3, 9)));
    refuses("forbidden_object", |change| change.operations[0].obj = ObjectId::Root);
    refuses("bad_pred", |change| change.operations[0].pred = Vec::new().into());
    refuses("bad_pred", |change| change.operations[0].pred = vec![foreign_id(4, 1)].into());
    refuses("bad_pred", |change| change.operations[0].pred = change.operations[0].pred.iter().chain(change.operations[0].pred.iter()).cloned().collect());
    refuses("bad_pred", |change| change.operations[0].key = Key::Map("next".into()));
    refuses("bad_pred", |change| {
        change.operations[0].action = OpType::Delete;
        change.operations[0].pred = Vec::new().into();
    });
    // A record of a change that is accepted, but that this writer had not read.
    let (mut server, mut one, mut two, next) = story();
    assert_eq!(server.push(&[1; 16], &next.bytes), Ok(3));
    one.unsent.clear();
    let unseen = "0192f0c1-2b3c-7d4e-8f50-00000000000c";
    one.edit(|edit| edit.create(unseen, "observation", "a person", &[], &[]));
    one.push(&mut server);
    let made = server.index.last_of(&actor([1; 16], 0)).expect("wrote");
    let written = two.edit(|edit| edit.put(OTHER, "well", &"late".into())).expect("a change");
    let unread = retold(&written.bytes, |change| change.operations[0].obj = ObjectId::Id(foreign_id(u64::from(made.max_op) - 2, 1)));
    assert_eq!(server.push(&[2; 16], &unread), Err(Refused::UnknownObject));
    assert_eq!(server.push(&[2; 16], &written.bytes), Ok(5));
}

#[test]
fn a_record_is_made_once_in_records_and_nothing_else_is_made() {
    let create = |key: &str, kind| Op {
        action: OpType::Make(kind),
        obj: ObjectId::Id(OpId::new(2, &ActorId::from(genesis_actor().as_slice()))),
        key: Key::Map(key.into()),
        pred: Vec::new().into(),
        insert: false,
    };
    let new = "0192f0c1-2b3c-7d4e-8f50-00000000000c";
    refuses("bad_key", |change| change.operations.push(create("not-a-uuid", ObjType::Map)));
    refuses("bad_key", |change| change.operations.push(create("0192F0C1-2b3c-7d4e-8f50-00000000000c", ObjType::Map)));
    refuses("unknown_operation", |change| change.operations.push(create(new, ObjType::List)));
    refuses("forbidden_object", |change| change.operations.push(create(new, ObjType::Text)));
    refuses("unknown_operation", |change| change.operations.push(create(new, ObjType::Table)));
    refuses("forbidden_object", |change| change.operations.extend([create(new, ObjType::Map), create(new, ObjType::Map)]));
    refuses("exists", |change| change.operations.push(create(OTHER, ObjType::Map)));
    refuses("forbidden_object", |change| {
        let mut nested = create("deeper", ObjType::Map);
        nested.obj = change.operations[0].obj.clone();
        change.operations.push(nested);
    });
    refuses("forbidden_object", |change| {
        let mut other = create("threads", ObjType::Map);
        other.obj = ObjectId::Root;
        change.operations.push(other);
    });
    refuses("forbidden_object", |change| {
        let mut gone = create(OTHER, ObjType::Map);
        gone.action = OpType::Delete;
        gone.pred = vec![foreign_id(6, 2)].into();
        change.operations.push(gone);
    });
    refuses("forbidden_object", |change| {
        let mut put = create(OTHER, ObjType::Map);
        put.action = OpType::Put("not a record".into());
        change.operations.push(put);
    });
}

fn genesis_actor() -> [u8; 16] {
    shared::change::genesis::genesis_actor(change_support::LOG, 0)
}

#[test]
fn two_phones_that_create_the_same_record_keep_the_first() {
    let (mut server, mut rng) = (Server::new(), Rng(3));
    let (mut one, mut two) = (Phone::new([1; 16]), Phone::new([2; 16]));
    let record = rng.uuid();
    one.edit(|edit| edit.create(&record, "observation", "a person", &[("well".into(), "calm".into())], &[]));
    let second = two.edit(|edit| edit.create(&record, "observation", "a person", &[("well".into(), "quick".into())], &[])).expect("a change");
    one.push(&mut server);
    assert_eq!(server.push(&[2; 16], &second.bytes), Err(Refused::Exists(record.clone())));
    let decoded = Decoded::parse(&second.bytes).expect("an honest change");
    let effects = shared::change::effect::effects(&decoded, &server.index).expect("its content can be compared");
    assert!(matches!(&effects[..], [shared::change::Effect::Create { fields, .. }] if fields["well"] == Scalar::from("quick")));
    assert_eq!(server.index.now().record(&record)["well"], [Scalar::from("calm")]);
}

#[test]
fn values_keys_time_and_message_are_plain() {
    let value = |value: ScalarValue| move |change: &mut ExpandedChange| change.operations[0].action = OpType::Put(value);
    refuses("bad_value", value(ScalarValue::Null));
    refuses("bad_value", value(ScalarValue::Uint(1)));
    refuses("bad_value", value(ScalarValue::F64(1.0)));
    refuses("bad_value", value(ScalarValue::Timestamp(1)));
    refuses("bad_value", value(ScalarValue::counter(1)));
    refuses("bad_value", value(ScalarValue::Bytes(vec![1])));
    refuses("bad_value", value(ScalarValue::Int(Scalar::MAX_INTEGER + 1)));
    refuses("bad_value", value(ScalarValue::Int(-Scalar::MAX_INTEGER - 1)));
    refuses("bad_value", value(ScalarValue::Str("x".repeat(limits::MAX_TEXT_BYTES + 1).into())));
    refuses("unknown_operation", |change| change.operations[0].action = OpType::Increment(1));
    refuses("unknown_operation", |change| change.operations[0].insert = true);
    refuses("bad_key", |change| change.operations[0].key = Key::Map("".into()));
    refuses("bad_key", |change| change.operations[0].key = Key::Map("k".repeat(limits::MAX_KEY_BYTES + 1).into()));
    refuses("bad_time", |change| change.time = 1);
    refuses("extra_bytes", |change| change.extra_bytes = vec![1, 1, 7]);
    for message in [
        None,
        Some(""),
        Some("2"),
        Some("2:"),
        Some("+2:AAAAAAAAAAAAAAAA"),
        Some("02:AAAAAAAAAAAAAAAA"),
        Some("2:AAAAAAAAAAAAAAA="),
        Some("2:AAAAAAAAAAAAAAAA "),
        Some("2:AAAAAAAAAAAAAAA!"),
        Some("18446744073709551616:AAAAAAAAAAAAAAAA"),
        Some("9:AAAAAAAAAAAAAAAA"),
        Some("2:AAAAAAAAAAAAAAAB"),
        Some("hello"),
    ] {
        refuses("bad_message", |change| change.message = message.map(str::to_owned));
    }
}

#[test]
fn one_plain_change_and_nothing_more() {
    let (_, _, _, next) = story();
    let verdict = |bytes: &[u8]| preparse(bytes).expect_err("it should be refused").as_str();
    let mut spoiled = next.bytes.clone();
    spoiled[4] ^= 1;
    assert_eq!(verdict(&spoiled), "bad_checksum");
    assert_eq!(verdict(&[next.bytes.clone(), vec![0]].concat()), "not_a_change");
    assert_eq!(verdict(&[next.bytes.clone(), next.bytes.clone()].concat()), "not_a_change");
    assert_eq!(verdict(&[]), "not_a_change");
    assert_eq!(verdict(&vec![0; limits::MAX_CHANGE_BYTES + 1]), "too_large");
    let (server, ..) = story();
    assert_eq!(verdict(&server.document().save()), "not_a_change", "a whole document");
    let mut raw = Raw::parse(&next.bytes);
    *raw.column(0x57) = vec![b'x'; 500];
    *raw.column(0x56) = run(1, &unsigned(500 << 4 | 6));
    let mut long = Change::try_from(raw.bytes().as_slice()).expect("a change");
    assert_eq!(verdict(&long.bytes()), "compressed");
}

#[test]
fn columns_are_the_known_ones_in_order_and_plain() {
    refuses_raw("compressed", |raw| raw.columns[0].0 |= 8);
    refuses_raw("unknown_column", |raw| *raw.column(0xa5) = run(1, b"\x04bold"));
    refuses_raw("unknown_column", |raw| *raw.column(0x94) = vec![0, 1]);
    refuses_raw("bad_key", |raw| *raw.column(0x13) = run(1, &[0]));
    refuses_raw("bad_key", |raw| raw.columns.retain(|(id, _)| *id != 0x15));
    refuses_raw("unknown_column", |raw| raw.columns.swap(0, 1));
    refuses_raw("unknown_column", |raw| raw.columns.insert(1, raw.columns[0].clone()));
    refuses_raw("unknown_column", |raw| raw.column(0x57).clear());
    refuses_raw("uneven_columns", |raw| raw.column(0x57).push(b'x'));
    refuses_raw("uneven_columns", |raw| raw.columns.retain(|(id, _)| *id != 0x02));
    refuses_raw("uneven_columns", |raw| *raw.column(0x15) = run(2, b"\x04well"));
    refuses_raw("not_canonical", |raw| raw.others.push(vec![9; 18]));
    refuses_raw("not_canonical", |raw| *raw.column(0x42) = run(1, &[1]));
    refuses_raw("empty", |raw| raw.columns.clear());
    refuses_raw("empty", |raw| raw.columns.retain(|(id, _)| *id != 0x42));
    refuses_raw("bad_actor", |raw| *raw.column(0x71) = run(-1, &[1]));
    refuses_raw("bad_pred", |raw| *raw.column(0x73) = run(-1, &signed(i64::MIN)));
    refuses_raw("unknown_object", |raw| *raw.column(0x02) = run(-1, &unsigned(1 << 32)));
}

#[test]
fn run_lengths_are_added_up_and_never_unrolled() {
    for length in [5_001, 1 << 31, 1 << 62, i64::MAX] {
        refuses_raw("too_many_operations", |raw| *raw.column(0x42) = run(length, &[1]));
        refuses_raw("too_many_operations", |raw| *raw.column(0x15) = run(length, b"\x04well"));
        refuses_raw("too_many_operations", |raw| *raw.column(0x01) = [vec![0], unsigned(length as u64)].concat());
        refuses_raw("too_many_operations", |raw| *raw.column(0x56) = run(length, &[0x16]));
        refuses_raw("too_many_operations", |raw| *raw.column(0x70) = run(1, &unsigned(length as u64 * 2)));
    }
    refuses_raw("too_many_operations", |raw| *raw.column(0x42) = signed(i64::MIN));
    refuses_raw("too_many_operations", |raw| *raw.column(0x34) = unsigned(u64::MAX));
    refuses_raw("uneven_columns", |raw| *raw.column(0x34) = unsigned(2));
    refuses_raw("too_many_operations", |raw| *raw.column(0x13) = run(1 << 40, &[1]));
    refuses_raw("bad_key", |raw| *raw.column(0x13) = run(-1, &signed(i64::MIN)));
    // Two runs that only together are too long, and counts whose product overflows.
    refuses_raw("too_many_operations", |raw| *raw.column(0x42) = [run(5_000, &[1]), run(1, &[3])].concat());
    refuses_raw("too_many_operations", |raw| *raw.column(0x70) = run(5_000, &unsigned(u64::MAX)));
    refuses_raw("bad_value", |raw| *raw.column(0x56) = run(5_000, &unsigned(u64::MAX)));
}

#[test]
fn a_change_at_the_limits_is_taken_and_one_above_is_told_to_the_writer() {
    let mut server = Server::new();
    let mut phone = Phone::new([1; 16]);
    let full = "x".repeat(limits::MAX_TEXT_BYTES);
    phone.edit(|edit| edit.create(RECORD, "observation", "a person", &[("well".into(), Scalar::Text(full.clone()))], &[]));
    phone.edit(|edit| {
        for _ in 0..350 {
            edit.put(RECORD, &"k".repeat(40), &Scalar::from("one"))?;
            edit.delete(RECORD, &"k".repeat(40))?;
        }
        edit.put(RECORD, &"k".repeat(limits::MAX_KEY_BYTES), &Scalar::Integer(Scalar::MAX_INTEGER))?;
        edit.put(RECORD, "low", &Scalar::Integer(-Scalar::MAX_INTEGER))
    });
    phone.push(&mut server);
    let seen = phone.seen();
    let mut fails = |write: fn(&mut shared::change::writer::Edit<'_>) -> Result<(), DocumentError>| {
        phone.document.edit(actor([1; 16], 0), &seen, write).expect_err("over a limit")
    };
    assert!(matches!(fails(|edit| edit.put(RECORD, "k", &Scalar::Text("x".repeat(limits::MAX_TEXT_BYTES + 1)))), DocumentError::BadValue));
    assert!(matches!(fails(|edit| edit.put(RECORD, "k", &Scalar::Integer(Scalar::MAX_INTEGER + 1))), DocumentError::BadValue));
    assert!(matches!(fails(|edit| edit.put(RECORD, &"k".repeat(limits::MAX_KEY_BYTES + 1), &Scalar::Flag(true))), DocumentError::BadField));
    assert!(matches!(fails(|edit| edit.put(RECORD, "", &Scalar::Flag(true))), DocumentError::BadField));
    assert!(matches!(fails(|edit| edit.put(RECORD, "kind", &Scalar::from("goal"))), DocumentError::BadField));
    assert!(matches!(fails(|edit| edit.put(OTHER, "well", &Scalar::from("x"))), DocumentError::NoRecord(_)));
    assert!(matches!(fails(|edit| edit.create(RECORD, "observation", "a person", &[], &[])), DocumentError::Exists(_)));
    assert!(matches!(fails(|edit| edit.create("new", "observation", "a person", &[], &[])), DocumentError::BadRecordId(_)));
    assert!(matches!(fails(|edit| (0..6_000).try_for_each(|count| edit.put(RECORD, "k", &Scalar::Integer(count)))), DocumentError::TooMuch));
    assert!(matches!(
        fails(|edit| (0..3_i64).try_for_each(|count| edit.put(RECORD, &format!("k{count}"), &Scalar::Text("x".repeat(20_000))))),
        DocumentError::TooMuch
    ));
}

#[test]
fn every_code_is_its_own() {
    let all = every();
    let codes: std::collections::BTreeSet<&str> = all.iter().map(Refused::as_str).collect();
    assert_eq!(codes.len(), all.len());
}

/// A record with two Texts, and the next change of its writer: "ed" typed behind "ag" and the "g" taken away.
fn typed_story() -> (Server, Phone, Written) {
    let mut server = Server::new();
    let (mut one, mut two) = (Phone::new([1; 16]), Phone::new([2; 16]));
    let prose = [("agenda".to_owned(), "ag".to_owned()), ("notes".to_owned(), "n".to_owned())];
    one.edit(|edit| edit.create(RECORD, "session", "a person", &[("place".into(), "ward".into())], &prose));
    one.push(&mut server);
    two.pull(&server, 9);
    two.edit(|edit| edit.type_into(RECORD, "notes", "no"));
    two.push(&mut server);
    let next = one
        .edit(|edit| {
            edit.type_into(RECORD, "agenda", "aged")?;
            edit.type_into(RECORD, "agenda", "aed")
        })
        .expect("a change");
    (server, one, next)
}

#[track_caller]
fn refuses_typed(expected: &str, mutate: impl FnOnce(&mut ExpandedChange)) {
    let (mut server, _, next) = typed_story();
    let bytes = retold(&next.bytes, mutate);
    assert_eq!(server.push(&[1; 16], &bytes).expect_err("it should be refused").as_str(), expected);
    assert_eq!(server.push(&[1; 16], &next.bytes), Ok(3), "a refusal changes nothing");
    assert_eq!(server.index.now().prose(RECORD, "agenda").as_deref(), Some("aed"));
    assert_eq!(server.index.now().prose(RECORD, "notes").as_deref(), Some("no"));
}

#[test]
fn a_character_stands_behind_one_that_its_writer_knew_and_is_taken_away_once() {
    use automerge::legacy::ElementId;
    // The record's change by the first phone: its map is operation 3, then kind, by, place, and the two Texts.
    let at = |counter: u64, device: u8| Key::Seq(ElementId::Id(foreign_id(counter, device)));
    let notes = || ObjectId::Id(foreign_id(10, 1));
    refuses_typed("unknown_object", |change| change.operations[0].key = at(2_000, 1));
    refuses_typed("unknown_object", |change| change.operations[0].key = at(11, 1));
    // Typed by the second phone, and not seen by the first.
    refuses_typed("unknown_object", |change| change.operations[0].key = at(12, 2));
    refuses_typed("unknown_object", |change| change.operations[0].obj = notes());
    refuses_typed("unknown_operation", |change| change.operations[0].key = Key::Map("agenda".into()));
    refuses_typed("unknown_operation", |change| change.operations[0].insert = false);
    refuses_typed("bad_value", |change| change.operations[0].action = OpType::Put(ScalarValue::Str("ed".into())));
    refuses_typed("bad_value", |change| change.operations[0].action = OpType::Put(ScalarValue::Str("".into())));
    refuses_typed("bad_value", |change| change.operations[0].action = OpType::Put(ScalarValue::Int(7)));
    refuses_typed("unknown_operation", |change| change.operations[0].action = OpType::Make(ObjType::Map));
    refuses_typed("bad_pred", |change| change.operations[0].pred = vec![foreign_id(9, 1)].into());
    refuses_typed("bad_pred", |change| change.operations[2].pred = Vec::new().into());
    refuses_typed("bad_pred", |change| change.operations[2].pred = vec![foreign_id(8, 1)].into());
    refuses_typed("unknown_operation", |change| change.operations[2].key = Key::Seq(ElementId::Head));
    refuses_typed("bad_pred", |change| change.operations.push(change.operations[2].clone()));
    refuses_typed("unknown_object", |change| {
        change.operations[2].key = at(11, 1);
        change.operations[2].pred = vec![foreign_id(11, 1)].into();
    });
}

#[test]
fn a_text_is_made_with_its_record_and_never_written_over() {
    let (mut server, mut phone, next) = typed_story();
    assert_eq!(server.push(&[1; 16], &next.bytes), Ok(3));
    let later = phone.edit(|edit| edit.put(RECORD, "place", &"bed 4".into())).expect("a change");
    let over = retold(&later.bytes, |change| {
        change.operations[0].key = Key::Map("agenda".into());
        change.operations[0].pred = vec![foreign_id(7, 1)].into();
    });
    assert_eq!(server.push(&[1; 16], &over), Err(Refused::ForbiddenObject));
    let away = retold(&later.bytes, |change| {
        change.operations[0].key = Key::Map("agenda".into());
        change.operations[0].pred = vec![foreign_id(7, 1)].into();
        change.operations[0].action = OpType::Delete;
    });
    assert_eq!(server.push(&[1; 16], &away), Err(Refused::ForbiddenObject));
    let made_late = retold(&later.bytes, |change| {
        change.operations[0].key = Key::Map("summary".into());
        change.operations[0].pred = Vec::new().into();
        change.operations[0].action = OpType::Make(ObjType::Text);
    });
    assert_eq!(server.push(&[1; 16], &made_late), Err(Refused::ForbiddenObject));
    assert_eq!(server.push(&[1; 16], &later.bytes), Ok(4));
}

#[test]
fn a_text_that_is_full_takes_no_more() {
    let mut server = Server::new();
    let mut phone = Phone::new([1; 16]);
    phone.edit(|edit| edit.create(RECORD, "session", "a person", &[], &[("agenda".into(), String::new())]));
    let piece = "x".repeat(4_000);
    for count in 1..=limits::MAX_TEXT_CHARACTERS / piece.len() {
        // Deleted ones count too: what stands there never grows.
        phone.edit(|edit| edit.type_into(RECORD, "agenda", &piece)).expect("a change");
        if count < limits::MAX_TEXT_CHARACTERS / piece.len() {
            phone.edit(|edit| edit.type_into(RECORD, "agenda", "")).expect("a change");
        }
    }
    phone.push(&mut server);
    let one_more = phone.edit(|edit| edit.type_into(RECORD, "agenda", &"x".repeat(4_001))).expect("a change");
    assert_eq!(server.push(&[1; 16], &one_more.bytes), Err(Refused::TextFull));
}
