//! Inputs: which files, and what is in them.

mod gunzip;

use crate::progress::Progress;
use anyhow::{Context, bail};
use flate2::read::MultiGzDecoder;
use gunzip::Gunzip;
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use trailreflex_model::cloudtrail::{LogFile, Record, Rejected, Rejection};

/// Endings of files that are read when a folder is given.
const ENDINGS: [&str; 6] = [".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz", ".jsonl.gz"];
/// The first bytes of a gzipped file, whatever it is called.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Largest file that is read as a whole before it is decompressed: many times what trails deliver.
const MOST_STORED: u64 = 16 << 20;

/// Reads the records of one input; `-` is stdin. Of a damaged file what stands before the damage is kept.
///
/// # Errors
/// If nothing can be read, or more than `max_bytes` would have to be.
pub(crate) fn log_file(path: &Path, max_bytes: u64) -> anyhow::Result<LogFile> {
    let Content { bytes, cut } = content(path, max_bytes, &Progress::hidden())?;
    let file = LogFile::read(&bytes);
    if let (Some(reason), true) = (&cut, file.records.is_empty()) {
        bail!("damaged: {reason}");
    }
    Ok(file)
}

/// Returns the records with their places among the file's entries, from 0.
pub(crate) fn placed(file: LogFile) -> impl Iterator<Item = (usize, Record)> {
    let mut rejected = file.rejected.into_iter().map(|entry| entry.position).peekable();
    let mut next = 0_usize;
    file.records.into_iter().map(move |record| {
        while rejected.next_if_eq(&next).is_some() {
            next = next.saturating_add(1);
        }
        let place = next;
        next = next.saturating_add(1);
        (place, record)
    })
}

/// Returns the entries that should be records and are not.
pub(crate) fn malformed(file: &LogFile) -> impl Iterator<Item = &Rejected> {
    file.rejected.iter().filter(|entry| match entry.reason {
        Rejection::NotARecord(_) | Rejection::NotJson { .. } => true,
        Rejection::Digest | Rejection::NoRecords | Rejection::Empty => false,
    })
}

/// Returns whether something in the file is no JSON.
pub(crate) fn is_not_json(file: &LogFile) -> bool {
    file.rejected.iter().any(|entry| matches!(entry.reason, Rejection::NotJson { .. }))
}

/// What a file holds, decompressed.
#[derive(Debug)]
pub(crate) struct Content<'b> {
    pub(crate) bytes: Cow<'b, [u8]>,
    /// Why its end is missing, if it is.
    pub(crate) cut: Option<String>,
}

/// Memory for files as they are stored and as they are decompressed, used again from file to file.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    stored: Vec<u8>,
    gunzip: Gunzip,
}

/// Reads one input; `-` is stdin.
///
/// # Errors
/// If nothing can be read, or more than `max_bytes` would have to be.
pub(crate) fn content(path: &Path, max_bytes: u64, progress: &Progress) -> anyhow::Result<Content<'static>> {
    if path == Path::new("-") {
        return decompressed(BufReader::new(progress.counting(std::io::stdin())), max_bytes);
    }
    let file = File::open(path).context("cannot be opened")?;
    decompressed(BufReader::new(progress.counting(file)), max_bytes)
}

/// Reads one input of many, into memory that is used again.
///
/// # Errors
/// If nothing can be read, or more than `max_bytes` would have to be.
pub(crate) fn content_in<'b>(
    buffers: &'b mut Buffers,
    path: &Path,
    max_bytes: u64,
    progress: &Progress,
) -> anyhow::Result<Content<'b>> {
    if path == Path::new("-") {
        return content(path, max_bytes, progress);
    }
    let file = File::open(path).context("cannot be opened")?;
    let is_small =
        file.metadata().is_ok_and(|file| file.is_file() && file.len() <= MOST_STORED.min(max_bytes));
    let mut source = progress.counting(file);
    if !is_small {
        return decompressed(BufReader::new(source), max_bytes);
    }
    let Buffers { stored, gunzip } = buffers;
    stored.clear();
    source.by_ref().take(MOST_STORED.min(max_bytes)).read_to_end(stored).context("cannot be read")?;
    let mut more = Vec::new();
    source.by_ref().take(1).read_to_end(&mut more).context("cannot be read")?;
    if !more.is_empty() {
        // It has grown meanwhile.
        return decompressed(
            BufReader::new(stored.as_slice().chain(more.as_slice()).chain(source)),
            max_bytes,
        );
    }
    at_once(stored, max_bytes, gunzip)
}

impl Buffers {
    /// Decompresses what was read elsewhere, if it is gzipped.
    ///
    /// # Errors
    /// If nothing can be read, or more than `max_bytes` would have to be.
    pub(crate) fn of_stored<'b>(
        &'b mut self,
        stored: &'b [u8],
        max_bytes: u64,
    ) -> anyhow::Result<Content<'b>> {
        at_once(stored, max_bytes, &mut self.gunzip)
    }
}

fn at_once<'b>(stored: &'b [u8], max_bytes: u64, gunzip: &'b mut Gunzip) -> anyhow::Result<Content<'b>> {
    if !stored.starts_with(&GZIP) && u64::try_from(stored.len()).is_ok_and(|length| length <= max_bytes) {
        return Ok(Content { bytes: stored.into(), cut: None });
    }
    match gunzip.whole(stored, max_bytes) {
        Some(bytes) => Ok(Content { bytes: bytes.into(), cut: None }),
        None => decompressed(stored, max_bytes),
    }
}

/// Reads a source piece by piece, decompressed if it is gzipped.
///
/// # Errors
/// If nothing can be read, or more than `max_bytes` would have to be.
pub(crate) fn decompressed(mut source: impl BufRead, max_bytes: u64) -> anyhow::Result<Content<'static>> {
    let is_gzip = source.fill_buf().context("cannot be read")?.starts_with(&GZIP);
    let mut reader: Box<dyn Read + '_> =
        if is_gzip { Box::new(MultiGzDecoder::new(source)) } else { Box::new(source) };
    let mut bytes = Vec::new();
    let read = reader.by_ref().take(max_bytes.saturating_add(1)).read_to_end(&mut bytes);
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > max_bytes {
        bail!("holds more than {max_bytes} bytes once decompressed; raise --max-bytes if that is meant");
    }
    match read {
        Ok(_) => Ok(Content { bytes: bytes.into(), cut: None }),
        Err(error) if is_gzip => Ok(Content { bytes: bytes.into(), cut: Some(error.to_string()) }),
        Err(error) => Err(error).context("cannot be read"),
    }
}

/// Reads a whole input as text, for what is not a log file.
///
/// # Errors
/// If it cannot be read, is longer than 1 MiB, as no event and no rule file is, or is not UTF-8.
pub(crate) fn text(path: &Path) -> anyhow::Result<String> {
    let Content { bytes, cut } = content(path, 1 << 20, &Progress::hidden())?;
    if let Some(reason) = cut {
        bail!("damaged: {reason}");
    }
    String::from_utf8(bytes.into_owned()).context("is not UTF-8")
}

/// A file that was found, or a path that leads nowhere.
pub(crate) type Found = Result<PathBuf, (PathBuf, std::io::Error)>;

/// Returns the log files that `paths` mean, those of a folder in the order of their names.
pub(crate) fn log_files(paths: &[PathBuf]) -> Vec<Found> {
    files(paths, &ENDINGS)
}

/// Tells whether a name is that of a log file.
pub(crate) fn is_log_file(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Returns `paths`, with folders replaced by the files in them, at any depth, that have one of `endings`.
///
/// Links to folders are not followed: they may lead in a circle.
pub(crate) fn files(paths: &[PathBuf], endings: &[&str]) -> Vec<Found> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            walk(path, endings, &mut found);
        } else {
            found.push(Ok(path.clone()));
        }
    }
    found
}

fn walk(folder: &Path, endings: &[&str], found: &mut Vec<Found>) {
    let entries = match std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
        Ok(entries) => entries,
        Err(error) => return found.push(Err((folder.to_owned(), error))),
    };
    let mut paths: Vec<_> = entries.iter().map(std::fs::DirEntry::path).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if !path.is_symlink() {
                walk(&path, endings, found);
            }
        } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            found.push(Ok(path));
        }
    }
}

/// Returns a path as output shows it.
pub(crate) fn name_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
