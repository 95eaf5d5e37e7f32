//! Files, or parts of files, that are written from the code.

use crate::repository::{read, root};

/// Holds the part of `file` between the lines that contain `begin` and `end` to `wanted`: writes it and fails if it
/// differs, so that a second run passes and the change is seen.
pub(crate) fn assert_part(file: &str, begin: &str, end: &str, wanted: &str) {
    let text = read(file);
    let (before, rest) = text.split_once(begin).unwrap_or_else(|| panic!("{file} lacks the mark `{begin}`"));
    let (mark, rest) = rest.split_once('\n').unwrap();
    let (replaced, after) = rest.split_once(end).unwrap_or_else(|| panic!("{file} lacks the mark `{end}`"));
    let indent = replaced.rsplit('\n').next().unwrap();
    assert_file(file, &format!("{before}{begin}{mark}\n{wanted}{indent}{end}{after}"));
}

/// Holds all of `file` to `wanted`, likewise.
pub(crate) fn assert_file(file: &str, wanted: &str) {
    let path = root().join(file);
    if std::fs::read_to_string(&path).unwrap_or_default() != wanted {
        std::fs::write(path, wanted).unwrap();
        panic!("{file} was out of date and has been written anew: look at it and commit it");
    }
}
