//! From the module that cargo built to a module and glue that a browser can load.

use crate::client::Mode;
use crate::fingerprint;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// Changes when this file makes another output from the same module.
const RECIPE: &str = "bindgen 1";

/// What wasm-bindgen made of one module.
pub struct Bound {
    /// The ES module that loads it.
    pub glue: Vec<u8>,
    /// The module itself, still to be optimised for a release.
    pub wasm: PathBuf,
    /// Small scripts of dependencies that the glue imports, by their path.
    pub snippets: BTreeMap<String, Vec<u8>>,
}

/// Makes the glue for `name`, unless the last one was made from the same module.
pub fn bind(module: &Path, name: &str, mode: Mode, work: &Path) -> Result<Bound> {
    let folder = work.join(mode.name()).join(name);
    let bytes = fs::read(module).with_context(|| format!("{} is missing", module.display()))?;
    let input = format!("{RECIPE} {}", hex::encode(fingerprint::sha256(&bytes)));
    let stamp = folder.join("stamp");
    if !fingerprint::is_fresh(&stamp, &input) {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        generate(module, name, mode, &folder)?;
        fingerprint::stamp(&stamp, &input)?;
    }
    Ok(Bound {
        glue: fs::read(folder.join(format!("{name}.js")))?,
        wasm: folder.join(format!("{name}_bg.wasm")),
        snippets: snippets(&folder.join("snippets"))?,
    })
}

fn generate(module: &Path, name: &str, mode: Mode, folder: &Path) -> Result<()> {
    // Names and the features' section are stripped here and not by cargo: wasm-bindgen reads them.
    Bindgen::new()
        .input_path(module)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(mode == Mode::Release)
        .remove_producers_section(mode == Mode::Release)
        .generate(folder)
        .with_context(|| format!("wasm-bindgen refused {}", module.display()))
}

fn snippets(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let inside = path.strip_prefix(folder).expect("it was found in there");
                found.insert(inside.to_string_lossy().into_owned(), fs::read(&path)?);
            }
        }
    }
    Ok(found)
}
