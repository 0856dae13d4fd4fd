//! What a submit freezes, in canonical form.

use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::{
    bytes::Hash,
    decision::{self, Content},
    kind::Kinds,
    scalar::Scalar,
};

use crate::{
    held::held,
    world::{CONTENT_SALT, OBSERVED, RECORD, observed},
};

#[test]
fn canonical_content_has_one_spelling() {
    let form = Hash::of(b"a form");
    let hard: Content = [
        ("\u{1f600}".to_owned(), Scalar::Integer(-9_007_199_254_740_991)),
        ("\u{fb33}".to_owned(), true.into()),
        ("targets/C01".to_owned(), 0.into()),
        ("a".to_owned(), "x\u{1}\u{7f}\"\\/\u{8}\t\n\u{c}\r€\u{2028}".into()),
        ("empty".to_owned(), "".into()),
    ]
    .into();
    let case = |kind: &str, form: Hash, fields: &Content| {
        let bytes = decision::canonical_content(RECORD, OBSERVED, kind, &form, fields);
        let by_formula: [u8; 32] = Sha256::digest([&b"countersign content 1\0"[..], &CONTENT_SALT.0, &bytes].concat()).into();
        assert_eq!(decision::content_digest(&CONTENT_SALT, &bytes).0, by_formula);
        json!({
            "log": RECORD.to_string(),
            "record": OBSERVED.to_string(),
            "kind": kind,
            "form": form,
            "fields": fields,
            "bytes": hex::encode(&bytes),
            "salt": CONTENT_SALT,
            "digest": hex::encode(by_formula),
        })
    };
    let observation = Kinds::standard().get("observation").expect("declared").form();
    held("content.json", &json!([case("observation", observation, &observed()), case("agreement", form, &hard), case("comment", form, &Content::new())]));
}
