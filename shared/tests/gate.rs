//! The gate against a client that asks no rule beforehand: items built by hand, judged by the log, each rule broken
//! on purpose. What is refused leaves the log as it was.
#![cfg(feature = "document")]

mod ward;

use std::collections::BTreeMap;

use shared::{
    bytes::{Bytes, Fixed, Hash, Salt},
    change::{Document, Seen as WordSeen, actor::actor, genesis::genesis},
    decision::{self, Act, Content, DECISION_FORMAT, Decision, MAX_REASON_CHARS, SignedDecision, Unlock, UnlockMethod},
    fact::{Cover, Device, Exemption, Fact, Member, Settings},
    id::{DeviceId, LogId, PersonId, RecordId, RelationshipId},
    key::{Domain, SecretKey},
    kind::Kinds,
    line::Seen,
    log::{Author, Judged, Log},
    role::Role,
    scalar::Scalar,
    time::{At, DAY_MS, MINUTE_MS},
    wire::{Item, MAX_ITEMS, Verdict},
};
use uuid::Uuid;
use ward::{AMARA, BEA, FARID, RUTH, TOMAS, Ward, log, person};

/// Somebody's device in the hands of a programmer.
struct Hostile {
    person: PersonId,
    device: DeviceId,
    key: SecretKey,
    documents: BTreeMap<LogId, Document>,
    slot: u16,
}

struct Gate {
    ward: Ward,
    salts: u8,
}

impl Gate {
    fn new() -> Self {
        Self { ward: Ward::new(), salts: 0 }
    }

    fn device(&mut self, number: u8) -> Hostile {
        self.device_of(person(number), number + 200)
    }

    fn device_of(&mut self, who: PersonId, seed: u8) -> Hostile {
        let key = SecretKey::from_seed([seed; 32]);
        let device = DeviceId(Uuid::from_bytes([seed; 16]));
        for log in self.ward.server.logs.keys().copied().collect::<Vec<_>>() {
            if matches!(log, LogId::Own(owner) if owner != who) {
                continue;
            }
            let certificate = Device { device, person: who, key: key.public(), label: "a laptop".into() };
            self.ward.server.fact(log, Fact::Device(certificate), self.ward.now).expect("a certificate");
        }
        Hostile { person: who, device, key, documents: BTreeMap::new(), slot: 0 }
    }

    fn log(&self, log: LogId) -> &Log {
        &self.ward.server.logs[&log].0
    }

    fn seen(&self, log: LogId) -> Seen {
        self.log(log).newest().expect("an open log")
    }

    /// A change of that device on everything accepted.
    fn word(&self, by: &mut Hostile, log: LogId, write: impl FnOnce(&mut shared::change::writer::Edit<'_>)) -> (Item, Hash) {
        let seen = self.seen(log);
        let (lines, name) = (&self.ward.server.logs[&log].1, log.to_string());
        let document = by.documents.entry(log).or_insert_with(|| Document::from_genesis(&genesis(&name, 1)).expect("a genesis"));
        for line in lines.iter().filter(|line| line.header.kind == shared::line::LineKind::Word) {
            document.apply(&line.side.as_ref().expect("not erased").bytes.0).expect("an accepted change");
        }
        let mut fork = document.clone();
        let written = fork.edit(actor(*by.device.0.as_bytes(), by.slot), &WordSeen { position: seen.position, tag: seen.tag.0 }, |edit| {
            write(edit);
            Ok(())
        });
        let written = written.expect("written").expect("something changed");
        (Item::Word(Bytes(written.bytes)), written.hash)
    }

    fn create(&self, by: &mut Hostile, log: LogId, record: RecordId, kind: &str, fields: &Content) -> (Item, Hash) {
        let author = by.person;
        self.create_as(by, log, record, kind, author, fields)
    }

    fn create_as(&self, by: &mut Hostile, log: LogId, record: RecordId, kind: &str, author: PersonId, fields: &Content) -> (Item, Hash) {
        let fields: Vec<(String, Scalar)> = fields.iter().map(|(field, value)| (field.clone(), value.clone())).collect();
        self.word(by, log, |edit| edit.create(&record.to_string(), kind, &author.to_string(), &fields, &[]).expect("fits a change"))
    }

    fn put(&self, by: &mut Hostile, log: LogId, record: RecordId, field: &str, value: &Scalar) -> (Item, Hash) {
        self.word(by, log, |edit| edit.put(&record.to_string(), field, value).expect("fits a change"))
    }

    fn decision(&self, by: &Hostile, role: Role, act: Act, kind: &str, record: RecordId, version: u32) -> Decision {
        let standing = self.log(log()).ledger.get(record).and_then(|entry| entry.version(version)).map(|version| (version.form, version.digest));
        let (form, digest) = standing.unwrap_or((Kinds::standard().get(kind).map(|kind| kind.form()).unwrap_or_default(), Hash::default()));
        Decision {
            v: DECISION_FORMAT,
            log: log(),
            record,
            version,
            act,
            kind: kind.into(),
            form,
            digest,
            by: by.person,
            device: by.device,
            role,
            unlock: Unlock { method: UnlockMethod::Pin, at: self.ward.now },
            at: self.ward.now,
            seen: self.seen(log()),
            reason: Some("as told".into()),
        }
    }

    /// A submit of these words, bound to these heads.
    fn submit(&mut self, by: &Hostile, role: Role, (kind, record, version): (&str, RecordId, u32), words: &Content, heads: &[Hash]) -> SignedDecision {
        self.salts += 1;
        let salt = Salt::from([self.salts; 16]);
        let mut decision = self.decision(by, role, Act::Submit, kind, record, version);
        decision.form = Kinds::standard().get(kind).expect("a known kind").form();
        decision.digest = decision::content_digest(&salt, &decision::canonical_content(log(), record, kind, &decision.form, words));
        SignedDecision { salt: Some(salt), heads: heads.to_vec(), ..sign(by, &decision) }
    }

    fn judge(&mut self, by: &Hostile, items: &[Item]) -> Judged {
        self.judge_in(log(), by, items)
    }

    /// Judges, and holds the gate to its word: whatever the verdict, the log is the same afterwards.
    fn judge_in(&mut self, id: LogId, by: &Hostile, items: &[Item]) -> Judged {
        let kinds = Kinds::standard();
        let now = self.ward.now;
        let (log, _) = self.ward.server.logs.get_mut(&id).expect("an open log");
        let before = (log.facts.clone(), log.ledger.clone(), log.index.clone(), log.chain);
        let author = Author { person: by.person, device: by.device };
        let judged = log.judge(&kinds, author, items, now);
        assert!(before == (log.facts.clone(), log.ledger.clone(), log.index.clone(), log.chain), "judging changes nothing");
        assert_eq!(log.judge(&kinds, author, items, now), judged, "and says the same when asked again");
        judged
    }

    #[track_caller]
    fn refused(&mut self, by: &Hostile, items: &[Item], code: &str) -> String {
        match self.judge(by, items) {
            Judged::Answer(Verdict::Refused(refusal)) => {
                assert_eq!(refusal.code, code, "{}", refusal.sentence);
                refusal.sentence
            }
            other => panic!("{code} was to refuse it: {other:?}"),
        }
    }

    /// Judges and commits.
    #[track_caller]
    fn accepted(&mut self, by: &Hostile, items: &[Item]) {
        self.accepted_in(log(), by, items);
    }

    #[track_caller]
    fn accepted_in(&mut self, id: LogId, by: &Hostile, items: &[Item]) {
        let judged = self.judge_in(id, by, items);
        assert!(matches!(judged, Judged::Accept(_)), "{judged:?}");
        let push = vec![shared::wire::Bundle { log: id, epoch: 1, items: items.to_vec() }];
        let request = shared::wire::SyncRequest { v: shared::wire::WIRE_VERSION, device: by.device, cursors: vec![], rest: true, push };
        let verdicts = self.ward.server.sync(by.person, &request, self.ward.now).verdicts;
        assert!(matches!(verdicts[..], [Verdict::Accepted { .. }]), "{verdicts:?}");
    }

    fn record(&mut self) -> RecordId {
        self.ward.record()
    }

    fn newest(&self) -> u64 {
        self.seen(log()).position
    }

    /// A sealed observation; its line and its record.
    fn observed(&mut self, by: &mut Hostile, competency: &str, level: i64) -> (u64, RecordId) {
        let record = self.record();
        let words = observation(competency, level, self.ward.now);
        let (word, head) = self.create(by, log(), record, "observation", &words);
        let role = if by.person == person(BEA) { Role::Supervisor } else { Role::Mentor };
        let submit = self.submit(by, role, ("observation", record, 1), &words, &[head]);
        self.accepted(by, &[word, Item::Decision(submit)]);
        (self.newest(), record)
    }

    fn claimed(&mut self, by: &mut Hostile, competency: &str, level: i64, evidence: &[(u64, RecordId)]) -> RecordId {
        let record = self.record();
        let words = claim(competency, level, evidence);
        let (word, head) = self.create(by, log(), record, "claim", &words);
        let submit = self.submit(by, Role::Mentee, ("claim", record, 1), &words, &[head]);
        self.accepted(by, &[word, Item::Decision(submit)]);
        record
    }

    fn shared(&mut self, by: &mut Hostile, role: Role, kind: &str, words: &Content) -> RecordId {
        let record = self.record();
        let (word, head) = self.create(by, log(), record, kind, words);
        let submit = self.submit(by, role, (kind, record, 1), words, &[head]);
        self.accepted(by, &[word, Item::Decision(submit)]);
        record
    }

    fn decides(&mut self, by: &Hostile, role: Role, act: Act, kind: &str, record: RecordId, version: u32) -> Item {
        Item::Decision(sign(by, &self.decision(by, role, act, kind, record, version)))
    }

    fn agreed(&mut self, amara: &Hostile, ruth: &mut Hostile, bea: &Hostile) -> RecordId {
        let record = self.shared(ruth, Role::Mentor, "agreement", &agreement());
        for (who, role) in [(amara, Role::Mentee), (&*ruth, Role::Mentor), (bea, Role::Supervisor)] {
            let item = self.decides(who, role, Act::Sign, "agreement", record, 1);
            self.accepted(who, &[item]);
        }
        record
    }

    fn end(&mut self, number: u8, role: Role) {
        self.ward.end_membership(number, role);
    }
}

fn sign(by: &Hostile, decision: &Decision) -> SignedDecision {
    let body = decision.encode();
    SignedDecision { signature: by.key.sign(Domain::Decision, &body.0), body, salt: None, heads: Vec::new() }
}

fn content(fields: &[(&str, Scalar)]) -> Content {
    fields.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect()
}

fn observation(competency: &str, level: i64, at: At) -> Content {
    content(&[
        ("mentee", person(AMARA).to_string().into()),
        ("competency", competency.into()),
        ("setting", "Quillbrook House".into()),
        ("level", level.into()),
        ("went_well", "Rang on your own.".into()),
        ("captured_at", at.0.into()),
    ])
}

fn claim(competency: &str, level: i64, evidence: &[(u64, RecordId)]) -> Content {
    let mut words = content(&[("competency", competency.into()), ("level", level.into())]);
    words.extend(evidence.iter().map(|(line, record)| (format!("evidence/{line}"), record.to_string().into())));
    words
}

fn agreement() -> Content {
    let fields = ["scope", "frequency", "channel", "confidentiality", "exceptions"].map(|field| (field.to_owned(), Scalar::from("as we said")));
    fields.into_iter().chain([("review_on".to_owned(), "2026-12-01".into())]).collect()
}

fn plan(targets: &[&str]) -> Content {
    let fields = targets.iter().map(|skill| (format!("target/{skill}"), Scalar::Integer(3)));
    fields.chain([("starts_on".to_owned(), "2026-01-01".into()), ("due_on".to_owned(), "2026-04-01".into())]).collect()
}

#[test]
fn r1_nobody_writes_anothers_field_and_everybody_their_own() {
    let mut gate = Gate::new();
    let (mut ruth, mut farid, mut amara, mut tomas) = (gate.device(RUTH), gate.device(FARID), gate.device(AMARA), gate.device(TOMAS));
    let (_, record) = gate.observed(&mut ruth, "C02", 3);
    for other in [&mut farid, &mut amara, &mut tomas] {
        let (item, _) = gate.put(other, log(), record, "went_well", &"she did badly".into());
        gate.refused(other, &[item], "r1_writer");
        let (item, _) = gate.word(other, log(), |edit| edit.delete(&record.to_string(), "went_well").expect("fits"));
        gate.refused(other, &[item], "r1_writer");
    }
    let (item, _) = gate.put(&mut ruth, log(), record, "went_well", &"she did well".into());
    gate.accepted(&ruth, &[item]);
}

#[test]
fn r1_one_foreign_field_among_own_ones_refuses_the_whole_change() {
    let mut gate = Gate::new();
    let (mut ruth, mut farid) = (gate.device(RUTH), gate.device(FARID));
    let (_, hers) = gate.observed(&mut ruth, "C02", 3);
    let (_, his) = gate.observed(&mut farid, "C02", 3);
    let (item, _) = gate.word(&mut farid, log(), |edit| {
        edit.put(&his.to_string(), "went_well", &"mine".into()).expect("fits");
        edit.put(&hers.to_string(), "went_well", &"not mine".into()).expect("fits");
    });
    gate.refused(&farid, &[item], "r1_writer");
    assert_eq!(gate.log(log()).index.now().values(&his.to_string(), "went_well").len(), 1);
}

#[test]
fn r1_by_is_not_forged_neither_at_the_creation_nor_later() {
    let mut gate = Gate::new();
    let mut farid = gate.device(FARID);
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let (word, head) = gate.create_as(&mut farid, log(), record, "observation", person(RUTH), &words);
    let submit = gate.submit(&farid, Role::Mentor, ("observation", record, 1), &words, &[head]);
    gate.refused(&farid, &[word.clone(), Item::Decision(submit)], "r1_fixed");
    gate.refused(&farid, &[word], "r1_fixed");
    let (_, record) = gate.observed(&mut farid, "C02", 3);
    for field in ["by", "kind"] {
        let seen = gate.seen(log());
        let bytes = overwrite(&gate, &farid, record, field, "another", &seen);
        let sentence = gate.refused(&farid, &[Item::Word(bytes)], "written_once");
        assert!(sentence.contains("Your words are kept"), "{sentence}");
    }
}

/// A change that an honest document would not write.
fn overwrite(gate: &Gate, by: &Hostile, record: RecordId, field: &str, value: &str, seen: &Seen) -> Bytes {
    use automerge::{ActorId, Automerge, ObjType, ROOT, ReadDoc as _, Value, transaction::CommitOptions, transaction::Transactable as _};
    let mut document = Automerge::new();
    document.load_incremental(&genesis(&log().to_string(), 1)).expect("a genesis");
    for line in gate.ward.server.logs[&log()].1.iter().filter(|line| line.header.kind == shared::line::LineKind::Word) {
        document.load_incremental(&line.side.as_ref().expect("not erased").bytes.0).expect("an accepted change");
    }
    document.set_actor(ActorId::from(actor(*by.device.0.as_bytes(), by.slot).as_slice()));
    let Ok(Some((Value::Object(ObjType::Map), records))) = document.get(ROOT, "records") else { panic!("no records") };
    let object = document.get(&records, record.to_string()).expect("a map").expect("a record").1;
    let hash = {
        let mut transaction = document.transaction();
        transaction.put(&object, field, value).expect("a put");
        transaction.commit_with(CommitOptions::default().with_message(seen.message()).with_time(0)).0.expect("a change")
    };
    Bytes(document.get_change_by_hash(&hash).expect("just made").raw_bytes().to_vec())
}

#[test]
fn r1_an_observation_is_not_shared_unsigned() {
    let mut gate = Gate::new();
    let (mut ruth, mut amara) = (gate.device(RUTH), gate.device(AMARA));
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let (word, head) = gate.create(&mut ruth, log(), record, "observation", &words);
    let sentence = gate.refused(&ruth, std::slice::from_ref(&word), "shared_by_submit");
    assert!(sentence.contains("signing and sending"), "{sentence}");
    let elsewhere = gate.record();
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", elsewhere, 1), &words, &[head]);
    gate.refused(&ruth, &[word.clone(), Item::Decision(submit)], "shared_by_submit");
    let (claim, _) = gate.create(&mut amara, log(), record, "claim", &claim("C02", 3, &[]));
    gate.refused(&amara, &[claim], "shared_by_submit");
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &words, &[head]);
    gate.accepted(&ruth, &[word, Item::Decision(submit)]);
}

#[test]
fn r1_the_mentee_does_not_observe_and_nobody_makes_what_is_not_their_roles() {
    let mut gate = Gate::new();
    let (mut amara, mut ruth, mut bea) = (gate.device(AMARA), gate.device(RUTH), gate.device(BEA));
    let record = gate.record();
    let words = observation("C02", 5, gate.ward.now);
    let (word, head) = gate.create(&mut amara, log(), record, "observation", &words);
    let submit = gate.submit(&amara, Role::Mentor, ("observation", record, 1), &words, &[head]);
    gate.refused(&amara, &[word, Item::Decision(submit)], "r1_kind");
    let words = claim("C02", 3, &[]);
    let (word, head) = gate.create(&mut ruth, log(), record, "claim", &words);
    let submit = gate.submit(&ruth, Role::Mentee, ("claim", record, 1), &words, &[head]);
    gate.refused(&ruth, &[word, Item::Decision(submit)], "r1_kind");
    let (word, _) = gate.create(&mut bea, log(), record, "agreement", &agreement());
    gate.refused(&bea, &[word], "r1_kind");
}

#[test]
fn r1_what_stays_own_what_no_form_has_and_unknown_kinds_do_not_pass() {
    let mut gate = Gate::new();
    let mut ruth = gate.device(RUTH);
    let (_, record) = gate.observed(&mut ruth, "C02", 3);
    for (field, value) in
        [("jot", Scalar::from("calm")), ("discarded", Scalar::Flag(true)), ("mood", "good".into()), ("level", Scalar::Integer(7)), ("level", "3".into())]
    {
        let (item, _) = gate.put(&mut ruth, log(), record, field, &value);
        gate.refused(&ruth, &[item], "bad_value");
    }
    let own = LogId::Own(ruth.person);
    let other = gate.record();
    let (item, _) = gate.create(&mut ruth, own, other, "observation", &content(&[("jot", "calm".into())]));
    gate.accepted_in(own, &ruth, &[item]);
    for id in [log(), own] {
        let (item, _) = gate.create(&mut ruth, id, RecordId(Uuid::from_u128(77)), "horoscope", &Content::new());
        let judged = gate.judge_in(id, &ruth, &[item]);
        assert!(matches!(&judged, Judged::Answer(Verdict::Refused(refusal)) if refusal.code == "unknown_kind"), "{judged:?}");
    }
}

#[test]
fn r1_a_keyed_field_has_room_for_its_number_of_keys_and_no_more() {
    let mut gate = Gate::new();
    let mut ruth = gate.device(RUTH);
    let checks = |from: usize, to: usize| -> Content { (from..to).map(|month| (format!("check/{month}"), Scalar::from("well"))).collect() };
    let record = gate.record();
    let (item, _) = gate.create(&mut ruth, log(), record, "plan", &checks(0, 13));
    gate.refused(&ruth, &[item], "too_many_keys");
    let (item, _) = gate.create(&mut ruth, log(), record, "plan", &checks(0, 11));
    gate.accepted(&ruth, &[item]);
    let (item, _) =
        gate.word(&mut ruth, log(), |edit| checks(11, 13).iter().for_each(|(field, value)| edit.put(&record.to_string(), field, value).expect("fits")));
    gate.refused(&ruth, &[item], "too_many_keys");
    let (item, _) = gate.put(&mut ruth, log(), record, "check/11", &"well".into());
    gate.accepted(&ruth, &[item]);
    let (item, _) = gate.put(&mut ruth, log(), record, "check/12", &"well".into());
    gate.refused(&ruth, &[item], "too_many_keys");
    let (item, _) = gate.put(&mut ruth, log(), record, "check/11", &"better".into());
    gate.accepted(&ruth, &[item]);
}

#[test]
fn r1_an_own_log_is_its_owners() {
    let mut gate = Gate::new();
    let (ruth, mut farid) = (gate.device(RUTH), gate.device(FARID));
    let own = LogId::Own(ruth.person);
    let record = gate.record();
    let (item, _) = gate.create(&mut farid, own, record, "observation", &Content::new());
    let judged = gate.judge_in(own, &farid, &[item]);
    assert!(matches!(&judged, Judged::Answer(Verdict::Refused(refusal)) if refusal.code == "r10_not_member"), "{judged:?}");
    let item = gate.decides(&farid, Role::Mentor, Act::Hide, "observation", record, 1);
    assert!(matches!(gate.judge_in(own, &farid, &[item]), Judged::Answer(Verdict::Refused(_))));
}

#[test]
fn r1_no_decision_lives_in_an_own_log() {
    let mut gate = Gate::new();
    let mut ruth = gate.device(RUTH);
    let own = LogId::Own(ruth.person);
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let (word, head) = gate.create(&mut ruth, own, record, "observation", &words);
    let mut decision = gate.decision(&ruth, Role::Owner, Act::Submit, "observation", record, 1);
    decision.log = own;
    decision.seen = gate.seen(own);
    let salt = Salt::from([9; 16]);
    decision.digest = decision::content_digest(&salt, &decision::canonical_content(own, record, "observation", &decision.form, &words));
    let signed = SignedDecision { salt: Some(salt), heads: vec![head], ..sign(&ruth, &decision) };
    let judged = gate.judge_in(own, &ruth, &[word, Item::Decision(signed)]);
    assert!(matches!(&judged, Judged::Answer(Verdict::Refused(refusal)) if refusal.code == "unknown_record"), "{judged:?}");
}

#[test]
fn r2_and_r3_and_r11_are_kept_at_the_approval() {
    let mut gate = Gate::new();
    let (mut amara, mut ruth, mut farid, mut bea) = (gate.device(AMARA), gate.device(RUTH), gate.device(FARID), gate.device(BEA));
    let mine = [gate.observed(&mut bea, "C02", 3), gate.observed(&mut bea, "C02", 4)];
    let few = [gate.observed(&mut ruth, "C02", 3)];
    let good = [few[0], gate.observed(&mut farid, "C02", 3)];
    let (alone, thin, fine) = (gate.claimed(&mut amara, "C02", 3, &mine), gate.claimed(&mut amara, "C02", 3, &few), gate.claimed(&mut amara, "C02", 3, &good));
    let approve = |gate: &mut Gate, claim| gate.decides(&bea, Role::Supervisor, Act::Approve, "claim", claim, 1);
    let item = approve(&mut gate, fine);
    gate.refused(&bea, &[item], "r11_agreement");
    gate.agreed(&amara, &mut ruth, &bea);
    let item = approve(&mut gate, alone);
    gate.refused(&bea, &[item], "r2_own_work");
    let item = approve(&mut gate, thin);
    assert!(gate.refused(&bea, &[item], "r3_evidence").starts_with("Still needs 1 more at level 3 or more."));
    let own_claim = gate.decides(&amara, Role::Supervisor, Act::Approve, "claim", fine, 1);
    gate.refused(&amara, &[own_claim], "r10_role");
    let item = approve(&mut gate, fine);
    gate.accepted(&bea, &[item]);
    let exemption = Exemption { rule: "r2".into(), person: bea.person, reason: "one nurse".into(), review_on: gate.ward.now.plus(DAY_MS), by: person(TOMAS) };
    gate.ward.server.fact(log(), Fact::Exemption(exemption), gate.ward.now).expect("exempted");
    let item = approve(&mut gate, alone);
    gate.accepted(&bea, &[item]);
    let own_review = gate.decides(&ruth, Role::Supervisor, Act::Countersign, "observation", few[0].1, 1);
    gate.refused(&ruth, &[own_review], "r10_role");
}

/// The same person and key once more.
fn the_same(of: &Hostile) -> Hostile {
    Hostile { person: of.person, device: of.device, key: of.key.clone(), documents: BTreeMap::new(), slot: of.slot }
}

#[test]
fn r3_evidence_that_is_not_signed_feedback_on_the_skill_is_refused_at_the_submit() {
    let mut gate = Gate::new();
    let (mut amara, mut ruth) = (gate.device(AMARA), gate.device(RUTH));
    let (line, observed) = gate.observed(&mut ruth, "C02", 3);
    for evidence in [(line, RecordId(Uuid::from_u128(5))), (line - 1, observed), (0, observed), (9_999, observed)] {
        let record = gate.record();
        let words = claim("C02", 3, &[evidence]);
        let (word, head) = gate.create(&mut amara, log(), record, "claim", &words);
        let submit = gate.submit(&amara, Role::Mentee, ("claim", record, 1), &words, &[head]);
        gate.refused(&amara, &[word, Item::Decision(submit)], "r3_unknown_evidence");
    }
}

#[test]
fn r4_the_digest_the_form_the_heads_and_the_version_are_the_ones_that_were_seen() {
    let mut gate = Gate::new();
    let (mut ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let mut better = words.clone();
    better.insert("level".into(), Scalar::Integer(5));
    let (word, head) = gate.create(&mut ruth, log(), record, "observation", &words);

    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &better, &[head]);
    gate.refused(&ruth, &[word.clone(), Item::Decision(submit)], "r4_digest");
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &words, &[head]);
    for spoilt in [
        SignedDecision { heads: vec![], ..submit.clone() },
        SignedDecision { salt: None, ..submit.clone() },
        SignedDecision { salt: Some(Salt::from([0; 16])), ..submit.clone() },
        SignedDecision { heads: vec![head; 33], ..submit.clone() },
    ] {
        gate.refused(&ruth, &[word.clone(), Item::Decision(spoilt)], "r4_digest");
    }
    let unknown = SignedDecision { heads: vec![Hash::from([3; 32])], ..submit.clone() };
    assert!(matches!(gate.judge(&ruth, &[word.clone(), Item::Decision(unknown)]), Judged::Answer(Verdict::Refused(_))));
    for version in [0, 2] {
        let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, version), &words, &[head]);
        gate.refused(&ruth, &[word.clone(), Item::Decision(submit)], "r4_version");
    }
    let mut decision = submit.decision().expect("readable");
    decision.form = Hash::of(b"an older form");
    let old = SignedDecision { salt: submit.salt, heads: submit.heads.clone(), ..sign(&ruth, &decision) };
    gate.refused(&ruth, &[word.clone(), Item::Decision(old)], "wrong_form");
    gate.accepted(&ruth, &[word, Item::Decision(submit)]);

    let mut other = gate.decision(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
    other.digest = Hash::of(b"other words");
    gate.refused(&bea, &[Item::Decision(sign(&bea, &other))], "r4_digest");
    let item = gate.decides(&bea, Role::Supervisor, Act::Countersign, "observation", record, 2);
    gate.refused(&bea, &[item], "r4_not_sent");
}

#[test]
fn r4_a_superseded_or_returned_version_is_not_decided_on() {
    let mut gate = Gate::new();
    let (mut amara, bea) = (gate.device(AMARA), gate.device(BEA));
    let record = gate.claimed(&mut amara, "C02", 3, &[]);
    let approve_1 = gate.decides(&bea, Role::Supervisor, Act::Return, "claim", record, 1);
    let submit = gate.submit(&amara, Role::Mentee, ("claim", record, 2), &claim("C02", 3, &[]), &gate.log(log()).index.heads());
    gate.accepted(&amara, &[Item::Decision(submit)]);
    let sentence = gate.refused(&bea, &[approve_1], "r4_superseded");
    assert!(sentence.contains("version 2") && sentence.contains("Read what changed"), "{sentence}");
    let back = gate.decides(&bea, Role::Supervisor, Act::Return, "claim", record, 2);
    gate.accepted(&bea, &[back]);
    let approve = gate.decides(&bea, Role::Supervisor, Act::Approve, "claim", record, 2);
    gate.refused(&bea, &[approve], "r4_sent_back");
}

#[test]
fn r4_two_values_refuse_the_submit_until_one_is_picked() {
    let mut gate = Gate::new();
    let (mut ruth, mut farid) = (gate.device(RUTH), gate.device(FARID));
    let record = gate.record();
    let (word, _) = gate.create(&mut ruth, log(), record, "agreement", &agreement());
    gate.accepted(&ruth, &[word]);
    let (one, _) = gate.put(&mut ruth, log(), record, "scope", &"nights".into());
    let (two, _) = gate.put(&mut farid, log(), record, "scope", &"notes".into());
    gate.accepted(&ruth, &[one]);
    gate.accepted(&farid, &[two]);
    let heads = gate.log(log()).index.heads();
    let mut words = agreement();
    words.insert("scope".into(), "nights".into());
    let submit = gate.submit(&ruth, Role::Mentor, ("agreement", record, 1), &words, &heads);
    let sentence = gate.refused(&ruth, &[Item::Decision(submit)], "r4_two_values");
    assert!(sentence.contains("What the mentoring is for") && sentence.contains("Pick one"), "{sentence}");
    let (picked, head) = gate.put(&mut ruth, log(), record, "scope", &"nights".into());
    let submit = gate.submit(&ruth, Role::Mentor, ("agreement", record, 1), &words, &[head]);
    gate.accepted(&ruth, &[picked, Item::Decision(submit)]);
}

#[test]
fn r4_a_submit_at_heads_that_were_not_accepted_is_refused() {
    let mut gate = Gate::new();
    let mut ruth = gate.device(RUTH);
    let record = gate.record();
    let (word, _) = gate.create(&mut ruth, log(), record, "agreement", &agreement());
    gate.accepted(&ruth, &[word]);
    let mut words = agreement();
    words.insert("scope".into(), "nights".into());
    let (unsent, head) = gate.put(&mut ruth, log(), record, "scope", &"nights".into());
    let submit = gate.submit(&ruth, Role::Mentor, ("agreement", record, 1), &words, &[head]);
    assert!(matches!(gate.judge(&ruth, &[Item::Decision(submit.clone())]), Judged::Answer(Verdict::Refused(_))));
    gate.accepted(&ruth, &[unsent, Item::Decision(submit)]);
}

#[test]
fn r5_a_sealed_version_stays_and_a_later_one_needs_a_reason() {
    let mut gate = Gate::new();
    let mut ruth = gate.device(RUTH);
    let (_, record) = gate.observed(&mut ruth, "C02", 3);
    let sealed = gate.log(log()).ledger.get(record).expect("sealed").versions[0].clone();
    let mut words = observation("C02", 5, gate.ward.now);
    words.insert("went_well".into(), "Everything.".into());
    let (word, head) = gate.word(&mut ruth, log(), |edit| words.iter().for_each(|(field, value)| edit.put(&record.to_string(), field, value).expect("fits")));
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 2), &words, &[head]);
    let mut without = submit.decision().expect("readable");
    without.reason = None;
    let without = SignedDecision { salt: submit.salt, heads: submit.heads.clone(), ..sign(&ruth, &without) };
    gate.refused(&ruth, &[word.clone(), Item::Decision(without)], "r5_reason");
    gate.accepted(&ruth, std::slice::from_ref(&word));
    assert_eq!(gate.log(log()).ledger.get(record).expect("sealed").versions, std::slice::from_ref(&sealed), "words alone change nothing");
    gate.accepted(&ruth, &[Item::Decision(submit)]);
    let entry = gate.log(log()).ledger.get(record).expect("sealed").clone();
    assert_eq!((entry.versions.len(), &entry.versions[0]), (2, &sealed));
    assert_eq!(entry.versions[1].integer("level"), Some(5));
}

#[test]
fn r6_and_r7_hold_at_the_gate() {
    let mut gate = Gate::new();
    let (mut amara, mut ruth, mut farid, bea) = (gate.device(AMARA), gate.device(RUTH), gate.device(FARID), gate.device(BEA));
    gate.agreed(&amara, &mut ruth, &bea);
    let evidence = [gate.observed(&mut ruth, "C02", 3), gate.observed(&mut farid, "C02", 3)];
    let record = gate.claimed(&mut amara, "C02", 3, &evidence);
    let with = |gate: &Gate, by: &Hostile, role, act, kind: &str, on, reason: Option<String>| {
        let mut decision = gate.decision(by, role, act, kind, on, 1);
        decision.reason = reason;
        Item::Decision(sign(by, &decision))
    };
    for (reason, code) in [(None, "r6_reason"), (Some(" ".to_owned()), "r6_reason"), (Some("x".repeat(MAX_REASON_CHARS + 1)), "r6_too_long")] {
        let item = with(&gate, &bea, Role::Supervisor, Act::Return, "claim", record, reason);
        gate.refused(&bea, &[item], code);
    }
    let approve = gate.decides(&bea, Role::Supervisor, Act::Approve, "claim", record, 1);
    gate.accepted(&bea, &[approve]);
    let void = gate.decides(&ruth, Role::Mentor, Act::Void, "observation", evidence[0].1, 1);
    gate.refused(&ruth, std::slice::from_ref(&void), "r7_order");
    let hide = gate.decides(&ruth, Role::Mentor, Act::Hide, "observation", evidence[0].1, 1);
    gate.accepted(&ruth, &[hide]);
    let item = with(&gate, &bea, Role::Supervisor, Act::Revoke, "claim", record, None);
    gate.refused(&bea, &[item], "r6_reason");
    let revoke = gate.decides(&bea, Role::Supervisor, Act::Revoke, "claim", record, 1);
    gate.accepted(&bea, &[revoke]);
    gate.accepted(&ruth, &[void]);
}

#[test]
fn r8_a_time_chosen_in_the_future_is_refused_and_a_clock_ahead_is_not() {
    let mut gate = Gate::new();
    let mut ruth = gate.device(RUTH);
    let ahead = gate.ward.now.plus(DAY_MS);
    let record = gate.record();
    let mut words = observation("C02", 3, gate.ward.now);
    words.insert("happened_at".into(), ahead.0.into());
    let (word, head) = gate.create(&mut ruth, log(), record, "observation", &words);
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &words, &[head]);
    gate.refused(&ruth, &[word, Item::Decision(submit)], "r8_future");

    let words = observation("C02", 3, ahead);
    let (word, head) = gate.create(&mut ruth, log(), record, "observation", &words);
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &words, &[head]);
    let mut decision = submit.decision().expect("readable");
    decision.at = ahead;
    decision.unlock.at = ahead;
    let submit = SignedDecision { salt: submit.salt, heads: submit.heads.clone(), ..sign(&ruth, &decision) };
    gate.accepted(&ruth, &[word, Item::Decision(submit)]);
    let mark = gate.log(log()).ledger.get(record).expect("sealed").versions[0].submitted.clone();
    assert_eq!((mark.clock_ahead_ms(), mark.when()), (Some(DAY_MS), gate.ward.now));
}

#[test]
fn r9_an_old_unlock_does_not_sign() {
    let mut gate = Gate::new();
    let (mut ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let (_, record) = gate.observed(&mut ruth, "C02", 3);
    for age_ms in [5 * MINUTE_MS + 1, -1] {
        let mut decision = gate.decision(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
        decision.unlock.at = decision.at.plus(-age_ms);
        gate.refused(&bea, &[Item::Decision(sign(&bea, &decision))], "r9_unlock");
    }
    let item = gate.decides(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
    gate.accepted(&bea, &[item]);
}

#[test]
fn r10_who_never_was_a_member_writes_nothing() {
    let mut gate = Gate::new();
    let mut nobody = gate.device_of(PersonId(Uuid::from_bytes([77; 16])), 77);
    let (mut ruth, record) = (gate.device(RUTH), gate.record());
    let words = content(&[("on", record.to_string().into()), ("words", "let me in".into())]);
    let (word, _) = gate.create(&mut nobody, log(), record, "comment", &words);
    gate.refused(&nobody, &[word], "r10_not_member");
    let (_, observed) = gate.observed(&mut ruth, "C02", 3);
    let item = gate.decides(&nobody, Role::Supervisor, Act::Countersign, "observation", observed, 1);
    gate.refused(&nobody, &[item], "r10_not_member");
}

#[test]
fn r10_what_was_written_before_the_removal_is_held_and_what_was_written_after_is_refused() {
    let mut gate = Gate::new();
    let mut farid = gate.device(FARID);
    let record = gate.record();
    let words = content(&[("on", record.to_string().into()), ("words", "from the back room".into())]);
    let (before, _) = gate.create(&mut farid, log(), record, "comment", &words);
    gate.ward.pass(MINUTE_MS);
    gate.end(FARID, Role::Mentor);
    gate.ward.pass(MINUTE_MS);
    let judged = gate.judge(&farid, std::slice::from_ref(&before));
    let Judged::Answer(Verdict::Held(refusal)) = judged else { panic!("{judged:?}") };
    assert_eq!(refusal.code, "r10_held");
    assert!(refusal.sentence.contains("programme lead"), "{}", refusal.sentence);
    let (after, _) = gate.create(&mut farid, log(), record, "comment", &words);
    gate.refused(&farid, &[after], "r10_not_member");
    let item = gate.decides(&farid, Role::Mentor, Act::Sign, "agreement", record, 1);
    gate.refused(&farid, &[before.clone(), item], "r10_not_member");
    let mut stranger = the_same(&farid);
    stranger.device = DeviceId(Uuid::from_bytes([99; 16]));
    gate.refused(&stranger, &[before], "r10_not_member");
}

#[test]
fn r10_a_forged_seen_line_is_neither_taken_nor_held() {
    let mut gate = Gate::new();
    let farid = gate.device(FARID);
    let (record, by) = (gate.record().to_string(), farid.person.to_string());
    let fields = [("on".to_owned(), Scalar::from(record.as_str())), ("words".to_owned(), "backdated".into())];
    let forged = [(0, [0; 12]), (gate.newest(), [7; 12]), (gate.newest() + 1, gate.seen(log()).tag.0)].map(|(position, tag)| {
        let mut document = Document::from_genesis(&genesis(&log().to_string(), 1)).expect("a genesis");
        let written =
            document.edit(actor(*farid.device.0.as_bytes(), 0), &WordSeen { position, tag }, |edit| edit.create(&record, "comment", &by, &fields, &[]));
        Item::Word(Bytes(written.expect("written").expect("a change").bytes))
    });
    for item in &forged {
        gate.refused(&farid, std::slice::from_ref(item), "bad_message");
    }
    let (mut ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let (_, observed) = gate.observed(&mut ruth, "C02", 3);
    let mut decision = gate.decision(&bea, Role::Supervisor, Act::Countersign, "observation", observed, 1);
    decision.seen.tag = Fixed([7; 12]);
    gate.refused(&bea, &[Item::Decision(sign(&bea, &decision))], "bad_seen");

    let honest = gate.decides(&farid, Role::Mentor, Act::Sign, "agreement", observed, 1);
    gate.ward.pass(MINUTE_MS);
    gate.end(FARID, Role::Mentor);
    for item in &forged {
        gate.refused(&farid, std::slice::from_ref(item), "r10_not_member");
        gate.refused(&farid, &[item.clone(), honest.clone()], "r10_not_member");
    }
}

#[test]
fn r10_adopted_words_are_their_authors_and_only_these_words() {
    let mut gate = Gate::new();
    let mut farid = gate.device(FARID);
    let (comment, observed) = (gate.record(), gate.record());
    let words = content(&[("on", comment.to_string().into()), ("words", "from the back room".into())]);
    let (held, hash) = gate.create(&mut farid, log(), comment, "comment", &words);
    farid.slot = 1;
    let rated = observation("C02", 3, gate.ward.now);
    let (other, other_hash) = gate.create(&mut farid, log(), observed, "observation", &rated);
    let submit = gate.submit(&farid, Role::Mentor, ("observation", observed, 1), &rated, &[other_hash]);
    gate.ward.pass(MINUTE_MS);
    gate.end(FARID, Role::Mentor);
    let now = gate.ward.now;
    let adopt = |change, by| Fact::Adopted { change, author: person(FARID), by: person(by) };
    assert!(gate.ward.server.fact(log(), adopt(hash, RUTH), now).is_err(), "only the lead takes words over");
    gate.ward.server.fact(log(), adopt(hash, TOMAS), now).expect("adopted");
    assert!(matches!(gate.judge(&farid, &[other.clone(), Item::Decision(submit.clone())]), Judged::Answer(Verdict::Held(_))), "the other one still waits");
    gate.accepted(&farid, &[held]);
    assert_eq!(gate.log(log()).author_of(comment), Some(person(FARID)), "adopting keeps the author");

    gate.ward.server.fact(log(), adopt(other_hash, TOMAS), now).expect("adopted");
    gate.refused(&farid, &[other.clone(), Item::Decision(submit)], "r10_not_member");
    gate.ward.server.fact(log(), Fact::DeviceRevoked { device: farid.device }, now).expect("revoked");
    gate.accepted(&farid, &[other]);
    assert_eq!(gate.log(log()).ledger.get(observed), None, "a waiting decision lapses");
}

#[test]
fn r12_one_plan_at_the_gate() {
    let mut gate = Gate::new();
    let (mut ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let (one, two) = (gate.shared(&mut ruth, Role::Mentor, "plan", &plan(&["C01"])), gate.shared(&mut ruth, Role::Mentor, "plan", &plan(&["C02"])));
    let first = gate.decides(&bea, Role::Supervisor, Act::Confirm, "plan", one, 1);
    gate.accepted(&bea, &[first]);
    let second = gate.decides(&bea, Role::Supervisor, Act::Confirm, "plan", two, 1);
    gate.refused(&bea, std::slice::from_ref(&second), "r12_one_plan");
    let mut closed = plan(&["C01"]);
    closed.insert("outcome/C01".into(), "met".into());
    let (word, head) = gate.put(&mut ruth, log(), one, "outcome/C01", &"met".into());
    let submit = gate.submit(&ruth, Role::Mentor, ("plan", one, 2), &closed, &[head]);
    gate.accepted(&ruth, &[word, Item::Decision(submit)]);
    gate.refused(&bea, std::slice::from_ref(&second), "r12_one_plan");
    let close = gate.decides(&bea, Role::Supervisor, Act::Confirm, "plan", one, 2);
    gate.accepted(&bea, &[close]);
    gate.accepted(&bea, &[second]);
}

#[test]
fn r15_guidance_at_the_gate() {
    let mut gate = Gate::new();
    let mut ruth = gate.device(RUTH);
    let record = gate.record();
    let words = observation("C02", 1, gate.ward.now);
    let (word, head) = gate.create(&mut ruth, log(), record, "observation", &words);
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &words, &[head]);
    let sentence = gate.refused(&ruth, &[word, Item::Decision(submit)], "r15_guidance");
    assert!(sentence.contains("next step"), "{sentence}");
}

#[test]
fn r16_nobody_signs_for_somebody_else() {
    let mut gate = Gate::new();
    let (mut ruth, farid, bea) = (gate.device(RUTH), gate.device(FARID), gate.device(BEA));
    let (_, record) = gate.observed(&mut ruth, "C02", 3);
    let countersign = gate.decision(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
    let signed = sign(&bea, &countersign);
    gate.refused(&farid, &[Item::Decision(signed.clone())], "r16_own_name");
    let mut in_her_name = countersign.clone();
    in_her_name.device = farid.device;
    gate.refused(&farid, &[Item::Decision(sign(&farid, &in_her_name))], "r16_own_name");
    gate.refused(&bea, &[Item::Decision(SignedDecision { signature: farid.key.sign(Domain::Decision, &signed.body.0), ..signed.clone() })], "bad_signature");
    let other_device = the_same(&bea);
    let other_device = Hostile { device: DeviceId(Uuid::from_bytes([55; 16])), ..other_device };
    gate.refused(&other_device, &[Item::Decision(signed.clone())], "bad_signature");
    let mut in_his_role = gate.decision(&farid, Role::Supervisor, Act::Countersign, "observation", record, 1);
    gate.refused(&farid, &[Item::Decision(sign(&farid, &in_his_role))], "r10_role");
    in_his_role.role = Role::Mentor;
    gate.refused(&farid, &[Item::Decision(sign(&farid, &in_his_role))], "r1_act");

    let now = gate.ward.now;
    let cover = Cover { supervisor: bea.person, person: farid.person, from: now, until: now.plus(DAY_MS), by: bea.person };
    gate.ward.server.fact(log(), Fact::Cover(cover), now).expect("covered");
    in_his_role.role = Role::Supervisor;
    in_his_role.seen = gate.seen(log());
    gate.accepted(&farid, &[Item::Decision(sign(&farid, &in_his_role))]);
    let mark = gate.log(log()).ledger.get(record).expect("there").versions[0].countersigned.clone().expect("reviewed");
    assert_eq!(mark.by, person(FARID), "cover signs in its own name");
}

#[test]
fn a_device_without_a_certificate_here_and_a_foreign_actor_write_nothing() {
    let mut gate = Gate::new();
    let (mut ruth, farid) = (gate.device(RUTH), gate.device(FARID));
    let record = gate.record();
    let words = content(&[("on", record.to_string().into()), ("words", "x".into())]);
    let (item, _) = gate.create(&mut ruth, log(), record, "comment", &words);
    let unknown = Hostile { device: DeviceId(Uuid::from_bytes([1; 16])), ..the_same(&ruth) };
    gate.refused(&unknown, std::slice::from_ref(&item), "unknown_device");
    gate.refused(&farid, std::slice::from_ref(&item), "foreign_actor");
    let borrowed = Hostile { device: farid.device, ..the_same(&ruth) };
    gate.refused(&borrowed, std::slice::from_ref(&item), "unknown_device");
    gate.ward.server.fact(log(), Fact::DeviceRevoked { device: ruth.device }, gate.ward.now).expect("revoked");
    gate.refused(&ruth, &[item], "unknown_device");
}

#[test]
fn a_decision_is_of_one_log_and_is_not_replayed_in_another() {
    let mut gate = Gate::new();
    let (mut ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let (_, record) = gate.observed(&mut ruth, "C02", 3);
    let signed = sign(&bea, &gate.decision(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1));
    let elsewhere = LogId::Record(RelationshipId(Uuid::from_bytes([8; 16])));
    let (_, lines) = gate.ward.server.logs[&log()].clone();
    let mut other = Log::new(elsewhere, gate.log(log()).organisation);
    for line in &lines {
        if let (shared::line::LineKind::Fact, Some(side)) = (line.header.kind, &line.side) {
            other.facts.fold(&shared::cbor::decode(&side.bytes.0, shared::fact::MAX_FACT_BYTES).expect("a fact"));
        }
    }
    let author = Author { person: bea.person, device: bea.device };
    let judged = other.judge(&Kinds::standard(), author, &[Item::Decision(signed.clone())], gate.ward.now);
    assert!(matches!(&judged, Judged::Answer(Verdict::Refused(refusal)) if refusal.code == "bad_signature"), "{judged:?}");
    let mut renamed = signed.decision().expect("readable");
    renamed.log = elsewhere;
    gate.refused(&bea, &[Item::Decision(sign(&bea, &renamed))], "bad_signature");
    gate.accepted(&bea, &[Item::Decision(signed)]);
}

#[test]
fn a_decision_carries_nothing_but_what_it_signs_and_always_reads_back() {
    let mut gate = Gate::new();
    let (mut ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let (_, record) = gate.observed(&mut ruth, "C02", 3);
    let decision = gate.decision(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
    let plain = sign(&bea, &decision);
    for spoilt in [SignedDecision { heads: vec![Hash::default(); 1_000], ..plain.clone() }, SignedDecision { salt: Some(Salt::default()), ..plain.clone() }] {
        gate.refused(&bea, &[Item::Decision(spoilt)], "bad_decision");
    }
    let mut old = decision.clone();
    old.v = 2;
    gate.refused(&bea, &[Item::Decision(sign(&bea, &old))], "bad_decision");
    let junk = SignedDecision { body: Bytes(vec![0xff; 40]), ..plain.clone() };
    gate.refused(&bea, &[Item::Decision(junk)], "bad_decision");
    let padded = pad(&bea, &decision, 8_100);
    assert!(padded.decision().is_ok(), "readable by itself");
    gate.refused(&bea, &[Item::Decision(padded)], "bad_decision");
    let mut wrong_kind = decision.clone();
    wrong_kind.kind = "claim".into();
    gate.refused(&bea, &[Item::Decision(sign(&bea, &wrong_kind))], "unknown_record");
    gate.accepted(&bea, &[Item::Decision(plain)]);
}

/// The decision with a field that nobody knows, filled up to so many bytes.
fn pad(by: &Hostile, decision: &Decision, bytes: usize) -> SignedDecision {
    let plain = decision.encode().0;
    // A map's head byte counts its pairs.
    let filler = bytes - plain.len();
    let mut body = plain;
    body[0] += 1;
    body.extend([0x63, b'p', b'a', b'd', 0x79]);
    body.extend(u16::try_from(filler).expect("small").to_be_bytes());
    body.extend(vec![b'x'; filler]);
    SignedDecision { signature: by.key.sign(Domain::Decision, &body), body: Bytes(body), salt: None, heads: vec![] }
}

#[test]
fn a_bundle_is_taken_whole_or_not_at_all() {
    let mut gate = Gate::new();
    let (mut ruth, bea) = (gate.device(RUTH), gate.device(BEA));
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let (word, head) = gate.create(&mut ruth, log(), record, "observation", &words);
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &words, &[head]);
    let lines = gate.newest();
    let late = gate.submit(&ruth, Role::Mentor, ("observation", record, 3), &words, &[head]);
    gate.refused(&ruth, &[word.clone(), Item::Decision(submit.clone()), Item::Decision(late)], "r4_version");
    assert_eq!(gate.newest(), lines);
    gate.refused(&ruth, &[], "bad_bundle");
    gate.refused(&ruth, &[Item::Decision(submit.clone()), word.clone()], "bad_bundle");
    gate.refused(&ruth, &[word.clone(), word.clone()], "bad_bundle");
    gate.refused(&ruth, &vec![Item::Decision(submit.clone()); MAX_ITEMS + 1], "bad_bundle");
    gate.accepted(&ruth, &[word, Item::Decision(submit)]);
    let one = gate.decides(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
    gate.ward.pass(1);
    let again = gate.decides(&bea, Role::Supervisor, Act::Countersign, "observation", record, 1);
    gate.refused(&bea, &[one.clone(), again], "r4_decided");
    gate.accepted(&bea, &[one]);
}

#[test]
fn what_was_accepted_is_a_duplicate_ever_after_and_adds_no_line() {
    let mut gate = Gate::new();
    let mut ruth = gate.device(RUTH);
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let (word, head) = gate.create(&mut ruth, log(), record, "observation", &words);
    let submit = gate.submit(&ruth, Role::Mentor, ("observation", record, 1), &words, &[head]);
    let bundle = [word.clone(), Item::Decision(submit.clone())];
    gate.accepted(&ruth, &bundle);
    let position = gate.newest();
    assert_eq!(gate.judge(&ruth, &bundle), Judged::Kept { position });
    assert_eq!(gate.judge(&ruth, &[word]), Judged::Kept { position: position - 1 });
    gate.ward.pass(400 * DAY_MS);
    assert_eq!(gate.judge(&ruth, &[Item::Decision(submit)]), Judged::Kept { position }, "time does not spoil an answer");
    gate.end(RUTH, Role::Mentor);
    assert_eq!(gate.judge(&ruth, &bundle), Judged::Kept { position }, "nor does a removal");
}

#[test]
fn the_same_words_sent_from_two_phones_are_one_and_other_words_stay_with_their_writer() {
    let mut gate = Gate::new();
    let (mut one, mut two) = (gate.device(RUTH), gate.device_of(person(RUTH), 150));
    let record = gate.record();
    let words = observation("C02", 3, gate.ward.now);
    let bundle = |gate: &mut Gate, by: &mut Hostile, words: &Content| {
        let (word, head) = gate.create(by, log(), record, "observation", words);
        let submit = gate.submit(by, Role::Mentor, ("observation", record, 1), words, &[head]);
        vec![word, Item::Decision(submit)]
    };
    let first = bundle(&mut gate, &mut one, &words);
    let second = bundle(&mut gate, &mut two, &words);
    let mut other = words.clone();
    other.insert("went_well".into(), "other words".into());
    let third = bundle(&mut gate, &mut two, &other);
    gate.accepted(&one, &first);
    let position = gate.newest();
    assert_eq!(gate.judge(&two, &second), Judged::Kept { position });
    assert_eq!(gate.judge(&two, &third), Judged::Answer(Verdict::Exists { position: position - 1 }));
}

#[test]
fn a_change_on_something_that_was_refused_is_blocked_and_says_by_what() {
    let mut gate = Gate::new();
    let mut ruth = gate.device(RUTH);
    let record = gate.record();
    let words = content(&[("on", record.to_string().into()), ("words", "x".into()), ("mood", "bad".into())]);
    let seen = gate.seen(log());
    let seen = WordSeen { position: seen.position, tag: seen.tag.0 };
    let mut document = Document::from_genesis(&genesis(&log().to_string(), 1)).expect("a genesis");
    let (name, by, fields) = (record.to_string(), ruth.person.to_string(), words.into_iter().collect::<Vec<_>>());
    let device = actor(*ruth.device.0.as_bytes(), 0);
    let first = document.edit(device, &seen, |edit| edit.create(&name, "comment", &by, &fields, &[])).expect("written").expect("a change");
    let then = document.edit(device, &seen, |edit| edit.put(&name, "words", &"y".into())).expect("written").expect("a change");
    gate.refused(&ruth, &[Item::Word(Bytes(first.bytes))], "bad_value");
    assert_eq!(gate.judge(&ruth, &[Item::Word(Bytes(then.bytes))]), Judged::Answer(Verdict::BlockedBy { change: first.hash }));
    ruth.slot = 1;
}

#[test]
fn settings_and_memberships_are_read_as_they_stand_in_the_log() {
    let mut gate = Gate::new();
    let (mut amara, mut ruth, mut farid, bea) = (gate.device(AMARA), gate.device(RUTH), gate.device(FARID), gate.device(BEA));
    let evidence = [gate.observed(&mut ruth, "C02", 3), gate.observed(&mut farid, "C02", 3)];
    let record = gate.claimed(&mut amara, "C02", 3, &evidence);
    let approve = gate.decides(&bea, Role::Supervisor, Act::Approve, "claim", record, 1);
    gate.refused(&bea, std::slice::from_ref(&approve), "r11_agreement");
    let now = gate.ward.now;
    gate.ward.server.fact(log(), Fact::Settings(Settings { agreement_first: false, ..Settings::default() }), now).expect("set");
    let mut late = gate.device_of(PersonId(Uuid::from_bytes([66; 16])), 66);
    let comment = gate.record();
    let words = content(&[("on", record.to_string().into()), ("words", "hello".into())]);
    let (word, _) = gate.create(&mut late, log(), comment, "comment", &words);
    gate.refused(&late, std::slice::from_ref(&word), "r10_not_member");
    let member = Member {
        person: late.person,
        name: "Nora Weller".into(),
        role: Role::Mentor,
        leads: false,
        job: String::new(),
        place: String::new(),
        employed_from: now,
        from: now,
        until: None,
    };
    gate.ward.server.fact(log(), Fact::Member(member), now).expect("joined");
    gate.accepted(&late, &[word]);
    gate.accepted(&bea, &[approve]);
}
