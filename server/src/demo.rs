//! The demonstration organisation: invented people, and a story that ends yesterday.
//!
//! Nothing is inserted. The organisation is made by the loader of `countersign init`, everybody gets a phone, and what
//! happened in the story's days goes through the gate with the clock of its own day: whatever a rule refuses, stops the seed.

mod calendar;
mod phone;
mod stage;
mod story;

use shared::time::Zone;

use self::{
    calendar::{Calendar, Moment, on},
    stage::Stage,
    story::Who,
};
pub use self::{
    phone::{Phone, PhoneError},
    stage::Stopped,
};
use crate::{
    accounts::ChooseError,
    gate::GateError,
    organisation::{self, CreateError, OrganisationFile},
    server::Server,
    store::{Person, StoreError},
};

/// The password of every account. It protects nothing: all of it is invented.
pub const PASSWORD: &str = "quillbrook-demo";

/// The organisation's file, as `countersign init` reads it.
const QUILLBROOK: &str = include_str!("demo/quillbrook.json");
/// Amara's first day in the job.
const AMARA_STARTED: i16 = -21;
/// The organisation is made, and a little later everybody sets up their phone.
const FOUNDED: Moment = on(-14, 9, 0);
const PHONES: Moment = on(-13, 9, 0);
/// Words about how far it is.
const WORDS: usize = 8;

/// What happened until today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Story {
    /// 88 days of two relationships, to walk through.
    Demonstration,
    /// Two years of one relationship with 500 observations, to measure with.
    TwoYears,
}

impl Story {
    /// The day of the story on which it is looked at.
    const fn today(self) -> i16 {
        match self {
            Self::Demonstration => 88,
            Self::TwoYears => 730,
        }
    }
}

/// What the seed found, or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seeded {
    /// The store was empty: the story was played.
    Now,
    /// The demonstration is there already.
    Before,
    /// An organisation of somebody's own is there; it was left alone.
    Another,
}

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Gate(#[from] GateError),
    #[error(transparent)]
    Organisation(#[from] CreateError),
    #[error(transparent)]
    Stopped(#[from] Stopped),
    #[error("a phone could not be set up: {0}")]
    Phone(#[from] PhoneError),
    #[error("a password could not be set: {0}")]
    Password(#[from] ChooseError),
    /// The last seed was stopped half way.
    #[error("the demonstration was begun and not finished: remove its database and start again")]
    Unfinished,
}

/// An account to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    pub name: &'static str,
    pub role: &'static str,
    pub email: &'static str,
    pub password: &'static str,
}

/// Everybody who can sign in.
pub fn accounts() -> [Account; 6] {
    Who::ALL.map(|who| {
        let (name, role) = match who {
            Who::Amara => ("Amara Venn", "mentee"),
            Who::Joon => ("Joon Tarrow", "mentee"),
            Who::Ruth => ("Ruth Calloray", "mentor of Amara"),
            Who::Farid => ("Farid Nasweh", "mentor of Joon, second mentor of Amara"),
            Who::Bea => ("Bea Monteiral", "supervisor of both"),
            Who::Tomas => ("Tomas Lindquell", "programme lead"),
        };
        Account { name, role, email: who.email(), password: PASSWORD }
    })
}

/// Makes the demonstration where the store is empty, as if its story had happened until the server's now. `say` hears how far
/// it is.
pub async fn seed_if_empty(server: &Server, story: Story, mut say: impl FnMut(&str)) -> Result<Seeded, SeedError> {
    if let Some(organisation) = server.store.organisation().await? {
        return match organisation.demonstration {
            true if is_finished(server).await? => Ok(Seeded::Before),
            true => Err(SeedError::Unfinished),
            false => Ok(Seeded::Another),
        };
    }
    say("The demonstration organisation is made: people, framework, relationships.");
    let mut file = OrganisationFile::parse(QUILLBROOK)?;
    let calendar = Calendar::new(Zone::posix(&file.zone), server.clock.now(), story.today());
    start_amara(&mut file, &calendar);
    organisation::create(&server.gate, &file, calendar.at(FOUNDED)).await?;
    play(server, story, calendar, &mut say).await?;
    // Last: who has a password has a whole story behind them.
    for who in Who::ALL {
        let person = person(server, who).await?;
        server.accounts.set_password(person.id, PASSWORD).await?;
    }
    say("The demonstration is ready.");
    Ok(Seeded::Now)
}

async fn play(server: &Server, story: Story, calendar: Calendar, say: &mut impl FnMut(&str)) -> Result<(), SeedError> {
    let mut stage = Stage::enter(&server.gate, calendar, PHONES).await?;
    let steps = story::steps(story);
    for (number, step) in steps.iter().enumerate() {
        if number % (steps.len() / WORDS).max(1) == 0 {
            say(&format!("Day {} of {}: {} of {} steps.", step.at.day, story.today(), number, steps.len()));
        }
        stage.play(step).await?;
    }
    Ok(())
}

/// Everybody has a password: it is the last thing that the seed does.
async fn is_finished(server: &Server) -> Result<bool, StoreError> {
    for who in Who::ALL {
        let Some(person) = server.store.person_by_email(who.email()).await? else { return Ok(false) };
        if server.store.password(person.id).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn person(server: &Server, who: Who) -> Result<Person, SeedError> {
    Ok(server.store.person_by_email(who.email()).await?.ok_or(GateError::Unknown)?)
}

/// Her first day in the job moves with the story: whoever is new has been so for 21 days on day 0.
fn start_amara(file: &mut OrganisationFile, calendar: &Calendar) {
    for person in file.people.iter_mut().filter(|person| person.email == Who::Amara.email()) {
        person.employed_from = calendar.date(AMARA_STARTED);
    }
}
