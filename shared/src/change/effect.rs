//! What a change means for records: the form that policy and rules work on.

use std::collections::BTreeMap;

use crate::scalar::Scalar;

use super::{
    decoded::{Action, Decoded, Op},
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
    },
    /// A field of a record that was there. Choosing between several values that stand is this too.
    Put { record: String, field: String, value: Scalar },
    /// A field taken away.
    Delete { record: String, field: String },
}

impl Effect {
    /// The record it is about.
    pub fn record(&self) -> &str {
        match self {
            Self::Create { record, .. } | Self::Put { record, .. } | Self::Delete { record, .. } => record,
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
    for (op, step) in decoded.operations().iter().zip(&plan.steps) {
        match &step.target {
            Target::Root => {}
            Target::Records => {
                drafts.insert(&op.key, Draft { place: effects.len(), fields: BTreeMap::new() });
                effects.push(Effect::Delete { record: String::new(), field: String::new() });
            }
            Target::Record(record) => match drafts.get_mut(&**record) {
                Some(draft) => draft.write(op)?,
                None => effects.push(later(record, op, step.kept.as_ref())?),
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
}

impl Draft {
    fn write(&mut self, op: &Op) -> Result<(), Refused> {
        let once = is_written_once(&op.key);
        match &op.action {
            Action::Put(value) => {
                let before = self.fields.insert(op.key.clone(), value.clone());
                if once && before.is_some() { Err(Refused::WrittenOnce) } else { Ok(()) }
            }
            Action::Delete if once => Err(Refused::WrittenOnce),
            Action::Delete => {
                self.fields.remove(&op.key);
                Ok(())
            }
            Action::Make => Err(Refused::ForbiddenObject),
        }
    }

    fn finish(mut self, record: &str) -> Result<Effect, Refused> {
        let mut text = |field| match self.fields.remove(field) {
            Some(Scalar::Text(text)) if !text.is_empty() => Ok(text),
            _ => Err(Refused::IncompleteCreate),
        };
        let (kind, by) = (text(KIND)?, text(BY)?);
        Ok(Effect::Create { record: record.to_owned(), kind, by, fields: self.fields })
    }
}

/// An operation on a record that was there before.
fn later(record: &str, op: &Op, kept: Option<&Scalar>) -> Result<Effect, Refused> {
    if is_written_once(&op.key) {
        return Err(Refused::WrittenOnce);
    }
    let (record, field) = (record.to_owned(), op.key.clone());
    match (&op.action, kept) {
        (Action::Put(value), _) | (Action::Delete, Some(value)) => Ok(Effect::Put { record, field, value: value.clone() }),
        (Action::Delete, None) => Ok(Effect::Delete { record, field }),
        (Action::Make, _) => Err(Refused::ForbiddenObject),
    }
}

fn is_written_once(field: &str) -> bool {
    field == KIND || field == BY
}
