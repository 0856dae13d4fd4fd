//! Plays the story: each person on a phone of their own, through the gate, at the hour at which it happened.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use shared::{
    decision::Act,
    fact::{Fact, Member, Pause},
    id::{LogId, RecordId},
    phone::Ask,
    role::Role,
    scalar::Scalar,
    time::At,
};

use super::{
    calendar::{Calendar, Moment},
    phone::{Phone, PhoneError},
    story::{Does, Fields, Key, Pair, Step, Value, Who},
};
use crate::{
    gate::{Gate, GateError, NewMember},
    store::Person,
};

/// A step that did not happen: a defect of the story or of a rule.
#[derive(Debug, thiserror::Error)]
#[error("the story stops on day {day}: {who:?}, {does}: {error}")]
pub struct Stopped {
    day: i16,
    who: Who,
    does: String,
    error: PhoneError,
}

/// Everybody, their phones and what they wrote so far.
pub(super) struct Stage {
    gate: Arc<Gate>,
    calendar: Calendar,
    people: BTreeMap<Who, Person>,
    logs: BTreeMap<Pair, LogId>,
    phones: BTreeMap<Who, Phone>,
    without_signal: BTreeSet<Who>,
    records: BTreeMap<Key, RecordId>,
}

impl Stage {
    /// Gives everybody a phone.
    pub(super) async fn enter(gate: &Arc<Gate>, calendar: Calendar, since: Moment) -> Result<Self, PhoneError> {
        let now = calendar.at(since);
        let mut people = BTreeMap::new();
        let mut phones = BTreeMap::new();
        for who in Who::ALL {
            let person = gate.store().person_by_email(who.email()).await.map_err(GateError::from)?.ok_or(GateError::Unknown)?;
            phones.insert(who, Phone::enrol(gate, person.id, "demonstration", now).await?);
            people.insert(who, person);
        }
        let mut logs = BTreeMap::new();
        for pair in [Pair::Amara, Pair::Joon] {
            let mentee = people.get(&pair.mentee()).map(|person| person.id).ok_or(GateError::Unknown)?;
            let found = gate.store().logs_as(mentee, Role::Mentee, now).await.map_err(GateError::from)?;
            logs.insert(pair, *found.first().ok_or(GateError::Unknown)?);
        }
        Ok(Self { gate: Arc::clone(gate), calendar, people, logs, phones, without_signal: BTreeSet::new(), records: BTreeMap::new() })
    }

    pub(super) async fn play(&mut self, step: &Step) -> Result<(), Stopped> {
        let played = self.step(step).await;
        played.map_err(|error| Stopped { day: step.at.day, who: step.who, does: format!("{:?}", step.does), error })
    }

    async fn step(&mut self, step: &Step) -> Result<(), PhoneError> {
        let now = self.calendar.at(step.at);
        match &step.does {
            Does::JoinsAsMentor => return self.joins(step.who, step.pair, now).await,
            Does::Pauses { until } => return self.pauses(step.pair, self.calendar.at(*until), now).await,
            Does::LosesSignal => {
                self.sync(step.who, now).await?;
                self.without_signal.insert(step.who);
                return Ok(());
            }
            Does::HasSignal => {
                self.without_signal.remove(&step.who);
                return self.sync(step.who, now).await;
            }
            _ => {}
        }
        self.sync(step.who, now).await?;
        self.act(step, now)?;
        self.sync(step.who, now).await
    }

    async fn sync(&mut self, who: Who, now: At) -> Result<(), PhoneError> {
        if self.without_signal.contains(&who) {
            return Ok(());
        }
        self.phone(who)?.sync(now).await
    }

    async fn joins(&self, who: Who, pair: Pair, now: At) -> Result<(), PhoneError> {
        let person = self.person(who)?;
        let member = Member {
            person: person.id,
            name: person.name.clone(),
            role: Role::Mentor,
            leads: false,
            job: person.job.clone(),
            place: person.place.clone(),
            employed_from: person.employed_from,
            from: now,
            until: None,
        };
        Ok(self.gate.add_member(NewMember { log: self.log(pair)?, member }, now).await?)
    }

    async fn pauses(&self, pair: Pair, until: At, now: At) -> Result<(), PhoneError> {
        let pause = Fact::Paused(Pause { from: now, until: Some(until) });
        Ok(self.gate.state_facts(self.log(pair)?, vec![pause], now).await?)
    }

    /// What a person does on their phone.
    fn act(&mut self, step: &Step, now: At) -> Result<(), PhoneError> {
        let to = self.log(step.pair)?;
        match &step.does {
            Does::Draft { key, kind, fields } => self.draft(step.who, *key, kind, fields, now),
            Does::Write { key, fields } => {
                let fields = self.scalars(fields)?;
                self.write(step.who, *key, to, fields, now)
            }
            Does::Choose { key, evidence } => {
                let fields = evidence.iter().map(|observation| self.evidence(step.who, to, *observation)).collect::<Result<_, _>>()?;
                self.write(step.who, *key, to, fields, now)
            }
            Does::Share { key } => {
                let record = self.record(*key)?;
                self.phone(step.who)?.ask(&Ask::Share { record, to: vec![to] }, now)
            }
            Does::Send { key, sign, reason } => {
                let record = self.record(*key)?;
                let ask = Ask::Send { record, to, sign: *sign, reason: reason.map(str::to_owned), pin: String::new() };
                self.phone(step.who)?.sign(&ask, now)
            }
            Does::Decide { key, act, reason } => self.decide(step.who, *key, to, *act, *reason, now),
            Does::Say { on, words } => self.say(step.who, *on, to, words, now),
            Does::LosesSignal | Does::HasSignal | Does::JoinsAsMentor | Does::Pauses { .. } => Ok(()),
        }
    }

    fn draft(&mut self, who: Who, key: Key, kind: &str, fields: &Fields, now: At) -> Result<(), PhoneError> {
        let fields = self.scalars(fields)?;
        let phone = self.phone(who)?;
        let record = phone.record(now);
        let ask = Ask::Create { log: phone.own_log(), record, kind: kind.to_owned(), fields };
        phone.ask(&ask, now)?;
        self.records.insert(key, record);
        Ok(())
    }

    fn write(&mut self, who: Who, key: Key, to: LogId, fields: BTreeMap<String, Scalar>, now: At) -> Result<(), PhoneError> {
        let record = self.record(key)?;
        let phone = self.phone(who)?;
        let own = phone.own_log();
        let log = if phone.replica.row_of(own, record).is_some() { own } else { to };
        for (field, value) in fields {
            phone.ask(&Ask::Set { log, record, field, value: Some(value), leaving: true }, now)?;
        }
        Ok(())
    }

    fn decide(&mut self, who: Who, key: Key, log: LogId, act: Act, reason: Option<&str>, now: At) -> Result<(), PhoneError> {
        let record = self.record(key)?;
        let phone = self.phone(who)?;
        let row = phone.replica.row_of(log, record).ok_or(GateError::Unknown)?;
        let version = row.entry.as_ref().and_then(|entry| entry.latest()).map_or(0, |version| version.number);
        let ask = Ask::Decide { log, record, version, act, reason: reason.map(str::to_owned), pin: String::new() };
        phone.sign(&ask, now)
    }

    fn say(&mut self, who: Who, on: Key, log: LogId, words: &str, now: At) -> Result<(), PhoneError> {
        let on = self.record(on)?;
        let phone = self.phone(who)?;
        let fields = [("on".to_owned(), Scalar::from(on.to_string())), ("words".to_owned(), Scalar::from(words))].into();
        let ask = Ask::Create { log, record: phone.record(now), kind: "comment".to_owned(), fields };
        phone.ask(&ask, now)
    }

    /// An observation as a claim names it: by the line that sealed it.
    fn evidence(&self, who: Who, log: LogId, observation: Key) -> Result<(String, Scalar), PhoneError> {
        let record = self.record(observation)?;
        let row = self.phones.get(&who).and_then(|phone| phone.replica.row_of(log, record)).ok_or(GateError::Unknown)?;
        let line = row.entry.as_ref().and_then(|entry| entry.latest()?.sealed).ok_or(GateError::Unknown)?;
        Ok((format!("evidence/{line}"), record.to_string().into()))
    }

    fn scalars(&self, fields: &Fields) -> Result<BTreeMap<String, Scalar>, PhoneError> {
        fields.iter().map(|(field, value)| Ok(((*field).to_owned(), self.scalar(*value)?))).collect()
    }

    fn scalar(&self, value: Value) -> Result<Scalar, PhoneError> {
        Ok(match value {
            Value::Words(words) => words.into(),
            Value::Number(number) => number.into(),
            Value::Yes => true.into(),
            Value::Person(who) => self.person(who)?.id.to_string().into(),
            Value::Day(day) => self.calendar.date(day).to_string().into(),
            Value::Time(moment) => self.calendar.at(moment).0.into(),
        })
    }

    fn phone(&mut self, who: Who) -> Result<&mut Phone, PhoneError> {
        Ok(self.phones.get_mut(&who).ok_or(GateError::Unknown)?)
    }

    fn person(&self, who: Who) -> Result<&Person, PhoneError> {
        Ok(self.people.get(&who).ok_or(GateError::Unknown)?)
    }

    fn log(&self, pair: Pair) -> Result<LogId, PhoneError> {
        Ok(*self.logs.get(&pair).ok_or(GateError::Unknown)?)
    }

    fn record(&self, key: Key) -> Result<RecordId, PhoneError> {
        Ok(*self.records.get(&key).ok_or(GateError::Unknown)?)
    }
}
