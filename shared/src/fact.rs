//! Facts: what the organisation states in a log, signed by it. Their fold says who may do what.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    beacon::Beacon,
    bytes::Hash,
    decision::SignedDecision,
    framework::{Competency, Framework, Stage},
    id::{DeviceId, LogId, OrganisationId, PersonId, RecordId, RelationshipId},
    key::PublicKey,
    keys::Keys,
    ledger::Mark,
    role::Role,
    time::{At, DAY_MS, Zone},
};

/// A fact's encoded form, in bytes; the framework is the largest.
pub const MAX_FACT_BYTES: usize = 512 * 1024;

/// The body of a fact line, in CBOR.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// A log's first line. The genesis document follows from log and epoch alone.
    Opened(Opened),
    /// The framework in force from here on.
    Framework(Box<Framework>),
    Settings(Settings),
    Member(Member),
    MemberEnded(MemberEnded),
    Device(Device),
    /// The device's later lines are refused; what it wrote before stands.
    DeviceRevoked {
        device: DeviceId,
    },
    Exemption(Exemption),
    Cover(Cover),
    /// Cadence, plan, evidence window and reminders stop between the two days.
    Paused(Pause),
    /// When a record shared here was first typed in its author's own log: two times, no words.
    Captured {
        record: RecordId,
        earliest: At,
        latest: At,
    },
    /// The lead took over words that a removed member sent late; the change follows as a word line.
    Adopted {
        change: Hash,
        author: PersonId,
        by: PersonId,
    },
    /// The lead decided that held words do not belong here.
    Discarded {
        change: Hash,
        author: PersonId,
        by: PersonId,
        reason: String,
    },
    /// Signed feedback of another relationship of the same mentee, copied in because a claim here names it. Its frozen
    /// words lie beside the line, as a submit's do, and can be erased.
    Evidence(Box<Evidence>),
    /// Copied evidence was voided where it comes from, or a later version was signed there: it no longer counts.
    EvidenceVoided(AtOrigin),
    /// The words of copied evidence were hidden where it comes from.
    EvidenceHidden(AtOrigin),
    /// Words are gone for good: what stays is carried over into a document that never held them.
    Epoch(Epoch),
    /// The organisation's next key, named by the one in force; the line that takes it follows at once.
    KeyNamed(KeyNamed),
    /// From this line on, which it signs itself, that key is in force.
    KeyTaken(KeyTaken),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub log: LogId,
    pub organisation: OrganisationId,
    pub organisation_name: String,
    pub key: PublicKey,
    /// POSIX time zone rule, for example `GMT0BST,M3.5.0/1,M10.5.0`.
    pub zone: String,
    /// What the people cared for are called here: participant, resident, client.
    pub person_word: String,
    /// Whether everything in it is invented.
    pub demonstration: bool,
    /// A pair log's: the relationship that the two have it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<RelationshipId>,
}

/// What rules read, as the organisation set it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// R11 on or off.
    pub agreement_first: bool,
    /// R8: submitted more than this many days after capture is 'written up later'.
    pub late_after_days: i64,
    /// R8: beyond this the approver decides whether it counts.
    pub late_decide_after_days: i64,
    /// R9: an unlock this old, in milliseconds, is no longer fresh.
    pub unlock_max_age_ms: i64,
    /// Places offered as chips.
    pub places: Vec<String>,
    /// Planned days between two sessions.
    pub cadence_days: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { agreement_first: true, late_after_days: 7, late_decide_after_days: 30, unlock_max_age_ms: 5 * 60 * 1_000, places: Vec::new(), cadence_days: 14 }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    pub person: PersonId,
    pub name: String,
    pub role: Role,
    /// The lead mentor of the relationship.
    #[serde(default)]
    pub leads: bool,
    #[serde(default)]
    pub job: String,
    #[serde(default)]
    pub place: String,
    /// First day in the job: the stage, and so the expected level, follows from it.
    pub employed_from: At,
    pub from: At,
    #[serde(default)]
    pub until: Option<At>,
}

impl Member {
    /// The first of the names, as people say it to each other.
    pub fn first_name(&self) -> &str {
        self.name.split_whitespace().next().unwrap_or(&self.name)
    }

    pub fn is_current(&self, now: At) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberEnded {
    pub person: PersonId,
    pub role: Role,
    pub at: At,
    pub reason: String,
    pub by: PersonId,
}

/// A device's certificate: this key signs for this person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    pub device: DeviceId,
    pub person: PersonId,
    pub key: PublicKey,
    pub label: String,
}

/// R2's way out for a site that cannot meet it: shown on the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exemption {
    /// `r2`.
    pub rule: String,
    pub person: PersonId,
    pub reason: String,
    pub review_on: At,
    pub by: PersonId,
}

/// Somebody decides in their own name while the supervisor is away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cover {
    pub supervisor: PersonId,
    pub person: PersonId,
    pub from: At,
    pub until: At,
    pub by: PersonId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub from: At,
    /// Open while absent.
    pub until: Option<At>,
}

/// What the organisation copies from another record log: who signed it there, by which device, and what was signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The line that sealed it, in the log that its decision names.
    pub line: u64,
    /// When that line was received, by the server's clock.
    pub received_at: At,
    /// When the newest line that the signer had seen was received.
    pub seen_at: At,
    /// The signer's printed name there.
    pub name: String,
    /// The signer's device, as it was certified there.
    pub device: Device,
    /// The submit that sealed it, without the heads of a document that is not here.
    pub signed: SignedDecision,
}

/// A decision on copied evidence where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AtOrigin {
    /// Where it comes from.
    pub log: LogId,
    pub record: RecordId,
    /// The line that had sealed it there.
    pub line: u64,
    /// The printed name there of whoever decided.
    pub name: String,
    /// The decision; its position is that of its line there.
    pub mark: Mark,
}

/// The lead had records' words destroyed. The line that states it is the first of its epoch; the document's current
/// values follow it as words without an author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// The epoch that begins here.
    pub epoch: u32,
    /// The records whose words are gone, in every version and draft.
    pub erased: Vec<RecordId>,
    /// Who made a record that somebody else submitted: the words that said so are gone with the old document.
    pub authors: Vec<(RecordId, PersonId)>,
    pub by: PersonId,
    pub reason: String,
}

/// The organisation changes its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyNamed {
    pub key: PublicKey,
    pub reason: String,
}

/// A key begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyTaken {
    pub key: PublicKey,
    /// Where no line named it: the key before was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Records that one act erases.
pub const MAX_ERASED: usize = 32;

/// The fold of a log's facts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub opened: Option<Opened>,
    /// The organisation's, under which the log's lines stand.
    #[serde(default)]
    pub keys: Keys,
    pub framework: Option<Framework>,
    pub settings: Settings,
    pub members: Vec<Member>,
    pub devices: BTreeMap<DeviceId, Device>,
    pub revoked: BTreeSet<DeviceId>,
    pub exemptions: Vec<Exemption>,
    pub covers: Vec<Cover>,
    pub pauses: Vec<Pause>,
    pub captured: BTreeMap<RecordId, (At, At)>,
    pub adopted: BTreeMap<Hash, PersonId>,
    pub discarded: BTreeSet<Hash>,
    /// Records whose words were destroyed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub erased: BTreeSet<RecordId>,
    /// Printed names of people of other relationships who signed or withdrew what was copied in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub strangers: BTreeMap<PersonId, String>,
}

impl Facts {
    /// Takes the next fact of the log into account. Facts come in the order of their lines.
    pub fn fold(&mut self, fact: &Fact) {
        self.keys.fold(fact);
        match fact {
            Fact::Opened(opened) => self.opened = Some(opened.clone()),
            Fact::Framework(framework) => self.framework = Some((**framework).clone()),
            Fact::Settings(settings) => self.settings = settings.clone(),
            Fact::Member(member) => self.members.push(member.clone()),
            Fact::MemberEnded(ended) => {
                for member in &mut self.members {
                    if member.person == ended.person && member.role == ended.role && member.until.is_none() {
                        member.until = Some(ended.at);
                    }
                }
            }
            Fact::Device(device) => {
                self.devices.insert(device.device, device.clone());
            }
            Fact::DeviceRevoked { device } => {
                self.revoked.insert(*device);
            }
            Fact::Exemption(exemption) => self.exemptions.push(exemption.clone()),
            Fact::Cover(cover) => self.covers.push(cover.clone()),
            Fact::Paused(pause) => {
                // A pause is stated open and stated again with its end.
                self.pauses.retain(|known| known.from != pause.from);
                self.pauses.push(*pause);
            }
            Fact::Captured { record, earliest, latest } => {
                self.captured.insert(*record, (*earliest, *latest));
            }
            Fact::Adopted { change, author, .. } => {
                self.adopted.insert(*change, *author);
            }
            Fact::Discarded { change, .. } => {
                self.discarded.insert(*change);
            }
            Fact::Evidence(evidence) => {
                self.strangers.insert(evidence.device.person, evidence.name.clone());
            }
            Fact::EvidenceVoided(moved) | Fact::EvidenceHidden(moved) => {
                self.strangers.insert(moved.mark.by, moved.name.clone());
            }
            Fact::Epoch(epoch) => self.erased.extend(&epoch.erased),
            Fact::KeyNamed(_) | Fact::KeyTaken(_) => {}
        }
    }

    pub fn log(&self) -> Option<LogId> {
        self.opened.as_ref().map(|opened| opened.log)
    }

    /// Whether an hour was signed by the organisation, by any key that it ever had here.
    pub fn has_signed(&self, beacon: &Beacon) -> bool {
        self.opened.as_ref().is_some_and(|opened| self.keys.iter().any(|key| beacon.verify(opened.organisation, key).is_ok()))
    }

    /// The organisation's zone; UTC before the log is opened.
    pub fn zone(&self) -> Zone {
        self.opened.as_ref().map_or_else(Zone::utc, |opened| Zone::posix(&opened.zone))
    }

    pub fn competency(&self, code: &str) -> Option<&Competency> {
        self.framework.as_ref()?.competency(code)
    }

    pub fn current(&self, now: At) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| member.is_current(now))
    }

    pub fn has_role(&self, person: PersonId, role: Role, now: At) -> bool {
        self.current(now).any(|member| member.person == person && member.role == role)
    }

    pub fn is_member(&self, person: PersonId, now: At) -> bool {
        self.current(now).any(|member| member.person == person)
    }

    /// The roles of a current member, the widest first; empty for anybody else.
    pub fn roles(&self, person: PersonId, now: At) -> Vec<Role> {
        self.current(now).filter(|member| member.person == person).map(|member| member.role).collect()
    }

    /// Somebody who was a member and is no longer: until when.
    pub fn left(&self, person: PersonId, now: At) -> Option<At> {
        if self.is_member(person, now) {
            return None;
        }
        self.members.iter().filter(|member| member.person == person).filter_map(|member| member.until).max()
    }

    pub fn mentee(&self) -> Option<&Member> {
        self.members.iter().find(|member| member.role == Role::Mentee)
    }

    pub fn lead_mentor(&self, now: At) -> Option<&Member> {
        self.current(now).find(|member| member.role == Role::Mentor && member.leads)
    }

    pub fn supervisor(&self, now: At) -> Option<&Member> {
        self.current(now).find(|member| member.role == Role::Supervisor)
    }

    /// Whether `person` may decide in the supervisor's place: as the supervisor, or as cover in these days.
    pub fn supervises(&self, person: PersonId, now: At) -> bool {
        self.has_role(person, Role::Supervisor, now)
            || self
                .covers
                .iter()
                .any(|cover| cover.person == person && cover.from <= now && now < cover.until && self.has_role(cover.supervisor, Role::Supervisor, now))
    }

    /// The printed name of anybody who is or was a member, or signed what was copied in; the id's start where nobody has
    /// that id.
    pub fn name(&self, person: PersonId) -> String {
        let member = self.members.iter().rev().find(|member| member.person == person).map(|member| &member.name);
        member.or_else(|| self.strangers.get(&person)).cloned().unwrap_or_else(|| person.to_string().chars().take(8).collect())
    }

    pub fn first_name(&self, person: PersonId) -> String {
        let name = self.name(person);
        name.split_whitespace().next().unwrap_or(&name).to_owned()
    }

    /// The level expected of the mentee in a competency at a moment.
    pub fn expected_level(&self, competency: &str, when: At) -> Option<u8> {
        let mentee = self.mentee()?;
        Some(self.competency(competency)?.expected.at(Stage::at(mentee.employed_from, when)))
    }

    /// Milliseconds of pause between two moments.
    pub fn paused_ms(&self, from: At, to: At) -> i64 {
        self.pauses.iter().map(|pause| pause.until.unwrap_or(to).min(to).since(pause.from.max(from)).max(0)).sum()
    }

    /// Whole days of pause between two moments.
    pub fn paused_days(&self, from: At, to: At) -> i64 {
        self.paused_ms(from, to) / DAY_MS
    }

    pub fn exempt(&self, rule: &str, person: PersonId, now: At) -> Option<&Exemption> {
        self.exemptions.iter().find(|exemption| exemption.rule == rule && exemption.person == person && now < exemption.review_on)
    }

    /// The device's key if its certificate stands here for that person.
    pub fn device_key(&self, device: DeviceId, person: PersonId) -> Option<&PublicKey> {
        let certificate = self.devices.get(&device).filter(|certificate| certificate.person == person)?;
        (!self.revoked.contains(&device)).then_some(&certificate.key)
    }
}
