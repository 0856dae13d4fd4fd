//! A proof file that holds, and what becomes of it when it is spoiled.

use serde_json::{Value, json};
use shared::{
    kind::Kinds,
    proof::{self, Outcome, Proof},
    time::At,
};

use crate::{
    held::{held, of_key},
    observation::story,
    world::{OBSERVED, RECORD, organisation_key},
};

fn case(what: &str, outcome: Outcome, file: &[u8]) -> Value {
    let report = proof::verify(file, &Kinds::standard(), Some(&organisation_key().public()));
    assert_eq!(report.verdict(), outcome, "{what}: {report}");
    let finding = |finding: &proof::Finding| json!({ "code": finding.code, "answer": finding.outcome.code(), "sentence": finding.sentence });
    let findings: Vec<Value> = report.findings.iter().map(finding).collect();
    json!({ "what": what, "file": hex::encode(file), "verdict": outcome.code(), "headline": report.headline(), "findings": findings })
}

#[test]
fn a_proof_holds_and_what_was_spoiled_does_not() {
    let file = proof::of_record(&Kinds::standard(), RECORD, story().world.lines(RECORD), OBSERVED).expect("it is sealed").encode();
    let spoiled = |spoil: fn(&mut Proof)| {
        let mut proof = Proof::read(&file).expect("reads");
        spoil(&mut proof);
        proof.encode()
    };
    let reworded = spoiled(|proof| {
        let words = proof.logs[0].lines.last_mut().and_then(|line| line.side.as_mut()?.content.as_mut()).expect("the frozen words");
        let level = b"\"level\":";
        let at = words.0.windows(level.len()).position(|window| window == level).expect("a level") + level.len();
        words.0[at] = b'5';
    });
    let shortened = spoiled(|proof| drop(proof.logs[0].lines.remove(6)));
    let attested = spoiled(|proof| proof.attest(&organisation_key(), At(1_800_000_000_000)));
    let cut = spoiled(|proof| {
        proof.attest(&organisation_key(), At(1_800_000_000_000));
        proof.logs[0].checkpoint.as_mut().expect("attested").at = At(1_800_000_000_001);
    });
    let longer = [&file[..], &[0]].concat();
    let cases = [
        case("an honest file", Outcome::Holds, &file),
        case("an honest file whose end the organisation attested", Outcome::Holds, &attested),
        case("the organisation attested another end", Outcome::DoesNotHold, &cut),
        case("another level among the frozen words", Outcome::DoesNotHold, &reworded),
        case("a line left out", Outcome::DoesNotHold, &shortened),
        case("a byte behind the end", Outcome::Unreadable, &longer),
    ];
    let key = organisation_key().public();
    held("proof.json", &json!({ "key": of_key(&key), "text": key.to_string(), "cases": cases }));
}
