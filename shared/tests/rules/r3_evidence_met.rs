//! What a claim needs: how many, by whom, in how many months, and how much of it practice.

use shared::{
    decision::Act,
    evidence::{self, Counts},
    id::PersonId,
    role::Role,
    rules::claim_assessment,
    scalar::Scalar,
    time::{At, HOUR_MS},
};

use crate::relationship::{self, AMARA, BEA, DAY, FARID, RUTH, Relationship, allowed, claim, observation, record, refused};

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
    let lines = ward.evidence([RUTH, RUTH, FARID]);
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
    let lines = ward.evidence([RUTH, RUTH]);
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
    let lines = ward.evidence([RUTH, RUTH]);
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
