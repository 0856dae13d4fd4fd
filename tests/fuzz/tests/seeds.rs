//! What the fuzzer starts from: every seed keeps every promise, and reaches what it is there for.

use fuzz::{TARGETS, Target, change, memory::Counting, proof};
use shared::proof::Outcome;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn every_seed_keeps_what_its_target_promises_within_its_memory() {
    for Target { name, seeds, .. } in &TARGETS {
        let target = Target::named(name).expect("it has a name");
        let seeds = seeds();
        assert!(!seeds.is_empty());
        let most = seeds.iter().map(|seed| target.try_one(seed)).max();
        assert!(most > Some(0), "memory is counted");
        println!("{name}: {} seeds, {most:?} bytes at most", seeds.len());
    }
    assert!(change::honest().iter().all(change::is_accepted), "no honest change is refused");
    let holding = proof::seeds().iter().filter(|file| proof::verdict(file) == Outcome::Holds).count();
    assert!(holding >= 2, "an honest file holds");
}

#[test]
#[should_panic(expected = "bytes of memory")]
fn an_input_that_takes_more_than_it_may_is_found() {
    let greedy = Target { name: "greedy", run: |bytes| drop(std::hint::black_box(vec![1_u8; bytes.len() * 1024])), seeds: Vec::new, max_memory_bytes: 1 << 20 };
    greedy.try_one(&[0; 2048]);
}
