//! Files that are there when they are whole, and not before.

use anyhow::Context;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file on its way: written under another name beside its own, and taken away again unless it is finished.
#[derive(Debug)]
pub(crate) struct OutputFile {
    out: BufWriter<File>,
    partial: PathBuf,
    path: PathBuf,
    is_finished: bool,
}

impl OutputFile {
    /// Begins.
    ///
    /// # Errors
    /// If the folder cannot be written to, or somebody else is writing this file.
    pub(crate) fn begin(path: &Path) -> anyhow::Result<Self> {
        let name = path.file_name().context("--output names no file")?.to_string_lossy();
        let partial = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
        let file =
            File::create_new(&partial).with_context(|| format!("{} cannot be written", partial.display()))?;
        Ok(Self { out: BufWriter::new(file), partial, path: path.to_owned(), is_finished: false })
    }

    /// Gives the file its name, in the place of what may have that name.
    ///
    /// # Errors
    /// If not all could be written.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        std::fs::rename(&self.partial, &self.path)
            .with_context(|| format!("{} cannot be written", self.path.display()))?;
        self.is_finished = true;
        Ok(())
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if !self.is_finished {
            // It is incomplete, and whoever is told of a failure knows that there is no result.
            let _ = std::fs::remove_file(&self.partial);
        }
    }
}
