//! What is pushed together is taken together, once.

use shared::{
    bytes::Bytes,
    change::{Document, Seen as WordSeen, actor::actor, genesis::genesis},
    decision::Act,
    log::Judged,
    role::Role,
    time::DAY_MS,
    wire::{Item, MAX_ITEMS, Verdict},
};

use crate::{
    gate::Gate,
    ward::{BEA, RUTH, log, person},
    words::{content, observation},
};

#[test]
fn a_bundle_is_taken_whole_or_not_at_all() {
    let mut gate = Gate::new();
    let (ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let (word, head) = gate.create(&ruth, log(), record, "observation", &words);
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &words, &[head]);
    let lines = gate.newest();
    let late = gate.submit(&ruth, Role::Mentor, ("observation", record, 3), &words, &[head]);
    gate.refused(&ruth, &[word.clone(), Item::Decision(submit.clone()), Item::Decision(late)], "r4_version");
    assert_eq!(gate.newest(), lines);
    gate.refused(&ruth, &[], "bad_bundle");
    gate.refused(&ruth, &[Item::Decision(submit.clone()), word.clone()], "bad_bundle");
    gate.refused(&ruth, &[word.clone(), word.clone()], "bad_bundle");
    gate.refused(&ruth, &vec![Item::Decision(submit.clone()); MAX_ITEMS + 1], "bad_bundle");
    gate.accepted(&ruth, &[word, Item::Decision(submit)]);
    let one = gate.decides(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
    gate.ward.pass(1);
    let again = gate.decides(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
    gate.refused(&bea, &[one.clone(), again], "r4_decided");
    gate.accepted(&bea, &[one]);
}

#[test]
fn what_was_accepted_is_a_duplicate_ever_after_and_adds_no_line() {
    let mut gate = Gate::new();
    let ruth = gate.device(RUTH);
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let bundle = gate.bundle(&ruth, Role::Mentor, ("observation", record), &words);
    let [word, submit] = bundle.clone();
    gate.accepted(&ruth, &bundle);
    let position = gate.newest();
    assert_eq!(gate.judge(&ruth, &bundle), Judged::Kept { position });
    assert_eq!(gate.judge(&ruth, &[word]), Judged::Kept { position: position - 1 });
    gate.ward.pass(400 * DAY_MS);
    assert_eq!(gate.judge(&ruth, &[submit]), Judged::Kept { position }, "time does not spoil an answer");
    gate.end(RUTH, Role::Mentor);
    assert_eq!(gate.judge(&ruth, &bundle), Judged::Kept { position }, "nor does a removal");
}

#[test]
fn the_same_words_sent_from_two_phones_are_one_and_other_words_stay_with_their_writer() {
    let mut gate = Gate::new();
    let (one, two) = (gate.device(RUTH), gate.device_of(person(RUTH), 150));
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let mut other = words.clone();
    other.insert("went_well".into(), "other words".into());
    let observation = ("observation", record);
    let first = gate.bundle(&one, Role::Mentor, observation, &words);
    let second = gate.bundle(&two, Role::Mentor, observation, &words);
    let third = gate.bundle(&two, Role::Mentor, observation, &other);
    gate.accepted(&one, &first);
    let position = gate.newest();
    assert_eq!(gate.judge(&two, &second), Judged::Kept { position });
    assert_eq!(gate.judge(&two, &third), Judged::Answer(Verdict::Exists { position: position - 1 }));
}

#[test]
fn a_change_on_something_that_was_refused_is_blocked_and_says_by_what() {
    let mut gate = Gate::new();
    let ruth = gate.device(RUTH);
    let record = gate.record();
    let words = content(&[("on", record.to_string().into()), ("words", "x".into()), ("mood", "bad".into())]);
    let seen = gate.seen(log());
    let seen = WordSeen { position: seen.position, tag: seen.tag.0 };
    let mut document = Document::from_genesis(&genesis(&log().to_string(), 1)).expect("a genesis");
    let (name, by, fields) = (record.to_string(), ruth.person.to_string(), words.into_iter().collect::<Vec<_>>());
    let device = actor(*ruth.device.0.as_bytes(), 0);
    let first = document.edit(device, &seen, |edit| edit.create(&name, "comment", &by, &fields, &[])).expect("written").expect("a change");
    let then = document.edit(device, &seen, |edit| edit.put(&name, "words", &"y".into())).expect("written").expect("a change");
    gate.refused(&ruth, &[Item::Word(Bytes(first.bytes))], "bad_value");
    assert_eq!(gate.judge(&ruth, &[Item::Word(Bytes(then.bytes))]), Judged::Answer(Verdict::BlockedBy { change: first.hash }));
}
