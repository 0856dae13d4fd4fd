//! Random people do random things on phones that lose answers, close, run with wrong clocks and leave the
//! relationship. Whatever happens: phone and server agree, nothing typed is lost, nothing private is told.
//!
//! `AGREE_RUNS` sets how many stories are told, `AGREE_SEED` the first one's seed.
#![cfg(feature = "document")]

#[path = "../change_support/rng.rs"]
mod rng;
mod story;
#[path = "../ward/mod.rs"]
mod ward;

use std::collections::BTreeMap;

use shared::{
    fact::{Fact, Member},
    role::Role,
    time::{At, DAY_MS, HOUR_MS},
    wire::Verdict,
};
use story::Story;
use ward::{AMARA, FARID, RUTH, Ward, log};

/// Steps of one story.
const STEPS: usize = 200;

fn number_of(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
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
    story.told()
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
            #[cfg(feature = "parts")]
            "judged in parts",
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

/// Whoever came back just now, by a clock that was ahead of the phone's: what stands in the log has begun.
#[test]
fn a_clock_that_is_behind_the_newest_line_makes_nobody_a_stranger() {
    let mut ward = Ward::new();
    let farid = ward.phone(FARID);
    ward.end_membership(FARID, Role::Mentor);
    ward.pass(HOUR_MS);
    let back = Member { from: ward.now, ..ward::member(FARID, "Farid Nasweh", Role::Mentor) };
    let now = ward.now;
    ward.server.fact(log(), Fact::Member(back), now).expect("back again");
    ward.sync(farid);
    ward.phones[farid].clock_off_ms = -3_000;
    let record = ward.draft(farid, "C02", 3);
    ward.send_record(farid, record).expect("a member signs");
    assert!(ward.sync(farid).iter().all(Verdict::is_kept));
}
