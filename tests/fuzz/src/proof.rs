//! Proof files: whatever is in one, the check ends with a report, and no bytes pass that the organisation did not sign.

use std::{collections::BTreeMap, sync::LazyLock};

use sha2::{Digest as _, Sha256};
use shared::{
    bytes::{Fixed, Hash},
    cbor,
    decision::{Act, Decision, MAX_DECISION_BYTES, SignedDecision},
    id::PersonId,
    key::{Domain, PublicKey, SecretKey},
    kind::Kinds,
    line::{ChainHead, Line, LineKind},
    proof::{MAX_PROOF_BYTES, Outcome, Proof, of_logs, of_record, verify},
    time::HOUR_MS,
};

use crate::ward::{AMARA, BEA, FARID, RUTH, Ward, log, server::organisation_key};

/// An agreement, feedback of two people, a request for a sign-off on it, and the sign-off.
struct Story {
    keys: Vec<(PersonId, SecretKey)>,
    files: Vec<Vec<u8>>,
    by_hash: BTreeMap<Hash, Line>,
    kinds: Kinds,
}

static STORY: LazyLock<Story> = LazyLock::new(|| {
    let mut ward = Ward::new();
    let (amara, ruth, farid, bea) = (ward.phone(AMARA), ward.phone(RUTH), ward.phone(FARID), ward.phone(BEA));
    ward.agreement(amara, ruth, bea);
    let evidence = ward.evidence(&[ruth, farid, ruth]);
    ward.sync(amara);
    let claim = ward.claim(amara, "C01", 3, &evidence).expect("asked");
    let kinds = Kinds::standard();
    let mut files = Vec::new();
    let mut take = |ward: &Ward| {
        let lines = ward.server.logs[&log()].1.clone();
        files.push(of_record(&kinds, log(), &lines, claim).expect("it was signed").encode());
        let mut portfolio = of_logs(&kinds, &[(log(), lines)]).expect("it was signed");
        portfolio.attest(&organisation_key(), ward.now);
        files.push(portfolio.encode());
    };
    take(&ward);
    for act in [Act::Approve, Act::Revoke] {
        ward.sync(bea);
        ward.pass(HOUR_MS);
        ward.decide(bea, claim, 1, act, (act == Act::Revoke).then_some("The wrong record.")).expect("the rules are met");
        ward.sync(bea);
        take(&ward);
    }
    let by_hash = ward.server.logs[&log()].1.iter().map(|line| (line.hash, line.clone())).collect();
    let keys = ward.phones.into_iter().map(|phone| (phone.person, phone.key)).collect();
    Story { keys, files, by_hash, kinds }
});

/// Tries the bytes as they are, and once more with every hash and signature made anew: else nothing behind the chain
/// would be reached.
pub fn run(bytes: &[u8]) {
    let key = organisation_key().public();
    let report = verify(bytes, &STORY.kinds, Some(&key));
    assert!(!report.findings.is_empty() && !report.to_string().is_empty());
    if matches!(report.verdict(), Outcome::Holds | Outcome::Beyond | Outcome::CannotTell) {
        nothing_forged(&Proof::read(bytes).expect("what was checked reads"));
    }
    assert!(verify(bytes, &STORY.kinds, None).verdict() >= Outcome::Holds);
    let Ok(proof) = cbor::decode::<Proof>(bytes, MAX_PROOF_BYTES) else { return };
    let signed = signed_anew(proof, &key).encode();
    verify(&signed, &STORY.kinds, Some(&key));
    verify(&signed, &STORY.kinds, None);
}

pub fn seeds() -> Vec<Vec<u8>> {
    let story = &*STORY;
    // One with all its bytes as well, as a careless hand would make it: nothing is trimmed.
    let whole = story.files.last().map(|file| {
        let mut proof = Proof::read(file).expect("an honest file");
        proof.logs.iter_mut().flat_map(|log| &mut log.lines).for_each(|line| *line = story.by_hash[&line.hash].clone());
        proof.encode()
    });
    story.files.iter().cloned().chain(whole).collect()
}

/// The verdict on a file, with the organisation's key at hand.
pub fn verdict(file: &[u8]) -> Outcome {
    verify(file, &STORY.kinds, Some(&organisation_key().public())).verdict()
}

/// Every line is one that the organisation wrote, with its own words or with none.
fn nothing_forged(proof: &Proof) {
    for line in proof.logs.iter().flat_map(|log| &log.lines) {
        let honest = STORY.by_hash.get(&line.hash).expect("a line that nobody signed");
        assert_eq!((&line.header, line.commitment), (&honest.header, honest.commitment));
        let (Some(side), Some(own)) = (&line.side, &honest.side) else { continue };
        assert_eq!((side.salt, &side.bytes), (own.salt, &own.bytes));
        assert!(side.content.is_none() || side.content == own.content, "words that nobody signed");
    }
}

/// What somebody with every key would make of it.
fn signed_anew(mut proof: Proof, key: &PublicKey) -> Proof {
    proof.key = key.clone();
    let organisation = proof.organisation;
    for log in &mut proof.logs {
        let mut prev = ChainHead::origin(log.log, organisation).hash;
        for (position, line) in (0..).zip(&mut log.lines) {
            line.header.position = position;
            sign(line, &prev);
            prev = line.hash;
        }
    }
    proof
}

fn sign(line: &mut Line, prev: &Hash) {
    let header = &line.header;
    if let Some(side) = &mut line.side {
        if header.kind == LineKind::Decision
            && let Ok(mut signed) = cbor::decode::<SignedDecision>(&side.bytes.0, MAX_DECISION_BYTES)
            && let Ok(decision) = cbor::decode::<Decision>(&signed.body.0, MAX_DECISION_BYTES)
        {
            let (_, key) = STORY.keys.iter().find(|(person, _)| *person == decision.by).unwrap_or(&STORY.keys[0]);
            signed.signature = key.sign(Domain::Decision, &signed.body.0);
            side.bytes.0 = cbor::encode(&signed);
        }
        line.commitment = Fixed(Sha256::digest([&side.salt.0[..], &side.bytes.0].concat()).into());
    }
    // The layout of PROTOCOL.md, a second time.
    let mut bytes = b"countersign chain 1\0".to_vec();
    bytes.extend(prev.0);
    bytes.push(match header.kind {
        LineKind::Word => 0,
        LineKind::Decision => 1,
        LineKind::Fact => 2,
    });
    bytes.extend(header.position.to_be_bytes());
    bytes.extend(header.epoch.to_be_bytes());
    bytes.extend(header.received_at.0.to_be_bytes());
    bytes.extend(header.nonce.0);
    bytes.extend(header.author.map_or([0; 16], |author| *author.0.as_bytes()));
    bytes.extend(header.device.map_or([0; 16], |device| *device.0.as_bytes()));
    bytes.extend(line.commitment.0);
    line.hash = Fixed(Sha256::digest(bytes).into());
    if header.kind != LineKind::Word {
        line.signature = Some(organisation_key().sign(Domain::Line, &line.hash.0));
    }
}
