//! Whose device, whose key, whose name: a decision is what was signed, where it was signed.

use shared::{
    bytes::{Bytes, Hash, Salt},
    decision::{Act, Decision, SignedDecision},
    fact::{Cover, Device, Fact},
    id::{DeviceId, LogId, RelationshipId},
    key::{Domain, PublicKey, Signature},
    kind::Kinds,
    log::{Author, Judged, Log},
    role::Role,
    time::DAY_MS,
    wire::{Item, Verdict},
};
use uuid::Uuid;

use crate::{
    gate::Gate,
    hostile::{Hostile, sign},
    ward::{BEA, FARID, RUTH, log, person},
    words::content,
};

#[test]
fn r16_nobody_signs_for_somebody_else() {
    let mut gate = Gate::new();
    let (ruth, farid, bea) = (gate.device(RUTH), gate.device(FARID), gate.device(BEA));
    let (_, record) = gate.observed(&ruth, "C02", 3);
    let countersign = gate.decision(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
    let signed = sign(&bea, &countersign);
    gate.refused(&farid, &[Item::Decision(signed.clone())], "r16_own_name");
    let mut in_her_name = countersign.clone();
    in_her_name.device = farid.device;
    gate.refused(&farid, &[Item::Decision(sign(&farid, &in_her_name))], "r16_own_name");
    gate.refused(&bea, &[Item::Decision(SignedDecision { signature: farid.key.sign(Domain::Decision, &signed.body.0), ..signed.clone() })], "bad_signature");
    let other_device = Hostile { device: DeviceId(Uuid::from_bytes([55; 16])), ..bea.clone() };
    gate.refused(&other_device, &[Item::Decision(signed.clone())], "bad_signature");
    let mut in_his_role = gate.decision(&farid, Role::Supervisor, Act::Countersign, "observation", record, 1);
    gate.refused(&farid, &[Item::Decision(sign(&farid, &in_his_role))], "r10_role");
    in_his_role.role = Role::Mentor;
    gate.refused(&farid, &[Item::Decision(sign(&farid, &in_his_role))], "r1_act");

    let now = gate.ward.now;
    let cover = Cover { supervisor: bea.person, person: farid.person, from: now, until: now.plus(DAY_MS), by: bea.person };
    gate.ward.server.fact(log(), Fact::Cover(cover), now).expect("covered");
    in_his_role.role = Role::Supervisor;
    in_his_role.seen = gate.seen(log());
    gate.accepted(&farid, &[Item::Decision(sign(&farid, &in_his_role))]);
    let mark = gate.log(log()).ledger.get(record).expect("there").versions[0].countersigned.clone().expect("reviewed");
    assert_eq!(mark.by, person(FARID), "cover signs in its own name");
}

#[test]
fn a_device_without_a_certificate_here_and_a_foreign_actor_write_nothing() {
    let mut gate = Gate::new();
    let (ruth, farid) = (gate.device(RUTH), gate.device(FARID));
    let record = gate.record();
    let words = content(&[("on", record.to_string().into()), ("words", "x".into())]);
    let (item, _) = gate.create(&ruth, log(), record, "comment", &words);
    let unknown = Hostile { device: DeviceId(Uuid::from_bytes([1; 16])), ..ruth.clone() };
    gate.refused(&unknown, std::slice::from_ref(&item), "unknown_device");
    gate.refused(&farid, std::slice::from_ref(&item), "foreign_actor");
    let borrowed = Hostile { device: farid.device, ..ruth.clone() };
    gate.refused(&borrowed, std::slice::from_ref(&item), "unknown_device");
    gate.ward.server.fact(log(), Fact::DeviceRevoked { device: ruth.device }, gate.ward.now).expect("revoked");
    gate.refused(&ruth, &[item], "unknown_device");
}

#[test]
fn a_decision_is_of_one_log_and_is_not_replayed_in_another() {
    let mut gate = Gate::new();
    let (ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let (_, record) = gate.observed(&ruth, "C02", 3);
    let signed = sign(&bea, &gate.decision(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1));
    let elsewhere = LogId::Record(RelationshipId(Uuid::from_bytes([8; 16])));
    let (_, lines) = gate.ward.server.logs[&log()].clone();
    let mut other = Log::new(elsewhere, gate.log(log()).organisation);
    for line in &lines {
        if let (shared::line::LineKind::Fact, Some(side)) = (line.header.kind, &line.side) {
            other.facts.fold(&shared::cbor::decode(&side.bytes.0, shared::fact::MAX_FACT_BYTES).expect("a fact"));
        }
    }
    let author = Author { person: bea.person, device: bea.device };
    let judged = other.judge(&Kinds::standard(), author, &[Item::Decision(signed.clone())], gate.ward.now);
    assert!(matches!(&judged, Judged::Answer(Verdict::Refused(refusal)) if refusal.code == "bad_signature"), "{judged:?}");
    let mut renamed = signed.decision().expect("readable");
    renamed.log = elsewhere;
    gate.refused(&bea, &[Item::Decision(sign(&bea, &renamed))], "bad_signature");
    gate.accepted(&bea, &[Item::Decision(signed)]);
}

#[test]
fn a_decision_carries_nothing_but_what_it_signs_and_always_reads_back() {
    let mut gate = Gate::new();
    let (ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let (_, record) = gate.observed(&ruth, "C02", 3);
    let decision = gate.decision(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
    let plain = sign(&bea, &decision);
    for spoilt in [SignedDecision { heads: vec![Hash::default(); 1_000], ..plain.clone() }, SignedDecision { salt: Some(Salt::default()), ..plain.clone() }] {
        gate.refused(&bea, &[Item::Decision(spoilt)], "bad_decision");
    }
    let mut old = decision.clone();
    old.v = 2;
    gate.refused(&bea, &[Item::Decision(sign(&bea, &old))], "bad_decision");
    let junk = SignedDecision { body: Bytes(vec![0xff; 40]), ..plain.clone() };
    gate.refused(&bea, &[Item::Decision(junk)], "bad_decision");
    let padded = pad(&bea, &decision, 8_100);
    assert!(padded.decision().is_ok(), "readable by itself");
    gate.refused(&bea, &[Item::Decision(padded)], "bad_decision");
    let mut wrong_kind = decision.clone();
    wrong_kind.kind = "claim".into();
    gate.refused(&bea, &[Item::Decision(sign(&bea, &wrong_kind))], "unknown_record");
    gate.accepted(&bea, &[Item::Decision(plain)]);
}

/// The decision with a field that nobody knows, filled up to so many bytes.
fn pad(by: &Hostile, decision: &Decision, bytes: usize) -> SignedDecision {
    let plain = decision.encode().0;
    // A map's head byte counts its pairs.
    let filler = bytes - plain.len();
    let mut body = plain;
    body[0] += 1;
    body.extend([0x63, b'p', b'a', b'd', 0x79]);
    body.extend(u16::try_from(filler).expect("small").to_be_bytes());
    body.extend(vec![b'x'; filler]);
    SignedDecision { signature: by.key.sign(Domain::Decision, &body), body: Bytes(body), salt: None, heads: vec![] }
}

#[test]
fn a_device_without_ed25519_signs_with_es256_and_everybody_checks_it() {
    use p256::ecdsa::{Signature as P256, SigningKey, signature::Signer as _};

    let mut gate = Gate::new();
    let (ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let (_, record) = gate.observed(&ruth, "C02", 3);
    let key = SigningKey::from_slice(&[21; 32]).expect("a scalar");
    let public = PublicKey::Es256 { key: Bytes(key.verifying_key().to_sec1_point(false).as_bytes().to_vec()) };
    let older = Hostile { device: DeviceId(Uuid::from_bytes([77; 16])), ..bea.clone() };
    let now = gate.ward.now;
    gate.ward
        .server
        .fact(log(), Fact::Device(Device { device: older.device, person: bea.person, key: public, label: "an older tablet".into() }), now)
        .expect("stated");

    let decision = gate.decision(&older, Role::Supervisor, Act::Countersign, "observation", record, 1);
    let with_its_old_key = sign(&older, &decision);
    gate.refused(&older, &[Item::Decision(with_its_old_key.clone())], "bad_signature");
    let sig: P256 = key.sign(&Domain::Decision.message(&with_its_old_key.body.0));
    let signature = Signature::Es256 { sig: Bytes(sig.to_bytes().to_vec()) };
    gate.accepted(&older, &[Item::Decision(SignedDecision { signature, ..with_its_old_key })]);
    let lines = gate.ward.server.logs[&log()].1.clone();
    assert_eq!(gate.ward.server.heard(log(), &lines), Ok(()), "a phone that fetches it believes it");
}
