//! Texts that somebody else has chosen, made harmless where they are shown.

use std::borrow::Cow;
use std::fmt::Write;

/// Escapes what could move the cursor, break a line, hide text or turn its direction.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len().saturating_add(16));
    for sign in text.chars() {
        if is_unsafe(sign) {
            escaped.extend(sign.escape_unicode());
        } else {
            escaped.push(sign);
        }
    }
    Cow::Owned(escaped)
}

/// JSON as it is, but with the unsafe signs in JSON's own escapes; it means the same.
#[must_use]
pub fn safe_json(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len().saturating_add(16));
    for sign in text.chars() {
        if is_unsafe(sign) {
            let mut units = [0; 2];
            for unit in sign.encode_utf16(&mut units) {
                let _ = write!(escaped, "\\u{unit:04x}"); // writing to a String cannot fail
            }
        } else {
            escaped.push(sign);
        }
    }
    Cow::Owned(escaped)
}

fn is_unsafe(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_an_attacker_cannot_steer_a_terminal() {
        for (case, text, expected) in [
            ("plain", "aws-cli/2.0", "aws-cli/2.0"),
            ("a colour", "\x1b[32mok", "\\u{1b}[32mok"),
            ("a one-byte control sequence", "\u{9b}2J", "\\u{9b}2J"),
            ("a forged line", "a\r\ncritical", "a\\u{d}\\u{a}critical"),
            ("text that runs backwards", "a\u{202e}b", "a\\u{202e}b"),
            ("letters", "ünïcode 猫", "ünïcode 猫"),
        ] {
            assert_eq!(safe(text), expected, "{case}");
        }
    }

    #[test]
    fn json_keeps_its_meaning_when_it_is_made_safe() {
        let value = serde_json::json!({"agent": "\u{9b}2J\u{1b}[0m\u{202e}\u{e0041}"});
        let text = value.to_string();
        let safe = safe_json(&text);
        assert!(!safe.chars().any(is_unsafe));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }
}
