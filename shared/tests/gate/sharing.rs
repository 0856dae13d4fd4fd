//! What is in an own log, and what of it may be in a shared one.

use shared::{
    bytes::Salt,
    decision::{self, Act, Content, SignedDecision},
    id::{LogId, RecordId},
    log::Judged,
    role::Role,
    scalar::Scalar,
    wire::{Item, Verdict},
};
use uuid::Uuid;

use crate::{
    gate::Gate,
    hostile::sign,
    ward::{AMARA, FARID, RUTH, log},
    words::{claim, content, observation},
};

#[test]
fn r1_an_observation_is_not_shared_unsigned() {
    let mut gate = Gate::new();
    let (ruth, amara) = (gate.device(RUTH), gate.device(AMARA));
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let (word, head) = gate.create(&ruth, log(), record, "observation", &words);
    let sentence = gate.refused(&ruth, std::slice::from_ref(&word), "shared_by_submit");
    assert!(sentence.contains("signing and sending"), "{sentence}");
    let elsewhere = gate.record();
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", elsewhere, 1), &words, &[head]);
    gate.refused(&ruth, &[word.clone(), Item::Decision(submit)], "shared_by_submit");
    let (claim, _) = gate.create(&amara, log(), record, "claim", &claim("C02", 3, &[]));
    gate.refused(&amara, &[claim], "shared_by_submit");
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &words, &[head]);
    gate.accepted(&ruth, &[word, Item::Decision(submit)]);
}

#[test]
fn r1_what_stays_own_what_no_form_has_and_unknown_kinds_do_not_pass() {
    let mut gate = Gate::new();
    let ruth = gate.device(RUTH);
    let (_, record) = gate.observed(&ruth, "C02", 3);
    for (field, value) in
        [("jot", Scalar::from("calm")), ("discarded", Scalar::Flag(true)), ("mood", "good".into()), ("level", Scalar::Integer(7)), ("level", "3".into())]
    {
        let (item, _) = gate.put(&ruth, log(), record, field, &value);
        gate.refused(&ruth, &[item], "bad_value");
    }
    let own = LogId::Own(ruth.person);
    let other = gate.record();
    let (item, _) = gate.create(&ruth, own, other, "observation", &content(&[("jot", "calm".into())]));
    gate.accepted_in(own, &ruth, &[item]);
    for id in [log(), own] {
        let (item, _) = gate.create(&ruth, id, RecordId(Uuid::from_u128(77)), "horoscope", &Content::new());
        let judged = gate.judge_in(id, &ruth, &[item]);
        assert!(matches!(&judged, Judged::Answer(Verdict::Refused(refusal)) if refusal.code == "unknown_kind"), "{judged:?}");
    }
}

#[test]
fn r1_an_own_log_is_its_owners() {
    let mut gate = Gate::new();
    let (ruth, farid) = (gate.device(RUTH), gate.device(FARID));
    let own = LogId::Own(ruth.person);
    let record = gate.record();
    let (item, _) = gate.create(&farid, own, record, "observation", &Content::new());
    let judged = gate.judge_in(own, &farid, &[item]);
    assert!(matches!(&judged, Judged::Answer(Verdict::Refused(refusal)) if refusal.code == "r10_not_member"), "{judged:?}");
    let item = gate.decides(&farid, Role::Mentor, Act::Hide, "observation", record, 1);
    assert!(matches!(gate.judge_in(own, &farid, &[item]), Judged::Answer(Verdict::Refused(_))));
}

#[test]
fn r1_no_decision_lives_in_an_own_log() {
    let mut gate = Gate::new();
    let ruth = gate.device(RUTH);
    let own = LogId::Own(ruth.person);
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let (word, head) = gate.create(&ruth, own, record, "observation", &words);
    let mut decision = gate.decision(&ruth, Role::Owner, Act::Submit, "observation", record, 1);
    decision.log = own;
    decision.seen = gate.seen(own);
    let salt = Salt::from([9; 16]);
    decision.digest = decision::content_digest(&salt, &decision::canonical_content(own, record, "observation", &decision.form, &words));
    let signed = SignedDecision { salt: Some(salt), heads: vec![head], ..sign(&ruth, &decision) };
    let judged = gate.judge_in(own, &ruth, &[word, Item::Decision(signed)]);
    assert!(matches!(&judged, Judged::Answer(Verdict::Refused(refusal)) if refusal.code == "unknown_record"), "{judged:?}");
}
