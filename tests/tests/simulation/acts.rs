//! What people do on their phones: they draft, type, share, sign, decide, take back, and try again.

use std::collections::BTreeMap;

use shared::{
    decision::Act,
    id::{LogId, PersonId, RecordId},
    phone::{Ask, Row, Typing},
    scalar::Scalar,
};

use crate::{
    phone::Stop,
    words::{self, Word},
    world::{AMARA, BEA, RUTH, World},
};

type Fields = BTreeMap<String, Scalar>;

/// Newer records are written and decided on more often.
const RECENT: usize = 10;
/// Evidence that a claim names at most.
const EVIDENCE: usize = 20;

impl World {
    /// One thing that the phone's person does.
    pub fn person_acts(&mut self, phone: usize) {
        match self.rng.below(32) {
            0..=4 => self.drafts(phone),
            5..=10 => self.types(phone),
            11..=14 => self.sends_record(phone),
            15..=16 => self.shares(phone),
            17..=24 => self.decides(phone),
            25..=26 => self.types_prose(phone),
            27 => self.takes_back(phone),
            28 => self.retries(phone),
            29 => self.discards(phone),
            30 => self.comments(phone),
            _ => self.goes_on_typing(phone),
        }
    }

    fn did(&mut self, phone: usize, what: &str, record: RecordId, done: Result<(), Stop>) -> bool {
        let code = match &done {
            Ok(()) => "ok",
            Err(Stop::Died) => "died",
            Err(Stop::Refused(refusal)) => &refusal.code,
        };
        let told = format!("{what}: {code}");
        self.note(|| format!("phone {phone}: {what} {record}: {code}"));
        self.tell(told);
        done.is_ok()
    }

    fn ask(&mut self, phone: usize, what: &str, record: RecordId, ask: &Ask) -> bool {
        let now = self.now;
        let done = self.phones[phone].ask(ask, now);
        self.did(phone, what, record, done)
    }

    fn sign(&mut self, phone: usize, what: &str, record: RecordId, ask: &Ask) -> bool {
        let now = self.now;
        let done = self.phones[phone].sign(ask, now);
        self.did(phone, what, record, done)
    }

    fn word(&mut self, record: RecordId, field: &str) -> Word {
        let word = self.typed.fresh();
        self.typed.begin(word, record, field);
        word
    }

    fn new_record(&mut self) -> RecordId {
        let bytes = self.rng.bytes();
        RecordId(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    // ---- records ----

    fn drafts(&mut self, phone: usize) {
        let who = self.phones[phone].person;
        let own = LogId::Own(who);
        let amara = self.people[AMARA];
        let kinds: &[&'static str] = if who == amara {
            &["claim", "claim", "agreement", "session"]
        } else {
            &["observation", "observation", "observation", "agreement", "plan", "session"]
        };
        let kind = *self.rng.pick(kinds).expect("some");
        let record = self.new_record();
        let clock = self.phones[phone].clock(self.now);
        let skill = *self.rng.pick(&["C01", "C02", "C02"]).expect("some");
        let level = i64::try_from(self.rng.below(6)).expect("small");
        let mut fields: Fields = BTreeMap::new();
        let mut put = |field: &str, value: Scalar| drop(fields.insert(field.to_owned(), value));
        let typed: &[&str] = match kind {
            "observation" => {
                put("mentee", amara.to_string().into());
                put("competency", skill.into());
                put("setting", "House".into());
                put("level", if level < 2 { 3.into() } else { level.into() });
                put("captured_at", clock.0.into());
                if !self.rng.one_in(4) {
                    put("try_next", "Say it first.".into());
                    put("next_step", "Watch me".into());
                }
                &["jot", "went_well"]
            }
            "claim" => {
                put("competency", skill.into());
                put("level", 3.into());
                for (key, value) in self.evidence(phone, skill) {
                    put(&key, value);
                }
                &["words"]
            }
            "agreement" => {
                for field in ["frequency", "channel", "confidentiality", "exceptions"] {
                    put(field, "as said".into());
                }
                put("review_on", "2027-12-01".into());
                &["scope"]
            }
            "plan" => {
                put("starts_on", "2026-06-01".into());
                put("due_on", "2026-09-01".into());
                put("target/C01", 3.into());
                &["words"]
            }
            _ => {
                let mentor = if who == amara { self.people[RUTH] } else { who };
                put("mentor", mentor.to_string().into());
                &["place", "agenda"]
            }
        };
        let words: Vec<(&str, Word)> = typed.iter().map(|field| (*field, self.word(record, field))).collect();
        for (field, word) in &words {
            fields.insert((*field).to_owned(), word.to_string().into());
        }
        if self.ask(phone, "create", record, &Ask::Create { log: own, record, kind: kind.to_owned(), fields }) {
            self.records.push((record, kind, who));
            for (field, word) in words {
                self.typed.set((phone, record, field.to_owned()), word);
            }
        }
    }

    fn comments(&mut self, phone: usize) {
        let Some(row) = self.row_in(phone, self.record_log) else { return };
        let record = self.new_record();
        let word = self.word(record, "words");
        let log = self.record_log;
        let fields = [("on".to_owned(), Scalar::from(row.record.to_string())), ("words".to_owned(), word.to_string().into())].into();
        self.typed.shares(phone, record, log);
        if self.ask(phone, "comment", record, &Ask::Create { log, record, kind: "comment".to_owned(), fields }) {
            let who = self.phones[phone].person;
            self.records.push((record, "comment", who));
            self.typed.set((phone, record, "words".to_owned()), word);
        }
    }

    /// Sealed observations of a skill that the phone knows of; now and then others slip in.
    fn evidence(&mut self, phone: usize, skill: &str) -> Vec<(String, Scalar)> {
        let any = self.rng.one_in(6);
        let few = self.rng.one_in(3);
        let Some(replica) = self.phones[phone].replica() else { return Vec::new() };
        let Some(log) = replica.log(self.record_log) else { return Vec::new() };
        let sealed = log.ledger.standing("observation").filter(|(_, version)| any || version.text("competency") == Some(skill));
        let named = sealed.filter_map(|(record, version)| Some((format!("evidence/{}", version.sealed?), record.to_string().into())));
        named.take(if few { 1 } else { EVIDENCE }).collect()
    }

    fn some_record(&mut self) -> Option<(RecordId, &'static str, PersonId)> {
        let newest = self.records.len().saturating_sub(RECENT);
        let from = if self.rng.one_in(4) { 0 } else { newest };
        self.rng.pick(&self.records[from..]).copied()
    }

    fn row_in(&mut self, phone: usize, log: LogId) -> Option<Row> {
        for _ in 0..6 {
            let (record, _, _) = self.some_record()?;
            if let Some(row) = self.phones[phone].replica()?.row_of(log, record) {
                return Some(row);
            }
        }
        None
    }

    fn own_row(&mut self, phone: usize) -> Option<Row> {
        let own = LogId::Own(self.phones[phone].person);
        self.row_in(phone, own)
    }

    fn a_row(&mut self, phone: usize) -> Option<Row> {
        if self.rng.one_in(2) { self.own_row(phone) } else { self.row_in(phone, self.record_log) }
    }

    /// The pair logs that the phone reads.
    fn pairs(&self, phone: usize) -> Vec<LogId> {
        let Some(replica) = self.phones[phone].replica() else { return Vec::new() };
        replica.logs().map(|log| log.id).filter(|log| matches!(log, LogId::Pair(_))).collect()
    }

    // ---- words ----

    fn types(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone) else { return };
        let fields: &[&str] = match row.kind.as_str() {
            "observation" => &["went_well", "try_next", "setting", "jot"],
            "agreement" => &["scope", "channel"],
            "session" => &["place", "summary"],
            _ => &["words"],
        };
        let field = *self.rng.pick(fields).expect("some");
        let place = (phone, row.record, field.to_owned());
        if let Some(values) = row.fields.get(field).filter(|values| values.len() > 1) {
            let value = self.rng.pick(values).cloned();
            let ask = Ask::Set { log: row.log, record: row.record, field: field.to_owned(), value, leaving: true };
            // What was not picked was seen and let go: on this phone it need not wait any more.
            self.typed.forget_field(&place);
            self.ask(phone, "pick", row.record, &ask);
            return;
        }
        let leaving = !self.rng.one_in(3);
        self.sets(phone, &row, field, leaving);
    }

    fn sets(&mut self, phone: usize, row: &Row, field: &str, leaving: bool) {
        let word = self.word(row.record, field);
        let ask = Ask::Set { log: row.log, record: row.record, field: field.to_owned(), value: Some(word.to_string().into()), leaving };
        let place = (phone, row.record, field.to_owned());
        let now = self.now;
        let done = self.phones[phone].ask(&ask, now);
        match &done {
            Ok(()) => self.typed.set(place, word),
            // Nobody was told whether the old or the new word is on the disk.
            Err(Stop::Died) => self.typed.forget_field(&place),
            Err(Stop::Refused(_)) => {}
        }
        self.did(phone, "set", row.record, done);
    }

    /// Several keystrokes into one box, which is not left.
    fn goes_on_typing(&mut self, phone: usize) {
        let Some(row) = self.own_row(phone).filter(|row| row.kind == "observation") else { return };
        for _ in 0..3 {
            self.sets(phone, &row, "went_well", false);
        }
    }

    /// Types into what two people keep together, where others type too; now and then takes words away.
    fn types_prose(&mut self, phone: usize) {
        let pairs = self.pairs(phone);
        let own = LogId::Own(self.phones[phone].person);
        let Some(log) = self.rng.pick(&pairs).copied() else { return };
        let log = if self.rng.one_in(5) { own } else { log };
        let sessions: Vec<RecordId> = self.records.iter().rev().filter(|(_, kind, _)| *kind == "session").map(|(record, _, _)| *record).take(RECENT).collect();
        let Some(row) = sessions.iter().find_map(|record| self.phones[phone].replica()?.row_of(log, *record)) else { return };
        let field = if self.rng.one_in(2) { "agenda" } else { "notes" };
        let before = row.text(field).unwrap_or_default().to_owned();
        let mut parts: Vec<String> = before.split(' ').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut gone = Vec::new();
        if parts.len() > 3 && self.rng.one_in(6) {
            gone.extend(words::found(parts.remove(self.rng.below(parts.len())).as_bytes()));
        }
        if !gone.is_empty() {
            self.typed.takes_out(phone, row.record, &self.witness);
        }
        let word = self.word(row.record, field);
        parts.insert(self.rng.below(parts.len() + 1), word.to_string());
        let typing = Typing { before, after: parts.join(" ") };
        let leaving = !self.rng.one_in(3);
        let ask = Ask::Type { log, record: row.record, field: field.to_owned(), typing, leaving };
        gone.into_iter().for_each(|word| self.typed.forget(word));
        if self.ask(phone, "type", row.record, &ask) {
            self.typed.add((phone, row.record, field.to_owned()), word, log);
        }
    }

    // ---- sharing and deciding ----

    fn sends_record(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone).filter(|row| ["observation", "claim", "agreement", "plan"].contains(&row.kind.as_str())) else { return };
        let reason = self.rng.one_in(2).then(|| "wrong level".to_owned());
        let (sign, to) = (self.rng.one_in(2), self.record_log);
        self.typed.shares(phone, row.record, to);
        self.sign(phone, "send", row.record, &Ask::Send { record: row.record, to, sign, reason, pin: String::new() });
    }

    fn shares(&mut self, phone: usize) {
        let Some(row) = self.own_row(phone) else { return };
        let mut to = vec![self.record_log];
        if row.kind == "session" {
            let with: Vec<LogId> = self.pairs(phone).into_iter().filter(|pair| self.is_between(phone, *pair, &row)).collect();
            to.extend(with.last());
        }
        to.iter().for_each(|log| self.typed.shares(phone, row.record, *log));
        self.ask(phone, "share", row.record, &Ask::Share { record: row.record, to });
    }

    /// Whether a pair log is the mentee's and that mentor's of a session.
    fn is_between(&self, phone: usize, pair: LogId, row: &Row) -> bool {
        let log = self.phones[phone].replica().and_then(|replica| replica.log(pair));
        log.is_some_and(|log| log.facts.current(self.now).any(|member| Some(member.person.to_string().as_str()) == row.text("mentor")))
    }

    fn decides(&mut self, phone: usize) {
        let log = self.record_log;
        let Some(row) = self.row_in(phone, log).filter(|row| row.entry.is_some()) else { return };
        let Some(latest) = row.entry.as_ref().and_then(|entry| entry.latest()).map(|version| version.number) else { return };
        let version = if self.rng.one_in(8) { 1 } else { latest };
        let acts: &[Act] = match row.kind.as_str() {
            "observation" => &[Act::Acknowledge, Act::Acknowledge, Act::Disagree, Act::Countersign, Act::Void, Act::Hide],
            "claim" => &[Act::Approve, Act::Approve, Act::Approve, Act::Approve, Act::Return, Act::Revoke, Act::Void],
            "agreement" => &[Act::Sign, Act::Sign, Act::Sign, Act::Sign, Act::Return, Act::Void],
            _ => &[Act::Confirm, Act::Confirm, Act::Return, Act::Void],
        };
        let act = *self.rng.pick(acts).expect("some");
        let bea = self.people[BEA];
        let fits = |person: PersonId| match act {
            Act::Acknowledge | Act::Disagree => person == self.people[AMARA],
            Act::Approve | Act::Countersign | Act::Confirm | Act::Return | Act::Revoke => person == bea,
            Act::Sign => [AMARA, RUTH, BEA].iter().any(|who| self.people[*who] == person),
            _ => person == row.by,
        };
        // Mostly whoever has the screen for it; sometimes anybody.
        if !fits(self.phones[phone].person) && !self.rng.one_in(6) {
            return;
        }
        let reason = (!self.rng.one_in(5)).then(|| "as said".to_owned());
        self.sign(phone, act.code(), row.record, &Ask::Decide { log, record: row.record, version, act, reason, pin: String::new() });
    }

    fn takes_back(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone) else { return };
        let record = row.record;
        if self.ask(phone, "take back", record, &Ask::TakeBack { record }) {
            for log in self.pairs(phone).into_iter().chain([self.record_log]) {
                if self.phones[phone].replica().is_some_and(|replica| replica.row_of(log, record).is_none()) {
                    self.typed.takes_back(phone, record, log);
                }
            }
        }
    }

    fn discards(&mut self, phone: usize) {
        let Some(row) = self.own_row(phone).filter(|_| self.rng.one_in(3)) else { return };
        self.ask(phone, "discard", row.record, &Ask::Discard { record: row.record });
    }

    fn retries(&mut self, phone: usize) {
        let Some(stuck) = self.phones[phone].replica().map(|replica| replica.stuck().to_vec()) else { return };
        let Some(stuck) = self.rng.pick(&stuck) else { return };
        if self.rng.one_in(3) {
            // Copied elsewhere, or not needed any more.
            for value in stuck.words().values().flatten().filter_map(|value| value.text()) {
                words::found(value.as_bytes()).for_each(|word| self.typed.forget(word));
            }
            self.ask(phone, "dismiss", stuck.record, &Ask::Dismiss { stuck: stuck.id });
            return;
        }
        self.typed.shares(phone, stuck.record, stuck.log);
        self.ask(phone, "retry", stuck.record, &Ask::Retry { stuck: stuck.id });
    }
}
