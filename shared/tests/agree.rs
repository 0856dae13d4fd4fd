//! Random people do random things on phones that lose answers, close, run with wrong clocks and leave the
//! relationship. Whatever happens: phone and server agree, nothing typed is lost, nothing private is told.
//!
//! `AGREE_RUNS` sets how many stories are told, `AGREE_SEED` the first one's seed.
#![cfg(feature = "document")]

mod ward;

use std::collections::BTreeMap;

use shared::{
    bytes::Bytes,
    change::{Document, Seen as WordSeen, actor::actor, genesis::genesis},
    decision::{Act, DECISION_FORMAT, Decision, SignedDecision, Unlock, UnlockMethod},
    fact::{Cover, Exemption, Fact, Member, MemberEnded, Pause, Settings},
    id::{LogId, PersonId, RecordId},
    key::Domain,
    kind::Kinds,
    line::LineKind,
    log::{Author, Judged, Log},
    phone::{Ask, Row},
    replica::Table,
    role::Role,
    rules,
    scalar::Scalar,
    time::{At, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS},
    wire::{Item, LogUpdate, Verdict},
};
use ward::{AMARA, BEA, FARID, RUTH, TOMAS, Ward, log, person};

/// Steps of one story.
const STEPS: usize = 200;

fn number_of(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Xorshift: small, seeded, the same everywhere.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).expect("31 bits") % end.max(1)
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.below(of.len())].clone())
    }
}

struct Story {
    seed: u64,
    rng: Rng,
    ward: Ward,
    records: Vec<RecordId>,
    /// The newest words typed on a phone into a field; earlier ones may have been overwritten while typing.
    typed: BTreeMap<(usize, RecordId, String), String>,
    words: u64,
    /// What was seen happening, so that a story that tells nothing is noticed.
    told: BTreeMap<String, usize>,
    farid_is_here: bool,
}

impl Story {
    fn new(seed: u64) -> Self {
        let mut rng = Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            rng.next();
        }
        let mut ward = Ward::new();
        for number in [AMARA, RUTH, RUTH, FARID, BEA, TOMAS] {
            let phone = ward.phone(number);
            ward.phones[phone].clock_off_ms = [0, 0, 2 * HOUR_MS, -HOUR_MS][rng.below(4)];
            ward.sync(phone);
        }
        Self { seed, rng, ward, records: Vec::new(), typed: BTreeMap::new(), words: 0, told: BTreeMap::new(), farid_is_here: true }
    }

    fn phones(&self) -> usize {
        self.ward.phones.len()
    }

    fn person(&self, phone: usize) -> PersonId {
        self.ward.phones[phone].person
    }

    fn tell(&mut self, what: impl Into<String>) {
        *self.told.entry(what.into()).or_default() += 1;
    }

    fn fresh_words(&mut self) -> String {
        self.words += 1;
        format!("words-{}-{:05}-end", self.seed, self.words)
    }

    // ---- one step ----

    fn step(&mut self) {
        let phone = self.rng.below(self.phones());
        match self.rng.below(40) {
            0..=5 => self.draft(phone),
            6..=13 => self.type_something(phone),
            14..=17 => self.send(phone),
            18 => self.share(phone),
            19..=25 => self.decide(phone),
            26 => self.take_back(phone),
            27 => self.retry(phone),
            28..=33 => self.talk(phone),
            34 => self.hear(phone),
            35 => self.ward.reopen(phone),
            36 => self.change_facts(),
            37 => self.discard(phone),
            _ => {
                let ms = [SECOND_MS, 11 * SECOND_MS, HOUR_MS, 3 * DAY_MS][self.rng.below(4)];
                self.ward.pass(ms);
            }
        }
    }

    fn draft(&mut self, phone: usize) {
        let who = self.person(phone);
        let kinds: &[&str] = if who == person(AMARA) {
            &["claim", "agreement", "comment"]
        } else {
            &["observation", "observation", "observation", "agreement", "plan", "comment", "claim"]
        };
        let kind = self.rng.pick(kinds).expect("some");
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
            _ => (log(), "words", vec![("on", self.rng.pick(&self.records).unwrap_or(record).to_string().into())]),
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

    fn a_row(&mut self, phone: usize) -> Option<Row> {
        let rows = self.rows(phone);
        let newest = rows.len().saturating_sub(12);
        let rows = if self.rng.one_in(3) { &rows[..] } else { &rows[newest..] };
        self.rng.pick(rows)
    }

    fn type_something(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone) else { return };
        let field = match row.kind.as_str() {
            "observation" => self.rng.pick(&["went_well", "try_next", "setting", "next_step"]).expect("some"),
            "agreement" => self.rng.pick(&["scope", "channel"]).expect("some"),
            _ => "words",
        };
        let leaving = !self.rng.one_in(3);
        if let Some(values) = row.fields.get(field).filter(|values| values.len() > 1) {
            let value = self.rng.pick(values);
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

    fn send(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone) else { return };
        let reason = self.rng.one_in(2).then(|| "wrong level".to_owned());
        let sign = self.rng.one_in(2);
        let sent = self.ward.sign(phone, Ask::Send { record: row.record, to: log(), sign, reason, pin: String::new() });
        self.tell(format!("send: {}", sent.map_or_else(|refusal| refusal.code, |()| "ok".into())));
    }

    fn share(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone).filter(|row| matches!(row.log, LogId::Own(_))) else { return };
        let shared = self.ward.ask(phone, Ask::Share { record: row.record, to: vec![log()] });
        self.tell(format!("share: {}", shared.map_or_else(|refusal| refusal.code, |()| "ok".into())));
    }

    fn decide(&mut self, phone: usize) {
        let rows: Vec<Row> = self.rows(phone).into_iter().filter(|row| row.entry.is_some()).collect();
        let Some(row) = self.rng.pick(&rows) else { return };
        let latest = row.entry.as_ref().and_then(|entry| entry.latest()).expect("a version").number;
        let version = if self.rng.one_in(8) { 1 } else { latest };
        let act = match row.kind.as_str() {
            "observation" => self.rng.pick(&[Act::Acknowledge, Act::Acknowledge, Act::Disagree, Act::Countersign, Act::Void, Act::Hide]),
            "claim" => self.rng.pick(&[Act::Approve, Act::Approve, Act::Approve, Act::Approve, Act::Return, Act::Revoke, Act::Void]),
            "agreement" => self.rng.pick(&[Act::Sign, Act::Sign, Act::Sign, Act::Sign, Act::Return, Act::Void]),
            _ => self.rng.pick(&[Act::Confirm, Act::Confirm, Act::Return, Act::Void]),
        };
        let act = act.expect("some");
        // Mostly whoever has the screen for it; sometimes anybody.
        let whose: &[PersonId] = match act {
            Act::Acknowledge | Act::Disagree => &[person(AMARA)],
            Act::Approve | Act::Countersign | Act::Confirm | Act::Return | Act::Revoke => &[person(BEA)],
            Act::Sign => &[person(AMARA), person(RUTH), person(BEA)],
            _ => &[row.by],
        };
        let fitting: Vec<usize> = (0..self.phones()).filter(|phone| whose.contains(&self.person(*phone))).collect();
        let phone = if self.rng.one_in(5) { phone } else { self.rng.pick(&fitting).unwrap_or(phone) };
        let reason = (!self.rng.one_in(5)).then_some("as said");
        let decided = self.ward.decide(phone, row.record, version, act, reason);
        self.tell(format!("{}: {}", act.code(), decided.map_or_else(|refusal| refusal.code, |()| "ok".into())));
    }

    fn take_back(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone) else { return };
        let taken = self.ward.ask(phone, Ask::TakeBack { record: row.record });
        self.tell(format!("take back: {}", taken.map_or_else(|refusal| refusal.code, |()| "ok".into())));
    }

    fn discard(&mut self, phone: usize) {
        let Some(row) = self.a_row(phone).filter(|row| matches!(row.log, LogId::Own(_))) else { return };
        if self.rng.one_in(3) {
            self.ward.ask(phone, Ask::Discard { record: row.record }).expect("one's own draft");
        }
    }

    fn retry(&mut self, phone: usize) {
        let stuck = self.ward.phones[phone].replica.stuck().to_vec();
        let Some(stuck) = self.rng.pick(&stuck) else { return };
        let again = self.ward.ask(phone, Ask::Retry { stuck: stuck.id });
        self.tell(format!("retry: {}", again.map_or_else(|refusal| refusal.code, |()| "ok".into())));
    }

    fn change_facts(&mut self) {
        let now = self.ward.now;
        let fact = match self.rng.below(6) {
            0 | 1 if self.farid_is_here => {
                self.farid_is_here = false;
                Fact::MemberEnded(MemberEnded { person: person(FARID), role: Role::Mentor, at: now, reason: "left".into(), by: person(TOMAS) })
            }
            0 | 1 => {
                self.farid_is_here = true;
                let member = Member {
                    person: person(FARID),
                    name: "Farid Nasweh".into(),
                    role: Role::Mentor,
                    leads: false,
                    job: String::new(),
                    place: String::new(),
                    employed_from: now,
                    from: now,
                    until: None,
                };
                Fact::Member(member)
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

    /// One request: lost on the way there, on the way back, or answered.
    fn talk(&mut self, phone: usize) {
        self.ward.pass(SECOND_MS);
        let request = self.ward.send(phone);
        if self.rng.one_in(5) {
            return self.tell("request lost");
        }
        let (who, now) = (self.person(phone), self.ward.now);
        let response = self.ward.server.sync(who, &request, now);
        for (bundle, verdict) in request.push.iter().zip(&response.verdicts) {
            self.honest(bundle.log, &bundle.items, verdict);
        }
        self.ask_again(phone, &request, &response.verdicts);
        if self.rng.one_in(4) {
            return self.tell("answer lost");
        }
        self.ward.answer(phone, &request, response);
    }

    /// Invariant 7: an honest phone's words are refused for R10 alone.
    fn honest(&mut self, _log: LogId, items: &[Item], verdict: &Verdict) {
        let words = items.iter().all(|item| matches!(item, Item::Word(_)));
        match verdict {
            Verdict::Refused(refusal) => {
                let fine = refusal.code.starts_with("r10_") || !words;
                assert!(fine, "seed {}: an honest phone's words were refused: {refusal}", self.seed);
                assert!(
                    !["bad_signature", "r16_own_name", "bad_decision", "bad_bundle", "bad_seen", "wrong_form"].contains(&refusal.code.as_str()),
                    "seed {}: {refusal}",
                    self.seed
                );
                self.tell(format!("server: {}", refusal.code));
            }
            Verdict::BlockedBy { .. } => self.tell("server: blocked"),
            Verdict::Exists { .. } => self.tell("server: exists"),
            Verdict::Held(_) => self.tell("server: held"),
            Verdict::Accepted { .. } => self.tell("server: accepted"),
            Verdict::Duplicate { .. } => self.tell("server: duplicate"),
            Verdict::RetryAfter { .. } => {}
        }
    }

    /// Invariant 7: the same request again gets the same answers and adds nothing. What was refused may be judged anew
    /// once something after it was accepted, so only requests that were kept whole are asked again.
    fn ask_again(&mut self, phone: usize, request: &shared::wire::SyncRequest, first: &[Verdict]) {
        if !first.iter().all(|verdict| verdict.is_kept() || matches!(verdict, Verdict::Held(_) | Verdict::Exists { .. })) {
            return;
        }
        let lines = |ward: &Ward| ward.server.logs.values().map(|(_, lines)| lines.len()).sum::<usize>();
        let before = lines(&self.ward);
        let held = self.ward.server.held.len();
        let (who, now) = (self.person(phone), self.ward.now);
        let again = self.ward.server.sync(who, request, now).verdicts;
        self.ward.server.held.truncate(held);
        assert_eq!(lines(&self.ward), before, "seed {}: asked again, nothing is added: {first:?}, {again:?}", self.seed);
        for (first, again) in first.iter().zip(&again) {
            let same = match (first, again) {
                (Verdict::Accepted { position }, Verdict::Duplicate { position: kept }) => position == kept,
                (first, again) => first == again,
            };
            assert!(same, "seed {}: {first:?} and then {again:?}", self.seed);
        }
    }

    /// Some lines over the live stream.
    fn hear(&mut self, phone: usize) {
        let next = self.ward.phones[phone].replica.log(log()).map_or(0, |log| log.chain.next);
        let count = 1 + self.rng.below(5);
        let lines = self.ward.server.logs[&log()].1.iter().skip(usize::try_from(next).expect("small")).take(count).cloned().collect();
        let now = self.ward.now;
        let phone = &mut self.ward.phones[phone];
        let effects = phone.replica.live(LogUpdate { log: log(), epoch: 1, lines, more: false }, now.plus(phone.clock_off_ms));
        phone.keep(effects);
    }

    // ---- what must hold ----

    /// Invariant 9: a phone that has seen everything says what the server would say, for decisions and for words.
    fn agrees(&mut self, phone: usize) {
        self.ward.sync(phone);
        if self.ward.phones[phone].replica.has_unsent(self.ward.now) {
            return;
        }
        for _ in 0..4 {
            let Some(row) = self.a_row(phone).filter(|row| row.log == log()) else { return };
            self.agrees_on_words(phone, &row);
            let Some(entry) = row.entry.clone() else { continue };
            let version = self.rng.below(entry.versions.len()) + 1;
            let act = self.rng.pick(&Act::ALL[1..]).expect("some");
            let reason = (!self.rng.one_in(3)).then_some("as said");
            self.agrees_on(phone, &row, u32::try_from(version).expect("small"), act, reason);
        }
    }

    fn agrees_on(&mut self, phone: usize, row: &Row, version: u32, act: Act, reason: Option<&str>) {
        let clock = self.ward.now.plus(self.ward.phones[phone].clock_off_ms);
        let unlock = Unlock { method: UnlockMethod::Pin, at: clock };
        let ask = Ask::Decide { log: log(), record: row.record, version, act, reason: reason.map(str::to_owned), pin: String::new() };
        let says = self.ward.phones[phone].replica.propose(&ask, unlock, clock, &mut || [0; 16]).map(|_| ()).map_err(|refusal| refusal.code);

        let (who, now) = (self.person(phone), self.ward.now);
        let kinds = Kinds::standard();
        let held = &self.ward.phones[phone];
        let device = held.replica.identity().device;
        let (server, _) = self.ward.server.logs.get_mut(&log()).expect("open");
        let kind = kinds.get(&row.kind).expect("known");
        let role = rules::role_for(&server.facts, who, act, kind, row.by, now).unwrap_or(Role::Mentor);
        let bound = row.entry.as_ref().and_then(|entry| entry.version(version)).expect("a version");
        let decision = Decision {
            v: DECISION_FORMAT,
            log: log(),
            record: row.record,
            version,
            act,
            kind: row.kind.clone(),
            form: bound.form,
            digest: bound.digest,
            by: who,
            device,
            role,
            unlock,
            at: clock,
            seen: server.newest().expect("open"),
            reason: reason.map(str::to_owned),
        };
        let body = decision.encode();
        let signed = SignedDecision { signature: held.key.sign(Domain::Decision, &body.0), body, salt: None, heads: vec![] };
        let verdict = server.judge(&kinds, Author { person: who, device }, &[Item::Decision(signed)], now);
        let does = outcome(&verdict);
        assert_eq!(says, does, "seed {}: {act:?} on {} by {who:?}", self.seed, row.kind);
        self.tell(format!("agreed: {}", does.err().unwrap_or_else(|| "ok".into())));
    }

    fn agrees_on_words(&mut self, phone: usize, row: &Row) {
        let field = self.rng.pick(&["words", "scope", "went_well", "target/C01", "outcome/C01", "jot", "level", "mood"]).expect("some");
        let value = self.rng.pick(&[Scalar::from("once more"), Scalar::Integer(2), Scalar::Integer(9)]).expect("some");
        let says = {
            // Asked of a copy: what is let through is not to be written.
            let stored = &self.ward.phones[phone];
            let replica = &stored.replica;
            let server = &self.ward.server.logs[&log()].0;
            let keys = row.fields.keys().cloned().collect();
            let write = rules::Write {
                record: row.record,
                to: rules::WriteTo::Known { kind: row.kind.clone(), by: row.by },
                fields: vec![(field, Some(&value))],
                typed: Vec::new(),
                keys,
            };
            let state = replica.log(log()).expect("open").state(&self.ward.server.kinds);
            assert_eq!(server.facts, *state.facts);
            rules::why_not_words(state, log(), stored.person, &[write], self.ward.now).map_or(Ok(()), |refusal| Err(refusal.code))
        };
        let standing = row.fields.get(field).is_some_and(|values| values.contains(&value));
        if standing {
            return;
        }
        let (who, now, seed) = (self.person(phone), self.ward.now, self.seed);
        let device = self.ward.phones[phone].replica.identity().device;
        let (server, lines) = self.ward.server.logs.get_mut(&log()).expect("open");
        let mut document = Document::from_genesis(&genesis(&log().to_string(), 1)).expect("a genesis");
        let words: Vec<&[u8]> =
            lines.iter().filter(|line| line.header.kind == LineKind::Word).map(|line| line.side.as_ref().expect("not erased").bytes.0.as_slice()).collect();
        document.apply_all(words).expect("accepted changes");
        let seen = server.newest().expect("open");
        let written = document.edit(actor(*device.0.as_bytes(), u16::MAX), &WordSeen { position: seen.position, tag: seen.tag.0 }, |edit| {
            edit.put(&row.record.to_string(), field, &value)
        });
        let item = Item::Word(Bytes(written.expect("written").expect("a change").bytes));
        let does = outcome(&server.judge(&Kinds::standard(), Author { person: who, device }, &[item], now));
        assert_eq!(says, does, "seed {seed}: {field} of {} by {who:?}", row.kind);
        self.tell(format!("words agreed: {}", does.err().unwrap_or_else(|| "ok".into())));
    }

    /// Invariant 4: what was typed last into a field of a phone is in a log, pending or shown as unsent.
    fn nothing_is_lost(&self) {
        let lines: Vec<&[u8]> =
            self.ward.server.logs.values().flat_map(|(_, lines)| lines).filter_map(|line| Some(line.side.as_ref()?.bytes.0.as_slice())).collect();
        for ((phone, record, field), text) in &self.typed {
            let held = |table: Table| self.ward.phones[*phone].store.iter().any(|((kind, _), value)| *kind == table && contains(value, text));
            let found = lines.iter().any(|bytes| contains(bytes, text)) || held(Table::Pending) || held(Table::Stuck);
            assert!(found, "seed {}: {text:?} in {field} of {record} on phone {phone} is gone", self.seed);
        }
    }

    /// Invariant 11: an own log is on its owner's phones alone, and what was never shared is in no other log.
    fn nothing_private_is_told(&self) {
        for phone in &self.ward.phones {
            for log in phone.replica.logs() {
                assert!(!matches!(log.id, LogId::Own(owner) if owner != phone.person), "seed {}: a foreign own log", self.seed);
            }
        }
        let (shared, lines) = &self.ward.server.logs[&log()];
        let unshared = self.typed.iter().filter(|((_, record, _), _)| !shared.index.has_record(&record.to_string()));
        for line in lines.iter().filter_map(|line| line.side.as_ref()) {
            assert!(!contains(&line.bytes.0, "jot words"), "seed {}: a jot left its log", self.seed);
            for (_, text) in unshared.clone() {
                assert!(!contains(&line.bytes.0, text), "seed {}: an unshared draft left its log", self.seed);
            }
        }
        for record in shared.index.records() {
            let entry = record.parse().ok().and_then(|record| shared.ledger.get(record));
            let kind = shared.index.identity(record).expect("made").0;
            assert!(entry.is_some() || !["observation", "claim"].contains(&kind), "seed {}: a {kind} is here unsigned", self.seed);
        }
    }

    /// Invariant 1: the same lines make the same log everywhere.
    fn everybody_has_the_same(&self) {
        for phone in &self.ward.phones {
            for (id, (server, _)) in &self.ward.server.logs {
                let Some(mine) = phone.replica.log(*id) else { continue };
                assert_eq!(mine.chain, server.chain, "seed {}", self.seed);
                assert!(mine.ledger == server.ledger && mine.facts == server.facts && mine.index == server.index, "seed {}: {id} differs", self.seed);
            }
        }
    }

    /// Invariant 2: whoever has the lines can ask again, and hears the same verdicts.
    fn every_verdict_can_be_recomputed(&self) {
        let kinds = Kinds::standard();
        for (id, (served, lines)) in &self.ward.server.logs {
            let mut log = Log::new(*id, served.organisation);
            let mut taken: BTreeMap<u64, &ward::server::Taken> =
                self.ward.server.journal.iter().filter(|taken| taken.log == *id).map(|taken| (taken.first, taken)).collect();
            for line in lines {
                if let Some(taken) = taken.remove(&line.header.position) {
                    let judged = log.judge(&kinds, taken.author, &taken.items, taken.at);
                    let Judged::Accept(accepted) = judged else { panic!("seed {}: line {} of {id} would be {judged:?}", self.seed, line.header.position) };
                    assert!(!accepted.is_empty());
                }
                log.apply(&kinds, line).expect("a line that was served applies");
            }
            assert!(taken.is_empty() && log.ledger == served.ledger && log.facts == served.facts && log.index == served.index, "seed {}", self.seed);
        }
    }

    /// Invariant 10: everything comes to rest, and once more changes nothing.
    fn comes_to_rest(&mut self) {
        // What is still being typed goes by itself.
        self.ward.pass(MINUTE_MS);
        for _ in 0..2 {
            for phone in 0..self.phones() {
                self.ward.sync(phone);
                assert!(!self.ward.phones[phone].replica.has_unsent(self.ward.now), "seed {}: phone {phone} keeps something back", self.seed);
            }
        }
        let lines = |ward: &Ward| ward.server.logs.values().map(|(_, lines)| lines.len()).sum::<usize>();
        let (before, stuck) = (lines(&self.ward), self.stuck());
        for phone in 0..self.phones() {
            self.ward.reopen(phone);
            self.ward.sync(phone);
        }
        assert_eq!((lines(&self.ward), self.stuck()), (before, stuck), "seed {}: a second replay changes nothing", self.seed);
    }

    fn stuck(&self) -> Vec<usize> {
        self.ward.phones.iter().map(|phone| phone.replica.stuck().len()).collect()
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// `Held` is R10's other half: the phone knows that its person has left and says so.
fn outcome(judged: &Judged) -> Result<(), String> {
    match judged {
        Judged::Accept(_) | Judged::Kept { .. } => Ok(()),
        Judged::Answer(Verdict::Refused(refusal)) => Err(refusal.code.clone()),
        Judged::Answer(Verdict::Held(_)) => Err("r10_not_member".into()),
        Judged::Answer(other) => Err(format!("{other:?}")),
    }
}

fn tell_one(seed: u64) -> BTreeMap<String, usize> {
    let mut story = Story::new(seed);
    for step in 0..STEPS {
        story.step();
        if step % 25 == 24 {
            let phone = story.rng.below(story.phones());
            story.agrees(phone);
            story.nothing_is_lost();
        }
    }
    story.nothing_is_lost();
    story.comes_to_rest();
    for phone in 0..story.phones() {
        story.agrees(phone);
    }
    story.comes_to_rest();
    story.nothing_is_lost();
    story.nothing_private_is_told();
    story.everybody_has_the_same();
    story.every_verdict_can_be_recomputed();
    story.told
}

#[test]
fn phone_and_server_agree_nothing_is_lost_and_nothing_private_is_told() {
    let first = number_of("AGREE_SEED", 1);
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let runs = number_of("AGREE_RUNS", 10);
    for seed in first..first + runs {
        for (what, times) in tell_one(seed) {
            *told.entry(what).or_default() += times;
        }
    }
    println!("{told:#?}");
    if runs >= 10 {
        for what in [
            "server: accepted",
            "server: duplicate",
            "server: held",
            "request lost",
            "answer lost",
            "agreed: ok",
            "words agreed: ok",
            "words agreed: r1_writer",
            "send: ok",
            "share: ok",
            "sign: ok",
            "acknowledge: ok",
        ] {
            assert!(told.get(what).is_some_and(|times| *times > 0), "nobody ever told of {what:?}: {told:#?}");
        }
    }
}

/// Keeps `At` honest about what it is: a phone that is off by hours signs and is told so, and loses nothing.
#[test]
fn a_wrong_clock_costs_no_words() {
    for off_ms in [-30 * DAY_MS, -HOUR_MS, HOUR_MS, 30 * DAY_MS] {
        let mut ward = Ward::new();
        let (ruth, amara) = (ward.phone(RUTH), ward.phone(AMARA));
        ward.phones[ruth].clock_off_ms = off_ms;
        ward.sync(ruth);
        ward.reopen(ruth);
        let record = ward.observe(ruth, "C02", 3);
        ward.sync(amara);
        let version = ward.row(amara, log(), record).expect("arrived").entry.expect("sealed").versions[0].clone();
        let received: At = version.submitted.received_at;
        assert!(version.submitted.when() <= received && version.happened_at() <= received, "{off_ms}");
    }
}
