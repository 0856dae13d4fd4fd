//! Which compiler builds for the browser.
//!
//! In this order: a compiler whose wasm32 target is installed; rustup, if it can fetch the target;
//! a compiler that has the standard library's sources beside it, which then builds that library
//! too (Debian's `rustc-web cargo-web rust-web-src`, fetched with apt where that is allowed).
//!
//! A release asks for the sources first: a standard library built for size, whose panics carry no
//! words, and the flags of a release together took 16 % off the download.

use crate::client::Mode;
use crate::place::Place;
use crate::step;
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

/// The target of both modules.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Components without their types build faster, and a third of the code is gone: what draws is
/// there once a type of value and not once a place. Always set, so that flags meant for the native
/// build do not rebuild the client.
const RUSTFLAGS: [&str; 2] = ["--cfg", "erase_components"];
/// A release leaves out what only a developer would read: the place of a panic in the sources, and
/// what `{:?}` prints. The compiler takes these two only when told that it may (`RUSTC_BOOTSTRAP`);
/// they leave out data and change no other code.
const SMALL_RUSTFLAGS: [&str; 2] = ["-Zlocation-detail=none", "-Zfmt-debug=none"];
/// A panic stops the module at once, instead of putting words together that nobody sees: neither
/// module has a panic hook. Only for a standard library that is built the same way.
const SMALL_STD_RUSTFLAGS: [&str; 2] = ["-Zunstable-options", "-Cpanic=immediate-abort"];

/// rustup keeps trying for minutes without a network; by then the other way would be done.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);
/// How long a failed `rustup target add` is believed before it is tried again.
const RUSTUP_FAILURE_HOLDS: Duration = Duration::from_secs(24 * 60 * 60);
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
/// The oldest compiler whose sources are worth building: `rust-version` of the workspace.
const OLDEST_MINOR: u32 = 95;

/// A way to build for the browser.
pub enum Toolchain {
    /// The target is installed for the compiler in use.
    Installed,
    /// The standard library is built from its sources, by the compiler that came with them.
    FromSource { cargo: PathBuf, rustc: PathBuf, linker: PathBuf },
}

impl Toolchain {
    /// Finds a way, installing what is missing if that is possible.
    pub fn find(place: &Place, mode: Mode) -> Result<Self> {
        // For trying the second way on a machine that has the first.
        let forced_source = env::var_os("COUNTERSIGN_WASM_FROM_SOURCE").is_some();
        if mode == Mode::Release
            && let Some(found) = sources_for_release(place)
        {
            return Ok(found);
        }
        if !forced_source && (target_is_installed() || rustup_adds_target(place, true)) {
            if mode == Mode::Release {
                step::say("neither rustup's rust-src nor Debian's rust-web-src is here: with the ready-made standard library the client is larger");
            }
            return Ok(Self::Installed);
        }
        if let Some(found) = from_source() {
            return Ok(found);
        }
        if apt_installs(&DEBIAN_PACKAGES)
            && let Some(found) = from_source()
        {
            return Ok(found);
        }
        if !forced_source && rustup_adds_target(place, false) {
            return Ok(Self::Installed);
        }
        bail!(
            "building for the browser needs either `rustup target add {TARGET}` (rustup with a \
             network), or a compiler with its library's sources, on Debian `apt-get install \
             --no-install-recommends {}` as root; neither worked here",
            DEBIAN_PACKAGES.join(" ")
        )
    }

    /// A `cargo rustc` for the browser, with nothing of the calling cargo's environment that would
    /// send it to another compiler.
    ///
    /// It is `rustc` and not `build` so that the caller can ask for a cdylib: were that written in
    /// the crates themselves, every native build would link one for nothing.
    pub fn cargo_rustc(&self, place: &Place, mode: Mode) -> Command {
        let mut command = match self {
            Self::Installed => {
                let mut command = Command::new(cargo());
                command.arg("rustc");
                command
            }
            Self::FromSource { cargo, rustc, linker } => {
                let mut command = Command::new(cargo);
                for name in ["RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH", "CARGO", "RUSTDOC"] {
                    command.env_remove(name);
                }
                command
                    .arg("rustc")
                    .arg("-Zbuild-std=std,panic_abort")
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("RUSTC", rustc)
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
                if mode == Mode::Release {
                    command.arg("-Zbuild-std-features=optimize_for_size");
                }
                command
            }
        };
        let mut flags = RUSTFLAGS.to_vec();
        if mode == Mode::Release {
            flags.extend(SMALL_RUSTFLAGS);
            if matches!(self, Self::FromSource { .. }) {
                flags.extend(SMALL_STD_RUSTFLAGS);
            }
            command.env("RUSTC_BOOTSTRAP", "1");
        }
        command
            .current_dir(&place.root)
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("RUSTFLAGS", flags.join(" "))
            .args(["--target", TARGET, "--target-dir"])
            .arg(place.wasm_target());
        command
    }
}

/// The cargo that called this program, else the one on the PATH.
pub fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

fn target_is_installed() -> bool {
    step::ask(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))
        .and_then(|folder| fs::read_dir(folder).ok())
        .is_some_and(|mut entries| entries.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))))
}

fn rustup_adds_target(place: &Place, believe_last_failure: bool) -> bool {
    rustup_adds(place, ["target", TARGET], believe_last_failure) && target_is_installed()
}

fn rustup_adds(place: &Place, [sort, name]: [&str; 2], believe_last_failure: bool) -> bool {
    let memory = place.work().join(format!("rustup-could-not-add-{sort}"));
    let failed_lately = fs::metadata(&memory)
        .and_then(|data| data.modified())
        .is_ok_and(|then| SystemTime::now().duration_since(then).is_ok_and(|age| age < RUSTUP_FAILURE_HOLDS));
    if believe_last_failure && failed_lately {
        return false;
    }
    if step::ask(Command::new("rustup").arg("--version")).is_none() {
        return false;
    }
    step::say(&format!("rustup {sort} add {name}"));
    let added = step::succeeds_within(Command::new("rustup").args([sort, "add", name]).env("RUSTUP_MAX_RETRIES", "1"), RUSTUP_LIMIT);
    if !added {
        // Only a shortcut for the next run, so that failing to write it costs nothing.
        drop(fs::create_dir_all(place.work()).and_then(|()| fs::write(&memory, "")));
    }
    added
}

fn sources_for_release(place: &Place) -> Option<Toolchain> {
    from_source()
        .or_else(|| rustup_adds(place, ["component", "rust-src"], true).then(from_source).flatten())
        .or_else(|| apt_installs(&DEBIAN_PACKAGES).then(from_source).flatten())
}

fn from_source() -> Option<Toolchain> {
    [("/usr/bin/cargo", "/usr/bin/rustc"), ("cargo", "rustc")].into_iter().find(|(_, rustc)| has_sources(rustc) && is_new_enough(rustc)).and_then(
        |(cargo, rustc)| {
            Some(Toolchain::FromSource {
                cargo: PathBuf::from(cargo),
                rustc: PathBuf::from(rustc),
                linker: linker().or_else(|| apt_installs(&["lld"]).then(linker).flatten())?,
            })
        },
    )
}

fn has_sources(rustc: &str) -> bool {
    sysroot(rustc).is_some_and(|root| root.join("lib/rustlib/src/rust/library/std").is_dir())
}

fn sysroot(rustc: &str) -> Option<PathBuf> {
    step::ask(Command::new(rustc).args(["--print", "sysroot"]).env_remove("LD_LIBRARY_PATH")).map(PathBuf::from)
}

fn is_new_enough(rustc: &str) -> bool {
    step::ask(Command::new(rustc).arg("--version").env_remove("LD_LIBRARY_PATH"))
        .and_then(|told| {
            let minor = told.split('.').nth(1)?.parse::<u32>().ok()?;
            Some(minor >= OLDEST_MINOR)
        })
        .unwrap_or(false)
}

fn linker() -> Option<PathBuf> {
    let of_rustup = sysroot("rustc")
        .and_then(|root| fs::read_dir(root.join("lib/rustlib")).ok()?.flatten().map(|entry| entry.path().join("bin/rust-lld")).find(|path| path.is_file()));
    of_rustup.or_else(|| {
        let paths = env::var_os("PATH")?;
        env::split_paths(&paths).map(|folder| folder.join("wasm-ld")).find(|path| path.is_file())
    })
}

/// Installs Debian packages if this is Debian and root asks; whether they are there afterwards.
pub fn apt_installs(packages: &[&str]) -> bool {
    if !Path::new("/usr/bin/apt-get").exists() || !is_root() {
        return false;
    }
    step::say(&format!("apt-get install {}", packages.join(" ")));
    let install = || {
        let mut command = Command::new("apt-get");
        command.args(["install", "--yes", "--no-install-recommends"]).args(packages).env("DEBIAN_FRONTEND", "noninteractive");
        step::run(&mut command).is_ok()
    };
    install() || (step::run(Command::new("apt-get").arg("update")).context("the package lists could not be refreshed").is_ok() && install())
}

fn is_root() -> bool {
    step::ask(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}
