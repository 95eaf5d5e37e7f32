//! A review as files: a page for people, JSON for programs, sheets for spreadsheets.

mod html;
mod picture;
mod query;
mod sheets;
mod suggestions;

use crate::NotWritten;
use trailreflex_activity::{Read, Review};
use trailreflex_metrics::Answers;

pub use html::gaps;

/// The file that people open.
pub const PAGE: &str = "review.html";

/// A file of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewFile {
    /// Its name.
    pub name: &'static str,
    /// What it is, as HTTP says it.
    pub content_type: &'static str,
    /// What it holds.
    pub content: Vec<u8>,
}

/// Returns all files of a review, the page last: where it is, the others are. `answers` is what Trailreflex itself did, where
/// that is known.
///
/// # Errors
/// None that is known: what is written is checked when this is built.
pub fn review_files(
    review: &Review,
    read: Read,
    answers: Option<&Answers>,
) -> Result<Vec<ReviewFile>, NotWritten> {
    let csv = "text/csv; charset=utf-8";
    let file = |name, content_type, content| ReviewFile { name, content_type, content };
    let mut files = Vec::new();
    if let Some(answers) = answers {
        files.push(file("answers.json", "application/json", serde_json::to_vec_pretty(answers)?));
    }
    files.extend([
        file("review.json", "application/json", serde_json::to_vec_pretty(review)?),
        file("notable.csv", csv, sheets::notable(review)?),
        file("principals.csv", csv, sheets::principals(review)?),
        file("services.csv", csv, sheets::services(review)?),
        file("failures.csv", csv, sheets::failures(review)?),
        file("suggestions.csv", csv, sheets::suggestions(review)?),
        file("accounts.csv", csv, sheets::accounts(review)?),
        file(PAGE, "text/html; charset=utf-8", html::document(review, &read, answers)?.into_bytes()),
    ]);
    Ok(files)
}
