//! Every fact that the organisation states.

use serde_json::{Value, json};
use shared::{
    bytes::Hash,
    cbor,
    decision::{Act, SignedDecision},
    fact::{AtOrigin, Cover, Device, Epoch, Evidence, Exemption, Fact, KeyNamed, KeyTaken, MAX_FACT_BYTES, MemberEnded, Pause},
    ledger::{Mark, Receipt},
    role::Role,
    time::MINUTE_MS,
};

use crate::{
    held::held,
    observation::story,
    world::{AMARA, MET, OBSERVED, PAIR, PHONE, RECORD, RUTH, START, World, device_key},
};

#[test]
fn every_fact_reads_back() {
    let world = World::new();
    let (from, until, change) = (START, START.plus(MINUTE_MS), Hash::of(b"a change"));
    let role = Role::Mentor;
    let reason = "She works elsewhere now.".to_owned();
    let mut facts: Vec<Fact> =
        world.lines(PAIR).iter().map(|line| cbor::decode(&line.side.as_ref().expect("kept").bytes.0, MAX_FACT_BYTES).expect("a fact")).collect();
    let submit = story().submit;
    let decision = submit.decision().expect("it reads");
    let device = Device { device: PHONE, person: RUTH, key: device_key().public(), label: "Ruth's phone".into() };
    let signed = SignedDecision { salt: None, heads: Vec::new(), ..submit };
    let evidence = Evidence { line: 8, received_at: until, seen_at: from, name: "Ruth Calloray".into(), device, signed };
    let mark = Mark::new(&decision, Receipt { position: 9, received_at: until, seen_at: from });
    let at_origin = |act| AtOrigin { log: RECORD, record: OBSERVED, line: 8, name: "Ruth Calloray".into(), mark: Mark { act, ..mark.clone() } };
    facts.extend([
        Fact::Evidence(Box::new(evidence)),
        Fact::EvidenceVoided(AtOrigin { mark: Mark { reason: Some(reason.clone()), ..at_origin(Act::Void).mark }, ..at_origin(Act::Void) }),
        Fact::EvidenceHidden(at_origin(Act::Hide)),
        Fact::MemberEnded(MemberEnded { person: RUTH, role, at: until, reason: reason.clone(), by: AMARA }),
        Fact::DeviceRevoked { device: PHONE },
        Fact::Exemption(Exemption { rule: "r2".into(), person: RUTH, reason: reason.clone(), review_on: until, by: AMARA }),
        Fact::Cover(Cover { supervisor: RUTH, person: AMARA, from, until, by: RUTH }),
        Fact::Paused(Pause { from, until: None }),
        Fact::Paused(Pause { from, until: Some(until) }),
        Fact::Captured { record: OBSERVED, earliest: from, latest: until },
        Fact::Adopted { change, author: RUTH, by: AMARA },
        Fact::Discarded { change, author: RUTH, by: AMARA, reason: reason.clone() },
        Fact::Epoch(Epoch { epoch: 2, erased: vec![OBSERVED], authors: vec![(MET, AMARA)], by: RUTH, reason: reason.clone() }),
        Fact::KeyNamed(KeyNamed { key: device_key().public(), reason: reason.clone() }),
        Fact::KeyTaken(KeyTaken { key: device_key().public(), reason: None }),
        Fact::KeyTaken(KeyTaken { key: device_key().public(), reason: Some(reason) }),
    ]);
    let cases: Vec<Value> = facts
        .iter()
        .map(|fact| {
            let bytes = cbor::encode(fact);
            assert_eq!(cbor::decode::<Fact>(&bytes, MAX_FACT_BYTES).as_ref(), Ok(fact));
            json!(hex::encode(bytes))
        })
        .collect();
    held("facts.json", &json!(cases));
}
