//! JSON values one after the other, going on behind what cannot be read.
//!
//! One record that nests too deeply or holds half a surrogate pair must not hide the others of its file:
//! an attacker can write such a record.

use crate::shown;
use serde_json::{Deserializer, Value};

/// The JSON values in some bytes: concatenated or one on each line.
pub(super) struct Values<'a> {
    bytes: &'a [u8],
    offset: usize,
    /// Once something was unreadable, separators of the array that was entered are skipped.
    is_damaged: bool,
    /// An array was entered on this line. Another one in it holds no records, and entering a thousand brackets one
    /// after the other would read what follows them as often.
    is_inside: bool,
    /// Up to here it is known whether the line has ended since.
    looked_to: usize,
}

/// A place that holds no JSON value.
pub(super) struct Damage {
    pub(super) at_byte: usize,
    pub(super) cause: String,
}

impl<'a> Values<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let offset = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }; // byte order mark
        Self { bytes, offset, is_damaged: false, is_inside: false, looked_to: offset }
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.offset..).unwrap_or_default()
    }

    fn advance(&mut self, count: usize) {
        self.offset = self.offset.saturating_add(count);
    }

    /// Returns where the entries begin of the array that begins here, unless it is one inside another.
    fn enter_array(&mut self, rest: &[u8]) -> Option<usize> {
        let since = self.bytes.get(self.looked_to..self.offset).unwrap_or_default();
        self.is_inside &= !since.contains(&b'\n');
        self.looked_to = self.offset;
        let start = array_start(rest).filter(|_| !self.is_inside)?;
        self.is_inside = true;
        Some(start)
    }

    fn skip_separators(&mut self) {
        let is_separator =
            |byte: &u8| byte.is_ascii_whitespace() || (self.is_damaged && matches!(byte, b',' | b']' | b'}'));
        let count = self.rest().iter().take_while(|byte| is_separator(byte)).count();
        self.advance(count);
    }
}

impl Iterator for Values<'_> {
    type Item = Result<Value, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.skip_separators();
            let rest = self.rest();
            let mut stream = Deserializer::from_slice(rest).into_iter::<Value>();
            match stream.next()? {
                Ok(value) => {
                    self.advance(stream.byte_offset().max(1));
                    return Some(Ok(value));
                }
                Err(error) => {
                    self.is_damaged = true;
                    if let Some(into_array) = self.enter_array(rest) {
                        self.advance(into_array);
                        continue; // the damage is met again at the entry that has it
                    }
                    let damage = Damage { at_byte: self.offset, cause: shown(&error.to_string()) };
                    self.advance(behind_damage(rest));
                    return Some(Err(damage));
                }
            }
        }
    }
}

/// Returns where the entries of `[…` or `{"Records":[…` begin.
fn array_start(bytes: &[u8]) -> Option<usize> {
    let tokens: &[&[u8]] =
        if bytes.starts_with(b"[") { &[b"["] } else { &[b"{", b"\"Records\"", b":", b"["] };
    let mut rest = bytes;
    for token in tokens {
        rest = rest.trim_ascii_start().strip_prefix(*token)?;
    }
    Some(bytes.len().saturating_sub(rest.len()))
}

/// Returns where to go on: behind the object or array if it closes on this line, else at the next line with one.
///
/// Never inside it: what a caller chose to put there must not be taken for a record.
fn behind_damage(bytes: &[u8]) -> usize {
    let line_end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, following) = bytes.split_at_checked(line_end).unwrap_or((bytes, &[]));
    if let Some(length) = entry_length(line) {
        return length;
    }
    let skipped: usize = following
        .split_inclusive(|byte| *byte == b'\n')
        .take_while(|line| !line.trim_ascii_start().starts_with(b"{"))
        .map(<[u8]>::len)
        .sum();
    line_end.saturating_add(skipped)
}

/// Returns the length of the object or array that `line` begins with, counting brackets outside of texts.
fn entry_length(line: &[u8]) -> Option<usize> {
    let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in line.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth = depth.saturating_add(1),
            b'}' | b']' if !in_text => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at.checked_add(1);
                }
            }
            _ => {}
        }
    }
    None
}
