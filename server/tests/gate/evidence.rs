//! Decisions over several logs: a claim rests on feedback of another relationship, and what is decided on that feedback
//! where it comes from holds wherever it was copied to.

use server::{
    gate::Erasing,
    organisation::{OrganisationFile, PersonEntry, RelationshipEntry},
    outside::{Clock as _, SystemClock},
    proof::{Wanted, export},
    store::Page,
};
use shared::{
    cbor,
    decision::{Act, Unlock, UnlockMethod},
    evidence::elsewhere::Elsewhere,
    fact::{Fact, MAX_FACT_BYTES},
    id::{LogId, RecordId},
    kind::Kinds,
    ledger::{RecordLedger, State},
    line::{Line, LineKind},
    phone::Ask,
    proof::{Outcome, verify},
    refusal::Refusal,
    rules::claim_assessment,
    scalar::Scalar,
    time::MINUTE_MS,
    wire::Verdict,
};

use crate::{
    house::{Database, EXAMPLE, House, LEAD, MENTEE, MENTOR, SUPERVISOR},
    phone::Phone,
    process::{Process, post},
};

const OTHER_MENTOR: &str = "tova@harrowmere.example";
const OTHER_SUPERVISOR: &str = "piet@harrowmere.example";
/// What the example's phones write in every observation.
const WORDS: &str = "Urgent things came first.";
const RACES: usize = 12;

/// The example's mentee in a second relationship, with another mentor and another supervisor.
struct Rotation {
    house: House,
    /// Where the sign-off is asked for.
    other: LogId,
}

impl Rotation {
    async fn on(database: Database) -> Self {
        Self::with(database, OTHER_MENTOR).await
    }

    /// With that mentor in the second relationship.
    async fn with(database: Database, mentor: &str) -> Self {
        let mut file = OrganisationFile::parse(EXAMPLE).expect("the example is well-formed");
        file.agreement_first = false;
        let first = file.people.get(1).expect("the example has a mentor").clone();
        for (name, email) in [("Tova Lindqvist", OTHER_MENTOR), ("Piet Maas", OTHER_SUPERVISOR)] {
            file.people.push(PersonEntry { name: name.to_owned(), email: email.to_owned(), ..first.clone() });
        }
        file.relationships.push(RelationshipEntry {
            mentee: MENTEE.to_owned(),
            mentors: vec![mentor.to_owned()],
            supervisor: OTHER_SUPERVISOR.to_owned(),
            lead: LEAD.to_owned(),
            cadence_days: None,
        });
        let house = House::of(database, &file).await;
        let piet = house.person(OTHER_SUPERVISOR).await.id;
        let reached = house.server.store.reach(piet, house.clock.now()).await.expect("an answer");
        let other = reached.iter().map(|reach| reach.log).find(|log| log.holds_decisions()).expect("he supervises");
        Self { house, other }
    }

    /// Signed feedback at level 3, as its writer's phone knows it.
    async fn observed(&self, mentor: &mut Phone, log: LogId) -> RecordId {
        let record = mentor.drafts(&self.house).await;
        mentor.sign(&Ask::Send { record, to: log, sign: true, reason: None, pin: String::new() }, self.house.clock.now());
        accepted(&mentor.sync(&self.house).await);
        record
    }

    /// A claim in the second relationship, signed on the mentee's phone and not sent.
    fn claims(&self, mentee: &mut Phone, here: &[RecordId], elsewhere: &[RecordId]) -> RecordId {
        let (record, now) = (mentee.record(), self.house.clock.now());
        let fields = self.claim(mentee, here, elsewhere);
        mentee.ask(&Ask::Create { log: mentee.own_log(), record, kind: "claim".to_owned(), fields }, now);
        mentee.sign(&Ask::Send { record, to: self.other, sign: false, reason: None, pin: String::new() }, now);
        record
    }

    fn claim(&self, mentee: &Phone, here: &[RecordId], elsewhere: &[RecordId]) -> std::collections::BTreeMap<String, Scalar> {
        let mut fields = std::collections::BTreeMap::from([("competency".to_owned(), Scalar::from("N01")), ("level".to_owned(), 3.into())]);
        for record in here {
            let line = standing(mentee, self.other, *record).sealed.expect("it is sealed");
            fields.insert(format!("evidence/{line}"), record.to_string().into());
        }
        for record in elsewhere {
            let named = Elsewhere::of(self.house.record, &standing(mentee, self.house.record, *record)).expect("it is sealed");
            fields.insert(format!("elsewhere/{record}"), named.to_string().into());
        }
        fields
    }

    /// One piece of feedback in each relationship, and a claim in the second that names both.
    async fn claimed(&self) -> Claimed {
        let house = &self.house;
        let mut mentor = Phone::of(house, MENTOR).await;
        let origin = self.observed(&mut mentor, house.record).await;
        let mut other = Phone::of(house, OTHER_MENTOR).await;
        let here = self.observed(&mut other, self.other).await;
        let mut mentee = Phone::of(house, MENTEE).await;
        mentee.sync(house).await;
        let claim = self.claims(&mut mentee, &[here], &[origin]);
        accepted(&mentee.sync(house).await);
        Claimed { mentor, mentee, origin, claim, supervisor: Phone::of(house, OTHER_SUPERVISOR).await }
    }

    fn void(&self, mentor: &mut Phone, record: RecordId) {
        let reason = Some("The wrong person".to_owned());
        let void = Ask::Decide { log: self.house.record, record, version: 1, act: Act::Void, reason, pin: String::new() };
        mentor.sign(&void, self.house.clock.now());
    }
}

struct Claimed {
    mentor: Phone,
    mentee: Phone,
    supervisor: Phone,
    origin: RecordId,
    claim: RecordId,
}

fn standing(phone: &Phone, log: LogId, record: RecordId) -> shared::ledger::Version {
    phone.log(log).ledger.get(record).and_then(RecordLedger::standing).expect("it stands").clone()
}

fn accepted(verdicts: &[Verdict]) {
    assert!(!verdicts.is_empty() && verdicts.iter().all(|verdict| matches!(verdict, Verdict::Accepted { .. })), "{verdicts:?}");
}

fn refused(verdicts: &[Verdict]) -> Refusal {
    let [Verdict::Refused(refusal)] = verdicts else { panic!("{verdicts:?}") };
    refusal.clone()
}

async fn lines(house: &House, log: LogId) -> Vec<Line> {
    let page = Page { from: 0, end: u64::MAX >> 1, lines: 10_000, bytes: usize::MAX };
    house.server.store.lines(log, page).await.expect("an answer")
}

/// How many pieces were copied into a log.
async fn copied(house: &House, log: LogId) -> usize {
    let is_copy = |line: &Line| {
        let fact = line.side.as_ref().filter(|_| line.header.kind == LineKind::Fact).and_then(|side| cbor::decode(&side.bytes.0, MAX_FACT_BYTES).ok());
        matches!(fact, Some(Fact::Evidence(_)))
    };
    lines(house, log).await.iter().filter(|line| is_copy(line)).count()
}

/// Whether a claim's evidence is enough, as a phone sees it.
fn is_met(phone: &Phone, log: LogId, claim: RecordId) -> bool {
    let kinds = Kinds::standard();
    let log = phone.log(log);
    let version = log.ledger.get(claim).and_then(RecordLedger::latest).expect("it was sent");
    claim_assessment(log.state(&kinds), version).expect("there is a rule").is_met()
}

#[tokio::test]
async fn r3_feedback_of_another_relationship_is_copied_in_and_counts() {
    let rotation = Rotation::on(Database::Sqlite).await;
    let Claimed { mut supervisor, origin, claim, mut mentee, .. } = rotation.claimed().await;
    let (house, other) = (&rotation.house, rotation.other);
    // The approver has never been in the first relationship, and sees who said what there.
    assert!(supervisor.replica.log(house.record).is_none());
    let copy = standing(&supervisor, other, origin);
    assert_eq!((copy.text("went_well"), copy.origin.map(|origin| origin.log)), (Some(WORDS), Some(house.record)));
    assert_eq!(supervisor.log(other).facts.name(copy.submitted.by), "Owen Pryce");
    assert!(supervisor.replica.row_of(other, origin).is_none(), "evidence, not a record of this relationship");
    assert!(is_met(&supervisor, other, claim));
    supervisor.decides(other, claim, Act::Approve, house.clock.now());
    accepted(&supervisor.sync(house).await);
    // Whoever reads the lines anew finds the same, and so does the server.
    let fresh = Phone::of(house, OTHER_MENTOR).await;
    assert_eq!(fresh.log(other).ledger, supervisor.log(other).ledger);
    mentee.sync(house).await;
    assert_eq!(mentee.log(other).ledger.get(claim).and_then(|entry| entry.state(1)), Some(State::InForce));

    // An auditor finds the words with the signature of who wrote them.
    let file = export(&*house.server.store, Wanted::Record(claim), house.clock.now()).await.expect("it was signed");
    let key = house.server.store.organisation().await.expect("an answer").expect("made").key.public();
    let report = verify(&file, &Kinds::standard(), Some(&key));
    let wrong: Vec<_> = report.findings.iter().filter(|finding| matches!(finding.outcome, Outcome::DoesNotHold | Outcome::CannotTell)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(report.findings.iter().any(|finding| finding.code == "evidence" && finding.sentence.contains("Owen Pryce")), "{:?}", report.findings);

    // The same feedback again is named by its line here, and not copied twice.
    assert_eq!(copied(house, other).await, 1);
    let again = rotation.claims(&mut mentee, &[], &[origin]);
    accepted(&mentee.sync(house).await);
    supervisor.sync(house).await;
    assert_eq!(copied(house, other).await, 1, "nothing but the claim itself");
    assert!(supervisor.log(other).ledger.get(again).is_some());
    // The store folds back to what the phones have.
    let rotation = Rotation { house: rotation.house.restarted().await, other };
    let claim = rotation.claims(&mut mentee, &[], &[origin]);
    accepted(&mentee.sync(&rotation.house).await);
    assert!(mentee.log(other).ledger.get(claim).is_some());
}

#[tokio::test]
async fn r3_what_does_not_stand_elsewhere_is_refused_on_the_phone_and_at_the_gate() {
    let rotation = Rotation::on(Database::Sqlite).await;
    let house = &rotation.house;
    let mut mentor = Phone::of(house, MENTOR).await;
    let origin = rotation.observed(&mut mentor, house.record).await;
    let mut mentee = Phone::of(house, MENTEE).await;
    let unlock = Unlock { method: UnlockMethod::Pin, at: house.clock.now() };
    let good = rotation.claim(&mentee, &[], &[origin]);
    let name = format!("elsewhere/{origin}");
    let text = good[&name].text().expect("text").to_owned();
    for bad in [
        text.replace(' ', " 1"),
        text.replacen(&house.record.to_string(), &rotation.other.to_string(), 1),
        text.replace(text.rsplit(' ').next().expect("a digest"), &"0".repeat(64)),
    ] {
        let record = mentee.record();
        let mut fields = good.clone();
        fields.insert(name.clone(), bad.as_str().into());
        if shared::kind::CLAIM.check(&name, &fields[&name]).is_err() {
            continue;
        }
        mentee.ask(&Ask::Create { log: mentee.own_log(), record, kind: "claim".to_owned(), fields }, house.clock.now());
        let send = Ask::Send { record, to: rotation.other, sign: false, reason: None, pin: String::new() };
        let refused = mentee.replica.propose(&send, unlock, house.clock.now(), &mut || [1; 16]).expect_err("it stands nowhere");
        assert_eq!(refused.code, "r3_elsewhere", "{bad}");
    }
    // The phone has not heard of it yet.
    rotation.claims(&mut mentee, &[], &[origin]);
    rotation.void(&mut mentor, origin);
    accepted(&mentor.sync(house).await);
    let verdicts = mentee.sync(house).await;
    assert!(verdicts.iter().any(|verdict| matches!(verdict, Verdict::Refused(refusal) if refusal.code == "r3_elsewhere")), "{verdicts:?}");
    let copies = house.server.store.copies(house.record, origin).await.expect("an answer");
    assert_eq!(copies, [], "refused as a whole");
}

#[tokio::test]
async fn r7_what_a_sign_off_elsewhere_rests_on_is_not_voided_before_it_is_taken_back() {
    let rotation = Rotation::on(Database::Sqlite).await;
    let Claimed { mut supervisor, mut mentor, origin, claim, .. } = rotation.claimed().await;
    let (house, other) = (&rotation.house, rotation.other);
    supervisor.decides(other, claim, Act::Approve, house.clock.now());
    accepted(&supervisor.sync(house).await);

    rotation.void(&mut mentor, origin);
    let refusal = refused(&mentor.sync(house).await);
    assert_eq!(refusal.code, "r7_order");
    assert!(refusal.sentence.contains("another relationship"), "{}", refusal.sentence);
    assert!(standing(&mentor, house.record, origin).voided.is_none(), "neither here nor there");

    // Hiding its words never waits, and hides every copy.
    mentor.decides(house.record, origin, Act::Hide, house.clock.now());
    accepted(&mentor.sync(house).await);
    supervisor.sync(house).await;
    let copy = standing(&supervisor, other, origin);
    assert_eq!(copy.hidden.as_ref().map(|mark| mark.act), Some(Act::Hide));
    assert!(is_met(&supervisor, other, claim), "hiding settles no rating");

    let revoke = Ask::Decide { log: other, record: claim, version: 1, act: Act::Revoke, reason: Some("Rated by mistake".to_owned()), pin: String::new() };
    supervisor.sign(&revoke, house.clock.now());
    accepted(&supervisor.sync(house).await);
    rotation.void(&mut mentor, origin);
    accepted(&mentor.sync(house).await);
    supervisor.sync(house).await;
    let entry = supervisor.log(other).ledger.get(origin).expect("the copy stays").clone();
    assert!(entry.standing().is_none() && entry.latest().is_some_and(|version| version.voided.is_some()), "in both, or in none");
    assert_eq!(supervisor.log(other).facts.name(entry.author), "Owen Pryce");
}

#[tokio::test]
async fn a_later_version_elsewhere_replaces_what_was_copied() {
    let rotation = Rotation::on(Database::Sqlite).await;
    let Claimed { mut supervisor, mut mentor, origin, claim, mut mentee } = rotation.claimed().await;
    let (house, other) = (&rotation.house, rotation.other);
    let now = house.clock.now();
    let (field, value) = ("level".to_owned(), Some(Scalar::from(4)));
    mentor.ask(&Ask::Set { log: house.record, record: origin, field, value, leaving: true }, now);
    let reason = Some("It was better than I wrote".to_owned());
    mentor.sign(&Ask::Send { record: origin, to: house.record, sign: true, reason, pin: String::new() }, now);
    accepted(&mentor.sync(house).await);
    supervisor.sync(house).await;
    assert!(supervisor.log(other).ledger.get(origin).expect("the copy stays").standing().is_none(), "it was overtaken where it comes from");
    assert!(!is_met(&supervisor, other, claim));
    mentee.sync(house).await;
    let again = rotation.claims(&mut mentee, &[], &[origin]);
    accepted(&mentee.sync(house).await);
    supervisor.sync(house).await;
    assert_eq!(standing(&supervisor, other, origin).integer("level"), Some(4));
    assert!(supervisor.log(other).ledger.get(again).is_some());
}

/// A plan of a mentor's in a relationship, sent and confirmed by its supervisor; the answer to that.
async fn plans(house: &House, log: LogId, mentor: &mut Phone, supervisor: &mut Phone, outcome: Option<&str>) -> Vec<Verdict> {
    let (record, now) = (mentor.record(), house.clock.now());
    let mut fields = vec![("starts_on", Scalar::from("2026-05-12")), ("due_on", "2026-08-10".into()), ("target/N01", 3.into())];
    fields.extend(outcome.map(|outcome| ("outcome/N01", outcome.into())));
    let fields = fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
    mentor.ask(&Ask::Create { log: mentor.own_log(), record, kind: "plan".to_owned(), fields }, now);
    mentor.sign(&Ask::Send { record, to: log, sign: false, reason: None, pin: String::new() }, now);
    accepted(&mentor.sync(house).await);
    supervisor.sync(house).await;
    supervisor.decides(log, record, Act::Confirm, now);
    supervisor.sync(house).await
}

#[tokio::test]
async fn r12_a_mentee_and_a_lead_mentor_have_one_active_plan_in_all_their_relationships() {
    for (second, is_refused) in [(MENTOR, true), (OTHER_MENTOR, false)] {
        let rotation = Rotation::with(Database::Sqlite, second).await;
        let (house, other) = (&rotation.house, rotation.other);
        let mut supervisors = [Phone::of(house, SUPERVISOR).await, Phone::of(house, OTHER_SUPERVISOR).await];
        let mut mentor = Phone::of(house, MENTOR).await;
        // One that is closed stands in nobody's way.
        accepted(&plans(house, house.record, &mut mentor, &mut supervisors[0], Some("met")).await);
        let mut leads = Phone::of(house, second).await;
        accepted(&plans(house, house.record, &mut mentor, &mut supervisors[0], None).await);
        let verdicts = plans(house, other, &mut leads, &mut supervisors[1], None).await;
        if is_refused { assert_eq!(refused(&verdicts).code, "r12_one_plan") } else { accepted(&verdicts) }
    }
}

#[tokio::test]
async fn what_is_erased_is_erased_in_every_copy() {
    let rotation = Rotation::on(Database::Sqlite).await;
    let Claimed { mut supervisor, mut mentee, mut mentor, origin, claim } = rotation.claimed().await;
    let (house, other) = (&rotation.house, rotation.other);
    house.clock.forward(MINUTE_MS);
    let by = house.person(LEAD).await.id;
    let erasing = Erasing { log: house.record, records: [origin].into(), by, reason: "A client could be recognised".to_owned() };
    house.server.gate.erase(erasing, house.clock.now()).await.expect("the lead may");
    for phone in [&mut supervisor, &mut mentee, &mut mentor] {
        phone.sync(house).await;
    }
    for phone in [&supervisor, &mentee] {
        let log = phone.log(other);
        assert_eq!((log.epoch, log.facts.erased.contains(&origin)), (2, true));
        assert!(log.ledger.get(origin).and_then(RecordLedger::latest).is_some_and(|version| version.content.is_empty()));
        assert!(log.ledger.get(claim).and_then(RecordLedger::latest).is_some_and(|version| !version.content.is_empty()), "the claim keeps its own");
    }
    // A phone that begins today reads the same chain, without the words.
    let fresh = Phone::of(house, OTHER_SUPERVISOR).await;
    supervisor.sync(house).await;
    assert_eq!(fresh.log(other).chain, supervisor.log(other).chain);
    let mut read = 0;
    for line in lines(house, other).await {
        let Some(content) = line.side.and_then(|side| side.content) else { continue };
        read += usize::from(content.0.windows(WORDS.len()).any(|window| window == WORDS.as_bytes()));
    }
    assert_eq!(read, 1, "the piece that was signed here keeps its words");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_approval_and_a_void_that_race_over_two_logs_on_two_processes_one_wins() {
    let rotation = Rotation::on(Database::Postgres).await;
    let (house, other) = (&rotation.house, rotation.other);
    let processes = [Process::start(&house.database), Process::start(&house.database)];
    // The processes have the machine's clock, and evidence grows old.
    house.clock.forward(SystemClock.now().since(house.clock.now()));
    let Claimed { mut supervisor, mut mentor, mut mentee, origin, claim } = rotation.claimed().await;
    let mut won = [0; 2];
    let (mut origin, mut claim) = (origin, claim);
    for race in 0..RACES {
        if race > 0 {
            origin = rotation.observed(&mut mentor, house.record).await;
            mentee.sync(house).await;
            let here = mentee.log(other).ledger.standing("observation").find(|(_, version)| version.origin.is_none()).map(|(record, _)| record);
            claim = rotation.claims(&mut mentee, &[here.expect("one was signed here")], &[origin]);
            accepted(&mentee.sync(house).await);
            supervisor.sync(house).await;
        }
        let now = house.clock.now();
        supervisor.decides(other, claim, Act::Approve, now);
        rotation.void(&mut mentor, origin);
        let requests = [supervisor.request(house), mentor.request(house)];
        let (first, second) = tokio::join!(post(&processes[0].address, &supervisor, &requests[0]), post(&processes[1].address, &mentor, &requests[1]));
        let answers = [first.expect("it runs"), second.expect("it runs")];
        let accepted = answers.each_ref().map(|answer| matches!(answer.verdicts.as_slice(), [Verdict::Accepted { .. }]));
        let codes = answers.each_ref().map(|answer| match answer.verdicts.as_slice() {
            [Verdict::Refused(refusal)] => refusal.code.clone(),
            _ => String::new(),
        });
        match accepted {
            [true, false] => assert_eq!(codes[1], "r7_order"),
            [false, true] => assert_eq!(codes[0], "r3_evidence"),
            both => panic!("one of them wins: {both:?} {codes:?}"),
        }
        won[usize::from(accepted[1])] += 1;
        for ((phone, request), answer) in [&mut supervisor, &mut mentor].into_iter().zip(&requests).zip(answers) {
            phone.replica.absorb(request, answer, now);
            phone.sync(house).await;
        }
    }
    assert_eq!(won.iter().sum::<usize>(), RACES);
}
