//! Decisions and their signatures, byte for byte.

use serde_json::json;
use shared::{
    decision::{self, Act, SignedDecision},
    key::Domain,
    wire::{Item, Verdict},
};

use crate::{
    chain::verified,
    held::{encoded, held, of_key, of_signature},
    observation::story,
    world::{DEVICE_SEED, RECORD, device_key, digest_of, observed},
};

#[test]
fn decisions_are_signed_byte_for_byte() {
    let mut story = story();
    story.world.pass();
    let (_, digest) = digest_of(&observed());
    let (void, signed_void) = story.world.sign(Act::Void, digest, Some("Written on the wrong record."));
    assert_eq!(story.world.push(RECORD, &[Item::Decision(signed_void.clone())]), Verdict::Accepted { position: 9 });
    verified(RECORD, story.world.lines(RECORD));
    let submit = story.submit.decision().expect("it reads");
    let case = |decision: &decision::Decision, signed: &SignedDecision| {
        signed.verify(&device_key().public()).expect("it holds");
        let mut fields = serde_json::to_value(decision).expect("plain data");
        fields["log"] = json!(decision.log.to_string());
        json!({
            "decision": fields,
            "body": signed.body,
            "message": hex::encode(Domain::Decision.message(&signed.body.0)),
            "signature": of_signature(&signed.signature),
            "salt": signed.salt,
            "heads": signed.heads,
            "signed": encoded(signed),
        })
    };
    held(
        "decision.json",
        &json!({
            "seed": hex::encode(DEVICE_SEED),
            "key": of_key(&device_key().public()),
            "decisions": [case(&submit, &story.submit), case(&void, &signed_void)],
        }),
    );
}
