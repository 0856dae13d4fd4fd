//! R3: an approval needs the competency's evidence.

use std::collections::BTreeSet;

use super::{Proposal, State};
use crate::{
    decision::Content,
    evidence::{self, elsewhere},
    ledger::{Ledger, Version},
    planted::{LeftOut, is_left_out},
    refusal::Refusal,
    scalar::Scalar,
    words::refusal as say,
};

/// At the submit of a claim: what it names is signed feedback on this skill. Whether it is enough is asked later.
pub(super) fn named(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    if proposal.kind.code != "claim" {
        return Ok(());
    }
    let Some(content) = proposal.content else { return Ok(()) };
    let competency = content.get("competency").and_then(Scalar::text);
    for (line, record) in keyed(content, "evidence") {
        let known = line.parse().ok().and_then(|line| state.ledger.sealed_at(line)).is_some_and(|(id, entry, version)| {
            entry.kind == "observation" && record.text() == Some(&id.to_string()) && version.text("competency") == competency
        });
        if !known {
            return Err(say::r3_unknown_evidence());
        }
    }
    Ok(())
}

/// At the approval: seals, voids and contributors count as they stand now; months from the claim's submit.
pub(super) fn check(state: State<'_>, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    let Some(claim) = state.ledger.get(proposal.record).and_then(|entry| entry.version(proposal.version)) else {
        return Err(say::r4_not_sent());
    };
    let assessment = claim_assessment(state, claim).ok_or_else(say::r3_no_rule)?;
    match assessment.missing() {
        Some(missing) if !is_left_out(LeftOut::EvidenceMet) => Err(say::r3_evidence(&missing)),
        _ => Ok(()),
    }
}

/// The lines that a claim's words choose: those of this log, and those that copied in what it names elsewhere.
pub fn chosen(ledger: &Ledger, content: &Content) -> BTreeSet<u64> {
    let here = keyed(content, "evidence").filter_map(|(line, _)| line.parse().ok());
    let copied = elsewhere::named(content).filter_map(|(record, named)| {
        let mut copies = ledger.copies_from(named.log, record).map(|(version, _)| version);
        copies.find(|version| named.is(version))?.sealed
    });
    here.chain(copied).collect()
}

/// A claim's evidence against its rule.
pub fn claim_assessment(state: State<'_>, claim: &Version) -> Option<evidence::Assessment> {
    let chosen = chosen(state.ledger, &claim.content);
    let level = u8::try_from(claim.integer("level")?).ok()?;
    evidence::assess(state.facts, state.ledger, claim.text("competency")?, level, claim.submitted.when(), Some(&chosen))
}

fn keyed<'a>(content: &'a Content, field: &'a str) -> impl Iterator<Item = (&'a str, &'a Scalar)> + 'a {
    content.iter().filter_map(move |(key, value)| Some((key.strip_prefix(field)?.strip_prefix('/')?, value)))
}
