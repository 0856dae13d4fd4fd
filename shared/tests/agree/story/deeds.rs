//! What people do on their phones, and what the lead states.

use std::collections::BTreeMap;

use shared::{
    decision::Act,
    fact::{Cover, Exemption, Fact, Member, MemberEnded, Pause, Settings},
    id::{LogId, PersonId, RecordId},
    phone::{Ask, Row},
    role::Role,
    scalar::Scalar,
    time::DAY_MS,
};

use super::Story;
use crate::ward::{AMARA, BEA, FARID, RUTH, TOMAS, log, member, person};

impl Story {
    pub fn draft(&mut self, phone: usize) {
        let who = self.person(phone);
        let kinds: &[&str] = if who == person(AMARA) {
            &["claim", "agreement", "comment"]
        } else {
            &["observation", "observation", "observation", "agreement", "plan", "comment", "claim"]
        };
        let kind = *self.rng.one_of(kinds);
        let record = self.ward.record();
        let text = self.fresh_words();
        let skill = ["C01", "C02", "C02", "C02"][self.rng.below(4)];
        let level = i64::try_from(self.rng.below(6)).expect("small");
        let at = self.ward.now.plus(self.ward.phones[phone].clock_off_ms);
        let (log, field, mut fields): (LogId, &str, Vec<(&str, Scalar)>) = match kind {
            "observation" => (
                LogId::Own(who),
                "went_well",
                vec![
                    ("mentee", person(AMARA).to_string().into()),
                    ("competency", skill.into()),
                    ("setting", "House".into()),
                    ("level", level.into()),
                    ("captured_at", at.0.into()),
                    ("jot", format!("jot {text}").into()),
                ],
            ),
            "claim" => (LogId::Own(who), "words", vec![("competency", skill.into()), ("level", 3.into())]),
            "agreement" => {
                let fields = ["frequency", "channel", "confidentiality", "exceptions"].map(|field| (field, Scalar::from("as said")));
                (LogId::Own(who), "scope", fields.into_iter().chain([("review_on", "2026-12-01".into())]).collect())
            }
            "plan" => (LogId::Own(who), "words", vec![("starts_on", "2026-01-01".into()), ("due_on", "2026-04-01".into()), ("target/C01", 3.into())]),
            _ => (log(), "words", vec![("on", self.rng.pick(&self.records).copied().unwrap_or(record).to_string().into())]),
        };
        if kind == "observation" && !self.rng.one_in(3) {
            fields.extend([("try_next", "Say it first.".into()), ("next_step", "Watch me".into())]);
        }
        if kind == "claim" {
            let evidence = self.evidence(phone, skill);
            fields.extend(evidence.iter().map(|(key, value)| (key.as_str(), value.clone())));
            let fields = fields.into_iter().map(|(field, value)| (field.to_owned(), value)).chain([(field.to_owned(), text.as_str().into())]).collect();
            return self.create(phone, log, record, kind, field, text, fields);
        }
        let fields = fields.into_iter().map(|(field, value)| (field.to_owned(), value)).chain([(field.to_owned(), text.as_str().into())]).collect();
        self.create(phone, log, record, kind, field, text, fields);
    }

    #[expect(clippy::too_many_arguments, reason = "a draft is all of this")]
    fn create(&mut self, phone: usize, log: LogId, record: RecordId, kind: &str, field: &str, text: String, fields: BTreeMap<String, Scalar>) {
        match self.ward.ask(phone, Ask::Create { log, record, kind: kind.into(), fields }) {
            Ok(()) => {
                self.records.push(record);
                self.typed.insert((phone, record, field.to_owned()), text);
            }
            Err(refusal) => self.tell(format!("create: {}", refusal.code)),
        }
    }

    /// Sealed observations of a skill that the phone knows of.
    fn evidence(&self, phone: usize, skill: &str) -> Vec<(String, Scalar)> {
        let rows = self.rows(phone).into_iter().filter(|row| row.kind == "observation");
        let sealed = rows.filter_map(|row| {
            let version = row.entry.as_ref()?.standing().filter(|version| version.text("competency") == Some(skill))?;
            Some((format!("evidence/{}", version.sealed?), row.record.to_string().into()))
        });
        sealed.take(40).collect()
    }

    fn rows(&self, phone: usize) -> Vec<Row> {
        let replica = &self.ward.phones[phone].replica;
        let own = replica.own_log();
        self.records.iter().flat_map(|record| [replica.row_of(log(), *record), replica.row_of(own, *record)]).flatten().collect()
    }

    pub fn a_row(&mut self, phone: usize) -> Option<Row> {
        let rows = self.rows(phone);
        let newest = rows.len().saturating_sub(12);
        let rows = if self.rng.one_in(3) { &rows[..] } else { &rows[newest..] };
        self.rng.pick(rows).cloned()
    }

    pub fn type_something(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone) else { return };
        let field = match row.kind.as_str() {
            "observation" => *self.rng.one_of(&["went_well", "try_next", "setting", "next_step"]),
            "agreement" => *self.rng.one_of(&["scope", "channel"]),
            _ => "words",
        };
        let leaving = !self.rng.one_in(3);
        if let Some(values) = row.fields.get(field).filter(|values| values.len() > 1) {
            let value = self.rng.pick(values).cloned();
            let picked = self.ward.ask(phone, Ask::Set { log: row.log, record: row.record, field: field.into(), value, leaving: true });
            // What was not picked was seen and left: it stays in the log.
            self.typed.retain(|(other, record, other_field), _| !(*other == phone && *record == row.record && other_field == field));
            return self.tell(format!("picked: {}", picked.map_or_else(|refusal| refusal.code, |()| "ok".into())));
        }
        let text = self.fresh_words();
        let ask = Ask::Set { log: row.log, record: row.record, field: field.into(), value: Some(text.as_str().into()), leaving };
        match self.ward.ask(phone, ask) {
            Ok(()) => drop(self.typed.insert((phone, row.record, field.to_owned()), text)),
            Err(refusal) => self.tell(format!("set: {}", refusal.code)),
        }
    }

    pub fn send(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone) else { return };
        let reason = self.rng.one_in(2).then(|| "wrong level".to_owned());
        let sign = self.rng.one_in(2);
        let sent = self.ward.sign(phone, Ask::Send { record: row.record, to: log(), sign, reason, pin: String::new() });
        self.tell(format!("send: {}", sent.map_or_else(|refusal| refusal.code, |()| "ok".into())));
    }

    pub fn share(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone).filter(|row| matches!(row.log, LogId::Own(_))) else { return };
        let shared = self.ward.ask(phone, Ask::Share { record: row.record, to: vec![log()] });
        self.tell(format!("share: {}", shared.map_or_else(|refusal| refusal.code, |()| "ok".into())));
    }

    pub fn decide(&mut self, phone: usize) {
        let rows: Vec<Row> = self.rows(phone).into_iter().filter(|row| row.entry.is_some()).collect();
        let Some(row) = self.rng.pick(&rows) else { return };
        let latest = row.entry.as_ref().and_then(|entry| entry.latest()).expect("a version").number;
        let version = if self.rng.one_in(8) { 1 } else { latest };
        let acts: &[Act] = match row.kind.as_str() {
            "observation" => &[Act::Acknowledge, Act::Acknowledge, Act::Disagree, Act::Countersign, Act::Void, Act::Hide],
            "claim" => &[Act::Approve, Act::Approve, Act::Approve, Act::Approve, Act::Return, Act::Revoke, Act::Void],
            "agreement" => &[Act::Sign, Act::Sign, Act::Sign, Act::Sign, Act::Return, Act::Void],
            _ => &[Act::Confirm, Act::Confirm, Act::Return, Act::Void],
        };
        let act = *self.rng.one_of(acts);
        // Mostly whoever has the screen for it; sometimes anybody.
        let whose: &[PersonId] = match act {
            Act::Acknowledge | Act::Disagree => &[person(AMARA)],
            Act::Approve | Act::Countersign | Act::Confirm | Act::Return | Act::Revoke => &[person(BEA)],
            Act::Sign => &[person(AMARA), person(RUTH), person(BEA)],
            _ => &[row.by],
        };
        let fitting: Vec<usize> = (0..self.phones()).filter(|phone| whose.contains(&self.person(*phone))).collect();
        let phone = if self.rng.one_in(5) { phone } else { self.rng.pick(&fitting).copied().unwrap_or(phone) };
        let reason = (!self.rng.one_in(5)).then_some("as said");
        let decided = self.ward.decide(phone, row.record, version, act, reason);
        self.tell(format!("{}: {}", act.code(), decided.map_or_else(|refusal| refusal.code, |()| "ok".into())));
    }

    pub fn take_back(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone) else { return };
        let taken = self.ward.ask(phone, Ask::TakeBack { record: row.record });
        self.tell(format!("take back: {}", taken.map_or_else(|refusal| refusal.code, |()| "ok".into())));
    }

    pub fn discard(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone).filter(|row| matches!(row.log, LogId::Own(_))) else { return };
        if self.rng.one_in(3) {
            self.ward.ask(phone, Ask::Discard { record: row.record }).expect("one's own draft");
        }
    }

    pub fn retry(&mut self, phone: usize) {
        let stuck = self.ward.phones[phone].replica.stuck().to_vec();
        let Some(stuck) = self.rng.pick(&stuck) else { return };
        let again = self.ward.ask(phone, Ask::Retry { stuck: stuck.id });
        self.tell(format!("retry: {}", again.map_or_else(|refusal| refusal.code, |()| "ok".into())));
    }

    pub fn change_facts(&mut self) {
        let now = self.ward.now;
        let fact = match self.rng.below(6) {
            0 | 1 if self.farid_is_here => {
                self.farid_is_here = false;
                Fact::MemberEnded(MemberEnded { person: person(FARID), role: Role::Mentor, at: now, reason: "left".into(), by: person(TOMAS) })
            }
            0 | 1 => {
                self.farid_is_here = true;
                Fact::Member(Member { employed_from: now, from: now, ..member(FARID, "Farid Nasweh", Role::Mentor) })
            }
            2 => Fact::Exemption(Exemption {
                rule: "r2".into(),
                person: person(BEA),
                reason: "one nurse".into(),
                review_on: now.plus(DAY_MS),
                by: person(TOMAS),
            }),
            3 => Fact::Cover(Cover { supervisor: person(BEA), person: person(RUTH), from: now, until: now.plus(DAY_MS), by: person(BEA) }),
            4 => Fact::Paused(Pause { from: now, until: Some(now.plus(DAY_MS)) }),
            _ => Fact::Settings(Settings { agreement_first: self.rng.one_in(3), ..Settings::default() }),
        };
        self.ward.server.fact(log(), fact, now).expect("the lead may");
    }
}
