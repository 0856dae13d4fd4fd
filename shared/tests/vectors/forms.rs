//! What a form asks, by its hash.

use serde_json::{Value, json};
use shared::{bytes::Hash, kind::Kinds};

use crate::held::held;

#[test]
fn a_form_is_the_hash_of_its_declaration() {
    let forms: Vec<Value> = Kinds::standard()
        .iter()
        .map(|kind| {
            let declaration = serde_json::to_string(kind).expect("plain data");
            assert_eq!(Hash::of(declaration.as_bytes()), kind.form());
            json!({ "kind": kind.code, "form": kind.form(), "declaration": declaration })
        })
        .collect();
    held("forms.json", &json!(forms));
}
