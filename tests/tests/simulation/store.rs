//! A store on the simulated machine: what `server::store` promises, and nothing more.

use std::collections::BTreeSet;

use async_trait::async_trait;
use server::store::{
    Caller, Device, Held, HeldId, Kept, Measures, Membership, Moved, News, Organisation, Page, Person, Reach, Result, Rotation, Session, Stand, Store,
    StoreError, Turn, Work,
};
use shared::{
    bytes::Hash,
    id::{DeviceId, LogId, PersonId, RecordId},
    key::SecretKey,
    line::Line,
    parts::{Name, Rows},
    role::Role,
    time::At,
};

use crate::{
    machine::{Point, Shared, TurnId},
    planted::Planted,
    tables::{Tables, Write},
};

/// One process's connection to the machine.
pub struct SimStore {
    machine: Shared,
    process: usize,
    measures: Measures,
}

impl SimStore {
    pub fn new(machine: Shared, process: usize) -> Self {
        Self { machine, process, measures: Measures::default() }
    }

    /// Waits for the rows of some logs.
    async fn take(&self, logs: &[LogId]) -> Result<SimTurn> {
        let mut taken = self.begin();
        for log in logs {
            self.machine.lock(self.process, taken.turn, *log).await?;
        }
        let machine = self.machine.get();
        taken.stands = logs.iter().map(|log| (*log, machine.tables.stand(*log))).collect();
        Ok(taken)
    }

    /// A turn that has no rows yet.
    fn begin(&self) -> SimTurn {
        let mut machine = self.machine.get();
        let (turn, generation) = (machine.new_turn(), machine.generation);
        SimTurn { machine: self.machine.clone(), process: self.process, turn, generation, stands: Vec::new(), written: false }
    }

    async fn read<T>(&self, question: impl FnOnce(&Tables) -> T) -> Result<T> {
        self.machine.point(self.process, Point::Read).await?;
        Ok(question(&self.machine.get().tables))
    }
}

/// Accounts are no part of this world: nobody signs in.
fn no_accounts<T>() -> Result<T> {
    Err(StoreError::Unavailable("a simulated store keeps no accounts".to_owned()))
}

/// Keys are no part of this world either: the organisation has one.
fn no_rotation<T>() -> Result<T> {
    Err(StoreError::Unavailable("a simulated organisation keeps its key".to_owned()))
}

#[async_trait]
impl Store for SimStore {
    async fn organisation(&self) -> Result<Option<Organisation>> {
        self.read(|tables| tables.organisation.clone()).await
    }

    async fn begin_rotation(&self, _: &SecretKey, _: &SecretKey, _: &Rotation) -> Result<()> {
        no_rotation()
    }

    async fn end_rotation(&self, _: &SecretKey) -> Result<()> {
        no_rotation()
    }

    async fn logs(&self, _: Option<LogId>, _: usize) -> Result<Vec<LogId>> {
        no_rotation()
    }

    async fn person(&self, person: PersonId) -> Result<Option<Person>> {
        self.read(|tables| tables.people.iter().find(|known| known.id == person).cloned()).await
    }

    async fn person_by_email(&self, email: &str) -> Result<Option<Person>> {
        self.read(|tables| tables.people.iter().find(|known| known.email == email).cloned()).await
    }

    async fn people(&self) -> Result<Vec<Person>> {
        self.read(|tables| tables.people.clone()).await
    }

    async fn password(&self, _: PersonId) -> Result<Option<String>> {
        no_accounts()
    }

    async fn set_password(&self, _: PersonId, _: &str) -> Result<()> {
        no_accounts()
    }

    async fn invite(&self, _: Hash, _: PersonId, _: At) -> Result<()> {
        no_accounts()
    }

    async fn invitation(&self, _: Hash, _: At) -> Result<Option<PersonId>> {
        no_accounts()
    }

    async fn accept_invitation(&self, _: Hash, _: &str, _: At) -> Result<Option<PersonId>> {
        no_accounts()
    }

    async fn begin_session(&self, _: Hash, _: &Session) -> Result<()> {
        no_accounts()
    }

    async fn session(&self, _: Hash, _: At) -> Result<Option<Session>> {
        no_accounts()
    }

    async fn caller(&self, _: Hash, _: At) -> Result<Option<Caller>> {
        no_accounts()
    }

    async fn extend_session(&self, _: Hash, _: At) -> Result<()> {
        no_accounts()
    }

    async fn end_session(&self, _: Hash) -> Result<()> {
        no_accounts()
    }

    async fn sweep(&self, _: At) -> Result<()> {
        no_accounts()
    }

    async fn device(&self, device: DeviceId) -> Result<Option<Device>> {
        self.read(|tables| tables.devices.get(&device).cloned()).await
    }

    async fn devices_of(&self, person: PersonId) -> Result<Vec<Device>> {
        self.read(|tables| tables.devices.values().filter(|device| device.person == person).cloned().collect()).await
    }

    async fn hear(&self, _: Hash, _: DeviceId, _: At) -> Result<()> {
        no_accounts()
    }

    async fn end_sessions_of(&self, _: DeviceId, _: Hash) -> Result<()> {
        no_accounts()
    }

    async fn turn(&self, logs: &[LogId]) -> Result<Box<dyn Turn>> {
        Ok(Box::new(self.take(logs).await?))
    }

    fn turn_upon(&self, log: LogId, stand: Stand) -> Box<dyn Turn> {
        Box::new(SimTurnUpon { turn: self.begin(), log, stand })
    }

    async fn parts(&self, log: LogId, names: &BTreeSet<Name>) -> Result<Rows> {
        self.read(|tables| tables.parts(log, names)).await
    }

    async fn keep(&self, log: LogId, kept: &Kept) -> Result<()> {
        self.take(&[log]).await?.write(Write::Keep(log, Box::new(kept.clone()))).await
    }

    async fn stand(&self, log: LogId) -> Result<Option<Stand>> {
        self.read(|tables| tables.stand(log)).await
    }

    async fn lines(&self, log: LogId, page: Page) -> Result<Vec<Line>> {
        self.read(|tables| tables.lines(log, page)).await
    }

    async fn reach(&self, person: PersonId, now: At) -> Result<Vec<Reach>> {
        let mut reach = self.read(|tables| tables.reach(person, now)).await?;
        let machine = self.machine.get();
        if machine.planted == Some(Planted::ReadsOn) {
            for reach in &mut reach {
                reach.end = machine.tables.stand(reach.log).map_or(reach.end, |stand| stand.head.next);
            }
        }
        Ok(reach)
    }

    async fn memberships(&self, log: LogId) -> Result<Vec<Membership>> {
        self.read(|tables| tables.memberships(log)).await
    }

    async fn logs_as(&self, person: PersonId, role: Role, now: At) -> Result<Vec<LogId>> {
        self.read(|tables| tables.logs_as(person, role, now)).await
    }

    async fn draft_times(&self, person: PersonId, record: RecordId) -> Result<Option<(At, At)>> {
        self.read(|tables| tables.draft_times(person, record)).await
    }

    async fn copies(&self, log: LogId, record: RecordId) -> Result<Vec<LogId>> {
        self.read(|tables| tables.copies(log, record)).await
    }

    fn announce(&self, moved: Moved) {
        self.machine.get().announce(self.process, moved);
    }

    /// The world carries the news itself.
    async fn news(&self) -> Result<Option<Box<dyn News>>> {
        Ok(None)
    }

    async fn ends(&self, people: &[PersonId], now: At) -> Result<Vec<(PersonId, LogId, u64)>> {
        self.read(|tables| tables.ends(people, now)).await
    }

    async fn hold(&self, held: &Held) -> Result<()> {
        let turn = self.machine.get().new_turn();
        self.machine.write(self.process, turn, Write::Hold(held.clone())).await?.wait().await
    }

    async fn held(&self, held: HeldId) -> Result<Option<Held>> {
        self.read(|tables| tables.held(held)).await
    }

    async fn held_in(&self, log: LogId) -> Result<Vec<Held>> {
        self.read(|tables| tables.held_in(log)).await
    }

    async fn ping(&self) -> Result<()> {
        self.read(|_| ()).await
    }

    async fn is_migrated(&self) -> Result<bool> {
        Ok(true)
    }

    fn measures(&self) -> &Measures {
        &self.measures
    }

    async fn close(&self) {}
}

/// The rows of some logs, locked until this is written or dropped.
struct SimTurn {
    machine: Shared,
    process: usize,
    turn: TurnId,
    generation: u64,
    stands: Vec<(LogId, Option<Stand>)>,
    written: bool,
}

#[async_trait]
impl Turn for SimTurn {
    fn stand(&self, log: LogId) -> Option<Stand> {
        self.stands.iter().find(|(known, _)| *known == log).and_then(|(_, stand)| *stand)
    }

    async fn commit(self: Box<Self>, work: Work) -> Result<()> {
        self.write(Write::Work(Box::new(work))).await
    }
}

impl SimTurn {
    async fn write(mut self, write: Write) -> Result<()> {
        // The machine was restarted since: the rows are somebody else's.
        if self.machine.get().generation != self.generation {
            return Err(StoreError::Unavailable("the connection broke off".to_owned()));
        }
        let durable = self.machine.write(self.process, self.turn, write).await?;
        // From here on the transaction has the rows, until it can be seen or is lost.
        self.written = true;
        durable.wait().await
    }
}

impl Drop for SimTurn {
    fn drop(&mut self) {
        let mut machine = self.machine.get();
        if !self.written && machine.generation == self.generation {
            machine.release(self.turn);
        }
    }
}

/// A turn that takes its row when it is committed, if that is free and its log stands where it is thought to.
struct SimTurnUpon {
    turn: SimTurn,
    log: LogId,
    stand: Stand,
}

#[async_trait]
impl Turn for SimTurnUpon {
    fn stand(&self, log: LogId) -> Option<Stand> {
        (self.log == log).then_some(self.stand)
    }

    async fn commit(self: Box<Self>, work: Work) -> Result<()> {
        let Self { turn, log, stand } = *self;
        turn.machine.point(turn.process, Point::Lock).await?;
        {
            let mut machine = turn.machine.get();
            let is_there = machine.take_row(turn.turn, log) && machine.tables.stand(log) == Some(stand);
            if !is_there && machine.planted != Some(Planted::HeadUnchecked) {
                return Err(StoreError::Conflict);
            }
        }
        turn.write(Write::Work(Box::new(work))).await
    }
}
