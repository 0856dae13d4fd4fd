//! Canonical content, after RFC 8785 (JSON Canonicalization Scheme), for the three scalars that content has:
//! text, whole number, flag. No floats, |integer| < 2^53, an absent field is left out and never null.

use std::fmt::Write as _;

use crate::{
    bytes::Hash,
    decision::Content,
    id::{LogId, RecordId},
    scalar::Scalar,
};

/// The version of this form.
pub const CONTENT_VERSION: u32 = 1;
/// Integers beyond this do not survive a JSON reader.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// The bytes that a digest covers and that the server freezes at a submit.
pub fn content(log: LogId, record: RecordId, kind: &str, form: &Hash, fields: &Content) -> Vec<u8> {
    let mut out = String::from("{\"content\":");
    object(&mut out, fields.iter().map(|(field, value)| (field.as_str(), value)));
    let _ = write!(out, ",\"content_version\":{CONTENT_VERSION},\"domain\":\"countersign content\",\"form\":\"{form}\",\"kind\":");
    string(&mut out, kind);
    let _ = write!(out, ",\"log\":\"{log}\",\"record\":\"{record}\"}}");
    out.into_bytes()
}

/// What [`content`] wrote, read back: its fields. Whether the bytes are in canonical form is seen by writing these
/// fields again.
pub fn read_fields(bytes: &[u8]) -> Option<Content> {
    #[derive(serde::Deserialize)]
    struct Envelope {
        content: Content,
    }
    serde_json::from_slice::<Envelope>(bytes).ok().map(|envelope| envelope.content)
}

/// RFC 8785 sorts names by UTF-16 code units.
fn object<'a>(out: &mut String, fields: impl Iterator<Item = (&'a str, &'a Scalar)>) {
    let mut fields: Vec<_> = fields.collect();
    fields.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
    out.push('{');
    for (index, (name, value)) in fields.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        string(out, name);
        out.push(':');
        match value {
            Scalar::Text(text) => string(out, text),
            Scalar::Integer(number) => {
                let _ = write!(out, "{number}");
            }
            Scalar::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
        }
    }
    out.push('}');
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{9}' => out.push_str("\\t"),
            '\u{a}' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\u{d}' => out.push_str("\\r"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_utf16_and_control_characters_are_escaped_as_rfc_8785_has_it() {
        let fields: Content = [
            ("\u{1f600}".to_owned(), Scalar::Integer(1)),
            ("\u{fb33}".to_owned(), Scalar::Flag(true)),
            ("a".to_owned(), Scalar::Text("x\u{1}\"\\\n€".to_owned())),
        ]
        .into();
        let mut out = String::new();
        object(&mut out, fields.iter().map(|(name, value)| (name.as_str(), value)));
        assert_eq!(out, "{\"a\":\"x\\u0001\\\"\\\\\\n€\",\"\u{1f600}\":1,\"\u{fb33}\":true}");
    }

    #[test]
    fn content_reads_back() {
        let fields: Content = [("level".to_owned(), Scalar::Integer(3)), ("went_well".to_owned(), Scalar::Text("Rang on your own.".into()))].into();
        let bytes = content(
            "record/0192f0c1-2b3c-7d4e-8f50-112233445566".parse().expect("a log"),
            "0192f0c1-2b3c-7d4e-8f50-112233445577".parse().expect("a record"),
            "observation",
            &Hash::of(b"form"),
            &fields,
        );
        assert_eq!(read_fields(&bytes), Some(fields));
    }
}
