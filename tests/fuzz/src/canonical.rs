//! Canonical content: it is read as what was written, and has one spelling.

use serde_json::Value;
use shared::{
    bytes::Fixed,
    canonical::{content, read_fields},
    decision::Content,
    scalar::Scalar,
};

use crate::vectors;

const LOG: &str = "record/09090909-0909-0909-0909-090909090909";
const RECORD: &str = "0192f0c1-0000-7000-8000-000000000001";
/// Between names and values, where an input is taken for a list of them.
const BETWEEN: u8 = 0x1f;

/// Tries the bytes as content that came from outside, and as names and values of which content is made here.
pub fn run(bytes: &[u8]) {
    if let Some(fields) = read_fields(bytes) {
        one_spelling(&fields);
    }
    one_spelling(&fields_of(bytes));
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vectors::all(&[vectors::CONTENT]);
    seeds.retain(|bytes| bytes.starts_with(b"{"));
    seeds.push(
        "went_well\u{1f}Rang ahead.\nAsked \u{201c}why\u{201d} \u{1f600}\u{1f}level\u{1f}#\0\0\0\0\0\0\0\x03\u{1f}\u{e000}\u{1f}!\u{1f}\u{10000}\u{1f}".into(),
    );
    seeds
}

fn one_spelling(fields: &Content) {
    let written = written(fields);
    assert_eq!(read_fields(&written).as_ref(), Some(fields), "{}", String::from_utf8_lossy(&written));
    let other: Value = serde_json::from_slice(&written).expect("content is JSON");
    let told = other["content"].as_object().expect("fields");
    assert_eq!(told.len(), fields.len());
    for (name, value) in fields {
        let expected = match value {
            Scalar::Text(text) => Value::from(text.as_str()),
            Scalar::Integer(number) => Value::from(*number),
            Scalar::Flag(flag) => Value::from(*flag),
        };
        assert_eq!(told[name], expected);
    }
    let shuffled: Content = fields.iter().rev().map(|(name, value)| (name.clone(), value.clone())).collect();
    assert_eq!(self::written(&shuffled), written);
    // RFC 8785: nothing between the tokens, and every control character escaped.
    assert!(!written.iter().any(|byte| byte.is_ascii_control() && *byte != 0x7f));
}

fn written(fields: &Content) -> Vec<u8> {
    content(LOG.parse().expect("a log"), RECORD.parse().expect("a record"), "observation", &Fixed([7; 32]), fields)
}

/// Names and values in turn: `#` and eight bytes are a number, `!` and `?` are flags, all else is text.
fn fields_of(bytes: &[u8]) -> Content {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let parts: Vec<&[u8]> = bytes.split(|byte| *byte == BETWEEN).collect();
    let pairs = parts.chunks_exact(2).map(|pair| {
        let value = match pair[1] {
            [b'#', number @ ..] if number.len() == 8 => Scalar::Integer(i64::from_be_bytes(number.try_into().expect("eight bytes"))),
            b"!" => Scalar::Flag(true),
            b"?" => Scalar::Flag(false),
            other => Scalar::Text(text(other)),
        };
        (text(pair[0]), value)
    });
    pairs.collect()
}
