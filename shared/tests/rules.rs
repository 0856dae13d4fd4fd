//! Each rule as a pure function: what it lets through, what it refuses, and in which words. Named after its code.
#![cfg(feature = "document")]

mod relationship;

use relationship::{
    AMARA, BEA, DAY, FARID, NORA, RUTH, Relationship, SECOND, START, TOMAS, agreement, allowed, claim, content, log, member, observation, plan, record, refused,
};
use shared::{
    decision::{Act, MAX_REASON_CHARS},
    evidence::{self, Counts},
    fact::{Cover, Exemption, Fact, MemberEnded, Settings},
    id::{LogId, PersonId},
    ledger::{CLOCK_TOLERANCE_MS, Lateness, State},
    role::Role,
    rules::{self, WriteTo, claim_assessment},
    scalar::Scalar,
    time::{At, HOUR_MS, MINUTE_MS},
};

const ROLES: [(PersonId, Role); 5] = [(AMARA, Role::Mentee), (RUTH, Role::Mentor), (FARID, Role::Mentor), (BEA, Role::Supervisor), (TOMAS, Role::Lead)];

fn known(kind: &str, by: PersonId) -> WriteTo {
    WriteTo::Known { kind: kind.into(), by }
}

fn new(kind: &str, by: PersonId, with_submit: bool) -> WriteTo {
    WriteTo::New { kind: kind.into(), by: by.to_string(), with_submit }
}

fn some(text: &str) -> Option<Scalar> {
    Some(text.into())
}

// ---- R1 ----

#[test]
fn r1_a_field_with_one_writer_is_nobody_elses() {
    let ward = Relationship::new();
    allowed(ward.writes(RUTH, known("observation", RUTH), &[("went_well", some("calm"))]));
    allowed(ward.writes(RUTH, known("observation", RUTH), &[("went_well", None)]));
    for (other, _) in ROLES.into_iter().filter(|(who, _)| *who != RUTH) {
        let sentence = refused(ward.writes(other, known("observation", RUTH), &[("went_well", some("badly"))]), "r1_writer");
        assert!(sentence.contains("comment"), "{sentence}");
        refused(ward.writes(other, known("observation", RUTH), &[("went_well", None)]), "r1_writer");
    }
    refused(ward.writes(AMARA, known("comment", RUTH), &[("words", some("I never said that"))]), "r1_writer");
    refused(ward.writes(RUTH, known("claim", AMARA), &[("level", Some(Scalar::Integer(4)))]), "r1_writer");
}

#[test]
fn r1_a_field_of_several_writers_is_theirs_and_nobody_elses() {
    let ward = Relationship::new();
    for who in [AMARA, RUTH, FARID] {
        allowed(ward.writes(who, known("agreement", RUTH), &[("scope", some("notes"))]));
    }
    for who in [RUTH, FARID, BEA] {
        allowed(ward.writes(who, known("plan", BEA), &[("target/C01", Some(Scalar::Integer(3)))]));
    }
    for who in [BEA, TOMAS] {
        refused(ward.writes(who, known("agreement", RUTH), &[("scope", some("notes"))]), "r1_writer");
    }
    refused(ward.writes(AMARA, known("plan", BEA), &[("target/C01", Some(Scalar::Integer(3)))]), "r1_writer");
}

#[test]
fn r1_any_current_member_but_the_mentee_may_observe() {
    let ward = Relationship::new();
    for (who, _) in ROLES.into_iter().filter(|(who, _)| *who != AMARA) {
        allowed(ward.writes(who, new("observation", who, true), &[("went_well", some("calm"))]));
    }
    refused(ward.writes(AMARA, new("observation", AMARA, true), &[]), "r1_kind");
    let mut both = Relationship::new();
    both.fact(Fact::Member(member(RUTH, "Ruth Calloray", Role::Mentee, START)));
    refused(both.writes(RUTH, new("observation", RUTH, true), &[("mentee", some(&RUTH.to_string()))]), "r1_kind");
}

#[test]
fn r1_only_the_roles_that_a_kind_names_make_one() {
    let ward = Relationship::new();
    for (kind, makers) in [("claim", &[AMARA][..]), ("agreement", &[AMARA, RUTH, FARID]), ("plan", &[RUTH, FARID, BEA])] {
        for (who, _) in ROLES {
            let answer = ward.writes(who, new(kind, who, true), &[]);
            if makers.contains(&who) { allowed(answer) } else { drop(refused(answer, "r1_kind")) }
        }
    }
    assert_eq!(ward.writes(RUTH, new("horoscope", RUTH, true), &[]).expect("no such kind").code, "unknown_kind");
}

#[test]
fn r1_authors_are_fixed_at_creation_and_nobody_makes_a_record_by_somebody_else() {
    let ward = Relationship::new();
    refused(ward.writes(RUTH, new("observation", FARID, true), &[]), "r1_fixed");
    let nobody = WriteTo::New { kind: "observation".into(), by: "somebody".into(), with_submit: true };
    refused(ward.writes(RUTH, nobody, &[]), "r1_fixed");
    refused(ward.writes_in(LogId::Own(RUTH), RUTH, new("observation", FARID, false), &[]), "r1_fixed");
}

#[test]
fn r1_what_is_shared_by_signing_is_not_shared_before_and_what_stays_own_stays() {
    let ward = Relationship::new();
    refused(ward.writes(RUTH, new("observation", RUTH, false), &[]), "shared_by_submit");
    allowed(ward.writes(RUTH, new("agreement", RUTH, false), &[]));
    allowed(ward.writes(RUTH, new("comment", RUTH, false), &[("words", some("well done"))]));
    allowed(ward.writes_in(LogId::Own(RUTH), RUTH, new("observation", RUTH, false), &[("jot", some("calm"))]));
    for field in ["jot", "discarded"] {
        let value = if field == "jot" { some("calm") } else { Some(Scalar::Flag(true)) };
        refused(ward.writes(RUTH, new("observation", RUTH, true), &[(field, value)]), "bad_value");
    }
}

#[test]
fn r1_a_field_takes_what_it_was_declared_for_and_no_more_keys_than_it_has_room_for() {
    let ward = Relationship::new();
    for (field, value) in [
        ("level", Scalar::Integer(6)),
        ("level", "three".into()),
        ("mood", "good".into()),
        ("setting", "a\nb".into()),
        ("went_well", "x".repeat(2_001).into()),
        ("mode", "dreamt".into()),
    ] {
        refused(ward.writes(RUTH, known("observation", RUTH), &[(field, Some(value))]), "bad_value");
    }
    for level in 0..=5 {
        allowed(ward.writes(RUTH, known("observation", RUTH), &[("level", Some(Scalar::Integer(level)))]));
    }
    allowed(ward.writes(RUTH, known("observation", RUTH), &[("went_well", some(&"ü".repeat(2_000)))]));
    let many = |most: usize| -> Vec<(String, Option<Scalar>)> { (0..most).map(|line| (format!("evidence/{line}"), some(&record(1).to_string()))).collect() };
    let fifty = many(50);
    let fields: Vec<(&str, Option<Scalar>)> = fifty.iter().map(|(field, value)| (field.as_str(), value.clone())).collect();
    allowed(ward.writes(AMARA, known("claim", AMARA), &fields));
    let more = many(51);
    let fields: Vec<(&str, Option<Scalar>)> = more.iter().map(|(field, value)| (field.as_str(), value.clone())).collect();
    refused(ward.writes(AMARA, known("claim", AMARA), &fields), "too_many_keys");
    for key in ["evidence/07", "evidence/", "evidence/x", "evidence", "target/C01"] {
        refused(ward.writes(AMARA, known("claim", AMARA), &[(key, some(&record(1).to_string()))]), "bad_value");
    }
}

#[test]
fn r1_each_decision_belongs_to_the_roles_that_it_names() {
    let mut ward = Relationship::agreed();
    let line = ward.observed(RUTH, record(1), "C02", 3);
    let other = ward.observed(FARID, record(2), "C02", 3);
    ward.claimed(record(3), "C02", 3, &[(line, record(1)), (other, record(2))]);
    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(4), 1, Some(plan(&["C01"], &[])));
    let table: [(Act, &str, u8, &[PersonId]); 6] = [
        (Act::Acknowledge, "observation", 1, &[AMARA]),
        (Act::Disagree, "observation", 1, &[AMARA]),
        (Act::Countersign, "observation", 1, &[BEA]),
        (Act::Approve, "claim", 3, &[BEA]),
        (Act::Return, "claim", 3, &[BEA]),
        (Act::Confirm, "plan", 4, &[BEA]),
    ];
    for (act, kind, on, deciders) in table {
        for (who, role) in ROLES {
            let answer = ward.asks(who, role, act, kind, record(on)).because("because").answer();
            if deciders.contains(&who) {
                assert_eq!(answer, None, "{act:?} by {who:?}");
            } else {
                refused(answer, "r1_act");
            }
        }
    }
    refused(ward.asks(BEA, Role::Supervisor, Act::Return, "observation", record(1)).because("no").answer(), "r1_act");
    refused(ward.asks(BEA, Role::Supervisor, Act::Approve, "observation", record(1)).answer(), "r1_act");
}

#[test]
fn r1_withdrawing_and_hiding_are_for_the_writer_and_the_lead() {
    let mut ward = Relationship::new();
    ward.observed(RUTH, record(1), "C02", 3);
    for act in [Act::Void, Act::Hide] {
        allowed(ward.asks(RUTH, Role::Mentor, act, "observation", record(1)).because("wrong person").answer());
        allowed(ward.asks(TOMAS, Role::Lead, act, "observation", record(1)).because("wrong person").answer());
        for (who, role) in [(AMARA, Role::Mentee), (FARID, Role::Mentor), (BEA, Role::Supervisor)] {
            refused(ward.asks(who, role, act, "observation", record(1)).because("I do not like it").answer(), "r1_writer");
        }
    }
}

#[test]
fn r1_a_record_of_one_author_is_sent_by_that_author() {
    let mut ward = Relationship::new();
    let words = observation("C02", 3, ward.now);
    allowed(ward.sends(RUTH, Role::Mentor, "observation", record(1), &words));
    ward.observed(RUTH, record(1), "C02", 3);
    let by_another = ward.asks(FARID, Role::Mentor, Act::Submit, "observation", record(1)).because("better").with(&words).answer();
    refused(by_another, "r1_writer");
    ward.decided(RUTH, Role::Mentor, Act::Submit, "agreement", record(2), 1, Some(agreement()));
    allowed(ward.sends(AMARA, Role::Mentee, "agreement", record(2), &agreement()));
    refused(ward.sends(BEA, Role::Supervisor, "agreement", record(2), &agreement()), "r1_act");
}

#[test]
fn r1_a_form_needs_its_fields_of_its_types_and_names_what_is_missing() {
    let ward = Relationship::new();
    let mut words = observation("C02", 3, ward.now);
    words.remove("setting");
    words.insert("went_well".into(), "".into());
    let sentence = refused(ward.sends(RUTH, Role::Mentor, "observation", record(1), &words), "form_needed");
    assert!(sentence.contains("Where") && !sentence.contains("Went well"), "{sentence}");
    words.insert("setting".into(), "  ".into());
    refused(ward.sends(RUTH, Role::Mentor, "observation", record(1), &words), "form_needed");
    for (field, value) in [("competency", "C99"), ("mentee", &RUTH.to_string() as &str)] {
        let mut words = observation("C02", 3, ward.now);
        words.insert(field.into(), value.into());
        refused(ward.sends(RUTH, Role::Mentor, "observation", record(1), &words), "bad_value");
    }
    refused(ward.sends(RUTH, Role::Mentor, "plan", record(1), &plan(&["C99"], &[])), "bad_value");
    allowed(ward.sends(RUTH, Role::Mentor, "plan", record(1), &plan(&["C01"], &[])));
}

// ---- R2 ----

#[test]
fn r2_the_only_observer_behind_the_evidence_does_not_approve() {
    let mut ward = Relationship::agreed();
    let one = ward.observed(BEA, record(1), "C02", 3);
    let two = ward.observed(BEA, record(2), "C02", 4);
    ward.claimed(record(3), "C02", 3, &[(one, record(1)), (two, record(2))]);
    let sentence = refused(ward.approves(BEA, record(3)), "r2_own_work");
    assert!(sentence.contains("second person") && sentence.contains("cover"), "{sentence}");

    let third = ward.observed(RUTH, record(4), "C02", 3);
    ward.claimed(record(3), "C02", 3, &[(one, record(1)), (two, record(2)), (third, record(4))]);
    allowed(ward.approves(BEA, record(3)));
}

#[test]
fn r2_what_was_withdrawn_or_does_not_count_makes_nobody_a_second_observer() {
    let mut ward = Relationship::agreed();
    let lines = [1, 2].map(|number| (ward.observed(BEA, record(number), "C02", 3), record(number)));
    let below = (ward.observed(RUTH, record(4), "C02", 2), record(4));
    let counting = (ward.observed(FARID, record(5), "C02", 3), record(5));
    ward.claimed(record(6), "C02", 3, &[lines[0], lines[1], below]);
    refused(ward.approves(BEA, record(6)), "r2_own_work");
    ward.claimed(record(7), "C02", 3, &[lines[0], lines[1], counting]);
    allowed(ward.approves(BEA, record(7)));
    ward.decided(FARID, Role::Mentor, Act::Void, "observation", record(5), 1, None);
    refused(ward.approves(BEA, record(7)), "r2_own_work");
}

#[test]
fn r2_nobody_reviews_their_own_observation_but_commenting_and_planning_is_no_contribution() {
    let mut ward = Relationship::agreed();
    ward.observed(BEA, record(1), "C02", 3);
    refused(ward.asks(BEA, Role::Supervisor, Act::Countersign, "observation", record(1)).answer(), "r2_author");
    ward.decided(BEA, Role::Supervisor, Act::Submit, "plan", record(2), 1, Some(plan(&["C01"], &[])));
    allowed(ward.asks(BEA, Role::Supervisor, Act::Confirm, "plan", record(2)).answer());
}

#[test]
fn r2_an_exemption_holds_until_its_review_date_and_for_its_person_alone() {
    let mut ward = Relationship::agreed();
    let lines = [1, 2].map(|number| (ward.observed(BEA, record(number), "C02", 3), record(number)));
    ward.claimed(record(3), "C02", 3, &lines);
    ward.exempt(RUTH, ward.now.plus(30 * DAY));
    refused(ward.approves(BEA, record(3)), "r2_own_work");
    let review_on = ward.now.plus(10 * DAY);
    ward.exempt(BEA, review_on);
    allowed(ward.approves(BEA, record(3)));
    ward.now = review_on.plus(-1);
    allowed(ward.approves(BEA, record(3)));
    ward.now = review_on;
    refused(ward.approves(BEA, record(3)), "r2_own_work");
}

// ---- R3 ----

#[test]
fn r3_counts_observations_at_the_level_and_names_what_is_missing() {
    let mut ward = Relationship::agreed();
    let mut chosen = Vec::new();
    ward.claimed(record(50), "C01", 3, &chosen);
    assert_eq!(refused(ward.approves(BEA, record(50)), "r3_evidence").split(" Send").next(), Some("Still needs 3 at level 3 or more, from 2 people."));
    for (number, level, by, missing) in [
        (1, 3, RUTH, "Still needs 2 more at level 3 or more, from a second person."),
        (2, 2, FARID, "Still needs 2 more at level 3 or more, from a second person."),
        (3, 0, FARID, "Still needs 2 more at level 3 or more, from a second person."),
        (4, 5, RUTH, "Still needs 1 more at level 3 or more, from a second person."),
        (5, 3, RUTH, "Still needs 1 more at level 3 or more, from a second person."),
    ] {
        chosen.push((ward.observed(by, record(number), "C01", level), record(number)));
        ward.claimed(record(50), "C01", 3, &chosen);
        let sentence = refused(ward.approves(BEA, record(50)), "r3_evidence");
        assert!(sentence.starts_with(missing), "{sentence}");
    }
    chosen.push((ward.observed(FARID, record(6), "C01", 3), record(6)));
    ward.claimed(record(50), "C01", 3, &chosen);
    allowed(ward.approves(BEA, record(50)));
}

#[test]
fn r3_only_what_the_claim_chose_counts_and_only_of_its_skill() {
    let mut ward = Relationship::agreed();
    let first = (ward.observed(RUTH, record(1), "C02", 3), record(1));
    ward.observed(FARID, record(2), "C02", 3);
    ward.claimed(record(3), "C02", 3, &[first]);
    refused(ward.approves(BEA, record(3)), "r3_evidence");
    let other_skill = (ward.observed(FARID, record(4), "C01", 3), record(4));
    for wrong in [other_skill, (first.0, record(4)), (99_999, record(1))] {
        refused(ward.sends(AMARA, Role::Mentee, "claim", record(5), &claim("C02", 3, &[first, wrong])), "r3_unknown_evidence");
    }
    allowed(ward.sends(AMARA, Role::Mentee, "claim", record(5), &claim("C02", 3, &[first])));
    allowed(ward.sends(AMARA, Role::Mentee, "claim", record(5), &claim("C02", 3, &[])));
    ward.claimed(record(6), "C02", 5, &[first]);
    refused(ward.approves(BEA, record(6)), "r3_no_rule");
}

#[test]
fn r3_a_withdrawn_or_replaced_observation_no_longer_counts_and_an_earlier_version_does_not_come_back() {
    let mut ward = Relationship::agreed();
    let lines = [(1, RUTH), (2, RUTH), (3, FARID)].map(|(number, by)| (ward.observed(by, record(number), "C02", 3), record(number)));
    ward.claimed(record(9), "C02", 3, &lines[1..]);
    allowed(ward.approves(BEA, record(9)));
    let before = ward.clone();
    ward.decided(RUTH, Role::Mentor, Act::Void, "observation", record(2), 1, None);
    refused(ward.approves(BEA, record(9)), "r3_evidence");

    let mut ward = before;
    ward.observed(RUTH, record(2), "C02", 2);
    refused(ward.approves(BEA, record(9)), "r3_evidence");
    ward.decided(RUTH, Role::Mentor, Act::Void, "observation", record(2), 2, None);
    refused(ward.approves(BEA, record(9)), "r3_evidence");
    assert_eq!(ward.ledger.get(record(2)).expect("there").standing(), None, "withdrawn is withdrawn");
    let hidden = record(3);
    ward.decided(FARID, Role::Mentor, Act::Hide, "observation", hidden, 1, None);
    assert!(ward.ledger.get(hidden).expect("there").standing().is_some(), "hiding words settles no rating");
}

/// Longer than any window here.
const MOST_HOURS: i64 = 24 * 400;

/// The day on which an observation must have happened at least, for a claim asked for at `asked_at`.
fn first_day(ward: &Relationship, months: u32, asked_at: At) -> String {
    let mut ward = ward.clone();
    ward.facts.framework.as_mut().expect("a framework").competencies[1].evidence.insert(3, relationship::rule(1, 3, 1, months, Default::default()));
    // Walks back by the hour until one no longer counts.
    for hours in 0..MOST_HOURS {
        let at = asked_at.plus(-hours * HOUR_MS);
        let mut tried = ward.clone();
        tried.now = asked_at;
        let mut words = observation("C02", 3, at);
        words.insert("happened_at".into(), at.0.into());
        let line = tried.decided(RUTH, Role::Mentor, Act::Submit, "observation", record(1), 1, Some(words));
        let chosen = [line].into();
        let assessment = evidence::assess(&tried.facts, &tried.ledger, "C02", 3, asked_at, Some(&chosen)).expect("a rule");
        if assessment.items[0].counts == Counts::TooOld {
            return at.plus(HOUR_MS).civil_in(&tried.facts.zone()).to_string();
        }
    }
    panic!("nothing is ever too old");
}

#[test]
fn r3_months_are_counted_by_the_day_in_the_organisations_zone_across_the_change_of_clocks() {
    let ward = Relationship::new();
    let day = |text: &str| At(text.parse::<jiff::Timestamp>().expect("a moment").as_millisecond());
    // 2026-07-15 00:30 in London is still the 14th in UTC; winter lies between.
    assert_eq!(first_day(&ward, 6, day("2026-07-14T23:30:00Z")), "2026-01-15T00:30:00");
    assert_eq!(first_day(&ward, 6, day("2026-07-15T22:30:00Z")), "2026-01-15T00:30:00");
    assert_eq!(first_day(&ward, 6, day("2026-07-15T23:30:00Z")), "2026-01-16T00:30:00");
    // The last of a long month counts back to the last of a short one.
    assert_eq!(first_day(&ward, 6, day("2026-08-31T12:00:00Z")), "2026-02-28T00:00:00");
    assert_eq!(first_day(&ward, 1, day("2026-03-29T12:00:00Z")), "2026-02-28T00:00:00");
}

#[test]
fn r3_the_window_reaches_further_back_by_every_paused_day_that_it_meets() {
    let day = |text: &str| At(text.parse::<jiff::Timestamp>().expect("a moment").as_millisecond());
    let asked = day("2026-07-15T12:00:00Z");
    let window = |pauses: &[(&str, Option<&str>)]| {
        let mut ward = Relationship::new();
        for (from, until) in pauses {
            ward.pause(day(from), until.map(day));
        }
        first_day(&ward, 1, asked)[..10].to_owned()
    };
    assert_eq!(window(&[]), "2026-06-15");
    assert_eq!(window(&[("2026-06-20T12:00:00Z", Some("2026-06-30T12:00:00Z"))]), "2026-06-05", "ten days further");
    assert_eq!(window(&[("2026-05-01T12:00:00Z", Some("2026-05-11T12:00:00Z"))]), "2026-06-15", "a pause before the window is not met");
    assert_eq!(window(&[("2026-05-01T12:00:00Z", Some("2026-06-20T12:00:00Z"))]), "2026-04-26", "a long pause that is met half is walked past whole");
    assert_eq!(
        window(&[("2026-06-20T12:00:00Z", Some("2026-06-30T12:00:00Z")), ("2026-06-01T12:00:00Z", Some("2026-06-10T12:00:00Z"))]),
        "2026-05-27",
        "one pause leads to the next"
    );
    assert_eq!(
        window(&[("2026-06-20T12:00:00Z", Some("2026-06-30T12:00:00Z")), ("2026-06-25T12:00:00Z", Some("2026-07-05T12:00:00Z"))]),
        "2026-05-31",
        "a day in two pauses is one day"
    );
    assert_eq!(window(&[("2026-07-05T12:00:00Z", None)]), "2026-06-05", "an open pause runs until the claim");
    assert_eq!(window(&[("2026-08-01T12:00:00Z", None)]), "2026-06-15", "a pause after the claim is nothing to it");
}

#[test]
fn r3_months_run_from_the_claims_submit_however_long_the_approval_waits() {
    let mut ward = Relationship::agreed();
    let lines = [1, 2].map(|number| (ward.observed(RUTH, record(number), "C02", 3), record(number)));
    ward.pass(170 * DAY);
    ward.claimed(record(3), "C02", 3, &lines);
    ward.pass(100 * DAY);
    allowed(ward.approves(BEA, record(3)));
    ward.claimed(record(3), "C02", 3, &lines);
    refused(ward.approves(BEA, record(3)), "r3_evidence");
}

#[test]
fn r3_a_phones_clock_counts_only_between_what_it_had_seen_and_receipt() {
    let mut ward = Relationship::agreed();
    let lines = [1, 2].map(|number| (ward.observed(RUTH, record(number), "C02", 3), record(number)));
    let seen_at = ward.now;
    ward.pass(300 * DAY);
    let words = claim("C02", 3, &lines);
    let mut offline = ward.clone();
    offline.folded(AMARA, Role::Mentee, Act::Submit, "claim", record(3), 1, Some(words.clone()), seen_at.plus(10 * DAY), seen_at);
    allowed(offline.approves(BEA, record(3)));
    let mut set_back = ward.clone();
    set_back.folded(AMARA, Role::Mentee, Act::Submit, "claim", record(3), 1, Some(words.clone()), seen_at.plus(10 * DAY), seen_at.plus(290 * DAY));
    refused(set_back.approves(BEA, record(3)), "r3_evidence");
    let mut ahead = ward.clone();
    let now = ward.now;
    ahead.folded(AMARA, Role::Mentee, Act::Submit, "claim", record(3), 1, Some(words), now.plus(DAY), now);
    assert_eq!(ahead.ledger.get(record(3)).expect("sent").versions[0].submitted.when(), now, "receipt counts");
}

#[test]
fn r3_practice_counts_as_far_as_the_rule_takes_it() {
    let met = |skill: &str, level: i64, observed: &[(PersonId, bool)]| {
        let mut ward = Relationship::agreed();
        let mut chosen = Vec::new();
        for (number, (by, practice)) in (1..).zip(observed) {
            ward.pass(DAY);
            chosen.push((ward.observed_with(*by, record(number), skill, level, &[("practice", Scalar::Flag(*practice))]), record(number)));
        }
        ward.claimed(record(90), skill, level, &chosen);
        let version = ward.ledger.get(record(90)).expect("sent").versions[0].clone();
        claim_assessment(ward.state(), &version).expect("a rule").is_met()
    };
    let (real, practice) = (false, true);
    assert!(met("C01", 3, &[(RUTH, practice), (FARID, practice), (RUTH, practice)]), "counted");
    assert!(!met("C01", 4, &[(RUTH, real), (FARID, real), (RUTH, real), (FARID, practice)]), "not counted");
    assert!(met("C01", 4, &[(RUTH, real), (FARID, real), (RUTH, real), (FARID, real)]));
    assert!(met("C10", 4, &[(RUTH, real), (FARID, real), (RUTH, real), (FARID, practice)]), "one at most");
    assert!(!met("C10", 4, &[(RUTH, real), (FARID, real), (RUTH, practice), (FARID, practice)]), "two are one too many");
    assert!(met("C06", 3, &[(RUTH, real), (RUTH, practice), (RUTH, practice)]), "all but one");
    assert!(!met("C06", 3, &[(RUTH, practice), (RUTH, practice), (RUTH, practice)]));
    assert!(
        met("C10", 4, &[(RUTH, real), (FARID, practice), (RUTH, real), (RUTH, real), (RUTH, practice)]),
        "the practice that brings a second observer is the one that counts"
    );
}

#[test]
fn r3_the_sentence_of_a_rule_says_needs_and_has() {
    let mut ward = Relationship::agreed();
    let line = ward.observed(RUTH, record(1), "C01", 3);
    let chosen = [line].into();
    let assessment = evidence::assess(&ward.facts, &ward.ledger, "C01", 3, ward.now, Some(&chosen)).expect("a rule");
    assert_eq!(assessment.sentence(), "Needs 3 at level 3 or more from 2 people in 6 months. Has 1, from 1.");
    assert_eq!(assessment.missing().as_deref(), Some("Still needs 2 more at level 3 or more, from a second person."));
    let three = relationship::rule(3, 4, 3, 6, Default::default());
    assert_eq!(shared::words::evidence_missing(&three, 2, 1), "Still needs 2 more at level 4 or more, from 3 people in all.");
    assert_eq!(shared::words::evidence_missing(&three, 5, 2), "Still needs 1 more at level 4 or more, from a third person.");
}

// ---- R4 ----

#[test]
fn r4_a_decision_binds_the_version_that_was_seen() {
    let mut ward = Relationship::agreed();
    let lines = [(1, RUTH), (2, FARID)].map(|(number, by)| (ward.observed(by, record(number), "C02", 3), record(number)));
    refused(ward.approves(BEA, record(3)), "r4_not_sent");
    ward.claimed(record(3), "C02", 3, &lines);
    ward.claimed(record(3), "C02", 3, &lines);
    for act in [Act::Approve, Act::Return] {
        let sentence = refused(ward.asks(BEA, Role::Supervisor, act, "claim", record(3)).version(1).because("see below").answer(), "r4_superseded");
        assert!(sentence.contains("version 2"), "{sentence}");
        refused(ward.asks(BEA, Role::Supervisor, act, "claim", record(3)).version(3).because("see below").answer(), "r4_not_sent");
        refused(ward.asks(BEA, Role::Supervisor, act, "claim", record(3)).version(0).because("see below").answer(), "r4_not_sent");
    }
    ward.decided(BEA, Role::Supervisor, Act::Return, "claim", record(3), 2, None);
    refused(ward.approves(BEA, record(3)), "r4_sent_back");
    ward.claimed(record(3), "C02", 3, &lines);
    allowed(ward.approves(BEA, record(3)));
    ward.decided(BEA, Role::Supervisor, Act::Approve, "claim", record(3), 3, None);
    refused(ward.approves(BEA, record(3)), "r4_decided");
    refused(ward.asks(BEA, Role::Supervisor, Act::Return, "claim", record(3)).because("after all").answer(), "r4_decided");
}

#[test]
fn r4_versions_are_numbered_without_gaps() {
    let mut ward = Relationship::new();
    let words = agreement();
    for wrong in [0, 2, 7] {
        refused(ward.asks(RUTH, Role::Mentor, Act::Submit, "agreement", record(1)).version(wrong).with(&words).answer(), "r4_version");
    }
    ward.decided(RUTH, Role::Mentor, Act::Submit, "agreement", record(1), 1, Some(words.clone()));
    let sentence = refused(ward.asks(RUTH, Role::Mentor, Act::Submit, "agreement", record(1)).version(1).with(&words).answer(), "r4_version");
    assert!(sentence.contains("version 2"), "{sentence}");
    allowed(ward.asks(RUTH, Role::Mentor, Act::Submit, "agreement", record(1)).version(2).with(&words).answer());
}

#[test]
fn r4_each_mark_is_set_once() {
    let mut ward = Relationship::agreed();
    ward.observed(RUTH, record(1), "C02", 3);
    for (who, role, act, repeated) in [
        (AMARA, Role::Mentee, Act::Acknowledge, Act::Disagree),
        (BEA, Role::Supervisor, Act::Countersign, Act::Countersign),
        (RUTH, Role::Mentor, Act::Hide, Act::Hide),
        (RUTH, Role::Mentor, Act::Void, Act::Void),
    ] {
        allowed(ward.asks(who, role, act, "observation", record(1)).because("wrong person").answer());
        ward.decided(who, role, act, "observation", record(1), 1, None);
        refused(ward.asks(who, role, repeated, "observation", record(1)).because("wrong person").answer(), "r4_decided");
    }
    ward.observed(RUTH, record(2), "C02", 3);
    ward.decided(RUTH, Role::Mentor, Act::Void, "observation", record(2), 1, None);
    refused(ward.asks(AMARA, Role::Mentee, Act::Acknowledge, "observation", record(2)).answer(), "r4_decided");
    refused(ward.asks(BEA, Role::Supervisor, Act::Countersign, "observation", record(2)).answer(), "r4_decided");
    refused(ward.asks(RUTH, Role::Mentor, Act::Sign, "agreement", record(200)).answer(), "r4_decided");
    refused(ward.asks(BEA, Role::Supervisor, Act::Revoke, "claim", record(1)).because("x").answer(), "r4_decided");
}

// ---- R5 ----

#[test]
fn r5_a_later_version_of_something_sealed_needs_a_reason_and_the_chain_again() {
    let mut ward = Relationship::agreed();
    ward.observed(RUTH, record(1), "C02", 3);
    ward.decided(AMARA, Role::Mentee, Act::Acknowledge, "observation", record(1), 1, None);
    let words = observation("C02", 4, ward.now);
    for reason in ["", "   "] {
        refused(ward.asks(RUTH, Role::Mentor, Act::Submit, "observation", record(1)).with(&words).because(reason).answer(), "r5_reason");
    }
    let sentence = refused(ward.sends(RUTH, Role::Mentor, "observation", record(1), &words), "r5_reason");
    assert!(sentence.contains("Say why"), "{sentence}");
    allowed(ward.asks(RUTH, Role::Mentor, Act::Submit, "observation", record(1)).with(&words).because("wrong level").answer());
    ward.observed(RUTH, record(1), "C02", 4);
    let entry = ward.ledger.get(record(1)).expect("there");
    assert_eq!((entry.versions[0].integer("level"), entry.versions[1].integer("level")), (Some(3), Some(4)), "both stay readable");
    assert!(entry.versions[1].acknowledged.is_none(), "the chain again");
    refused(ward.asks(AMARA, Role::Mentee, Act::Acknowledge, "observation", record(1)).version(1).answer(), "r4_superseded");
    allowed(ward.asks(AMARA, Role::Mentee, Act::Acknowledge, "observation", record(1)).answer());
}

#[test]
fn r5_what_is_signed_by_all_or_in_force_is_not_sent_back() {
    let mut ward = Relationship::agreed();
    let sentence = refused(ward.asks(BEA, Role::Supervisor, Act::Return, "agreement", record(200)).because("no").answer(), "r5_sealed");
    assert!(sentence.contains("later version"), "{sentence}");
    refused(ward.sends(RUTH, Role::Mentor, "agreement", record(200), &agreement()), "r5_reason");
    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(1), 1, Some(plan(&["C01"], &[])));
    allowed(ward.sends(RUTH, Role::Mentor, "plan", record(1), &plan(&["C02"], &[])));
    ward.decided(BEA, Role::Supervisor, Act::Confirm, "plan", record(1), 1, None);
    refused(ward.sends(RUTH, Role::Mentor, "plan", record(1), &plan(&["C02"], &[])), "r5_reason");
}

// ---- R6 ----

#[test]
fn r6_sending_back_revoking_and_withdrawing_need_a_reason_that_can_be_read() {
    let mut ward = Relationship::agreed();
    let lines = [(1, RUTH), (2, FARID)].map(|(number, by)| (ward.observed(by, record(number), "C02", 3), record(number)));
    ward.claimed(record(3), "C02", 3, &lines);
    ward.claimed(record(4), "C02", 3, &lines);
    ward.decided(BEA, Role::Supervisor, Act::Approve, "claim", record(4), 1, None);
    ward.observed(RUTH, record(5), "C02", 3);
    let long = "é".repeat(MAX_REASON_CHARS);
    let longer = "é".repeat(MAX_REASON_CHARS + 1);
    for (by, role, act, kind, on) in
        [(BEA, Role::Supervisor, Act::Return, "claim", 3), (BEA, Role::Supervisor, Act::Revoke, "claim", 4), (RUTH, Role::Mentor, Act::Void, "observation", 5)]
    {
        let ask = || ward.asks(by, role, act, kind, record(on));
        refused(ask().answer(), "r6_reason");
        refused(ask().because("").answer(), "r6_reason");
        refused(ask().because(" \n ").answer(), "r6_reason");
        refused(ask().because(&longer).answer(), "r6_too_long");
        allowed(ask().because(&long).answer());
        allowed(ask().because("seen another person").answer());
    }
    allowed(ward.approves(BEA, record(3)));
    refused(ward.asks(BEA, Role::Supervisor, Act::Approve, "claim", record(3)).because(&longer).answer(), "r6_too_long");
    allowed(ward.asks(RUTH, Role::Mentor, Act::Hide, "observation", record(5)).answer());
}

#[test]
fn r6_exemptions_endings_and_discarded_words_need_one_too() {
    let ward = Relationship::new();
    let facts = |reason: &str| {
        [
            Fact::Exemption(Exemption { rule: "r2".into(), person: BEA, reason: reason.into(), review_on: START.plus(DAY), by: TOMAS }),
            Fact::MemberEnded(MemberEnded { person: RUTH, role: Role::Mentor, at: START, reason: reason.into(), by: TOMAS }),
            Fact::Discarded { change: Default::default(), author: RUTH, by: TOMAS, reason: reason.into() },
        ]
    };
    for fact in facts(" ") {
        refused(ward.judge_fact(fact).err(), "r6_reason");
    }
    for fact in facts(&"x".repeat(MAX_REASON_CHARS + 1)) {
        refused(ward.judge_fact(fact).err(), "r6_too_long");
    }
    for fact in facts("one nurse on site") {
        allowed(ward.judge_fact(fact).err());
    }
}

// ---- R7 ----

#[test]
fn r7_what_an_approval_rests_on_is_not_withdrawn_before_the_approval() {
    let mut ward = Relationship::agreed();
    let lines = [(1, RUTH), (2, FARID), (3, RUTH)].map(|(number, by)| (ward.observed(by, record(number), "C02", 3), record(number)));
    ward.claimed(record(4), "C02", 3, &lines[..2]);
    let void = |ward: &Relationship, on: u8, version: u32| {
        ward.asks(TOMAS, Role::Lead, Act::Void, "observation", record(on)).version(version).because("wrong person").answer()
    };
    allowed(void(&ward, 1, 1));
    ward.decided(BEA, Role::Supervisor, Act::Approve, "claim", record(4), 1, None);
    let sentence = refused(void(&ward, 1, 1), "r7_order");
    assert!(sentence.contains("taken back first") && sentence.contains("hidden at once"), "{sentence}");
    allowed(void(&ward, 3, 1));
    allowed(ward.asks(RUTH, Role::Mentor, Act::Hide, "observation", record(1)).answer());

    ward.observed(RUTH, record(1), "C02", 2);
    refused(void(&ward, 1, 2), "r7_order");
    refused(void(&ward, 1, 1), "r7_order");
    refused(ward.asks(AMARA, Role::Mentee, Act::Void, "claim", record(4)).because("by mistake").answer(), "r7_order");
    ward.decided(BEA, Role::Supervisor, Act::Revoke, "claim", record(4), 1, None);
    allowed(void(&ward, 1, 2));
    assert_eq!(ward.ledger.get(record(4)).and_then(|entry| entry.state(1)), Some(State::Revoked));
}

// ---- R8 ----

#[test]
fn r8_written_up_later_begins_after_seven_days_and_very_late_after_thirty() {
    let lateness = |ms: i64| {
        let mut ward = Relationship::new();
        let captured = ward.now;
        ward.pass(ms);
        ward.decided(RUTH, Role::Mentor, Act::Submit, "observation", record(1), 1, Some(observation("C02", 3, captured)));
        ward.ledger.get(record(1)).expect("sent").versions[0].lateness(&ward.facts.settings)
    };
    assert_eq!(lateness(0), Lateness::InTime);
    assert_eq!(lateness(7 * DAY), Lateness::InTime);
    assert_eq!(lateness(7 * DAY + 1), Lateness::Late { days: 7 });
    assert_eq!(lateness(10 * DAY), Lateness::Late { days: 10 });
    assert_eq!(lateness(30 * DAY), Lateness::Late { days: 30 });
    assert_eq!(lateness(30 * DAY + 1), Lateness::VeryLate { days: 30 });
}

#[test]
fn r8_the_limits_are_the_organisations_and_a_chosen_time_counts_before_the_captured_one() {
    let mut ward = Relationship::new();
    ward.fact(Fact::Settings(Settings { late_after_days: 2, late_decide_after_days: 4, ..Settings::default() }));
    let happened = ward.now;
    ward.pass(3 * DAY);
    ward.observed_with(RUTH, record(1), "C02", 3, &[("happened_at", happened.0.into())]);
    let version = &ward.ledger.get(record(1)).expect("sent").versions[0];
    assert_eq!(version.lateness(&ward.facts.settings), Lateness::Late { days: 3 });
    assert_eq!(version.happened_at(), happened);
}

#[test]
fn r8_a_clock_ahead_is_marked_and_receipt_counts_and_it_never_costs_the_words() {
    let mut ward = Relationship::new();
    let ahead = ward.now.plus(2 * HOUR_MS);
    let words = observation("C02", 3, ahead);
    allowed(ward.sends(RUTH, Role::Mentor, "observation", record(1), &words));
    ward.folded(RUTH, Role::Mentor, Act::Submit, "observation", record(1), 1, Some(words), ahead, ward.now);
    let version = &ward.ledger.get(record(1)).expect("sent").versions[0];
    assert_eq!(version.submitted.clock_ahead_ms(), Some(2 * HOUR_MS));
    assert_eq!((version.submitted.when(), version.happened_at()), (ward.now, ward.now));
    assert_eq!(version.lateness(&ward.facts.settings), Lateness::InTime);
    let mut close = version.submitted.clone();
    close.at = close.received_at.plus(CLOCK_TOLERANCE_MS);
    assert_eq!(close.clock_ahead_ms(), None);
}

#[test]
fn r8_only_a_date_chosen_in_the_future_is_refused() {
    let ward = Relationship::new();
    let chosen = |at: At| {
        let mut words = observation("C02", 3, ward.now);
        words.insert("happened_at".into(), at.0.into());
        ward.sends(RUTH, Role::Mentor, "observation", record(1), &words)
    };
    allowed(chosen(ward.now));
    allowed(chosen(ward.now.plus(-400 * DAY)));
    allowed(chosen(ward.now.plus(CLOCK_TOLERANCE_MS)));
    let sentence = refused(chosen(ward.now.plus(CLOCK_TOLERANCE_MS + 1)), "r8_future");
    assert!(sentence.contains("when it happened"), "{sentence}");
}

// ---- R9 ----

#[test]
fn r9_what_is_signed_needs_an_unlock_of_the_last_five_minutes() {
    let mut ward = Relationship::agreed();
    let lines = [(1, RUTH), (2, FARID)].map(|(number, by)| (ward.observed(by, record(number), "C02", 3), record(number)));
    ward.claimed(record(3), "C02", 3, &lines);
    ward.claimed(record(4), "C02", 3, &lines);
    ward.decided(BEA, Role::Supervisor, Act::Approve, "claim", record(4), 1, None);
    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(5), 1, Some(plan(&["C01"], &[])));
    ward.observed(RUTH, record(6), "C02", 3);
    let signed = [
        (FARID, Role::Mentor, Act::Sign, "agreement", 200),
        (BEA, Role::Supervisor, Act::Countersign, "observation", 1),
        (BEA, Role::Supervisor, Act::Confirm, "plan", 5),
        (BEA, Role::Supervisor, Act::Approve, "claim", 3),
        (BEA, Role::Supervisor, Act::Revoke, "claim", 4),
        (RUTH, Role::Mentor, Act::Void, "observation", 6),
    ];
    for (by, role, act, kind, on) in signed {
        let with_age = |age_ms: i64| {
            let mut decision = ward.decision(by, role, act, kind, record(on), 1);
            decision.unlock.at = decision.at.plus(-age_ms);
            decision.reason = Some("seen".into());
            ward.judges(decision)
        };
        allowed(with_age(0));
        allowed(with_age(5 * MINUTE_MS));
        for age_ms in [5 * MINUTE_MS + 1, -1, DAY] {
            let sentence = refused(with_age(age_ms), "r9_unlock");
            assert!(sentence.contains("Unlock"), "{sentence}");
        }
    }
    for (by, role, act, kind, on) in [
        (AMARA, Role::Mentee, Act::Acknowledge, "observation", 1),
        (BEA, Role::Supervisor, Act::Return, "claim", 3),
        (RUTH, Role::Mentor, Act::Hide, "observation", 6),
    ] {
        let mut decision = ward.decision(by, role, act, kind, record(on), 1);
        decision.unlock.at = At(0);
        decision.reason = Some("see below".into());
        allowed(ward.judges(decision));
    }
}

#[test]
fn r9_a_submit_that_seals_is_signed_and_the_limit_is_the_organisations() {
    for (kind, signs) in [("observation", true), ("claim", false), ("agreement", false), ("plan", false)] {
        let chain = Relationship::new().kinds.get(kind).expect("known").chain;
        assert_eq!(rules::needs_unlock(Act::Submit, chain), signs, "{kind}");
    }
    let mut ward = Relationship::agreed();
    ward.fact(Fact::Settings(Settings { unlock_max_age_ms: SECOND, ..Settings::default() }));
    let mut decision = ward.decision(FARID, Role::Mentor, Act::Sign, "agreement", record(200), 1);
    decision.unlock.at = decision.at.plus(-SECOND);
    allowed(ward.judges(decision.clone()));
    decision.unlock.at = decision.at.plus(-SECOND - 1);
    refused(ward.judges(decision), "r9_unlock");
}

// ---- R10 ----

#[test]
fn r10_only_current_members_write_and_decide() {
    let mut ward = Relationship::agreed();
    ward.observed(RUTH, record(1), "C02", 3);
    refused(ward.writes(NORA, new("comment", NORA, false), &[]), "r10_not_member");
    refused(ward.asks(NORA, Role::Supervisor, Act::Countersign, "observation", record(1)).answer(), "r10_not_member");
    refused(ward.asks(FARID, Role::Supervisor, Act::Countersign, "observation", record(1)).answer(), "r10_role");

    ward.pass(DAY).end(RUTH, Role::Mentor);
    let ended = ward.now;
    ward.now = ended.plus(-1);
    allowed(ward.writes(RUTH, new("comment", RUTH, false), &[]));
    ward.now = ended;
    let sentence = refused(ward.writes(RUTH, new("comment", RUTH, false), &[]), "r10_not_member");
    assert!(sentence.contains("Your words stay") && sentence.contains("programme lead"), "{sentence}");
    refused(ward.asks(RUTH, Role::Mentor, Act::Void, "observation", record(1)).because("mistake").answer(), "r10_not_member");
    assert_eq!(ward.facts.left(RUTH, ward.now), Some(ended));
}

#[test]
fn r10_a_membership_begins_and_ends_at_its_times_and_can_begin_again() {
    let mut ward = Relationship::new();
    let mut later = member(NORA, "Nora Weller", Role::Mentor, START.plus(10 * DAY));
    later.until = Some(START.plus(20 * DAY));
    ward.fact(Fact::Member(later));
    let may = |ward: &Relationship, day: i64| {
        let mut ward = ward.clone();
        ward.now = START.plus(day * DAY);
        ward.writes(NORA, new("comment", NORA, false), &[]).is_none()
    };
    assert_eq!([9, 10, 19, 20].map(|day| may(&ward, day)), [false, true, true, false]);
    ward.fact(Fact::Member(member(NORA, "Nora Weller", Role::Mentor, START.plus(30 * DAY))));
    assert_eq!([14, 20, 29, 30, 300].map(|day| may(&ward, day)), [true, false, false, true, true]);
    ward.now = START.plus(40 * DAY);
    ward.end(NORA, Role::Mentor);
    assert_eq!([19, 20, 35, 40].map(|day| may(&ward, day)), [true, false, true, false], "what ended before stays ended then");
    assert_eq!(ward.facts.left(NORA, START.plus(50 * DAY)), Some(START.plus(40 * DAY)));
}

#[test]
fn r10_facts_that_name_the_lead_need_a_lead_of_this_relationship() {
    let ward = Relationship::new();
    let facts = |by: PersonId| {
        [
            Fact::MemberEnded(MemberEnded { person: RUTH, role: Role::Mentor, at: START, reason: "left".into(), by }),
            Fact::Exemption(Exemption { rule: "r2".into(), person: BEA, reason: "one nurse".into(), review_on: START.plus(DAY), by }),
            Fact::Adopted { change: Default::default(), author: RUTH, by },
            Fact::Discarded { change: Default::default(), author: RUTH, by, reason: "not here".into() },
            Fact::Cover(Cover { supervisor: BEA, person: NORA, from: START, until: START.plus(DAY), by }),
        ]
    };
    for fact in facts(TOMAS) {
        allowed(ward.judge_fact(fact).err());
    }
    for by in [AMARA, RUTH, NORA] {
        for fact in facts(by) {
            refused(ward.judge_fact(fact).err(), "r10_role");
        }
    }
    let [.., cover] = facts(BEA);
    allowed(ward.judge_fact(cover).err());
}

// ---- R11 ----

fn ready_to_approve(ward: &mut Relationship) {
    let lines = [(1, RUTH), (2, FARID)].map(|(number, by)| (ward.observed(by, record(number), "C02", 3), record(number)));
    ward.claimed(record(3), "C02", 3, &lines);
}

#[test]
fn r11_no_approval_before_mentee_lead_mentor_and_approver_signed_the_same_version() {
    let mut ward = Relationship::new();
    ready_to_approve(&mut ward);
    assert!(refused(ward.approves(BEA, record(3)), "r11_agreement").contains("sign one first"));
    ward.decided(RUTH, Role::Mentor, Act::Submit, "agreement", record(9), 1, Some(agreement()));
    for (who, role, missing) in [
        (FARID, Role::Mentor, "Amara Venn, Ruth Calloray, Bea Monteiral"),
        (AMARA, Role::Mentee, "Amara Venn, Ruth Calloray, Bea Monteiral"),
        (RUTH, Role::Mentor, "Ruth Calloray, Bea Monteiral"),
        (BEA, Role::Supervisor, "Still to sign: Bea Monteiral."),
    ] {
        let sentence = refused(ward.approves(BEA, record(3)), "r11_agreement");
        assert!(sentence.contains(missing), "{sentence}");
        allowed(ward.asks(who, role, Act::Sign, "agreement", record(9)).answer());
        ward.decided(who, role, Act::Sign, "agreement", record(9), 1, None);
    }
    allowed(ward.approves(BEA, record(3)));
    assert_eq!(ward.ledger.get(record(9)).and_then(|entry| entry.state(1)), Some(State::Sealed));
}

#[test]
fn r11_can_be_switched_off() {
    let mut ward = Relationship::new();
    ready_to_approve(&mut ward);
    ward.fact(Fact::Settings(Settings { agreement_first: false, ..Settings::default() }));
    allowed(ward.approves(BEA, record(3)));
}

#[test]
fn r11_an_agreement_that_was_withdrawn_or_sent_back_is_none() {
    let mut ward = Relationship::agreed();
    ready_to_approve(&mut ward);
    allowed(ward.approves(BEA, record(3)));
    let mut withdrawn = ward.clone();
    withdrawn.decided(RUTH, Role::Mentor, Act::Void, "agreement", record(200), 1, None);
    refused(withdrawn.approves(BEA, record(3)), "r11_agreement");
    ward.decided(RUTH, Role::Mentor, Act::Submit, "agreement", record(200), 2, Some(agreement()));
    allowed(ward.approves(BEA, record(3)));
    let mut sent_back = Relationship::new();
    ready_to_approve(&mut sent_back);
    sent_back.decided(RUTH, Role::Mentor, Act::Submit, "agreement", record(9), 1, Some(agreement()));
    for (who, role) in [(AMARA, Role::Mentee), (RUTH, Role::Mentor)] {
        sent_back.decided(who, role, Act::Sign, "agreement", record(9), 1, None);
    }
    sent_back.decided(BEA, Role::Supervisor, Act::Return, "agreement", record(9), 1, None);
    assert!(refused(sent_back.approves(BEA, record(3)), "r11_agreement").contains("no agreement yet"));
}

#[test]
fn r11_a_new_lead_mentor_or_supervisor_signs_too_and_a_second_mentor_may_after_the_seal() {
    let mut ward = Relationship::agreed();
    ready_to_approve(&mut ward);
    allowed(ward.asks(FARID, Role::Mentor, Act::Sign, "agreement", record(200)).answer());
    ward.pass(DAY).end(RUTH, Role::Mentor);
    ward.fact(Fact::Member(shared::fact::Member { leads: true, ..member(NORA, "Nora Weller", Role::Mentor, ward.now) }));
    assert!(refused(ward.approves(BEA, record(3)), "r11_agreement").contains("Nora Weller"));
    let sealed = ward.ledger.get(record(200)).expect("there").versions[0].sealed;
    ward.decided(NORA, Role::Mentor, Act::Sign, "agreement", record(200), 1, None);
    allowed(ward.approves(BEA, record(3)));
    assert_eq!(ward.ledger.get(record(200)).expect("there").versions[0].sealed, sealed, "sealed once");
}

// ---- R12 ----

#[test]
fn r12_one_active_plan_until_each_target_has_an_outcome() {
    let mut ward = Relationship::new();
    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(1), 1, Some(plan(&["C01", "C02"], &[])));
    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(2), 1, Some(plan(&["C10"], &[])));
    let confirm = |ward: &Relationship, on: u8| ward.asks(BEA, Role::Supervisor, Act::Confirm, "plan", record(on)).answer();
    allowed(confirm(&ward, 2));
    ward.decided(BEA, Role::Supervisor, Act::Confirm, "plan", record(1), 1, None);
    let sentence = refused(confirm(&ward, 2), "r12_one_plan");
    assert!(sentence.contains("Close it first"), "{sentence}");

    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(1), 2, Some(plan(&["C01", "C02"], &[("C01", "met")])));
    refused(confirm(&ward, 2), "r12_one_plan");
    allowed(confirm(&ward, 1));
    ward.decided(BEA, Role::Supervisor, Act::Confirm, "plan", record(1), 2, None);
    refused(confirm(&ward, 2), "r12_one_plan");
    ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(1), 3, Some(plan(&["C01", "C02"], &[("C01", "met"), ("C02", "carried_over")])));
    refused(confirm(&ward, 2), "r12_one_plan");
    ward.decided(BEA, Role::Supervisor, Act::Confirm, "plan", record(1), 3, None);
    allowed(confirm(&ward, 2));
    ward.decided(BEA, Role::Supervisor, Act::Confirm, "plan", record(2), 1, None);
    assert!(rules::plan_is_active(ward.ledger.get(record(2)).and_then(|entry| entry.standing()).expect("standing")));
}

#[test]
fn r12_a_withdrawn_plan_is_not_active() {
    let mut ward = Relationship::new();
    for on in [1, 2] {
        ward.decided(RUTH, Role::Mentor, Act::Submit, "plan", record(on), 1, Some(plan(&["C01"], &[])));
    }
    ward.decided(BEA, Role::Supervisor, Act::Confirm, "plan", record(1), 1, None);
    allowed(ward.asks(RUTH, Role::Mentor, Act::Void, "plan", record(1)).because("wrong relationship").answer());
    ward.decided(RUTH, Role::Mentor, Act::Void, "plan", record(1), 1, None);
    allowed(ward.asks(BEA, Role::Supervisor, Act::Confirm, "plan", record(2)).answer());
}

// ---- R15 ----

#[test]
fn r15_below_the_expected_level_needs_try_next_and_a_next_step() {
    let ward = Relationship::new();
    let sent = |level: i64, without: &[&str]| {
        let mut words = observation("C02", level, ward.now);
        for field in without {
            words.insert((*field).into(), "  ".into());
        }
        ward.sends(RUTH, Role::Mentor, "observation", record(1), &words)
    };
    allowed(sent(1, &[]));
    for without in [&["try_next"][..], &["next_step"], &["try_next", "next_step"]] {
        let sentence = refused(sent(1, without), "r15_guidance");
        assert!(sentence.contains("Try next time") && sentence.contains("next step"), "{sentence}");
        allowed(sent(2, without));
        allowed(sent(0, without));
    }
}

#[test]
fn r15_what_is_expected_follows_the_stage_at_the_time_of_the_observation() {
    let below = |day: i64, level: i64| {
        let mut ward = Relationship::new();
        ward.now = START.plus(400 * DAY);
        let words = content(&[
            ("competency", "C02".into()),
            ("level", level.into()),
            ("captured_at", ward.now.0.into()),
            ("happened_at", START.plus(day * DAY).0.into()),
        ]);
        rules::is_below_expected(ward.state(), &words, ward.now)
    };
    assert!(below(90, 1) && !below(90, 2), "new, to day 90");
    assert!(below(91, 2) && !below(91, 3), "settling, to one year");
    assert!(below(365, 2) && !below(365, 3));
    assert!(below(366, 3) && !below(366, 4), "established");
    assert!(!below(366, 0), "could not judge is no rating");
}

// ---- R16 ----

#[test]
fn r16_cover_decides_in_its_own_name_in_its_days_and_nobody_else_does() {
    let mut ward = Relationship::agreed();
    ready_to_approve(&mut ward);
    let (from, until) = (ward.now.plus(DAY), ward.now.plus(5 * DAY));
    ward.fact(Fact::Member(member(NORA, "Nora Weller", Role::Mentor, ward.now)));
    refused(ward.approves(NORA, record(3)), "r10_role");
    ward.cover(NORA, from, until);
    for (at, may) in [(from.plus(-1), false), (from, true), (until.plus(-1), true), (until, false)] {
        ward.now = at;
        let answer = ward.approves(NORA, record(3));
        if may {
            allowed(answer)
        } else {
            drop(refused(answer, "r10_role"))
        }
        allowed(ward.approves(BEA, record(3)));
    }
    ward.now = from;
    refused(ward.approves(FARID, record(3)), "r10_role");
    ward.decided(NORA, Role::Supervisor, Act::Approve, "claim", record(3), 1, None);
    let approved = ward.ledger.get(record(3)).and_then(|entry| entry.versions[0].approved.clone()).expect("approved");
    assert_eq!((approved.by, approved.role), (NORA, Role::Supervisor), "in their own name");
    assert_eq!(rules::role_for(&ward.facts, NORA, Act::Approve, ward.kinds.get("claim").expect("known"), AMARA, from), Ok(Role::Supervisor));
}

#[test]
fn r16_who_covers_is_bound_by_their_own_work_too() {
    let mut ward = Relationship::agreed();
    let lines = [1, 2].map(|number| (ward.observed(FARID, record(number), "C02", 3), record(number)));
    ward.claimed(record(3), "C02", 3, &lines);
    ward.cover(FARID, ward.now, ward.now.plus(DAY));
    refused(ward.approves(FARID, record(3)), "r2_own_work");
    allowed(ward.approves(BEA, record(3)));
    ward.end(BEA, Role::Supervisor);
    refused(ward.approves(FARID, record(3)), "r10_role");
}

#[test]
fn every_refusal_of_a_log_that_is_nobodys_names_the_membership() {
    let ward = Relationship::new();
    refused(ward.writes_in(log(), NORA, known("observation", RUTH), &[]), "r10_not_member");
}
