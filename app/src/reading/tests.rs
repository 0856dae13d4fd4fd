//! A small relationship, read as its screens read it.

use shared::{
    decision::{Act, Content, Unlock, UnlockMethod},
    fact::{Facts, Member},
    framework::{Competency, EvidenceRule, Expected, Framework, Practice, Scale},
    id::{DeviceId, LogId, PersonId, RecordId, RelationshipId},
    kind::{CLAIM, OBSERVATION, PLAN},
    ledger::{Mark, RecordLedger, Version},
    phone::{Row, Waiting},
    role::Role,
    scalar::Scalar,
    time::{At, DAY_MS},
};
use std::{collections::BTreeMap, sync::Arc};

use super::{
    feedback,
    log::{Log, Relationship},
    skill, standing,
    to_review::{self, Group},
    writer,
};

const NOW: At = At(1_778_553_660_000);
const AMARA: u128 = 1;
const RUTH: u128 = 2;
const BEA: u128 = 3;
const TOMAS: u128 = 4;
const LOG: u128 = 10;

fn person(number: u128) -> PersonId {
    id(number).parse().expect("an id")
}

fn id(number: u128) -> String {
    let hex = format!("{number:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn log_id() -> LogId {
    LogId::Record(id(LOG).parse::<RelationshipId>().expect("an id"))
}

fn member(number: u128, name: &str, role: Role) -> Member {
    Member {
        person: person(number),
        name: name.to_owned(),
        role,
        leads: role == Role::Mentor,
        job: String::new(),
        place: String::new(),
        employed_from: NOW.plus(-100 * DAY_MS),
        from: NOW.plus(-90 * DAY_MS),
        until: None,
    }
}

fn facts() -> Facts {
    let rule = EvidenceRule { count: 1, level: 3, observers: 1, months: 6, practice: Practice::Counted };
    let notes = Competency {
        code: "C03".to_owned(),
        name: "Keeping accurate notes".to_owned(),
        domain: "documentation".to_owned(),
        high_risk: false,
        scale: Scale::Writing,
        behaviours: Vec::new(),
        critical: Vec::new(),
        progression: Vec::new(),
        expected: Expected { new: 2, settling: 3, established: 4 },
        evidence: BTreeMap::from([(3, rule)]),
    };
    Facts {
        framework: Some(Framework { code: "core".to_owned(), name: "Core".to_owned(), version: 1, competencies: vec![notes] }),
        members: vec![
            member(AMARA, "Amara Venn", Role::Mentee),
            member(RUTH, "Ruth Calloray", Role::Mentor),
            member(BEA, "Bea Monteiral", Role::Supervisor),
            member(TOMAS, "Tomas Lindquell", Role::Lead),
        ],
        ..Facts::default()
    }
}

fn mark(act: Act, by: u128, role: Role, at: At, position: u64) -> Mark {
    let device: DeviceId = id(99).parse().expect("an id");
    Mark { act, by: person(by), role, device, unlock: Unlock { method: UnlockMethod::Pin, at }, at, received_at: at, seen_at: at, position, reason: None }
}

fn version(submitted: Mark, content: Content, sealed: bool) -> Version {
    let position = submitted.position;
    Version { sealed: sealed.then_some(position), ..Version::new(1, submitted, content) }
}

fn row(number: u128, kind: &str, by: u128, version: Option<Version>) -> Row {
    let record: RecordId = id(number).parse().expect("an id");
    let content = version.as_ref().map(|version| version.content.clone()).unwrap_or_default();
    Row {
        log: log_id(),
        record,
        kind: kind.to_owned(),
        by: person(by),
        fields: content.into_iter().map(|(field, value)| (field, vec![value])).collect(),
        entry: version.map(|version| RecordLedger { kind: kind.to_owned(), author: person(by), versions: vec![version] }),
        waiting: Vec::new(),
        unsent: false,
        only_here: false,
        changed_after: false,
        touched_at: NOW,
    }
}

fn observation(level: i64, position: u64) -> Row {
    let at = NOW.plus(-2 * DAY_MS);
    let content = Content::from([
        ("mentee".to_owned(), Scalar::Text(id(AMARA))),
        ("competency".to_owned(), Scalar::from("C03")),
        ("level".to_owned(), Scalar::from(level)),
        ("captured_at".to_owned(), Scalar::from(at.0)),
    ]);
    row(u128::from(position) + 100, "observation", RUTH, Some(version(mark(Act::Submit, RUTH, Role::Mentor, at, position), content, true)))
}

fn claim(evidence: &[u64]) -> Row {
    let mut content = Content::from([("competency".to_owned(), Scalar::from("C03")), ("level".to_owned(), Scalar::from(3))]);
    for line in evidence {
        content.insert(format!("evidence/{line}"), Scalar::Text(id(u128::from(*line) + 100)));
    }
    row(500, "claim", AMARA, Some(version(mark(Act::Submit, AMARA, Role::Mentee, NOW.plus(-DAY_MS), 50), content, false)))
}

fn log(rows: Vec<Row>) -> Log {
    let mut log = Log::default();
    log.facts = Arc::new(facts());
    log.take(rows, &[]);
    log
}

fn waiting(rows: Vec<Row>) -> Vec<to_review::ToReview> {
    to_review::all(&[Relationship { id: log_id(), log: Arc::new(log(rows)) }], person(BEA), NOW)
}

#[test]
fn a_claim_with_its_evidence_is_ready_and_one_without_is_not() {
    let ready = waiting(vec![observation(3, 5), claim(&[5])]);
    let of =
        |items: &[to_review::ToReview]| items.iter().find(|item| item.title.starts_with("Keeping accurate notes, level 3")).expect("the claim waits").clone();
    assert_eq!(of(&ready).group, Group::Ready);
    assert_eq!(of(&ready).days, 1);
    let open = waiting(vec![observation(3, 5), claim(&[])]);
    assert_eq!(of(&open).group, Group::NotReady);
    assert!(of(&open).note.starts_with("Still needs 1 at level 3"), "{}", of(&open).note);
}

#[test]
fn what_was_decided_here_and_not_sent_is_off_the_desk() {
    let mut decided = claim(&[]);
    decided.waiting.push(Waiting { act: Act::Approve, version: 1, at: NOW, gone: false });
    assert!(waiting(vec![decided]).is_empty());
}

#[test]
fn feedback_as_expected_is_not_asked_for_and_what_lies_below_is() {
    assert!(waiting(vec![observation(3, 5)]).is_empty());
    let below = waiting(vec![observation(1, 5)]);
    assert_eq!(below.len(), 1);
    let mut differently = observation(3, 5);
    differently.entry.as_mut().expect("it is sealed").versions[0].acknowledged = Some(mark(Act::Disagree, AMARA, Role::Mentee, NOW, 6));
    assert_eq!(waiting(vec![differently])[0].group, Group::Differently);
}

/// A request for sign-off with feedback that its mentee sees differently, decided on at line 60.
fn signed_off(disagreed_at: u64) -> Vec<Row> {
    let mut seen = observation(3, 5);
    seen.entry.as_mut().expect("it is sealed").versions[0].acknowledged = Some(mark(Act::Disagree, AMARA, Role::Mentee, NOW, disagreed_at));
    let mut claim = claim(&[4, 5]);
    claim.entry.as_mut().expect("it is sent").versions[0].approved = Some(mark(Act::Approve, BEA, Role::Supervisor, NOW, 60));
    vec![observation(1, 4), seen, claim]
}

#[test]
fn what_a_sign_off_was_given_on_waits_for_nobody() {
    let asked = waiting(vec![observation(3, 5), claim(&[5])]);
    assert_eq!(asked.iter().map(|item| item.note.as_str()).collect::<Vec<_>>()[1], "Used in a request for sign-off");
    assert!(feedback::is_new(&observation(3, 5), &log(vec![observation(3, 5), claim(&[5])])), "asking with it is not reading it");

    assert_eq!(waiting(signed_off(6)), Vec::new(), "below, seen differently and claimed: all of it lay before her");
    assert!(!feedback::is_new(&observation(1, 4), &log(signed_off(6))), "and it is no news to the mentee");
}

#[test]
fn what_is_seen_differently_after_the_sign_off_waits_again() {
    let later = waiting(signed_off(61));
    assert_eq!(later.iter().map(|item| item.group).collect::<Vec<_>>(), [Group::Differently]);
}

#[test]
fn feedback_of_a_request_that_was_sent_back_waits_with_the_next_one() {
    let mut returned = claim(&[5]);
    returned.entry.as_mut().expect("it is sent").versions[0].returned = Some(mark(Act::Return, BEA, Role::Supervisor, NOW, 60));
    assert_eq!(waiting(vec![observation(3, 5), returned]), Vec::new());
}

#[test]
fn a_record_says_where_it_is() {
    let log = log(Vec::new());
    let mut row = observation(3, 5);
    assert_eq!(standing::of(&row, &log).text, "Signed and locked");
    row.changed_after = true;
    assert_eq!(standing::of(&row, &log).text, "Changed after signing, not signed again");
    row.waiting.push(Waiting { act: Act::Submit, version: 2, at: NOW, gone: false });
    assert_eq!(standing::of(&row, &log).text, "Asked for, not in force yet");
    let mut draft = self::row(7, "observation", RUTH, None);
    draft.log = LogId::Own(person(RUTH));
    assert_eq!(standing::of(&draft, &log).text, "Not shared yet");
}

#[test]
fn who_can_see_a_record_is_nobody_else_before_it_has_gone() {
    let log = log(Vec::new());
    let seen = |row: &Row| standing::who_can_see(row, &log, person(RUTH), NOW);
    let mut row = observation(3, 5);
    assert_eq!(seen(&row), "Amara, Bea, Tomas and me", "the programme lead is a member like the others");
    row.entry = None;
    row.only_here = true;
    row.waiting.push(Waiting { act: Act::Submit, version: 1, at: NOW, gone: false });
    assert_eq!(seen(&row), "Only me. Once it has gone: Amara, Bea, Tomas and me.");
    row.log = LogId::Own(person(RUTH));
    assert_eq!(seen(&row), "Only me");
}

#[test]
fn r1_a_form_that_is_not_theirs_is_refused_before_it_is_written() {
    let here = [Relationship { id: log_id(), log: Arc::new(log(Vec::new())) }];
    let why_not = |kind, who| writer::why_not(&here, kind, person(who), NOW);
    for (kind, theirs, others) in
        [(&OBSERVATION, vec![RUTH, BEA, TOMAS], vec![AMARA]), (&CLAIM, vec![AMARA], vec![RUTH, BEA, TOMAS]), (&PLAN, vec![RUTH, BEA], vec![AMARA, TOMAS])]
    {
        for who in theirs {
            assert_eq!(why_not(kind, who), None, "{} is for {who}", kind.code);
        }
        for who in others {
            assert!(why_not(kind, who).is_some_and(|sentence| sentence.starts_with("In your role you do not write this")), "{} is not for {who}", kind.code);
        }
    }
    assert_eq!(writer::why_not(&[], &PLAN, person(AMARA), NOW), None, "who is in no relationship is told about that instead");
}

#[test]
fn a_skill_of_the_plan_says_what_is_missing() {
    let content = Content::from([
        ("starts_on".to_owned(), Scalar::from("2026-05-01")),
        ("due_on".to_owned(), Scalar::from("2026-07-30")),
        ("baseline/C03".to_owned(), Scalar::from(2)),
        ("target/C03".to_owned(), Scalar::from(3)),
    ]);
    let mut confirmed = version(mark(Act::Submit, RUTH, Role::Mentor, NOW.plus(-5 * DAY_MS), 2), content, false);
    confirmed.confirmed = Some(mark(Act::Confirm, BEA, Role::Supervisor, NOW.plus(-4 * DAY_MS), 3));
    let plan = row(8, "plan", RUTH, Some(confirmed));

    let before = log(vec![plan.clone()]);
    let skill = &skill::planned(&before, NOW)[0];
    assert_eq!(skill.missing.as_deref(), Some("Still needs 1 at level 3 or more."));
    assert!(!skill.is_ready() && !skill.has_moved());
    assert_eq!(skill::plan_day(&before, NOW), Some((11, 90)));

    let after = log(vec![plan, observation(3, 5)]);
    let skill = &skill::planned(&after, NOW)[0];
    assert!(skill.is_ready() && skill.has_moved());
    assert_eq!(skill.now.map(|(level, _)| level), Some(3));
}
