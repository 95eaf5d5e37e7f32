//! Where the records of a log file begin and end, found without reading them.

use std::ops::Range;
use trailreflex_scan::Scan;

/// Returns the places of the records in a file, without reading them: the entries of `{"Records":[…]}`, of an array or of
/// lines of objects; none if the bytes are of another shape or damaged, and have to be read to know.
#[must_use]
pub fn record_places(bytes: &[u8]) -> Option<Vec<Range<usize>>> {
    Some(Scan::new().records(bytes).ok()?.map(|record| record.place()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_in_every_wrapping_or_not_at_all() {
        for (case, text, expected) in [
            (
                "a log file",
                r#"{"Records":[{"a":1},{"b":{"c":"}"}}]}"#,
                Some(vec![r#"{"a":1}"#, r#"{"b":{"c":"}"}}"#]),
            ),
            ("with blanks", "{ \"Records\" : [ {} , {} ] }\n", Some(vec!["{}", "{}"])),
            ("no records", r#"{"Records":[]}"#, Some(vec![])),
            ("an array", "[{},{}]", Some(vec!["{}", "{}"])),
            ("lines", "{\"a\":\"\\\"}\"}\n{}\n", Some(vec![r#"{"a":"\"}"}"#, "{}"])),
            ("one record", "{\"eventName\":\"x\"}", Some(vec!["{\"eventName\":\"x\"}"])),
            ("a file that is cut off", r#"{"Records":[{"a":1},{"b""#, None),
            ("something else among the entries", r#"{"Records":[{"a":1},7]}"#, None),
            ("something behind the list", r#"{"Records":[{"a":1}],"x":[{"b":2}]}"#, None),
            ("a log file and lines", "{\"Records\":[{}]}\n{}", None),
            ("no JSON", "hello", None),
        ] {
            let found = record_places(text.as_bytes());
            let texts =
                found.map(|all| all.into_iter().map(|range| text.get(range).unwrap()).collect::<Vec<_>>());
            assert_eq!(texts, expected, "{case}");
        }
    }
}
