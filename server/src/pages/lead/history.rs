//! The history of a relationship: each fact as a sentence.

use app::pages::{HistoryPage, HistoryRow, Page, words::fact as say};
use axum::{
    extract::{Path, State},
    response::Response,
};
use shared::{
    decision::Act,
    fact::{Fact, Facts, Pause},
    id::LogId,
    time::{At, Zone},
    words::role_name,
};

use super::{
    super::times,
    Lead,
    facts::{self, Stated},
    title,
};
use crate::{server::Server, store::StoreError};

pub(super) async fn show(State(server): State<Server>, lead: Lead, Path(relationship): Path<String>) -> Response {
    let Ok(relationship) = relationship.parse() else { return lead.not_found().await };
    let log = LogId::Record(relationship);
    match read(&server, &lead, log).await {
        Ok(Some(page)) => lead.look.page(Page::History(page)).await,
        Ok(None) => lead.not_found().await,
        Err(error) => lead.look.fault(&error).await,
    }
}

async fn read(server: &Server, lead: &Lead, log: LogId) -> Result<Option<HistoryPage>, StoreError> {
    if !lead.leads(server, log).await? {
        return Ok(None);
    }
    let relationship = title(&server.store.memberships(log).await?);
    let Stated { facts, lines } = facts::read(server, log).await?;
    let zone = facts.zone();
    let row = |(at, fact): &(At, Fact)| HistoryRow { when: times::moment(*at, &zone), sentence: sentence(fact, &facts, &zone) };
    let (routine, rows): (Vec<_>, Vec<_>) = lines.iter().rev().partition(|(_, fact)| is_routine(fact));
    Ok(Some(HistoryPage { relationship, rows: rows.into_iter().map(row).collect(), routine: routine.into_iter().map(row).collect() }))
}

/// What work leaves behind by itself: it changes nothing about who may do what.
fn is_routine(fact: &Fact) -> bool {
    matches!(fact, Fact::Device(_) | Fact::Captured { .. })
}

fn sentence(fact: &Fact, facts: &Facts, zone: &Zone) -> String {
    let name = |person| facts.name(person);
    let day = |at| times::day(at, zone);
    match fact {
        Fact::Opened(_) => say::OPENED.to_owned(),
        Fact::Framework(framework) => say::framework(&framework.name),
        Fact::Settings(_) => say::SETTINGS.to_owned(),
        Fact::Member(member) => say::member(&member.name, role_name(member.role), member.leads),
        Fact::MemberEnded(ended) => say::ended(&name(ended.person), role_name(ended.role), &name(ended.by), &ended.reason),
        Fact::Device(device) => say::device(&name(device.person), &device.label),
        Fact::DeviceRevoked { device } => match facts.devices.get(device) {
            Some(device) => say::device_revoked(&name(device.person), &device.label),
            None => say::DEVICE_REVOKED.to_owned(),
        },
        Fact::Exemption(exemption) => say::exemption(&exemption.rule, &name(exemption.person), &exemption.reason, &name(exemption.by)),
        Fact::Cover(cover) => say::cover(&name(cover.person), &name(cover.supervisor), &day(cover.from), &day(cover.until)),
        Fact::Paused(Pause { from, until: None }) => say::paused(&day(*from)),
        Fact::Paused(Pause { from, until: Some(until) }) => say::pause_ended(&day(*from), &day(*until)),
        Fact::Captured { .. } => say::CAPTURED.to_owned(),
        Fact::Adopted { author, by, .. } => say::adopted(&name(*author), &name(*by)),
        Fact::Discarded { author, by, reason, .. } => say::discarded(&name(*author), &name(*by), reason),
        Fact::Evidence(evidence) => say::evidence(&evidence.name),
        Fact::EvidenceVoided(moved) if moved.mark.act == Act::Submit => say::evidence_overtaken(&moved.name),
        Fact::EvidenceVoided(moved) => say::evidence_voided(&moved.name),
        Fact::EvidenceHidden(moved) => say::evidence_hidden(&moved.name),
        Fact::Epoch(epoch) => say::erased(epoch.erased.len(), &name(epoch.by), &epoch.reason),
        Fact::KeyNamed(named) => say::key_changed(&named.reason),
        Fact::KeyTaken(taken) => taken.reason.as_ref().map_or_else(|| say::KEY_TAKEN.to_owned(), |reason| say::key_replaced(reason)),
    }
}
