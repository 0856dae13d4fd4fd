//! Whose a form is to write.

use shared::{
    id::{PersonId, RecordId},
    kind::{Kind, Kinds},
    rules::{State, Typed, Write, WriteTo, why_not_words},
    time::At,
};

use super::log::Relationship;

/// R1's own sentence, before a word is typed: where none of the person's relationships takes this kind from them.
/// Nothing for somebody without a relationship: their screens teach what comes first.
pub fn why_not(relationships: &[Relationship], kind: &'static Kind, me: PersonId, now: At) -> Option<String> {
    let kinds = Kinds::standard();
    let mut sentence = None;
    for relationship in relationships {
        let state = State { kinds: &kinds, facts: &relationship.log.facts, ledger: relationship.log.ledger() };
        let to = WriteTo::New { kind: kind.code.to_owned(), by: me.to_string(), with_submit: true };
        // Any id does: it is the kind that is asked about.
        let typed = kind.prose_in(relationship.id).map(|field| Typed { field: field.code, grows: false, chars: 0 }).collect();
        let write = Write { record: RecordId(me.0), to, fields: Vec::new(), typed, keys: Vec::new() };
        sentence = Some(why_not_words(state, relationship.id, me, &[write], now)?.sentence);
    }
    sentence
}
