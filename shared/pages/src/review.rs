//! A review as files: a page for people, JSON for programs, sheets for spreadsheets.

mod html;
mod picture;
mod query;
mod sheets;
mod suggestions;

use crate::NotWritten;
use trailreflex_activity::{Read, Review};
use trailreflex_metrics::Answers;

pub use html::{gaps, unit};

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

/// What is told beside activity.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// What Trailreflex itself did, where that is known.
    pub answers: Option<&'a Answers>,
    /// Suppressions to consider, where rules were run.
    pub suppressions: &'a [SuggestedSuppression],
}

/// A suppression that would hide what somebody does out of habit. It has no owner yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedSuppression {
    /// The rule.
    pub rule: String,
    /// Whose findings.
    pub who: String,
    /// How many findings it would have hidden.
    pub hides: usize,
    /// Of how many of the rule.
    pub of: usize,
    /// An entry of a file of suppressions.
    pub yaml: String,
}

/// Returns all files of a review, the page last: where it is, the others are.
///
/// # Errors
/// None that is known: what is written is checked when this is built.
pub fn review_files(review: &Review, read: Read, beside: Beside<'_>) -> Result<Vec<ReviewFile>, NotWritten> {
    let csv = "text/csv; charset=utf-8";
    let file = |name, content_type, content| ReviewFile { name, content_type, content };
    let mut files = Vec::new();
    if let Some(answers) = beside.answers {
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
        file(PAGE, "text/html; charset=utf-8", html::document(review, &read, beside)?.into_bytes()),
    ]);
    Ok(files)
}
