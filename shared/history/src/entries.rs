//! Where the records of a log file begin and end, found without reading them.

use memchr::{memchr2, memchr3};
use std::ops::Range;

/// Returns the places of the records in a file, without reading them: the entries of `{"Records":[…]}` or of lines of objects; none if the bytes are of another
/// shape or damaged, and have to be read to know.
#[must_use]
pub fn record_places(bytes: &[u8]) -> Option<Vec<Range<usize>>> {
    let (start, is_list) = match list_start(bytes) {
        Some(start) => (start, true),
        None => (0, false),
    };
    let mut found = Vec::new();
    let mut at = start;
    loop {
        at = skip_blanks(bytes, at);
        match bytes.get(at) {
            Some(b'{') => {
                let end = object_end(bytes, at)?;
                found.push(at..end);
                at = skip_blanks(bytes, end);
                match (is_list, bytes.get(at)) {
                    (true, Some(b',')) => at = at.checked_add(1)?,
                    (true, Some(b']')) | (false, Some(b'{') | None) => {}
                    (true, Some(_) | None) | (false, Some(_)) => return None,
                }
            }
            Some(b']') if is_list => return is_closed(bytes, at).then_some(found),
            None if !is_list => return Some(found),
            Some(_) | None => return None,
        }
    }
}

/// Returns where the entries begin of `{"Records":[` or `[`.
fn list_start(bytes: &[u8]) -> Option<usize> {
    let wrapped: &[&[u8]] = &[b"{", b"\"Records\"", b":", b"["];
    let bare: &[&[u8]] = &[b"["];
    [wrapped, bare].into_iter().find_map(|tokens| {
        let mut rest = bytes;
        for token in tokens {
            rest = rest.trim_ascii_start().strip_prefix(*token)?;
        }
        Some(bytes.len().saturating_sub(rest.len()))
    })
}

/// Tells whether nothing follows the list but what closes its wrapping, if it has one.
fn is_closed(bytes: &[u8], at: usize) -> bool {
    let is_wrapped = bytes.trim_ascii_start().starts_with(b"{");
    let rest = bytes.get(at..).unwrap_or_default().trim_ascii();
    let behind = rest.strip_prefix(b"]").map(<[u8]>::trim_ascii_start);
    behind.is_some_and(|behind| if is_wrapped { behind == b"}" } else { behind.is_empty() })
}

fn skip_blanks(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let count = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    at.saturating_add(count)
}

/// Returns the place behind the object that begins at `start`.
fn object_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        at = at.checked_add(memchr3(b'"', b'{', b'}', bytes.get(at..)?)?)?;
        match bytes.get(at)? {
            b'{' => depth = depth.checked_add(1)?,
            b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return at.checked_add(1);
                }
            }
            _ => at = text_end(bytes, at.checked_add(1)?)?,
        }
        at = at.checked_add(1)?;
    }
}

/// Returns the place of the quotation mark that closes a text.
fn text_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at = at.checked_add(memchr2(b'"', b'\\', bytes.get(at..)?)?)?;
        if bytes.get(at)? == &b'"' {
            return Some(at);
        }
        at = at.checked_add(2)?; // whatever is escaped does not close it
    }
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
