//! Rules as people write them: YAML, several documents to a file.

use serde::Deserialize;
use serde_json::Value;

use crate::document::{Document, Origin};
use crate::reject::{Reason, Rejected};
use crate::strict::Strict;

/// Most brackets that may be open in one document: a parser needs more time for each token the more there are.
const MAX_OPEN: usize = 500;

/// Reads every document of a YAML text; `file` is for messages.
///
/// Documents before a syntax error are kept, it and what follows it in the file are reported.
pub fn read_yaml(file: &str, text: &str) -> (Vec<Document>, Vec<Rejected>) {
    // A byte order mark says nothing about text that has been decoded.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = first_lines(text);
    let mut documents = Vec::new();
    let mut rejected = Vec::new();
    let (text, deep) = shallow(text);
    if let Some(line) = deep {
        let origin = Origin { file: file.to_owned(), line };
        rejected.push(Rejected { origin, title: None, reason: Reason::TooDeep });
    }
    for (number, parsed) in yaml_serde::Deserializer::from_str(text).enumerate() {
        let begins = lines.get(number).copied().unwrap_or(1);
        match Strict::deserialize(parsed) {
            Ok(Strict(Value::Null)) => {}
            Ok(Strict(value)) => {
                let end = lines.get(number + 1).copied().unwrap_or(u32::MAX);
                let own = (1..).zip(text.lines()).skip_while(|(line, _)| *line < begins);
                let own: Vec<&str> = own.take_while(|(line, _)| *line < end).map(|(_, text)| text).collect();
                documents.push(Document::new(file, begins, value).with_text(&own.join("\n")));
            }
            Err(error) => {
                let line =
                    error.location().and_then(|place| u32::try_from(place.line()).ok()).unwrap_or(begins);
                rejected.push(Rejected {
                    origin: Origin { file: file.to_owned(), line },
                    title: None,
                    reason: Reason::NotYaml(error.to_string()),
                });
                // After a syntax error the parser reports nothing but the same error again.
                break;
            }
        }
    }
    (documents, rejected)
}

/// Returns the documents before the first in which too many brackets are open, and the line on which they are.
///
/// Brackets are counted without regard to whether they stand in texts: no rule holds so many there either.
fn shallow(text: &str) -> (&str, Option<u32>) {
    let (mut open, mut begins, mut at) = (0_usize, 0_usize, 0_usize);
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        if line.starts_with("---") {
            (open, begins) = (0, at);
        }
        at += line.len();
        for byte in line.bytes() {
            match byte {
                b'[' | b'{' => open += 1,
                b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            if open > MAX_OPEN {
                return (text.get(..begins).unwrap_or_default(), Some(number));
            }
        }
    }
    (text, None)
}

/// Returns the line on which each document begins, counted from 1.
///
/// A line that begins with `---` separates documents wherever it stands: YAML forbids it inside block scalars.
fn first_lines(text: &str) -> Vec<u32> {
    let mut lines = Vec::new();
    let mut in_document = false;
    for (number, line) in (1..).zip(text.lines()) {
        let holds_content = !line.trim().is_empty() && !line.starts_with(['#', '%']);
        if line.starts_with("---") || (!in_document && holds_content) {
            // The separator belongs to neither document.
            lines.push(if line.trim_end() == "---" { number + 1 } else { number });
            in_document = true;
        } else if line.starts_with("...") {
            in_document = false;
        }
    }
    lines
}
