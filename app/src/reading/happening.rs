//! What others did since the person last looked.

use shared::{decision::Act, id::PersonId, ledger::Mark, time::At, words::act_meaning};

use super::{log::Relationship, order, standing};

/// Somebody did something on a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    pub at: At,
    pub who: String,
    /// 'Signed off'.
    pub what: &'static str,
    pub title: String,
    pub reason: Option<String>,
    pub href: String,
    pub act: Act,
}

/// At most so many are listed.
const MOST: usize = 12;

/// Decisions by others, received after `since`, newest first.
pub fn since(relationships: &[Relationship], me: PersonId, since: At) -> Vec<Happening> {
    let mut all = Vec::new();
    for relationship in relationships {
        for row in relationship.log.rows.values() {
            let versions = row.entry.iter().flat_map(|entry| &entry.versions);
            let marks = versions.flat_map(|version| marks(version).into_iter());
            let news = marks.filter(|mark| mark.by != me && mark.received_at > since);
            all.extend(news.map(|mark| Happening {
                at: mark.received_at,
                who: relationship.log.facts.first_name(mark.by),
                what: act_meaning(mark.act),
                title: standing::title(row, &relationship.log),
                reason: mark.reason.clone(),
                href: ["/app/records/", &row.record.to_string()].concat(),
                act: mark.act,
            }));
        }
    }
    order::down_by(&mut all, |happening| happening.at.0);
    all.truncate(MOST);
    all
}

/// Every decision on a version, in the order of its lines.
pub fn marks(version: &shared::ledger::Version) -> Vec<&Mark> {
    let single = [
        Some(&version.submitted),
        version.returned.as_ref(),
        version.acknowledged.as_ref(),
        version.countersigned.as_ref(),
        version.confirmed.as_ref(),
        version.approved.as_ref(),
        version.revoked.as_ref(),
        version.voided.as_ref(),
        version.hidden.as_ref(),
    ];
    let mut marks: Vec<&Mark> = single.into_iter().flatten().chain(&version.signatures).collect();
    order::by(&mut marks, |mark| i64::try_from(mark.position).unwrap_or(i64::MAX));
    marks
}
