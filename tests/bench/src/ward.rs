//! An organisation to measure with: made by the product's own loader, each person with a session that stands.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use server::{
    Server,
    accounts::{AccountSettings, COOKIE, Token},
    http::ClientFiles,
    organisation::{self, OrganisationFile, PersonEntry, RelationshipEntry},
    outside::{Clock as _, Entropy, SystemClock, SystemEntropy},
    store::{Address, Session, Store},
};
use shared::{
    id::{LogId, PersonId},
    time::{At, DAY_MS},
};

/// Where framework, zone and settings come from.
const EXAMPLE: &str = include_str!("../../../server/examples/organisation.json");
/// Longer than any run.
const SESSION_DAYS: i64 = 2;

/// A relationship with so many mentors; its other people are its own too.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub mentors: usize,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: PersonId,
    pub cookie: String,
}

/// One relationship's people and its record log.
#[derive(Debug, Clone)]
pub struct Relationship {
    pub log: LogId,
    pub mentee: Person,
    pub mentors: Vec<Person>,
    pub supervisor: Person,
}

/// Everybody.
#[derive(Debug)]
pub struct Ward {
    pub relationships: Vec<Relationship>,
    /// People without a relationship.
    pub others: Vec<Person>,
}

impl Ward {
    /// Makes the organisation in an empty database, and closes it again.
    pub async fn found(database: &str, wanted: &[Wanted], others: usize) -> Result<Self> {
        let server = open(database).await?;
        let file = file(wanted, others)?;
        let created = organisation::create(&server.gate, &file, SystemClock.now()).await?;
        let mut people = BTreeMap::new();
        for (entry, id) in file.people.iter().zip(created.people) {
            people.insert(entry.email.clone(), Person { id, cookie: begin_session(&*server.store, id).await? });
        }
        let find = |email: &String| people.get(email).cloned().context("everybody was made");
        let relationship = |(entry, log): (&RelationshipEntry, LogId)| {
            let mentors = entry.mentors.iter().map(find).collect::<Result<_>>()?;
            Ok(Relationship { log, mentee: find(&entry.mentee)?, mentors, supervisor: find(&entry.supervisor)? })
        };
        let relationships = file.relationships.iter().zip(created.relationships).map(relationship).collect::<Result<_>>()?;
        let others = (0..others).map(|number| find(&email("other", number, 0))).collect::<Result<_>>()?;
        server.store.close().await;
        Ok(Self { relationships, others })
    }
}

/// A server in this process, on a database.
pub async fn open(database: &str) -> Result<Server> {
    let store = database.parse::<Address>()?.open().await?;
    Ok(Server::new(store, Arc::new(SystemClock), Arc::new(SystemEntropy), AccountSettings::default(), ClientFiles::default()))
}

/// Signs somebody in as the server does once a password fits: hashing passwords is not what is measured here.
async fn begin_session(store: &dyn Store, person: PersonId) -> Result<String> {
    let entropy: &dyn Entropy = &SystemEntropy;
    let text = URL_SAFE_NO_PAD.encode(entropy.seed());
    let token = Token::parse(&text).context("32 bytes make a token")?;
    let began_at: At = SystemClock.now();
    store.begin_session(token.hash(), &Session { person, began_at, ends_at: began_at.plus(SESSION_DAYS * DAY_MS), device: None }).await?;
    Ok(format!("{COOKIE}={text}"))
}

fn email(role: &str, relationship: usize, number: usize) -> String {
    format!("{role}{number}.{relationship}@bench.example")
}

fn file(wanted: &[Wanted], others: usize) -> Result<OrganisationFile> {
    let mut file = OrganisationFile::parse(EXAMPLE)?;
    let somebody = file.people.first().context("the example has people")?.clone();
    let person = |email: String| PersonEntry { name: email.replace("@bench.example", ""), email, leads: false, ..somebody.clone() };
    let lead = email("lead", 0, 0);
    file.people = vec![PersonEntry { leads: true, ..person(lead.clone()) }];
    file.relationships = Vec::new();
    for (number, wanted) in wanted.iter().enumerate() {
        let mentors: Vec<String> = (0..wanted.mentors).map(|mentor| email("mentor", number, mentor)).collect();
        let (mentee, supervisor) = (email("mentee", number, 0), email("supervisor", number, 0));
        file.people.extend(mentors.iter().chain([&mentee, &supervisor]).cloned().map(person));
        file.relationships.push(RelationshipEntry { mentee, mentors, supervisor, lead: lead.clone(), cadence_days: None });
    }
    file.people.extend((0..others).map(|number| person(email("other", number, 0))));
    Ok(file)
}
