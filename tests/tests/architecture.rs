//! The walls: which crate may know which. Asked of cargo and of the sources, not of a diagram.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Asked when the test runs and not when it is built: a target folder may be shared by several checkouts.
fn root() -> PathBuf {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the tests lie");
    Path::new(&folder).parent().expect("the tests lie in the workspace").to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo speaks UTF-8")
}

/// Each crate of the workspace with what it names in its manifest, tests apart.
fn direct() -> BTreeMap<String, BTreeSet<String>> {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).expect("metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies");
            let normal = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
            let names = normal.map(|dependency| dependency["name"].as_str().expect("a name").to_owned()).collect();
            (package["name"].as_str().expect("a name").to_owned(), names)
        })
        .collect()
}

/// Everything that ends up in a build of `package`, for WASM.
fn linked(package: &str, features: &str) -> BTreeSet<String> {
    let tree = cargo(&[
        "tree",
        "--package",
        package,
        "--no-default-features",
        "--features",
        features,
        "--target",
        "wasm32-unknown-unknown",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ]);
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn assert_absent(from: &str, known: &BTreeSet<String>, forbidden: &[&str]) {
    let found: Vec<_> = forbidden.iter().filter(|name| known.contains(**name)).collect();
    assert!(found.is_empty(), "{from} knows {found:?}");
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source is text");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has sources");
    found
}

#[test]
fn the_core_knows_no_server_no_screen_and_no_clock() {
    let crates = direct();
    assert_absent(
        "shared",
        &crates["shared"],
        &["axum", "sqlx", "tokio", "leptos", "web-sys", "js-sys", "wasm-bindgen", "rand", "getrandom", "app", "server", "replica"],
    );
    for (path, text) in sources("shared/src") {
        for word in ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "thread_rng", "getrandom", "Uuid::new_v", "std::fs", "std::net"] {
            assert!(!text.contains(word), "{} uses {word}", path.display());
        }
    }
}

#[test]
fn each_module_links_its_own_part_alone() {
    let screen = linked("app", "csr");
    assert!(screen.contains("leptos"), "the tree was read: {screen:?}");
    assert_absent("app (csr)", &screen, &["automerge", "server", "axum", "sqlx", "tokio"]);
    let check = linked("verify", "");
    assert!(check.contains("shared"), "the tree was read: {check:?}");
    assert_absent("verify", &check, &["automerge", "leptos", "web-sys", "js-sys", "app", "replica", "server", "axum", "sqlx", "tokio"]);
    let replica = linked("replica", "");
    assert!(replica.contains("automerge"), "the tree was read: {replica:?}");
    assert_absent("replica", &replica, &["leptos", "app", "server", "axum", "sqlx", "tokio"]);
}

#[test]
fn directions_never_turn_round() {
    let crates = direct();
    assert_absent("app", &crates["app"], &["server", "replica", "sqlx", "axum"]);
    assert_absent("replica", &crates["replica"], &["server", "app", "leptos", "sqlx", "axum"]);
    assert_absent("verify", &crates["verify"], &["server", "app", "replica", "leptos", "sqlx", "axum"]);
    assert_absent("server", &crates["server"], &["replica", "web-sys"]);
}

#[test]
fn sql_is_in_the_store_alone() {
    for (path, text) in sources("server/src") {
        let in_store = path.components().any(|part| part.as_os_str() == "store") || path.ends_with("store.rs");
        assert!(in_store || !text.contains("sqlx::query"), "{} has SQL", path.display());
    }
}

#[test]
fn only_the_rules_can_accept() {
    // `Accepted` has private fields; a constructor elsewhere would have to be written in its own module.
    for (path, text) in sources("shared/src").into_iter().chain(sources("server/src")) {
        let in_rules = path.ends_with("rules.rs");
        assert!(in_rules || !text.contains("Accepted { body"), "{} builds an Accepted", path.display());
    }
}
