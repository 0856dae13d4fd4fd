//! Compressed copies, made once at build time so that the server only picks one.

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Below this a header costs more than compression saves.
const SMALLEST_BYTES: usize = 256;

/// Brotli at its highest level, with a window that covers a whole module.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    brotli::CompressorWriter::new(&mut packed, 64 * 1024, 11, 24).write_all(bytes).context("brotli writes into memory")?;
    Ok(packed)
}

/// Gzip at its highest level, for a proxy that knows nothing else.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish().context("gzip writes into memory")
}

/// Writes `path.br` and `path.gz` beside `path`, unless the content's hash is in the name and they
/// are already there.
pub fn beside(path: &Path, bytes: &[u8], name_has_hash: bool) -> Result<()> {
    if bytes.len() < SMALLEST_BYTES {
        return Ok(());
    }
    for (ending, pack) in [("br", brotli as fn(&[u8]) -> _), ("gz", gzip)] {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        let copy = Path::new(&name);
        if !(name_has_hash && copy.is_file()) {
            fs::write(copy, pack(bytes)?).with_context(|| format!("{} cannot be written", copy.display()))?;
        }
    }
    Ok(())
}
