//! Decisions over several logs: what a claim names elsewhere is copied in before it is judged, and what is decided on
//! copied evidence where it comes from is stated wherever a copy is.

use std::collections::BTreeMap;

use super::{Author, Judged, Log};
use crate::{
    bytes::Bytes,
    change::{Effect, effect},
    decision::{Act, Decision, MAX_DECISION_BYTES, SignedDecision},
    evidence::elsewhere::{self, Elsewhere},
    fact::{AtOrigin, Evidence, Fact},
    id::RecordId,
    kind::Kinds,
    ledger::{Mark, Origin},
    line::Line,
    refusal::Refusal,
    rules::{self, Accepted, Body},
    time::At,
    wire::{Item, Verdict},
    words::refusal as say,
};

/// Evidence on its way into another log, with its frozen words.
#[derive(Debug, Clone, PartialEq)]
pub struct Copied {
    pub evidence: Evidence,
    pub frozen: Bytes,
}

impl Log {
    /// What the claims that a bundle submits name in other logs and is not copied in yet: by what stands in the document
    /// and what the bundle writes. Nothing of it was judged.
    pub fn lacks(&self, items: &[Item]) -> BTreeMap<RecordId, Elsewhere> {
        let submits = decisions(items).filter(|decision| decision.act == Act::Submit && decision.kind == "claim");
        let mut lacks = BTreeMap::new();
        for claim in submits.map(|decision| decision.record.to_string()) {
            let standing = self.index.now().record(&claim);
            lacks.extend(standing.iter().flat_map(|(key, values)| values.iter().filter_map(|value| elsewhere::name(key, value))));
            for item in items {
                let Item::Word(bytes) = item else { continue };
                let effects = self.read(bytes).and_then(|decoded| effect::effects(&decoded, &self.index)).unwrap_or_default();
                for effect in effects.iter().filter(|effect| effect.record() == claim) {
                    match effect {
                        Effect::Create { fields, .. } => lacks.extend(fields.iter().filter_map(|(key, value)| elsewhere::name(key, value))),
                        Effect::Put { field, value, .. } => lacks.extend(elsewhere::name(field, value)),
                        Effect::Delete { .. } | Effect::Type { .. } => {}
                    }
                }
            }
        }
        lacks.retain(|record, named| !self.ledger.copies_from(named.log, *record).any(|(version, _)| named.is(version)));
        lacks
    }

    /// Records of which decisions in a bundle end or hide what may have been copied from here.
    pub fn unsettles(&self, items: &[Item]) -> Vec<RecordId> {
        let ends = |decision: &Decision| match decision.act {
            Act::Void | Act::Hide => true,
            Act::Submit => self.ledger.get(decision.record).is_some(),
            _ => false,
        };
        decisions(items).filter(ends).map(|decision| decision.record).collect()
    }

    /// Whether a bundle confirms a plan: R12 then looks at the mentee's other relationships.
    pub fn confirms_plan(items: &[Item]) -> bool {
        decisions(items).any(|decision| decision.act == Act::Confirm && decision.kind == "plan")
    }

    /// R12 over several logs: refused where this mentee and lead mentor have an active plan in another relationship.
    pub fn one_plan_beside(&self, other: &Self, now: At) -> Result<(), Refusal> {
        let pair = |log: &Self| Some((log.facts.mentee()?.person, log.facts.lead_mentor(now)?.person));
        let is_active = || other.ledger.standing("plan").any(|(_, version)| rules::plan_is_active(version));
        if pair(self).is_some() && pair(self) == pair(other) && is_active() { Err(say::r12_one_plan()) } else { Ok(()) }
    }

    /// What is copied from here where a claim elsewhere names it; `None` where it does not stand, or its words are hidden
    /// or erased. `line`: the one that is named, as the store has it.
    pub fn copy(&self, record: RecordId, named: &Elsewhere, line: &Line) -> Option<Copied> {
        let version = self.ledger.get(record)?.standing()?;
        let is_named = Elsewhere::of(self.id, version).as_ref() == Some(named) && version.origin.is_none() && line.header.position == named.line;
        if !is_named || version.hidden.is_some() || version.content.is_empty() {
            return None;
        }
        let side = line.side.as_ref()?;
        let signed: SignedDecision = crate::cbor::decode(&side.bytes.0, MAX_DECISION_BYTES).ok()?;
        let mark = &version.submitted;
        let evidence = Evidence {
            line: named.line,
            received_at: mark.received_at,
            seen_at: mark.seen_at,
            name: self.facts.name(mark.by),
            device: self.facts.devices.get(&mark.device)?.clone(),
            signed: SignedDecision { heads: Vec::new(), ..signed },
        };
        Some(Copied { evidence, frozen: side.content.clone()? })
    }

    /// Judges a bundle on top of the evidence that is copied in for it: accepted together, or none of it.
    pub fn judge_with(&mut self, kinds: &Kinds, author: Author, items: &[Item], copied: Vec<Copied>, received_at: At) -> Judged {
        if copied.is_empty() {
            return self.judge(kinds, author, items, received_at);
        }
        let before = self.ledger.clone();
        let judged = match self.take_copies(kinds, copied) {
            Ok(mut accepted) => match self.judge(kinds, author, items, received_at) {
                Judged::Accept(more) => {
                    accepted.extend(more);
                    Judged::Accept(accepted)
                }
                other => other,
            },
            Err(refusal) => Judged::Answer(Verdict::Refused(refusal)),
        };
        self.ledger = before;
        judged
    }

    fn take_copies(&mut self, kinds: &Kinds, copied: Vec<Copied>) -> Result<Vec<Accepted>, Refusal> {
        let next = self.chain.next;
        let take = |(position, Copied { evidence, frozen }): (u64, Copied)| {
            let accepted = rules::evidence(self.state(kinds), evidence.clone(), frozen.clone())?;
            let fact = Fact::Evidence(Box::new(evidence));
            self.ledger.take_fact(&fact, Some(&frozen), position).map_err(|_| say::r3_elsewhere())?;
            Ok(accepted)
        };
        (next..).zip(copied).map(take).collect()
    }

    /// What accepted decisions of `origin`, received now, mean for the copies that are here.
    pub fn moved(&self, origin: &Self, accepted: &[Accepted], received_at: At) -> Vec<Fact> {
        let decisions = accepted.iter().filter_map(|accepted| match accepted.body() {
            Body::Decision { decision, .. } => Some(&**decision),
            _ => None,
        });
        let mut facts = Vec::new();
        for decision in decisions.filter(|decision| matches!(decision.act, Act::Void | Act::Hide | Act::Submit)) {
            let mark = Mark::new(decision, origin.receipt(decision, origin.chain.next, received_at));
            for (version, Origin { line, .. }) in self.ledger.copies_from(origin.id, decision.record) {
                let name = origin.facts.name(decision.by);
                let moved = AtOrigin { log: origin.id, record: decision.record, line, name, mark: mark.clone() };
                match decision.act {
                    Act::Hide if version.hidden.is_none() => facts.push(Fact::EvidenceHidden(moved)),
                    Act::Void | Act::Submit if version.voided.is_none() => facts.push(Fact::EvidenceVoided(moved)),
                    _ => {}
                }
            }
        }
        facts
    }
}

fn decisions(items: &[Item]) -> impl Iterator<Item = Decision> {
    items.iter().filter_map(|item| match item {
        Item::Decision(signed) => signed.decision().ok(),
        Item::Word(_) => None,
    })
}
