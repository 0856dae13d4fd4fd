//! What a change means for records: the form that policy and rules work on.

use std::collections::BTreeMap;

use crate::scalar::Scalar;

use super::{
    decoded::{Action, Decoded, Op, OpId, Place},
    index::{Index, Target},
    refused::Refused,
};

/// The field that holds a record's kind; written once, with the record.
pub const KIND: &str = "kind";
/// The field that holds the person a record is by; written once, with the record.
pub const BY: &str = "by";

/// One effect of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A new record, with the values it ends the change with; `kind` and `by` are not among `fields`.
    Create {
        record: String,
        kind: String,
        /// The person's id, as text.
        by: String,
        fields: BTreeMap<String, Scalar>,
        /// Every Text of the record, also one that nothing was typed into yet.
        prose: BTreeMap<String, String>,
    },
    /// A field of a record that was there. Choosing between several values that stand is this too.
    Put { record: String, field: String, value: Scalar },
    /// A field taken away.
    Delete { record: String, field: String },
    /// Characters typed into a Text that was there, and taken out of it: all that one change does to that field.
    Type { record: String, field: String, inserted: String, deleted: usize },
}

impl Effect {
    /// The record it is about.
    pub fn record(&self) -> &str {
        match self {
            Self::Create { record, .. } | Self::Put { record, .. } | Self::Delete { record, .. } | Self::Type { record, .. } => record,
        }
    }
}

/// The effects of a change that is not accepted yet, in order: creations first where the change makes them first.
///
/// Works for a change that the shield refused with [`Refused::Exists`] too, so that its content can be compared.
/// Errors: those of the shield that do not depend on the sender; [`Refused::IncompleteCreate`] where a new record lacks
/// its kind or author; [`Refused::WrittenOnce`] where one of these is written again, later or in the same change.
pub fn effects(decoded: &Decoded, index: &Index) -> Result<Vec<Effect>, Refused> {
    let plan = index.plan(decoded)?;
    let mut effects = Vec::new();
    let mut drafts: BTreeMap<&str, Draft> = BTreeMap::new();
    for (place, (op, step)) in decoded.operations().iter().zip(&plan.steps).enumerate() {
        match &step.target {
            Target::Root => {}
            Target::Records => {
                drafts.insert(op.key().unwrap_or_default(), Draft { place: effects.len(), fields: BTreeMap::new(), prose: BTreeMap::new() });
                effects.push(Effect::Delete { record: String::new(), field: String::new() });
            }
            Target::Field(record, field) => match drafts.get_mut(&**record) {
                Some(draft) => draft.write(field, op)?,
                None => effects.push(later(record, field, op, step.kept.as_ref())?),
            },
            Target::Prose(record, field) => match drafts.get_mut(&**record) {
                Some(draft) => draft.prose.entry(field.to_string()).or_default().write(decoded.id(place), op),
                None => typed(&mut effects, record, field, op),
            },
        }
    }
    for (record, draft) in drafts {
        let place = draft.place;
        let created = draft.finish(record)?;
        if let Some(slot) = effects.get_mut(place) {
            *slot = created;
        }
    }
    Ok(effects)
}

/// A record in the making.
struct Draft {
    /// Its place among the effects.
    place: usize,
    fields: BTreeMap<String, Scalar>,
    prose: BTreeMap<String, Typed>,
}

/// A Text in the making: one writer's, so that each character stands right behind the one it was typed after.
#[derive(Default)]
struct Typed {
    characters: Vec<(OpId, char)>,
}

impl Typed {
    fn write(&mut self, id: OpId, op: &Op) {
        let place = match op.place {
            // Whoever types goes on where they are.
            Place::Character(name) => self.characters.iter().rposition(|(other, _)| *other == name),
            Place::Start | Place::Key(_) => None,
        };
        match (&op.action, place) {
            (Action::Insert(character), place) => self.characters.insert(place.map_or(0, |place| place + 1), (id, *character)),
            (Action::Delete, Some(place)) => drop(self.characters.remove(place)),
            _ => {}
        }
    }

    fn finish(self) -> String {
        self.characters.into_iter().map(|(_, character)| character).collect()
    }
}

impl Draft {
    fn write(&mut self, field: &str, op: &Op) -> Result<(), Refused> {
        let once = is_written_once(field);
        match &op.action {
            Action::Put(value) => {
                let before = self.fields.insert(field.to_owned(), value.clone());
                if once && before.is_some() { Err(Refused::WrittenOnce) } else { Ok(()) }
            }
            Action::Delete if once => Err(Refused::WrittenOnce),
            Action::Delete => {
                self.fields.remove(field);
                Ok(())
            }
            Action::MakeText => {
                self.prose.insert(field.to_owned(), Typed::default());
                Ok(())
            }
            Action::Make | Action::Insert(_) => Err(Refused::ForbiddenObject),
        }
    }

    fn finish(mut self, record: &str) -> Result<Effect, Refused> {
        let mut text = |field| match self.fields.remove(field) {
            Some(Scalar::Text(text)) if !text.is_empty() => Ok(text),
            _ => Err(Refused::IncompleteCreate),
        };
        let (kind, by) = (text(KIND)?, text(BY)?);
        let prose = self.prose.into_iter().map(|(field, typed)| (field, typed.finish())).collect();
        Ok(Effect::Create { record: record.to_owned(), kind, by, fields: self.fields, prose })
    }
}

/// An operation on a record that was there before.
fn later(record: &str, field: &str, op: &Op, kept: Option<&Scalar>) -> Result<Effect, Refused> {
    if is_written_once(field) {
        return Err(Refused::WrittenOnce);
    }
    let (record, field) = (record.to_owned(), field.to_owned());
    match (&op.action, kept) {
        (Action::Put(value), _) | (Action::Delete, Some(value)) => Ok(Effect::Put { record, field, value: value.clone() }),
        (Action::Delete, None) => Ok(Effect::Delete { record, field }),
        (Action::Make | Action::MakeText | Action::Insert(_), _) => Err(Refused::ForbiddenObject),
    }
}

/// One more character of a Text that was there before.
fn typed(effects: &mut Vec<Effect>, in_record: &str, in_field: &str, op: &Op) {
    let known = effects.iter().rposition(|effect| matches!(effect, Effect::Type { record, field, .. } if *record == *in_record && *field == *in_field));
    let place = known.unwrap_or_else(|| {
        effects.push(Effect::Type { record: in_record.to_owned(), field: in_field.to_owned(), inserted: String::new(), deleted: 0 });
        effects.len() - 1
    });
    if let Some(Effect::Type { inserted, deleted, .. }) = effects.get_mut(place) {
        match op.action {
            Action::Insert(character) => inserted.push(character),
            _ => *deleted += 1,
        }
    }
}

pub(super) fn is_written_once(field: &str) -> bool {
    field == KIND || field == BY
}
