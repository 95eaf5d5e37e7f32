//! What all of these read: a folder of rules, and gzipped log files, each decompressed in one go into the same memory.

use anyhow::{Context, Result};
use libdeflater::Decompressor;
use std::path::{Path, PathBuf};

/// The texts of the rules in a folder.
pub fn rules(folder: &Path) -> Result<Vec<String>> {
    let mut files = files(folder)?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "yml"));
    files.iter().map(|file| Ok(std::fs::read_to_string(file)?)).collect()
}

/// Gives the content of each log file below a folder to `look`.
pub fn each_file(folder: &Path, mut look: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let (mut gunzip, mut content) = (Decompressor::new(), Vec::new());
    for file in files(folder)?.iter().filter(|file| file.extension().is_some_and(|ending| ending == "gz")) {
        let stored = std::fs::read(file)?;
        let size = stored.last_chunk().map(|size| u32::from_le_bytes(*size)).context("too short")? as usize;
        if content.len() < size {
            content.resize(size, 0);
        }
        let size = gunzip.gzip_decompress(&stored, &mut content)?;
        look(&content[..size])?;
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The arguments: rules and logs.
pub fn arguments() -> Result<(PathBuf, PathBuf)> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    Ok((arguments.next().context("which rules?")?, arguments.next().context("which logs?")?))
}
