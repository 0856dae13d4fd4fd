//! A deterministic simulation of the whole: people with phones, two processes of the server on one machine, a bad
//! network, and everything that can break in the middle of something. A seed says all that happens.

mod acts;
#[path = "../../../shared/tests/change_support/mod.rs"]
mod change_support;
mod hostile;
mod invariant;
mod kept;
mod lead;
mod machine;
mod network;
mod phone;
mod phone_disk;
mod planted;
mod process;
mod run;
mod store;
mod tables;
mod typed;
mod why_not;
mod witness;
mod words;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};

use change_support::rng;
use invariant::Invariant;
use planted::Planted;
use run::{Figures, Worlds, number_of, one, run};
use shared::planted::LeftOut;

/// Steps of one world: many small ones meet more than one that grows.
const WORLD_STEPS: u64 = 6_000;
/// How often the long run says how far it is.
const STEPS_BETWEEN_FIGURES: u64 = 250_000;

/// Worlds from a seed on, or from the one that SIMULATION_SEED says.
fn worlds(seed: u64, planted: Option<Planted>) -> Worlds {
    Worlds { seed: number_of("SIMULATION_SEED", seed), steps: WORLD_STEPS, planted, jobs: 1 }
}

/// `cargo xtask simulate` runs this one for long: it says from time to time how far it is, and what happened how often at
/// the end.
#[test]
fn whatever_happens_the_invariants_hold() {
    let worlds = Worlds { jobs: number_of("SIMULATION_JOBS", 1), ..worlds(1, None) };
    let said = AtomicU64::new(0);
    let says = |figures: &Figures| {
        let rounds = figures.steps / STEPS_BETWEEN_FIGURES;
        if said.swap(rounds, Ordering::Relaxed) != rounds {
            println!("from seed {} on: {figures}", worlds.seed);
        }
    };
    let figures = run(worlds, number_of("SIMULATION_STEPS", 36_000), says).unwrap_or_else(|failure| panic!("{failure}"));
    println!("{:#?}", figures.told);
    println!("seeds {} to {}: {figures}", worlds.seed, worlds.seed + figures.worlds - 1);
}

/// Every event, every durable line and every answer: a second run of a seed shows them again, in the same order.
#[test]
fn a_seed_decides_everything_that_happens() {
    let lives = |seed| one(seed, WORLD_STEPS, None).unwrap_or_else(|failure| panic!("{failure}")).chronicle;
    let (first, again, other) = (lives(2), lives(2), lives(3));
    assert_eq!(first.parts_at(&again), None, "the same seed");
    assert!(first.parts_at(&other).is_some(), "another seed");
}

/// Steps within which a planted bug is found.
const FOUND_WITHIN: u64 = 400_000;

/// Plants a bug: the invariant notices it that is there for it. `seed` is where the search begins, and only that: one
/// from which it is short today, so that the suite is. SIMULATION_SEED begins elsewhere.
fn finds(planted: Planted, by: Invariant, seed: u64) {
    match run(worlds(seed, Some(planted)), FOUND_WITHIN, |_| {}) {
        Ok(figures) => panic!("{planted:?} was not found: {figures}"),
        Err(failure) => {
            println!("{planted:?}: seed {}, step {}", failure.seed, failure.step);
            assert_eq!(failure.violation.invariant, by, "{planted:?}: {failure}");
        }
    }
}

#[test]
fn a_sync_that_the_store_drops_is_found() {
    finds(Planted::SyncDropped, Invariant::Durable, 1);
}

#[test]
fn half_a_transaction_is_found() {
    finds(Planted::HalfTransaction, Invariant::Rejudged, 2);
}

#[test]
fn a_lock_left_out_is_found() {
    finds(Planted::LockLeftOut, Invariant::Chain, 2);
}

#[test]
fn a_head_that_nobody_compares_is_found() {
    finds(Planted::HeadUnchecked, Invariant::Durable, 2);
}

#[test]
fn a_log_that_is_not_brought_to_its_head_is_found() {
    finds(Planted::Check(LeftOut::CatchUp), Invariant::Durable, 1);
}

#[test]
fn whoever_left_and_reads_on_is_found() {
    finds(Planted::ReadsOn, Invariant::Private, 2);
}

#[test]
fn a_sync_that_a_phone_drops_is_found() {
    finds(Planted::PhoneSyncDropped, Invariant::Typed, 2);
}

#[test]
fn an_actor_of_another_device_is_found() {
    finds(Planted::Check(LeftOut::ForeignActor), Invariant::Rejudged, 10);
}

#[test]
fn a_signature_that_nobody_checks_is_found() {
    finds(Planted::Check(LeftOut::DecisionSignature), Invariant::Rejudged, 2);
}

#[test]
fn r2_left_out_is_found() {
    finds(Planted::Check(LeftOut::OwnWork), Invariant::Approver, 32);
}

#[test]
fn r3_left_out_is_found() {
    finds(Planted::Check(LeftOut::EvidenceMet), Invariant::Approver, 21);
}

#[test]
fn r10_left_out_is_found() {
    finds(Planted::Check(LeftOut::Membership), Invariant::Rejudged, 106);
}

#[test]
fn words_that_could_not_be_sent_and_are_dropped_are_found() {
    finds(Planted::Check(LeftOut::Stranded), Invariant::Typed, 60);
}

#[test]
fn typing_over_what_others_typed_is_found() {
    finds(Planted::Check(LeftOut::Merge), Invariant::Typed, 44);
}
