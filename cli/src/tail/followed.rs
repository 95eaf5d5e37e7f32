//! What is new in files since they were looked at last.

use crate::input::{Content, content};
use crate::progress::Progress;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// What is known of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It had this length, and may still be written.
    Growing(u64),
    /// It was shown when it had this length.
    Done(u64),
}

/// All files that were looked at.
#[derive(Debug)]
pub(super) struct Followed {
    max_bytes: u64,
    known: HashMap<PathBuf, Known>,
}

/// What is new in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum New {
    Nothing,
    /// Whole records, decompressed.
    Bytes(Vec<u8>),
    /// It cannot be read; said once for each length.
    Unreadable(String),
}

impl Followed {
    /// Knows no file.
    pub(super) fn new(max_bytes: u64) -> Self {
        Self { max_bytes, known: HashMap::new() }
    }

    /// Looks at a file; what it holds already counts as shown if it `is_old`.
    pub(super) fn look(&mut self, path: &Path, is_old: bool) -> New {
        let Ok(length) = path.metadata().map(|file| file.len()) else { return New::Nothing };
        let known = self.known.get(path).copied();
        if is_old {
            self.known.insert(path.to_owned(), Known::Done(length));
            return New::Nothing;
        }
        if path.extension().is_some_and(|ending| ending == "ndjson" || ending == "jsonl") {
            return self.appended(path, known, length);
        }
        match known {
            Some(Known::Done(shown)) if shown == length => New::Nothing,
            // Twice the same length: whoever wrote it is done, or far too slow.
            Some(Known::Growing(before)) if before == length => {
                self.known.insert(path.to_owned(), Known::Done(length));
                match content(path, self.max_bytes, &Progress::hidden()) {
                    Ok(Content { cut: Some(reason), .. }) => New::Unreadable(format!("damaged: {reason}")),
                    Ok(Content { bytes, cut: None }) => New::Bytes(bytes.into_owned()),
                    Err(error) => New::Unreadable(format!("{error:#}")),
                }
            }
            Some(Known::Done(_) | Known::Growing(_)) | None => {
                self.known.insert(path.to_owned(), Known::Growing(length));
                New::Nothing
            }
        }
    }

    /// Returns the whole lines behind those that were shown; all of them if the file was begun anew.
    fn appended(&mut self, path: &Path, known: Option<Known>, length: u64) -> New {
        let shown = match known {
            Some(Known::Done(shown)) if shown <= length => shown,
            Some(Known::Done(_) | Known::Growing(_)) | None => 0,
        };
        if shown == length {
            return New::Nothing;
        }
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|mut file| {
            file.seek(SeekFrom::Start(shown))?;
            file.take(self.max_bytes.min(length.saturating_sub(shown))).read_to_end(&mut bytes)
        });
        if let Err(error) = read {
            self.known.insert(path.to_owned(), Known::Done(length));
            return New::Unreadable(error.to_string());
        }
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
        bytes.truncate(whole);
        let end = shown.saturating_add(u64::try_from(whole).unwrap_or_default());
        self.known.insert(path.to_owned(), Known::Done(end));
        if bytes.is_empty() { New::Nothing } else { New::Bytes(bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn bytes(text: &str) -> New {
        New::Bytes(text.as_bytes().to_vec())
    }

    #[test]
    fn a_file_is_shown_once_when_it_is_whole_and_lines_as_they_are_appended() {
        let folder = std::env::temp_dir().join(format!("trailreflex-tail-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (whole, lines, old) = (folder.join("a.json"), folder.join("b.ndjson"), folder.join("c.json"));
        let append = |path: &Path, text: &str| {
            let mut file = File::options().append(true).create(true).open(path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        };
        let mut followed = Followed::new(1 << 20);
        append(&old, "{}");
        assert_eq!(followed.look(&old, true), New::Nothing);
        assert_eq!(followed.look(&old, false), New::Nothing);
        append(&whole, "{\"a\"");
        assert_eq!(followed.look(&whole, false), New::Nothing);
        append(&whole, ":1}");
        assert_eq!(followed.look(&whole, false), New::Nothing, "it has grown");
        assert_eq!(followed.look(&whole, false), bytes("{\"a\":1}"));
        assert_eq!(followed.look(&whole, false), New::Nothing);
        append(&lines, "{}\n{\"b\"");
        assert_eq!(followed.look(&lines, false), bytes("{}\n"));
        assert_eq!(followed.look(&lines, false), New::Nothing, "half a line");
        append(&lines, ":2}\n");
        assert_eq!(followed.look(&lines, false), bytes("{\"b\":2}\n"));
        std::fs::write(&lines, "{}\n").unwrap();
        assert_eq!(followed.look(&lines, false), bytes("{}\n"), "begun anew");
        std::fs::write(folder.join("d.json.gz"), b"\x1f\x8b\x08").unwrap();
        assert_eq!(followed.look(&folder.join("d.json.gz"), false), New::Nothing);
        assert!(matches!(followed.look(&folder.join("d.json.gz"), false), New::Unreadable(_)));
        assert_eq!(followed.look(&folder.join("gone.json"), false), New::Nothing);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
