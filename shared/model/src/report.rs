//! Where another AWS service's report stands, on which a finding rests instead of on a CloudTrail record.

use crate::shown::first;
use serde::{Deserialize, Serialize};

/// Longest reference, in characters: an ARN has at most 2048, those of reports a tenth of it.
const MAX_REFERENCE: usize = 512;

/// A report by another AWS service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Who reported.
    pub by: Reporter,
    /// What the service calls its report: an ARN as a rule, cut to 512 characters. It is found there by this.
    pub reference: String,
}

impl Report {
    /// A report that `by` calls `reference`.
    #[must_use]
    pub fn new(by: Reporter, reference: &str) -> Self {
        Self { by, reference: first(reference, MAX_REFERENCE) }
    }
}

/// An AWS service whose reports are taken for findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reporter {
    /// AWS Health.
    Health,
    /// Amazon GuardDuty.
    #[serde(rename = "guardduty")]
    GuardDuty,
    /// AWS Security Hub CSPM, which gathers what others have found.
    SecurityHub,
    /// IAM: its credential report, and what it tells of roles.
    Iam,
    /// IAM Access Analyzer.
    AccessAnalyzer,
}

impl Reporter {
    /// Returns the service as it stands in `evidence.eventSource`.
    #[must_use]
    pub fn event_source(self) -> &'static str {
        match self {
            Self::Health => "health.amazonaws.com",
            Self::GuardDuty => "guardduty.amazonaws.com",
            Self::SecurityHub => "securityhub.amazonaws.com",
            Self::Iam => "iam.amazonaws.com",
            Self::AccessAnalyzer => "access-analyzer.amazonaws.com",
        }
    }
}
