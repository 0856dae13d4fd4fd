//! Where things lie: the sources, and what is built from them.

use anyhow::{Context, Result, bail};
use std::env;
use std::path::{Path, PathBuf};

/// The two folders every command needs.
pub struct Place {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// `CARGO_TARGET_DIR`, or `target` in the workspace.
    pub target: PathBuf,
}

impl Place {
    /// Finds the workspace above this crate, or above the current folder.
    pub fn find() -> Result<Self> {
        // Read when running and not when compiling: a target folder may be shared by two clones.
        let start = match env::var_os("CARGO_MANIFEST_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => env::current_dir().context("the current folder cannot be read")?,
        };
        let Some(root) = start.ancestors().find(|folder| folder.join("Cargo.lock").is_file() || folder.join(".ci").is_dir()) else {
            bail!("no workspace lies above {}", start.display());
        };
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => env::current_dir()?.join(folder),
            None => root.join("target"),
        };
        Ok(Self { root: root.to_path_buf(), target })
    }

    /// The target folder of the client's modules. The server never shares a feature set with
    /// them, so sharing a folder would only make one wait for the other.
    pub fn wasm_target(&self) -> PathBuf {
        self.target.join("wasm-client")
    }

    /// A folder for what the build remembers between two runs.
    pub fn work(&self) -> PathBuf {
        self.target.join("client").join("work")
    }

    /// Where a file of the sources lies.
    pub fn source(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }
}
