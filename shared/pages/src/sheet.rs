//! What all CSV has in common: rows of cells that are texts to every program that opens them.

use crate::{NotWritten, safe};
use csv::WriterBuilder;

/// Returns a line.
///
/// # Errors
/// None that is known: it is written to memory.
pub fn row(cells: &[String]) -> Result<Vec<u8>, NotWritten> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(cells.iter().map(|cell| harmless(cell)))?;
    writer.into_inner().map_err(|error| NotWritten::Sheet(error.into_error().into()))
}

/// Makes a text one that no spreadsheet takes for a formula, and no terminal for a command.
///
/// Source: OWASP, "CSV Injection". The forms of full width count as well.
fn harmless(text: &str) -> String {
    let text = safe(text);
    // Tabs and line ends, which may begin one as well, are escaped by now.
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if is_formula { format!("'{text}") } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for (text, expected) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+1", "'+1"),
            ("-2+3", "'-2+3"),
            ("@SUM(1)", "'@SUM(1)"),
            (" =1", "' =1"),
            ("\t=1", "\\u{9}=1"),
            ("\r=1", "\\u{d}=1"),
            ("＝1", "'＝1"),
            ("aws-cli/2", "aws-cli/2"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }
}
