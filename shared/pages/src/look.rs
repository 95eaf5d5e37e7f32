//! What all HTML pages share: one file without anything from elsewhere, and a policy that forbids it.

use crate::safe;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Style and script of a page, and the policy that admits these two and nothing else.
#[derive(Debug)]
pub struct Look {
    /// Style.
    pub style: &'static str,
    /// Script.
    pub script: &'static str,
    /// A Content-Security-Policy. It names both by hash, so markup that got in would be dead.
    pub policy: String,
}

impl Default for Look {
    fn default() -> Self {
        Self::new()
    }
}

impl Look {
    /// The one that all pages have.
    #[must_use]
    pub fn new() -> Self {
        let style = include_str!("../templates/page.css");
        let script = include_str!("../templates/page.js");
        let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            hash(style),
            hash(script)
        );
        Self { style, script, policy }
    }
}

/// Makes visible what would hide or turn text in a browser, too. The template escapes what is markup.
#[must_use]
pub fn shown(text: &str) -> String {
    safe(text).into_owned()
}

/// Most characters of a text that somebody else has chosen, in a cell of a table: more than any name that AWS gives.
const MOST: usize = 400;

/// Makes the same visible, and cuts what would fill the page; the other formats have it whole.
#[must_use]
pub fn cell(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => {
            let beginning = text.get(..end).unwrap_or_default();
            format!("{}… ({} characters)", shown(beginning), text.chars().count())
        }
        None => shown(text),
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_text_that_would_fill_the_page_is_cut_and_its_length_told() {
        let long = "ü".repeat(10_000);
        assert_eq!(cell(&long), format!("{}… (10000 characters)", "ü".repeat(400)));
        assert_eq!(cell(&"ü".repeat(400)), "ü".repeat(400));
        assert_eq!(cell("a\u{202e}b"), "a\\u{202e}b");
    }
}
