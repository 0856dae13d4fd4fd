//! Everything around the modules: the page, the style, the service workers and their lists.
//!
//! The finished folder is laid out as it is served: `index.html` for every `/app/*`, `client/` for
//! what carries its content's hash in its name and never changes, and `sw.js`,
//! `manifest.webmanifest` and `icons/` at the root. `verify/` is what the page that checks a proof
//! needs, with a service worker of its own: no phone carries it. `assets.json` names the hashed
//! files for the server's own pages.

use crate::client::Mode;
use crate::compress;
use crate::fingerprint;
use crate::place::Place;
use crate::script;
use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module as wasm-bindgen (and, for a release, wasm-opt) left it.
pub struct Module {
    pub name: &'static str,
    pub glue: Vec<u8>,
    pub wasm: Vec<u8>,
    pub snippets: BTreeMap<String, Vec<u8>>,
}

/// A script of ours, as it stands in `public/`.
struct Script {
    /// By which name others ask for it.
    name: &'static str,
    source: &'static str,
    /// Where it is served, before the hash.
    stem: &'static str,
}

/// A script is behind those that it names.
const SCRIPTS: [Script; 4] = [
    Script { name: "replica_worker", source: "shell/replica-worker.js", stem: "client/replica-worker" },
    Script { name: "boot", source: "shell/boot.js", stem: "client/boot" },
    Script { name: "verify_worker", source: "verify/worker.js", stem: "verify/worker" },
    Script { name: "verify_page", source: "verify/page.js", stem: "verify/page" },
];

/// The module of the page that checks a proof, and the folder of what that page needs.
const VERIFY: &str = "verify";
const SERVICE_WORKER: &str = "sw.js";
const VERIFY_SERVICE_WORKER: &str = "verify/sw.js";
const PAGE: &str = "index.html";

/// The client's files, by the path under which they are served (without the leading slash).
pub struct Shell {
    files: BTreeMap<String, Vec<u8>>,
}

impl Shell {
    /// Reads `public/` and fills in the names of the hashed files.
    pub fn read(place: &Place, modules: Vec<Module>) -> Result<Self> {
        let mut files = BTreeMap::new();
        let mut names = BTreeMap::new();
        for module in modules {
            add_module(&mut files, &mut names, module);
        }
        let source = |path: &str| -> Result<String> {
            let path = place.source("public").join(path);
            fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
        };
        for Script { name, source: script, stem } in SCRIPTS {
            let text = filled(&source(script)?, &names)?;
            let path = format!("{stem}-{}.js", fingerprint::short(&[text.as_bytes()]));
            names.insert(name.to_owned(), format!("/{path}"));
            files.insert(path, text.into_bytes());
        }
        let style = style(place)?;
        let path = format!("client/style-{}.css", fingerprint::short(&[&style]));
        names.insert("style".to_owned(), format!("/{path}"));
        files.insert(path, style);

        add_icons(&mut files, place)?;
        files.insert("manifest.webmanifest".to_owned(), source("manifest.webmanifest")?.into_bytes());
        let page = filled(&source("shell/index.html")?, &names)?;
        files.insert(PAGE.to_owned(), page.into_bytes());

        let (version, list) = precache(files.iter().filter(|(path, _)| !is_for_verify(path)));
        names.insert("version".to_owned(), version);
        let assets = serde_json::to_vec_pretty(&names)?;
        names.insert("precache".to_owned(), list);
        let (version, list) = precache(files.iter().filter(|(path, _)| is_for_verify(path) || surrounds_pages(path)));
        names.insert("verify_version".to_owned(), version);
        names.insert("verify_precache".to_owned(), list);
        for (path, script) in [(SERVICE_WORKER, "shell/sw.js"), (VERIFY_SERVICE_WORKER, "verify/sw.js")] {
            files.insert(path.to_owned(), filled(&source(script)?, &names)?.into_bytes());
        }
        files.insert("assets.json".to_owned(), assets);
        Ok(Self { files })
    }

    /// Writes the folder as it is served, and removes what an earlier build left there.
    pub fn write(&self, folder: &Path, mode: Mode) -> Result<()> {
        fs::create_dir_all(folder.join("client"))?;
        fs::create_dir_all(folder.join("icons"))?;
        // The page and the service workers name the others, so they come last.
        let (last, first): (Vec<_>, Vec<_>) = self.files.iter().partition(|(path, _)| names_others(path));
        for (path, bytes) in first.into_iter().chain(last) {
            let target = folder.join(path);
            let parent = target.parent().expect("it lies in the folder");
            fs::create_dir_all(parent)?;
            if fs::read(&target).is_ok_and(|written| written == *bytes) && mode == Mode::Dev {
                continue;
            }
            fs::write(&target, bytes).with_context(|| format!("{} cannot be written", target.display()))?;
            if mode == Mode::Release && !path.ends_with(".png") && path != "assets.json" {
                compress::beside(&target, bytes, has_hash(path))?;
            }
        }
        self.prune(folder)
    }

    fn prune(&self, folder: &Path) -> Result<()> {
        let kept: BTreeSet<&str> = self.files.keys().map(String::as_str).collect();
        let mut open = vec![folder.to_path_buf()];
        while let Some(next) = open.pop() {
            for entry in fs::read_dir(&next)? {
                let path = entry?.path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let name = path.strip_prefix(folder).expect("it was found in there").to_string_lossy().into_owned();
                let original = name.strip_suffix(".br").or_else(|| name.strip_suffix(".gz")).unwrap_or(&name);
                if !kept.contains(original) {
                    fs::remove_file(&path)?;
                }
            }
        }
        Ok(())
    }
}

fn is_for_verify(path: &str) -> bool {
    path.starts_with("verify/")
}

/// What the head of a page that the server renders asks for.
fn surrounds_pages(path: &str) -> bool {
    path.starts_with("client/style-") || path == "icons/icon.svg" || path == "manifest.webmanifest"
}

fn names_others(path: &str) -> bool {
    path == PAGE || path.ends_with(SERVICE_WORKER)
}

fn has_hash(path: &str) -> bool {
    (path.starts_with("client/") || is_for_verify(path)) && !names_others(path)
}

fn add_module(files: &mut BTreeMap<String, Vec<u8>>, names: &mut BTreeMap<String, String>, module: Module) {
    let mut parts: Vec<&[u8]> = vec![&module.glue, &module.wasm];
    for (path, bytes) in &module.snippets {
        parts.extend([path.as_bytes(), bytes]);
    }
    let hash = fingerprint::short(&parts);
    let folder = if module.name == VERIFY { VERIFY } else { "client" };
    let stem = format!("{folder}/{}-{hash}", module.name);
    // The glue imports its snippets by a relative path; theirs must change when they do.
    let glue = String::from_utf8(module.glue).expect("wasm-bindgen writes text").replace("./snippets/", &format!("./{}-{hash}-snippets/", module.name));
    for (path, bytes) in module.snippets {
        files.insert(format!("{stem}-snippets/{path}"), bytes);
    }
    names.insert(format!("{}_js", module.name), format!("/{stem}.js"));
    files.insert(format!("{stem}.js"), glue.into_bytes());
    // That page may make no request, a script is all that it can load.
    if module.name == VERIFY {
        names.insert(format!("{}_module", module.name), format!("/{stem}-module.js"));
        files.insert(format!("{stem}-module.js"), script::of_bytes(&module.wasm).into_bytes());
    } else {
        names.insert(format!("{}_wasm", module.name), format!("/{stem}.wasm"));
        files.insert(format!("{stem}.wasm"), module.wasm);
    }
}

fn add_icons(files: &mut BTreeMap<String, Vec<u8>>, place: &Place) -> Result<()> {
    for path in sorted(&place.source("public/icons"))? {
        let name = path.file_name().expect("a file has a name").to_string_lossy();
        files.insert(format!("icons/{name}"), fs::read(&path)?);
    }
    Ok(())
}

/// The shell's few rules, then the style sheets in the order of their names.
fn style(place: &Place) -> Result<Vec<u8>> {
    let mut all = fs::read(place.source("public/shell/shell.css"))?;
    let folder = place.source("public/css");
    if folder.is_dir() {
        for path in sorted(&folder)? {
            if path.extension().is_some_and(|ending| ending == "css") {
                all.push(b'\n');
                all.extend(fs::read(&path)?);
            }
        }
    }
    Ok(all)
}

fn sorted(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut paths = fs::read_dir(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| path.is_file());
    paths.sort();
    Ok(paths)
}

/// The version and the list of what the service worker keeps: each address with the SHA-256 of its
/// content, so that a captive portal's page can never be kept in its place.
fn precache<'a>(files: impl Iterator<Item = (&'a String, &'a Vec<u8>)>) -> (String, String) {
    let mut list = Vec::new();
    for (path, bytes) in files {
        let address = match path.as_str() {
            PAGE => "/app/".to_owned(),
            other => format!("/{other}"),
        };
        let digest = BASE64.encode(fingerprint::sha256(bytes));
        list.push(serde_json::json!([address, format!("sha256-{digest}")]));
    }
    let list = serde_json::Value::Array(list).to_string();
    (fingerprint::short(&[list.as_bytes()]), list)
}

/// Replaces each `{{name}}` of a template; a name nobody knows is an error, not an empty place.
fn filled(template: &str, names: &BTreeMap<String, String>) -> Result<String> {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else {
            bail!("a template opens {{{{ and does not close it");
        };
        let Some(value) = names.get(name) else {
            bail!("a template asks for {name:?}, which the build does not make");
        };
        text.push_str(before);
        text.push_str(value);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_and_an_unknown_name_is_refused() {
        let names = BTreeMap::from([("a".to_owned(), "one".to_owned())]);
        assert_eq!(filled("x {{a}} y", &names).expect("a is known"), "x one y");
        assert!(filled("{{b}}", &names).is_err());
        assert!(filled("{{a", &names).is_err());
    }

    #[test]
    fn the_version_changes_with_any_byte_of_any_file() {
        let mut files = BTreeMap::from([("index.html".to_owned(), b"a".to_vec())]);
        let (before, list) = precache(files.iter());
        assert!(list.contains("\"/app/\""), "the page is kept under the app's address");
        files.insert("index.html".to_owned(), b"b".to_vec());
        assert_ne!(before, precache(files.iter()).0);
    }
}
