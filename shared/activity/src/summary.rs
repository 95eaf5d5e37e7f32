//! What people are told of a review in a few lines.

use crate::{Period, Review, Totals};
use serde::{Deserialize, Serialize};
use trailreflex_model::AccountId;

/// `source` of a summary on the findings bus.
pub const SOURCE_REVIEW_ACTIVITY: &str = "trailreflex.review-activity";
/// `detail-type` of a summary.
pub const DETAIL_TYPE_REVIEW: &str = "Trailreflex Review";
/// Most notable things that a summary names.
const MAX_NAMED: usize = 5;

/// How often such a review is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Every {
    /// Of one day.
    Day,
    /// Of the days from Monday to Sunday.
    Week,
}

impl Every {
    /// Returns the word that folders and people use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "daily",
            Self::Week => "weekly",
        }
    }
}

/// A review in a few lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The account that reviews.
    pub account: AccountId,
    /// How often such a review is made.
    pub every: Every,
    /// What was reviewed.
    pub period: Period,
    /// Its numbers.
    pub totals: Totals,
    /// Those of as many days right before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Totals>,
    /// What is unlike before, the first five.
    pub notable: Vec<Told>,
    /// How much there is of it in all.
    pub notable_total: usize,
    /// What the review does not know, a sentence each.
    pub gaps: Vec<String>,
    /// Where the page is.
    pub page: String,
}

/// Something that is unlike before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// What, in words.
    pub what: String,
    /// Of whom.
    pub principal: String,
    /// Which, such as the new networks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

impl Summary {
    /// Sums up a review whose page is at `page`.
    #[must_use]
    pub fn of(review: &Review, every: Every, account: AccountId, gaps: Vec<String>, page: String) -> Self {
        let notable = review.notable.iter().take(MAX_NAMED).map(|one| Told {
            what: one.kind.title().to_owned(),
            principal: one.principal.clone(),
            values: one.values.clone(),
        });
        Self {
            account,
            every,
            period: review.period,
            totals: review.totals,
            before: review.before,
            notable: notable.collect(),
            notable_total: review.notable.len(),
            gaps,
            page,
        }
    }
}
