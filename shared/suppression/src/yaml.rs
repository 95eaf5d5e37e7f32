//! Suppressions in YAML.

use crate::entry::{Entry, entries};
use crate::refused::{Problem, Refused};
use serde_json::Value;

/// Reads a file of suppressions.
#[must_use]
pub fn read_yaml(file: &str, text: &str) -> (Vec<Entry>, Vec<Refused>) {
    match yaml_serde::from_str::<Value>(text) {
        Ok(content) => entries(file, content),
        Err(error) => {
            let problem = Problem::Malformed(error.to_string());
            let refused = Refused { file: file.to_owned(), suppression: String::new(), problem };
            (Vec::new(), vec![refused])
        }
    }
}

/// Tells whether a YAML file is one of suppressions rather than of rules, whether or not it can be read.
#[must_use]
pub fn is_suppressions(text: &str) -> bool {
    text.lines().any(|line| line.trim_start_matches('\u{feff}').starts_with("suppressions:"))
}
