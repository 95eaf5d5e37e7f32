//! Large inputs of one record per line in pieces, so that several threads can read them and few records are in
//! memory at a time.

use memchr::memmem;

/// About how many bytes a piece has: what takes a thread some ten milliseconds.
const PIECE: usize = 4 << 20;
/// Longest first line of which it is asked whether it is a record.
const LONGEST: usize = 1 << 20;

/// Cuts `bytes` where that cannot cut a record, or not at all.
///
/// Lines are only taken for records if the first is one. A piece begins at a line that begins an object, the place
/// from which reading goes on behind damage, too.
pub(super) fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> + Send {
    let is_cuttable = bytes.len() > PIECE && has_a_record_per_line(bytes);
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest.take()?;
        let cut = || {
            let (_, tail) = bytes.split_at_checked(PIECE)?;
            let at = memmem::find(tail, b"\n{")?.saturating_add(PIECE).saturating_add(1);
            bytes.split_at_checked(at)
        };
        match is_cuttable.then(cut).flatten() {
            Some((piece, behind)) => {
                rest = Some(behind);
                Some(piece)
            }
            None => Some(bytes),
        }
    })
}

fn has_a_record_per_line(bytes: &[u8]) -> bool {
    // No record is as long, but a log file is one line.
    let start = bytes.get(..LONGEST).unwrap_or(bytes);
    let Some((line, _)) = memchr::memchr(b'\n', start).and_then(|end| start.split_at_checked(end)) else {
        return false;
    };
    let is_object = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(line);
    is_object.is_ok_and(|object| !object.contains_key("Records"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_begins_with_a_record_and_nothing_is_lost() {
        let line = format!("{{\"eventID\":\"{}\"}}\n", "x".repeat(1000));
        for (case, text, expected) in [
            ("records by line", line.repeat(10_000), 3),
            ("few of them", line.repeat(10), 1),
            ("one record over many lines", format!("{{\n{}", line.repeat(10_000)), 1),
            ("a log file", format!("{{\"Records\":[{{}}]}}\n{}", line.repeat(10_000)), 1),
            ("lines that begin no record", format!("{line}{}", " 7\n".repeat(3_000_000)), 1),
        ] {
            let found: Vec<_> = pieces(text.as_bytes()).collect();
            assert_eq!(found.len(), expected, "{case}");
            assert!(found.iter().skip(1).all(|piece| piece.starts_with(b"{")), "{case}");
            assert!(found.concat() == text.as_bytes(), "{case}");
        }
    }
}
