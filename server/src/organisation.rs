//! How an organisation begins: from a file of its people, its framework and its relationships.
//!
//! The file is JSON; `server/examples/organisation.json` is one. People are named by their e-mail. Everything that it
//! says is stated as facts, through the same rules as everything later; the demonstration is made so too.

use std::{collections::BTreeSet, sync::Arc};

use jiff::civil::Date;
use serde::Deserialize;
use shared::{
    fact::{Member, Settings},
    framework::Framework,
    id::{LogId, OrganisationId, PairingId, PersonId, RelationshipId},
    key::SecretKey,
    role::Role,
    time::{At, Zone},
};

use crate::{
    accounts::normal_email,
    gate::{Founding, Gate, GateError},
    store::{Organisation, Person},
};

/// A file with more of them is not written by hand; it comes in with an import of its own.
const MAX_PEOPLE: usize = 5_000;
const MAX_RELATIONSHIPS: usize = 5_000;

/// What the file says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationFile {
    pub name: String,
    /// Whether everything in it is invented: every page and phone then says so.
    #[serde(default)]
    pub demonstration: bool,
    /// POSIX time zone rule, for example `GMT0BST,M3.5.0/1,M10.5.0`.
    pub zone: String,
    /// What the people cared for are called here.
    pub person_word: String,
    /// Offered as chips where something was seen.
    #[serde(default)]
    pub places: Vec<String>,
    /// R11: no sign-off before the agreement is signed. On unless said.
    #[serde(default = "yes")]
    pub agreement_first: bool,
    pub people: Vec<PersonEntry>,
    pub relationships: Vec<RelationshipEntry>,
    pub framework: Framework,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonEntry {
    pub name: String,
    pub email: String,
    /// Where there is none, `countersign init` prints a link to choose one.
    #[serde(default)]
    pub password: Option<String>,
    #[serde(default)]
    pub job: String,
    #[serde(default)]
    pub place: String,
    /// First day in the job: the expected level follows from it.
    pub employed_from: Date,
    /// Whether they see the programme lead's pages.
    #[serde(default)]
    pub leads: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationshipEntry {
    pub mentee: String,
    /// The first one leads.
    pub mentors: Vec<String>,
    pub supervisor: String,
    /// The programme lead.
    pub lead: String,
    /// Planned days between two sessions.
    #[serde(default)]
    pub cadence_days: Option<i64>,
}

fn yes() -> bool {
    true
}

/// Why a file makes no organisation.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("{0:?} has no entry under \"people\"")]
    NoSuchPerson(String),
    #[error("{0:?} stands twice under \"people\"")]
    Twice(String),
    #[error("a relationship of {0:?} needs a mentor")]
    NoMentor(String),
    #[error("{0:?} is both mentee and {1} of one relationship")]
    OwnMentee(String, &'static str),
    #[error("{0} people or relationships, the limit is {1}")]
    TooMany(usize, usize),
    #[error("the time zone rule {0:?} is not one, for example \"GMT0BST,M3.5.0/1,M10.5.0\"")]
    Zone(String),
    #[error("there is an organisation in this database already")]
    Exists,
    #[error(transparent)]
    Gate(#[from] GateError),
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    pub organisation: OrganisationId,
    /// In the order of the file.
    pub people: Vec<PersonId>,
    /// The record logs, in the order of the file.
    pub relationships: Vec<LogId>,
}

impl OrganisationFile {
    pub fn parse(text: &str) -> Result<Self, CreateError> {
        let file: Self = serde_json::from_str(text)?;
        file.check()?;
        Ok(file)
    }

    fn settings(&self, cadence_days: Option<i64>) -> Settings {
        let standard = Settings::default();
        let cadence_days = cadence_days.unwrap_or(standard.cadence_days);
        Settings { agreement_first: self.agreement_first, places: self.places.clone(), cadence_days, ..standard }
    }

    fn check(&self) -> Result<(), CreateError> {
        let most = self.people.len().max(self.relationships.len());
        if self.people.len() > MAX_PEOPLE || self.relationships.len() > MAX_RELATIONSHIPS {
            return Err(CreateError::TooMany(most, MAX_PEOPLE.min(MAX_RELATIONSHIPS)));
        }
        if jiff::tz::TimeZone::posix(&self.zone).is_err() {
            return Err(CreateError::Zone(self.zone.clone()));
        }
        let mut emails = BTreeSet::new();
        for person in &self.people {
            if !emails.insert(normal_email(&person.email)) {
                return Err(CreateError::Twice(person.email.clone()));
            }
        }
        self.relationships.iter().try_for_each(|relationship| relationship.check(&emails))
    }
}

impl RelationshipEntry {
    fn check(&self, emails: &BTreeSet<String>) -> Result<(), CreateError> {
        let parties = [(&self.mentee, "mentee"), (&self.supervisor, "supervisor"), (&self.lead, "lead")];
        let mentors = self.mentors.iter().map(|mentor| (mentor, "mentor"));
        let mentee = normal_email(&self.mentee);
        for (email, role) in parties.into_iter().chain(mentors) {
            let email = normal_email(email);
            if !emails.contains(&email) {
                return Err(CreateError::NoSuchPerson(email));
            }
            if role != "mentee" && email == mentee {
                return Err(CreateError::OwnMentee(email, role));
            }
        }
        if self.mentors.is_empty() { Err(CreateError::NoMentor(mentee)) } else { Ok(()) }
    }
}

/// Makes the organisation: its key, its people, a log for each of them and one for each relationship and each pair in it, all or
/// nothing.
/// Passwords and invitations are the accounts' to give.
pub async fn create(gate: &Arc<Gate>, file: &OrganisationFile, now: At) -> Result<Created, CreateError> {
    file.check()?;
    let entropy = gate.entropy();
    let organisation = Organisation {
        id: OrganisationId(entropy.id(now)),
        name: file.name.clone(),
        key: SecretKey::from_seed(entropy.seed()),
        zone: file.zone.clone(),
        person_word: file.person_word.clone(),
        demonstration: file.demonstration,
        created_at: now,
        rotation: None,
    };
    let zone = Zone::posix(&file.zone);
    let people: Vec<Person> = file.people.iter().map(|entry| entry.person(PersonId(entropy.id(now)), &zone)).collect();
    let owners = people.iter().map(|person| own_log(file, person, now));
    let relationships = file.relationships.iter().map(|entry| record_log(file, entry, &people, RelationshipId(entropy.id(now)), now));
    let mut logs: Vec<Founding> = owners.collect();
    for record in relationships.collect::<Result<Vec<_>, _>>()? {
        let pairs = pair_logs(&record, || PairingId(entropy.id(now)));
        logs.push(record);
        logs.extend(pairs);
    }
    let created = Created {
        organisation: organisation.id,
        people: people.iter().map(|person| person.id).collect(),
        relationships: logs.iter().map(|founding| founding.log).filter(|log| matches!(log, LogId::Record(_))).collect(),
    };
    match gate.found(organisation, people, logs, now).await {
        Err(GateError::Store(crate::store::StoreError::Conflict)) => Err(CreateError::Exists),
        other => Ok(other.map(|()| created)?),
    }
}

impl PersonEntry {
    fn person(&self, id: PersonId, zone: &Zone) -> Person {
        let first_day = self.employed_from.to_zoned(zone.0.clone()).map_or(0, |day| day.timestamp().as_millisecond());
        Person {
            id,
            name: self.name.clone(),
            email: normal_email(&self.email),
            job: self.job.clone(),
            place: self.place.clone(),
            employed_from: At(first_day),
            leads: self.leads,
        }
    }
}

/// A draft is written on the same form as what it becomes, so an own log knows the framework too.
fn own_log(file: &OrganisationFile, person: &Person, now: At) -> Founding {
    let members = vec![member(person, Role::Owner, false, now)];
    Founding { log: LogId::Own(person.id), relationship: None, framework: Some(file.framework.clone()), settings: file.settings(None), members }
}

fn record_log(file: &OrganisationFile, entry: &RelationshipEntry, people: &[Person], id: RelationshipId, now: At) -> Result<Founding, CreateError> {
    let find = |email: &String| {
        let email = normal_email(email);
        people.iter().find(|person| person.email == email).ok_or(CreateError::NoSuchPerson(email))
    };
    let mut members = vec![member(find(&entry.mentee)?, Role::Mentee, false, now)];
    for (place, mentor) in entry.mentors.iter().enumerate() {
        members.push(member(find(mentor)?, Role::Mentor, place == 0, now));
    }
    members.push(member(find(&entry.supervisor)?, Role::Supervisor, false, now));
    members.push(member(find(&entry.lead)?, Role::Lead, false, now));
    let settings = file.settings(entry.cadence_days);
    Ok(Founding { log: LogId::Record(id), relationship: None, framework: Some(file.framework.clone()), settings, members })
}

/// What the mentee and each mentor of a relationship keep between them.
fn pair_logs(record: &Founding, id: impl Fn() -> PairingId) -> Vec<Founding> {
    let LogId::Record(relationship) = record.log else { return Vec::new() };
    let of = |role: Role| record.members.iter().filter(move |member| member.role == role);
    let pairs = of(Role::Mentee).flat_map(|mentee| of(Role::Mentor).map(move |mentor| vec![mentee.clone(), mentor.clone()]));
    let founding = |members| Founding { log: LogId::Pair(id()), relationship: Some(relationship), members, ..record.clone() };
    pairs.map(founding).collect()
}

fn member(person: &Person, role: Role, leads: bool, from: At) -> Member {
    Member {
        person: person.id,
        name: person.name.clone(),
        role,
        leads,
        job: person.job.clone(),
        place: person.place.clone(),
        employed_from: person.employed_from,
        from,
        until: None,
    }
}
