//! Who may write what. The table comes from the declarations of kinds; this is how it is asked.

use crate::scalar::Scalar;

use super::{effect::Effect, index::Index};

/// The table (kind, field) → who. Answers for the writer of the change that is judged; default is no.
pub trait Policy {
    /// Why not, in the words of whoever implements this.
    type Denied;

    /// Whether the writer may create a record of that kind in this log. `by` is the person the record says it is by:
    /// compare it with the writer.
    fn may_create(&self, record: &str, kind: &str, by: &str) -> Result<(), Self::Denied>;

    /// Whether the writer may set a field (`value`) or take it away (`None`). `by` is the record's author.
    /// Asked for every field of a new record as well.
    fn may_write(&self, record: &str, kind: &str, by: &str, field: &str, value: Option<&Scalar>) -> Result<(), Self::Denied>;
}

/// The first effect that the policy denies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial<D> {
    pub record: String,
    /// `None` where the record itself may not be created.
    pub field: Option<String>,
    pub why: Why<D>,
}

/// Why an effect is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why<D> {
    /// The record has no kind and author that could be asked about.
    NoIdentity,
    Denied(D),
}

/// Asks `policy` about every effect, in order. Operations are judged, not what they show: one that loses against
/// another writer's is judged like one that wins.
///
/// `index` is the log before the change. Errors: the first denial.
pub fn judge<P: Policy>(effects: &[Effect], index: &Index, policy: &P) -> Result<(), Denial<P::Denied>> {
    effects.iter().try_for_each(|effect| match effect {
        Effect::Create { record, kind, by, fields } => {
            policy.may_create(record, kind, by).map_err(|why| Denial { record: record.clone(), field: None, why: Why::Denied(why) })?;
            fields.iter().try_for_each(|(field, value)| write(policy, record, (kind, by), field, Some(value)))
        }
        Effect::Put { record, field, value } => write(policy, record, identity(index, record, field)?, field, Some(value)),
        Effect::Delete { record, field } => write(policy, record, identity(index, record, field)?, field, None),
    })
}

fn identity<'a, D>(index: &'a Index, record: &str, field: &str) -> Result<(&'a str, &'a str), Denial<D>> {
    index.identity(record).ok_or_else(|| Denial { record: record.to_owned(), field: Some(field.to_owned()), why: Why::NoIdentity })
}

fn write<P: Policy>(policy: &P, record: &str, (kind, by): (&str, &str), field: &str, value: Option<&Scalar>) -> Result<(), Denial<P::Denied>> {
    let denied = |why| Denial { record: record.to_owned(), field: Some(field.to_owned()), why: Why::Denied(why) };
    policy.may_write(record, kind, by, field, value).map_err(denied)
}
