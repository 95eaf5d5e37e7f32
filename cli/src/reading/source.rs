//! Where what is read comes from: files, standard input, buckets.

use super::layout::{Location, Span};
use super::objects::{Object, Objects};
use crate::args::Inputs;
use crate::input::{Buffers, Content, Found, content_in, log_files, name_of};
use crate::progress::Progress;
use std::path::{Path, PathBuf};
use trailreflex_history::Wanted;

/// One input of many, not opened yet.
#[derive(Debug)]
pub(super) enum Source {
    File(Found),
    Object(Object),
}

/// What the inputs of a command mean.
#[derive(Debug)]
pub(super) struct Sources {
    parts: Vec<Part>,
    span: Span,
    wanted: Wanted,
    max_bytes: u64,
}

#[derive(Debug)]
enum Part {
    Files(Vec<Found>),
    Bucket(Location),
}

impl Sources {
    /// Finds all files; buckets are not asked yet.
    ///
    /// # Errors
    /// If an input names no bucket, or days are asked for of files.
    pub(super) fn find(inputs: &Inputs, wanted: &Wanted) -> anyhow::Result<Self> {
        let span = Span { since: inputs.since, until: inputs.until };
        let mut parts = Vec::new();
        for path in &inputs.paths {
            parts.push(match Location::read(&name_of(path))? {
                Some(location) => Part::Bucket(location),
                None => Part::Files(wanted_files(path, wanted)),
            });
        }
        let has_bucket = parts.iter().any(|part| matches!(part, Part::Bucket(_)));
        anyhow::ensure!(has_bucket || span.is_all(), "--since and --until are about s3:// inputs only");
        Ok(Self { parts, span, wanted: wanted.clone(), max_bytes: inputs.limit.max_bytes })
    }

    /// Returns how many bytes all files have; none if one of them does not say.
    pub(super) fn bytes(&self) -> Option<u64> {
        let size = |path: &Path| {
            std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|file| file.len())
        };
        let files = self.parts.iter().filter_map(|part| match part {
            Part::Files(files) => Some(files),
            Part::Bucket(_) => None,
        });
        files.flatten().flatten().map(|path| size(path)).sum()
    }

    /// Returns all inputs in order. A bucket is listed when its turn comes.
    pub(super) fn into_iter(self, progress: &Progress) -> impl Iterator<Item = Source> + Send {
        let Self { parts, span, wanted, max_bytes } = self;
        parts.into_iter().flat_map(move |part| -> Box<dyn Iterator<Item = Source> + Send> {
            match part {
                Part::Files(files) => Box::new(files.into_iter().map(Source::File)),
                Part::Bucket(location) => Box::new(
                    Objects::of(location, (span, wanted.clone()), max_bytes, progress).map(Source::Object),
                ),
            }
        })
    }
}

/// Returns the files of a folder whose names do not exclude what is wanted; a file that is named is always read.
fn wanted_files(path: &PathBuf, wanted: &Wanted) -> Vec<Found> {
    let mut found = log_files(std::slice::from_ref(path));
    if path.is_dir() {
        found.retain(|found| found.as_ref().map_or(true, |path| wanted.may_be_in(&name_of(path))));
    }
    found
}

impl Source {
    /// Returns its name and what it holds, decompressed, or why nothing can be read.
    pub(super) fn open<'b>(
        &'b self,
        max_bytes: u64,
        progress: &Progress,
        buffers: &'b mut Buffers,
    ) -> (String, Result<Content<'b>, String>) {
        let said = |error: anyhow::Error| format!("{error:#}");
        match self {
            Self::File(Ok(path)) => {
                (name_of(path), content_in(buffers, path, max_bytes, progress).map_err(said))
            }
            Self::File(Err((path, error))) => (name_of(path), Err(error.to_string())),
            Self::Object(Object { name, content: Ok(bytes) }) => {
                (name.clone(), buffers.of_stored(bytes, max_bytes).map_err(said))
            }
            Self::Object(Object { name, content: Err(reason) }) => (name.clone(), Err(reason.clone())),
        }
    }
}
