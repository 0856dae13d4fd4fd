//! Below what is expected, feedback says what to try next.

use shared::{role::Role, rules};

use crate::relationship::{DAY, RUTH, Relationship, START, allowed, content, observation, record, refused};

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
