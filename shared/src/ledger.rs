//! The ledger: the fold of a log's decisions, with their frozen content. Every state that a person sees and every
//! rule's answer follows from it; words alone never change it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    bytes::{Bytes, Hash},
    decision::{Act, Content, Decision, Unlock, Unproven},
    fact::{AtOrigin, Epoch, Evidence, Fact, Facts, Settings},
    id::{DeviceId, LogId, PersonId, RecordId},
    kind::{Chain, Kind},
    role::Role,
    scalar::Scalar,
    shelf::Shelf,
    time::{At, DAY_MS, MINUTE_MS},
};

/// Every record of a log that has been submitted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Ledger {
    pub records: Shelf<RecordId, RecordLedger>,
    #[cfg(feature = "parts")]
    #[serde(skip)]
    pub(crate) beside: crate::parts::Beside,
}

/// Alike are ledgers of the same records.
impl PartialEq for Ledger {
    fn eq(&self, other: &Self) -> bool {
        self.records == other.records
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordLedger {
    pub kind: String,
    /// Who made the record.
    pub author: PersonId,
    /// The first is version 1.
    pub versions: Vec<Version>,
}

/// One submitted version and what was decided on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// From 1.
    pub number: u32,
    pub submitted: Mark,
    /// The words as they stood; empty once erased.
    pub content: Content,
    pub form: Hash,
    pub digest: Hash,
    /// The document's heads that were frozen; none once another epoch began.
    pub heads: Vec<Hash>,
    #[serde(default)]
    pub signatures: Vec<Mark>,
    /// The position of the line that sealed it.
    #[serde(default)]
    pub sealed: Option<u64>,
    #[serde(default)]
    pub returned: Option<Mark>,
    #[serde(default)]
    pub acknowledged: Option<Mark>,
    #[serde(default)]
    pub countersigned: Option<Mark>,
    #[serde(default)]
    pub confirmed: Option<Mark>,
    #[serde(default)]
    pub approved: Option<Mark>,
    #[serde(default)]
    pub revoked: Option<Mark>,
    #[serde(default)]
    pub voided: Option<Mark>,
    #[serde(default)]
    pub hidden: Option<Mark>,
    /// Where it was signed, where that was in another log: it was copied in, as evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// The line of another log that sealed a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub log: LogId,
    pub line: u64,
}

/// One decision as its reader sees it: who, in which role, when, how they unlocked, and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub act: Act,
    pub by: PersonId,
    pub role: Role,
    pub device: DeviceId,
    pub unlock: Unlock,
    /// By the device's clock.
    pub at: At,
    /// By the server's clock.
    pub received_at: At,
    /// When the newest line that the device had seen was received: it was signed after that.
    #[serde(default)]
    pub seen_at: At,
    /// The decision's line.
    pub position: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What the server knows about a decision beside its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The decision's line.
    pub position: u64,
    pub received_at: At,
    /// When the newest line that the signer had seen was received.
    pub seen_at: At,
}

impl Mark {
    pub fn new(decision: &Decision, receipt: Receipt) -> Self {
        Self {
            act: decision.act,
            by: decision.by,
            role: decision.role,
            device: decision.device,
            unlock: decision.unlock,
            at: decision.at,
            received_at: receipt.received_at,
            seen_at: receipt.seen_at,
            position: receipt.position,
            reason: decision.reason.clone(),
        }
    }

    /// The time to show and to count with: the claimed one where it lies between what the device had seen and receipt,
    /// else receipt.
    pub fn when(&self) -> At {
        if (self.seen_at..=self.received_at).contains(&self.at) { self.at } else { self.received_at }
    }

    /// The phone's clock was ahead by so much, in milliseconds; receipt counts.
    pub fn clock_ahead_ms(&self) -> Option<i64> {
        let ahead = self.at.since(self.received_at);
        (ahead > CLOCK_TOLERANCE_MS).then_some(ahead)
    }
}

/// A phone's clock may be off by this much without a mark.
pub const CLOCK_TOLERANCE_MS: i64 = 5 * MINUTE_MS;

/// How late a version was submitted, R8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lateness {
    InTime,
    /// Shown as 'written up later': whole days between capture and receipt.
    Late {
        days: i64,
    },
    /// The approver decides whether it counts.
    VeryLate {
        days: i64,
    },
}

/// What a version has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for whoever is next in the chain.
    Sent,
    SentBack,
    /// Signed by everybody who must.
    Sealed,
    /// Confirmed or approved.
    InForce,
    /// An approval that was taken back.
    Revoked,
    /// Recorded by mistake.
    Voided,
    /// A later version was submitted.
    Superseded,
}

impl Version {
    fn submitted(decision: &Decision, mark: Mark, content: Option<Content>) -> Self {
        let Decision { version, form, digest, .. } = decision;
        Self { form: *form, digest: *digest, ..Self::new(*version, mark, content.unwrap_or_default()) }
    }

    /// A version that nobody answered yet, of the empty form.
    pub fn new(number: u32, submitted: Mark, content: Content) -> Self {
        Self {
            number,
            submitted,
            content,
            form: Hash::default(),
            digest: Hash::default(),
            heads: Vec::new(),
            signatures: Vec::new(),
            sealed: None,
            returned: None,
            acknowledged: None,
            countersigned: None,
            confirmed: None,
            approved: None,
            revoked: None,
            voided: None,
            hidden: None,
            origin: None,
        }
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        match self.content.get(field) {
            Some(Scalar::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub fn integer(&self, field: &str) -> Option<i64> {
        match self.content.get(field) {
            Some(Scalar::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    pub fn flag(&self, field: &str) -> bool {
        matches!(self.content.get(field), Some(Scalar::Flag(true)))
    }

    /// Keys and values of a keyed field, without its prefix.
    pub fn keyed<'a>(&'a self, field: &'a str) -> impl Iterator<Item = (&'a str, &'a Scalar)> + 'a {
        self.content.iter().filter_map(move |(key, value)| Some((key.strip_prefix(field)?.strip_prefix('/')?, value)))
    }

    pub fn person(&self, field: &str) -> Option<PersonId> {
        self.text(field)?.parse().ok()
    }

    /// When it happened, as far as the server can believe it: chosen time, else captured time, never after receipt.
    pub fn happened_at(&self) -> At {
        let claimed = self.integer("happened_at").or_else(|| self.integer("captured_at")).map_or(self.submitted.at, At);
        claimed.min(self.submitted.received_at)
    }

    /// R8. Days between capture and receipt.
    pub fn lateness(&self, settings: &Settings) -> Lateness {
        let ms = self.submitted.received_at.since(self.happened_at());
        let days = ms / DAY_MS;
        if ms > settings.late_decide_after_days * DAY_MS {
            Lateness::VeryLate { days }
        } else if ms > settings.late_after_days * DAY_MS {
            Lateness::Late { days }
        } else {
            Lateness::InTime
        }
    }

    /// Sealed and not withdrawn. Hidden words still count: what is hidden is not what was rated.
    pub fn stands(&self) -> bool {
        self.sealed.is_some() && self.voided.is_none()
    }

    /// Approved and not taken back.
    pub fn is_approved(&self) -> bool {
        self.approved.is_some() && self.revoked.is_none() && self.voided.is_none()
    }
}

impl RecordLedger {
    /// Whether it was signed in another log, and copied in as evidence.
    pub fn is_copy(&self) -> bool {
        self.versions.iter().any(|version| version.origin.is_some())
    }

    pub fn latest(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// Of what was copied in, earlier versions may not be here.
    pub fn version(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }

    fn version_mut(&mut self, number: u32) -> Option<&mut Version> {
        self.versions.iter_mut().find(|version| version.number == number)
    }

    pub fn state(&self, number: u32) -> Option<State> {
        let version = self.version(number)?;
        Some(if version.voided.is_some() {
            State::Voided
        } else if version.revoked.is_some() {
            State::Revoked
        } else if version.approved.is_some() || version.confirmed.is_some() {
            State::InForce
        } else if version.sealed.is_some() {
            State::Sealed
        } else if version.returned.is_some() {
            State::SentBack
        } else if self.latest().is_some_and(|latest| latest.number > number) {
            State::Superseded
        } else {
            State::Sent
        })
    }

    /// The newest version that came into force, unless it was withdrawn: an earlier one does not come back by that.
    pub fn standing(&self) -> Option<&Version> {
        let newest = self.versions.iter().rev().find(|version| version.sealed.is_some() || version.approved.is_some() || version.confirmed.is_some())?;
        (newest.voided.is_none() && newest.revoked.is_none()).then_some(newest)
    }
}

/// An accepted decision as the ledger takes it.
#[derive(Debug, Clone)]
pub struct Decided<'a> {
    pub decision: &'a Decision,
    /// The document's heads that a submit froze.
    pub heads: &'a [Hash],
    /// A submit's frozen content.
    pub content: Option<Content>,
    /// Who made the record.
    pub author: PersonId,
    pub receipt: Receipt,
}

impl FromIterator<(RecordId, RecordLedger)> for Ledger {
    fn from_iter<I: IntoIterator<Item = (RecordId, RecordLedger)>>(entries: I) -> Self {
        Self {
            records: entries.into_iter().collect::<BTreeMap<_, _>>().into(),
            #[cfg(feature = "parts")]
            beside: crate::parts::Beside::default(),
        }
    }
}

impl Ledger {
    pub fn get(&self, record: RecordId) -> Option<&RecordLedger> {
        self.records.get(&record)
    }

    /// Takes an accepted decision into account.
    pub fn fold(&mut self, facts: &Facts, kind: &Kind, decided: Decided<'_>) {
        let Decided { decision, heads, content, author, receipt } = decided;
        let mark = Mark::new(decision, receipt);
        let entry = self.records.entry(decision.record).or_insert_with(|| RecordLedger { kind: decision.kind.clone(), author, versions: Vec::new() });
        if decision.act == Act::Submit {
            let sealed = (kind.chain == Chain::WriterSeals).then_some(receipt.position);
            entry.versions.push(Version { heads: heads.to_vec(), sealed, ..Version::submitted(decision, mark, content) });
            return;
        }
        let Some(version) = entry.version_mut(decision.version) else { return };
        match decision.act {
            Act::Submit => {}
            Act::Return => version.returned = Some(mark),
            Act::Sign => {
                version.signatures.push(mark);
                if version.sealed.is_none() && parties_missing(facts, version, receipt.received_at).is_empty() {
                    version.sealed = Some(receipt.position);
                }
            }
            Act::Acknowledge | Act::Disagree => version.acknowledged = Some(mark),
            Act::Countersign => version.countersigned = Some(mark),
            Act::Confirm => version.confirmed = Some(mark),
            Act::Approve => version.approved = Some(mark),
            Act::Revoke => version.revoked = Some(mark),
            Act::Void => version.voided = Some(mark),
            Act::Hide => version.hidden = Some(mark),
        }
    }

    /// Takes a fact into account. Nothing changes where copied evidence is not proven.
    pub fn take_fact(&mut self, fact: &Fact, frozen: Option<&Bytes>, position: u64) -> Result<(), Unproven> {
        match fact {
            Fact::Evidence(evidence) => {
                let (decision, content) = evidence.proven(frozen)?;
                self.copy_in(evidence, &decision, content, position);
            }
            Fact::EvidenceVoided(moved) | Fact::EvidenceHidden(moved) => self.moved_at_origin(moved, position),
            _ => {}
        }
        Ok(())
    }

    /// Takes in what the line at `position` copied from another log: sealed there, it stands here from that line on.
    fn copy_in(&mut self, evidence: &Evidence, decision: &Decision, content: Option<Content>, position: u64) {
        let receipt = Receipt { position, received_at: evidence.received_at, seen_at: evidence.seen_at };
        let origin = Some(Origin { log: decision.log, line: evidence.line });
        let version = Version { sealed: Some(position), origin, ..Version::submitted(decision, Mark::new(decision, receipt), content) };
        let new = || RecordLedger { kind: decision.kind.clone(), author: decision.by, versions: Vec::new() };
        self.records.entry(decision.record).or_insert_with(new).versions.push(version);
    }

    /// What became of a copy where it comes from; the line at `position` says so.
    fn moved_at_origin(&mut self, moved: &AtOrigin, position: u64) {
        let Some(entry) = self.records.get_mut(&moved.record) else { return };
        let origin = Some(Origin { log: moved.log, line: moved.line });
        let copies = entry.versions.iter_mut().filter(|version| version.origin == origin);
        for version in copies {
            let mark = Some(Mark { position, ..moved.mark.clone() });
            match moved.mark.act {
                Act::Hide => version.hidden = mark,
                _ => version.voided = mark,
            }
        }
    }

    /// As it will be once a line at `position` copied in what stands of a record in another log: signed and sealed by its
    /// writer, with its words. Says by whom; nothing where there is nothing to copy or a copy is here already.
    pub fn lay(&mut self, from: LogId, record: RecordId, entry: &RecordLedger, position: u64) -> Option<PersonId> {
        let version = entry.standing().filter(|version| version.origin.is_none() && version.hidden.is_none() && !version.content.is_empty())?;
        let origin = Origin { log: from, line: version.sealed.filter(|line| *line == version.submitted.position)? };
        let here = self.records.entry(record).or_insert_with(|| RecordLedger { versions: Vec::new(), ..entry.clone() });
        if here.versions.iter().any(|known| known.origin.is_none_or(|known| known == origin)) {
            return None;
        }
        here.versions.push(Version { sealed: Some(position), origin: Some(origin), ..version.clone() });
        Some(version.submitted.by)
    }

    /// The versions of a record that were copied in from a log.
    pub fn copies_from(&self, log: LogId, record: RecordId) -> impl Iterator<Item = (&Version, Origin)> {
        let versions = self.get(record).map(|entry| entry.versions.as_slice()).unwrap_or_default();
        versions.iter().filter_map(move |version| Some((version, version.origin.filter(|origin| origin.log == log)?)))
    }

    /// A new epoch: frozen words of what was erased are gone, and no heads of the old document mean anything.
    pub fn begin_epoch(&mut self, epoch: &Epoch) {
        for (record, entry) in self.records.iter_mut() {
            for version in &mut entry.versions {
                version.heads.clear();
                if epoch.erased.contains(record) {
                    version.content.clear();
                }
            }
        }
        for (record, author) in &epoch.authors {
            if let Some(entry) = self.records.get_mut(record) {
                entry.author = *author;
            }
        }
    }

    /// Whom an epoch has to name: who made a record that somebody else submitted first.
    pub fn authors_to_name(&self) -> Vec<(RecordId, PersonId)> {
        let named = |(record, entry): (&RecordId, &RecordLedger)| {
            let follows = entry.versions.first().is_some_and(|first| first.submitted.by == entry.author);
            (!follows).then_some((*record, entry.author))
        };
        self.records.iter().filter_map(named).collect()
    }

    /// Every standing, sealed version of a kind, with its record.
    pub fn standing<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (RecordId, &'a Version)> + 'a {
        self.of_kind(kind).filter_map(|(record, entry)| Some((record, entry.standing()?)))
    }

    /// Every submitted record of a kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (RecordId, &'a RecordLedger)> + 'a {
        #[cfg(feature = "parts")]
        self.ask_kind(kind);
        self.records.here().iter().filter(move |(_, entry)| entry.kind == kind).map(|(record, entry)| (*record, entry))
    }

    /// Of a kind's standing versions those that these lines sealed.
    pub fn standing_of<'a>(&'a self, kind: &'a str, lines: &'a BTreeSet<u64>) -> impl Iterator<Item = (RecordId, &'a Version)> + 'a {
        #[cfg(feature = "parts")]
        lines.iter().for_each(|line| self.ask_sealed(*line));
        let of_kind = self.records.here().iter().filter(move |(_, entry)| entry.kind == kind);
        let standing = of_kind.filter_map(|(record, entry)| Some((*record, entry.standing()?)));
        standing.filter(|(_, version)| version.sealed.is_some_and(|line| lines.contains(&line)))
    }

    /// The record and version that the line at `position` sealed.
    pub fn sealed_at(&self, position: u64) -> Option<(RecordId, &RecordLedger, &Version)> {
        #[cfg(feature = "parts")]
        self.ask_sealed(position);
        self.records
            .here()
            .iter()
            .find_map(|(record, entry)| entry.versions.iter().find(|version| version.sealed == Some(position)).map(|version| (*record, entry, version)))
    }
}

/// Of mentee, lead mentor and supervisor: who has not signed this version yet.
pub fn parties_missing(facts: &Facts, version: &Version, now: At) -> Vec<(Role, PersonId)> {
    let parties = [facts.current(now).find(|member| member.role == Role::Mentee), facts.lead_mentor(now), facts.supervisor(now)];
    parties
        .into_iter()
        .flatten()
        .filter(|member| !version.signatures.iter().any(|mark| mark.by == member.person))
        .map(|member| (member.role, member.person))
        .collect()
}
