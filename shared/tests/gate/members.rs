//! Who is here, who has left, and whose words wait for the lead.

use shared::{
    bytes::{Bytes, Fixed},
    change::{Document, Seen as WordSeen, actor::actor, genesis::genesis},
    decision::Act,
    fact::{Fact, Member, Settings},
    id::{DeviceId, PersonId},
    log::Judged,
    role::Role,
    scalar::Scalar,
    time::MINUTE_MS,
    wire::{Item, Verdict},
};
use uuid::Uuid;

use crate::{
    gate::Gate,
    hostile::sign,
    ward::{AMARA, BEA, FARID, RUTH, TOMAS, log, member, person},
    words::{content, observation},
};

#[test]
fn r10_who_never_was_a_member_writes_nothing() {
    let mut gate = Gate::new();
    let nobody = gate.device_of(PersonId(Uuid::from_bytes([77; 16])), 77);
    let (ruth, record) = (gate.device(RUTH), gate.record());
    let words = content(&[("on", record.to_string().into()), ("words", "let me in".into())]);
    let (word, _) = gate.create(&nobody, log(), record, "comment", &words);
    gate.refused(&nobody, &[word], "r10_not_member");
    let (_, observed) = gate.observed(&ruth, "C02", 3);
    let item = gate.decides(&nobody, Role::Supervisor, Act::Countersign, "observation", observed, 1);
    gate.refused(&nobody, &[item], "r10_not_member");
}

#[test]
fn r10_what_was_written_before_the_removal_is_held_and_what_was_written_after_is_refused() {
    let mut gate = Gate::new();
    let farid = gate.device(FARID);
    let record = gate.record();
    let words = content(&[("on", record.to_string().into()), ("words", "from the back room".into())]);
    let (before, _) = gate.create(&farid, log(), record, "comment", &words);
    gate.ward.pass(MINUTE_MS);
    gate.end(FARID, Role::Mentor);
    gate.ward.pass(MINUTE_MS);
    let judged = gate.judge(&farid, std::slice::from_ref(&before));
    let Judged::Answer(Verdict::Held(refusal)) = judged else { panic!("{judged:?}") };
    assert_eq!(refusal.code, "r10_held");
    assert!(refusal.sentence.contains("programme lead"), "{}", refusal.sentence);
    let (after, _) = gate.create(&farid, log(), record, "comment", &words);
    gate.refused(&farid, &[after], "r10_not_member");
    let item = gate.decides(&farid, Role::Mentor, Act::Sign, "agreement", record, 1);
    gate.refused(&farid, &[before.clone(), item], "r10_not_member");
    let mut stranger = farid.clone();
    stranger.device = DeviceId(Uuid::from_bytes([99; 16]));
    gate.refused(&stranger, &[before], "r10_not_member");
}

#[test]
fn r10_a_forged_seen_line_is_neither_taken_nor_held() {
    let mut gate = Gate::new();
    let farid = gate.device(FARID);
    let (record, by) = (gate.record().to_string(), farid.person.to_string());
    let fields = [("on".to_owned(), Scalar::from(record.as_str())), ("words".to_owned(), "backdated".into())];
    let forged = [(0, [0; 12]), (gate.newest(), [7; 12]), (gate.newest() + 1, gate.seen(log()).tag.0)].map(|(position, tag)| {
        let mut document = Document::from_genesis(&genesis(&log().to_string(), 1)).expect("a genesis");
        let written =
            document.edit(actor(*farid.device.0.as_bytes(), 0), &WordSeen { position, tag }, |edit| edit.create(&record, "comment", &by, &fields, &[]));
        Item::Word(Bytes(written.expect("written").expect("a change").bytes))
    });
    for item in &forged {
        gate.refused(&farid, std::slice::from_ref(item), "bad_message");
    }
    let (ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let (_, observed) = gate.observed(&ruth, "C02", 3);
    let mut decision = gate.decision(&bea, Role::Supervisor, Act::Countersign, "observation", observed, 1);
    decision.seen.tag = Fixed([7; 12]);
    gate.refused(&bea, &[Item::Decision(sign(&bea, &decision))], "bad_seen");

    let honest = gate.decides(&farid, Role::Mentor, Act::Sign, "agreement", observed, 1);
    gate.ward.pass(MINUTE_MS);
    gate.end(FARID, Role::Mentor);
    for item in &forged {
        gate.refused(&farid, std::slice::from_ref(item), "r10_not_member");
        gate.refused(&farid, &[item.clone(), honest.clone()], "r10_not_member");
    }
}

#[test]
fn r10_adopted_words_are_their_authors_and_only_these_words() {
    let mut gate = Gate::new();
    let mut farid = gate.device(FARID);
    let (comment, observed) = (gate.record(), gate.record());
    let words = content(&[("on", comment.to_string().into()), ("words", "from the back room".into())]);
    let (held, hash) = gate.create(&farid, log(), comment, "comment", &words);
    farid.slot = 1;
    let rated = observation("C02", 3, gate.ward.now);
    let (other, other_hash) = gate.create(&farid, log(), observed, "observation", &rated);
    let submit = gate.submit(&farid, Role::Mentor, ("observation", observed, 1), &rated, &[other_hash]);
    gate.ward.pass(MINUTE_MS);
    gate.end(FARID, Role::Mentor);
    let now = gate.ward.now;
    let adopt = |change, by| Fact::Adopted { change, author: person(FARID), by: person(by) };
    assert!(gate.ward.server.fact(log(), adopt(hash, RUTH), now).is_err(), "only the lead takes words over");
    gate.ward.server.fact(log(), adopt(hash, TOMAS), now).expect("adopted");
    assert!(matches!(gate.judge(&farid, &[other.clone(), Item::Decision(submit.clone())]), Judged::Answer(Verdict::Held(_))), "the other one still waits");
    gate.accepted(&farid, &[held]);
    assert_eq!(gate.log(log()).author_of(comment), Some(person(FARID)), "adopting keeps the author");

    gate.ward.server.fact(log(), adopt(other_hash, TOMAS), now).expect("adopted");
    gate.refused(&farid, &[other.clone(), Item::Decision(submit)], "r10_not_member");
    gate.ward.server.fact(log(), Fact::DeviceRevoked { device: farid.device }, now).expect("revoked");
    gate.accepted(&farid, &[other]);
    assert_eq!(gate.log(log()).ledger.get(observed), None, "a waiting decision lapses");
}

#[test]
fn settings_and_memberships_are_read_as_they_stand_in_the_log() {
    let mut gate = Gate::new();
    let (amara, ruth, farid, bea) = (gate.device(AMARA), gate.device(RUTH), gate.device(FARID), gate.device(BEA));
    let evidence = [gate.observed(&ruth, "C02", 3), gate.observed(&farid, "C02", 3)];
    let record = gate.claimed(&amara, "C02", 3, &evidence);
    let approve = gate.decides(&bea, Role::Supervisor, Act::Approve, "claim", record, 1);
    gate.refused(&bea, std::slice::from_ref(&approve), "r11_agreement");
    let now = gate.ward.now;
    gate.ward.server.fact(log(), Fact::Settings(Settings { agreement_first: false, ..Settings::default() }), now).expect("set");
    let late = gate.device_of(person(66), 66);
    let comment = gate.record();
    let words = content(&[("on", record.to_string().into()), ("words", "hello".into())]);
    let (word, _) = gate.create(&late, log(), comment, "comment", &words);
    gate.refused(&late, std::slice::from_ref(&word), "r10_not_member");
    let member = Member { employed_from: now, from: now, ..member(66, "Nora Weller", Role::Mentor) };
    gate.ward.server.fact(log(), Fact::Member(member), now).expect("joined");
    gate.accepted(&late, &[word]);
    gate.accepted(&bea, &[approve]);
}
