//! One target under libFuzzer: `FUZZ_TARGET` names it, `FUZZ_SEEDS` the folder into which its seeds are written first.
#![no_main]

use std::{env, fs, path::PathBuf, sync::OnceLock};

use fuzz::{Target, memory::Counting};
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static ALLOCATOR: Counting = Counting;
static TARGET: OnceLock<&'static Target> = OnceLock::new();

fuzz_target!(init: begin(), |bytes: &[u8]| {
    TARGET.get().expect("begin() was called").try_one(bytes);
});

fn begin() {
    let name = env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a target");
    let target = Target::named(&name).expect("FUZZ_TARGET names a target");
    let folder = PathBuf::from(env::var_os("FUZZ_SEEDS").expect("FUZZ_SEEDS names a folder"));
    fs::create_dir_all(&folder).expect("the folder of seeds can be made");
    for (place, seed) in (target.seeds)().iter().enumerate() {
        fs::write(folder.join(format!("{place:04}")), seed).expect("a seed can be written");
    }
    TARGET.set(target).ok().expect("begin() is called once");
}
