//! When it happened, when it was written down, and how far a clock is believed.

use shared::{
    decision::Act,
    fact::{Fact, Settings},
    ledger::{CLOCK_TOLERANCE_MS, Lateness},
    role::Role,
    time::{At, HOUR_MS},
};

use crate::relationship::{DAY, RUTH, Relationship, allowed, observation, record, refused};

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
