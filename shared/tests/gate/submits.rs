//! A submit freezes the words that its signer saw, and words that may be sent.

use shared::{
    bytes::{Hash, Salt},
    decision::{Act, SignedDecision},
    id::RecordId,
    log::Judged,
    role::Role,
    scalar::Scalar,
    time::DAY_MS,
    wire::{Item, Verdict},
};
use uuid::Uuid;

use crate::{
    gate::Gate,
    hostile::sign,
    ward::{AMARA, BEA, FARID, RUTH, log},
    words::{agreement, claim, observation},
};

#[test]
fn r3_evidence_that_is_not_signed_feedback_on_the_skill_is_refused_at_the_submit() {
    let mut gate = Gate::new();
    let (amara, ruth) = (gate.device(AMARA), gate.device(RUTH));
    let (line, observed) = gate.observed(&ruth, "C02", 3);
    for evidence in [(line, RecordId(Uuid::from_u128(5))), (line - 1, observed), (0, observed), (9_999, observed)] {
        let record = gate.record();
        let words = claim("C02", 3, &[evidence]);
        let bundle = gate.bundle(&amara, Role::Mentee, ("claim", record), &words);
        gate.refused(&amara, &bundle, "r3_unknown_evidence");
    }
}

#[test]
fn r4_the_digest_the_form_the_heads_and_the_version_are_the_ones_that_were_seen() {
    let mut gate = Gate::new();
    let (ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let mut better = words.clone();
    better.insert("level".into(), Scalar::Integer(5));
    let (word, head) = gate.create(&ruth, log(), record, "observation", &words);

    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &better, &[head]);
    gate.refused(&ruth, &[word.clone(), Item::Decision(submit)], "r4_digest");
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &words, &[head]);
    for spoilt in [
        SignedDecision { heads: vec![], ..submit.clone() },
        SignedDecision { salt: None, ..submit.clone() },
        SignedDecision { salt: Some(Salt::from([0; 16])), ..submit.clone() },
        SignedDecision { heads: vec![head; 33], ..submit.clone() },
    ] {
        gate.refused(&ruth, &[word.clone(), Item::Decision(spoilt)], "r4_digest");
    }
    let unknown = SignedDecision { heads: vec![Hash::from([3; 32])], ..submit.clone() };
    assert!(matches!(gate.judge(&ruth, &[word.clone(), Item::Decision(unknown)]), Judged::Answer(Verdict::Refused(_))));
    for version in [0, 2] {
        let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, version), &words, &[head]);
        gate.refused(&ruth, &[word.clone(), Item::Decision(submit)], "r4_version");
    }
    let mut decision = submit.decision().expect("readable");
    decision.form = Hash::of(b"an older form");
    let old = SignedDecision { salt: submit.salt, heads: submit.heads.clone(), ..sign(&ruth, &decision) };
    gate.refused(&ruth, &[word.clone(), Item::Decision(old)], "wrong_form");
    gate.accepted(&ruth, &[word, Item::Decision(submit)]);

    let mut other = gate.decision(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
    other.digest = Hash::of(b"other words");
    gate.refused(&bea, &[Item::Decision(sign(&bea, &other))], "r4_digest");
    let item = gate.decides(&bea, Role::Supervisor, Act::Countersign, "observation", record, 2);
    gate.refused(&bea, &[item], "r4_not_sent");
}

#[test]
fn r4_two_values_refuse_the_submit_until_one_is_picked() {
    let mut gate = Gate::new();
    let (ruth, farid) = (gate.device(RUTH), gate.device(FARID));
    let record = gate.record();
    let (word, _) = gate.create(&ruth, log(), record, "agreement", &agreement());
    gate.accepted(&ruth, &[word]);
    let (one, _) = gate.put(&ruth, log(), record, "scope", &"nights".into());
    let (two, _) = gate.put(&farid, log(), record, "scope", &"notes".into());
    gate.accepted(&ruth, &[one]);
    gate.accepted(&farid, &[two]);
    let heads = gate.log(log()).index.heads();
    let mut words = agreement();
    words.insert("scope".into(), "nights".into());
    let submit = gate.submit(&ruth, Role::Mentor, ("agreement", record, 1), &words, &heads);
    let sentence = gate.refused(&ruth, &[Item::Decision(submit)], "r4_two_values");
    assert!(sentence.contains("What the mentoring is for") && sentence.contains("Pick one"), "{sentence}");
    let (picked, head) = gate.put(&ruth, log(), record, "scope", &"nights".into());
    let submit = gate.submit(&ruth, Role::Mentor, ("agreement", record, 1), &words, &[head]);
    gate.accepted(&ruth, &[picked, Item::Decision(submit)]);
}

#[test]
fn r4_a_submit_at_heads_that_were_not_accepted_is_refused() {
    let mut gate = Gate::new();
    let ruth = gate.device(RUTH);
    let record = gate.record();
    let (word, _) = gate.create(&ruth, log(), record, "agreement", &agreement());
    gate.accepted(&ruth, &[word]);
    let mut words = agreement();
    words.insert("scope".into(), "nights".into());
    let (unsent, head) = gate.put(&ruth, log(), record, "scope", &"nights".into());
    let submit = gate.submit(&ruth, Role::Mentor, ("agreement", record, 1), &words, &[head]);
    assert!(matches!(gate.judge(&ruth, &[Item::Decision(submit.clone())]), Judged::Answer(Verdict::Refused(_))));
    gate.accepted(&ruth, &[unsent, Item::Decision(submit)]);
}

#[test]
fn r5_a_sealed_version_stays_and_a_later_one_needs_a_reason() {
    let mut gate = Gate::new();
    let ruth = gate.device(RUTH);
    let (_, record) = gate.observed(&ruth, "C02", 3);
    let sealed = gate.log(log()).ledger.get(record).expect("sealed").versions[0].clone();
    let mut words = observation("C02", 5, gate.ward.now);
    words.insert("went_well".into(), "Everything.".into());
    let (word, head) = gate.word(&ruth, log(), |edit| words.iter().for_each(|(field, value)| edit.put(&record.to_string(), field, value).expect("fits")));
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 2), &words, &[head]);
    let mut without = submit.decision().expect("readable");
    without.reason = None;
    let without = SignedDecision { salt: submit.salt, heads: submit.heads.clone(), ..sign(&ruth, &without) };
    gate.refused(&ruth, &[word.clone(), Item::Decision(without)], "r5_reason");
    gate.accepted(&ruth, std::slice::from_ref(&word));
    assert_eq!(gate.log(log()).ledger.get(record).expect("sealed").versions, std::slice::from_ref(&sealed), "words alone change nothing");
    gate.accepted(&ruth, &[Item::Decision(submit)]);
    let entry = gate.log(log()).ledger.get(record).expect("sealed").clone();
    assert_eq!((entry.versions.len(), &entry.versions[0]), (2, &sealed));
    assert_eq!(entry.versions[1].integer("level"), Some(5));
}

#[test]
fn r8_a_time_chosen_in_the_future_is_refused_and_a_clock_ahead_is_not() {
    let mut gate = Gate::new();
    let ruth = gate.device(RUTH);
    let ahead = gate.ward.now.plus(DAY_MS);
    let record = gate.record();
    let mut words = observation("C02", 3, gate.ward.now);
    words.insert("happened_at".into(), ahead.0.into());
    let bundle = gate.bundle(&ruth, Role::Mentor, ("observation", record), &words);
    gate.refused(&ruth, &bundle, "r8_future");

    let words = observation("C02", 3, ahead);
    let (word, head) = gate.create(&ruth, log(), record, "observation", &words);
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &words, &[head]);
    let mut decision = submit.decision().expect("readable");
    decision.at = ahead;
    decision.unlock.at = ahead;
    let submit = SignedDecision { salt: submit.salt, heads: submit.heads.clone(), ..sign(&ruth, &decision) };
    gate.accepted(&ruth, &[word, Item::Decision(submit)]);
    let mark = gate.log(log()).ledger.get(record).expect("sealed").versions[0].submitted.clone();
    assert_eq!((mark.clock_ahead_ms(), mark.when()), (Some(DAY_MS), gate.ward.now));
}

#[test]
fn r15_guidance_at_the_gate() {
    let mut gate = Gate::new();
    let ruth = gate.device(RUTH);
    let record = gate.record();
    let words = observation("C02", 1, gate.ward.now);
    let bundle = gate.bundle(&ruth, Role::Mentor, ("observation", record), &words);
    let sentence = gate.refused(&ruth, &bundle, "r15_guidance");
    assert!(sentence.contains("next step"), "{sentence}");
}
