//! Texts that somebody else chose, made fit for people to read.

/// Returns `text` in one line without what hides or reorders letters, cut to `most` characters with an ellipsis.
///
/// Names and user agents are chosen by whoever is watched: a line break could forge a line of a message, a bidirectional
/// control could turn its meaning round, and one name could fill all of it.
pub(crate) fn line(text: &str, most: usize) -> String {
    let mut shown = String::new();
    let mut blank = true; // at the beginning none is wanted
    let mut length: usize = 0;
    for letter in text.chars() {
        let letter = if letter.is_whitespace() || letter.is_control() { ' ' } else { letter };
        if is_hidden(letter) || (letter == ' ' && blank) {
            continue;
        }
        if length == most {
            shown.pop();
            shown.push('…');
            return shown;
        }
        blank = letter == ' ';
        shown.push(letter);
        length = length.saturating_add(1);
    }
    shown.truncate(shown.trim_end().len());
    shown
}

/// Returns whether a character shows nothing by itself but changes how others are shown: Unicode's bidirectional controls,
/// zero-width characters, variation selectors, tags and the byte order mark.
fn is_hidden(letter: char) -> bool {
    matches!(letter, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Returns `text` as a string of CloudWatch Logs Insights, in quotation marks.
pub(crate) fn insights_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use trailreflex_model::shell_word;

    #[test]
    fn a_text_becomes_one_line_that_shows_all_that_is_in_it() {
        for (case, text, expected) in [
            ("a plain text", "alice", "alice"),
            ("lines", "a\r\nSeverity: low\u{2028}b", "a Severity: low b"),
            ("letters from right to left", "user\u{202E}gpj.exe", "usergpj.exe"),
            ("zero-width characters", "ad\u{200B}min\u{FEFF}", "admin"),
            ("terminal codes", "\u{1b}[31mred", "[31mred"),
            ("blanks around", "  a \t b  ", "a b"),
            ("as long as may be", "123456789012345678901234", "123456789012345678901234"),
            ("longer", "1234567890123456789012345", "12345678901234567890123…"),
            ("letters of several bytes", "ééééééééééééééééééééééééé", "ééééééééééééééééééééééé…"),
            ("nothing", "", ""),
        ] {
            assert_eq!(line(text, 24), expected, "{case}");
        }
    }

    #[test]
    fn a_text_cannot_leave_its_quotation_marks() {
        assert_eq!(insights_string(r#"a" or 1=1 \"#), r#""a\" or 1=1 \\""#);
        for (case, text, expected) in [
            ("a plain word", "arn:aws:iam::1:user/a", "arn:aws:iam::1:user/a"),
            ("a command", "a; rm -rf ~", "'a; rm -rf ~'"),
            ("a quotation mark", "it's", r"'it'\''s'"),
            ("nothing", "", "''"),
        ] {
            assert_eq!(shell_word(text), expected, "{case}");
        }
    }
}
