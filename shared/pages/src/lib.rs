//! Pages and sheets that people open: one file each, harmless whatever names and programs an attacker has chosen.

mod look;
mod review;
mod safe;
mod sheet;

pub use look::{Look, cell, shown};
pub use review::{Beside, PAGE, ReviewFile, SuggestedSuppression, gaps, review_files, unit};
pub use safe::{safe, safe_json};
pub use sheet::row;

/// Something could not be put in its form.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// A page.
    #[error("the page cannot be written")]
    Page(#[from] askama::Error),
    /// A sheet.
    #[error("the sheet cannot be written")]
    Sheet(#[from] csv::Error),
    /// JSON.
    #[error("the JSON cannot be written")]
    Json(#[from] serde_json::Error),
}
