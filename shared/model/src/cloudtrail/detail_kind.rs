//! What an EventBridge event carries, as its `detail-type` says.

/// The `detail-type` of an event.
///
/// Sources: EventBridge User Guide, "AWS service events delivered via AWS CloudTrail"; AWS Health, GuardDuty and
/// Security Hub User Guides on their events in EventBridge; IAM User Guide, "Monitoring AWS Identity and Access Management
/// Access Analyzer with Amazon EventBridge".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DetailKind {
    /// `AWS API Call via CloudTrail`.
    ApiCall,
    /// `AWS Console Sign In via CloudTrail`.
    ConsoleSignIn,
    /// `AWS Console Action via CloudTrail`.
    ConsoleAction,
    /// `AWS Service Event via CloudTrail`.
    ServiceEvent,
    /// `AWS Insight via CloudTrail`.
    InsightEvent,
    /// `AWS Health Event`.
    HealthEvent,
    /// `AWS Health Abuse Event`.
    HealthAbuseEvent,
    /// `GuardDuty Finding`.
    GuardDutyFinding,
    /// `Security Hub Findings - Imported`: a finding in ASFF is new or has changed.
    SecurityHubFindings,
    /// `Security Hub Findings - Custom Action`: a person sent findings on.
    SecurityHubCustomAction,
    /// `Security Hub Insight Results`: a person sent a grouping of findings on.
    SecurityHubInsightResults,
    /// `Findings Imported V2`: a finding in OCSF, of the Security Hub of 2025.
    SecurityHubFindingsV2,
    /// `Access Analyzer Finding`: somebody outside has access.
    AccessAnalyzerFinding,
    /// `Unused Access Finding for IAM entities`.
    UnusedAccessFinding,
    /// `Internal Access Finding`: somebody inside has access to a resource that is watched for that.
    InternalAccessFinding,
    /// `Access Preview State Change`: findings about a policy that is only proposed are ready, or cannot be made.
    AccessPreview,
    /// Any other text: the event carries something else.
    Other(String),
}

/// Each known kind with its text.
const TEXTS: [(DetailKind, &str); 16] = [
    (DetailKind::ApiCall, "AWS API Call via CloudTrail"),
    (DetailKind::ConsoleSignIn, "AWS Console Sign In via CloudTrail"),
    (DetailKind::ConsoleAction, "AWS Console Action via CloudTrail"),
    (DetailKind::ServiceEvent, "AWS Service Event via CloudTrail"),
    (DetailKind::InsightEvent, "AWS Insight via CloudTrail"),
    (DetailKind::HealthEvent, "AWS Health Event"),
    (DetailKind::HealthAbuseEvent, "AWS Health Abuse Event"),
    (DetailKind::GuardDutyFinding, "GuardDuty Finding"),
    (DetailKind::SecurityHubFindings, "Security Hub Findings - Imported"),
    (DetailKind::SecurityHubCustomAction, "Security Hub Findings - Custom Action"),
    (DetailKind::SecurityHubInsightResults, "Security Hub Insight Results"),
    (DetailKind::SecurityHubFindingsV2, "Findings Imported V2"),
    (DetailKind::AccessAnalyzerFinding, "Access Analyzer Finding"),
    (DetailKind::UnusedAccessFinding, "Unused Access Finding for IAM entities"),
    (DetailKind::InternalAccessFinding, "Internal Access Finding"),
    (DetailKind::AccessPreview, "Access Preview State Change"),
];

impl From<&str> for DetailKind {
    fn from(text: &str) -> Self {
        let known = TEXTS.iter().find(|(_, known)| *known == text);
        known.map_or_else(|| Self::Other(text.to_owned()), |(kind, _)| kind.clone())
    }
}

impl DetailKind {
    /// Returns the `detail-type` text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        if let Self::Other(text) = self {
            return text;
        }
        TEXTS.iter().find(|(kind, _)| kind == self).map_or("", |(_, text)| text)
    }

    /// Returns whether the detail should be a CloudTrail record.
    #[must_use]
    pub fn carries_a_record(&self) -> bool {
        match self {
            Self::ApiCall
            | Self::ConsoleSignIn
            | Self::ConsoleAction
            | Self::ServiceEvent
            | Self::InsightEvent => true,
            Self::HealthEvent
            | Self::HealthAbuseEvent
            | Self::GuardDutyFinding
            | Self::SecurityHubFindings
            | Self::SecurityHubCustomAction
            | Self::SecurityHubInsightResults
            | Self::SecurityHubFindingsV2
            | Self::AccessAnalyzerFinding
            | Self::UnusedAccessFinding
            | Self::InternalAccessFinding
            | Self::AccessPreview
            | Self::Other(_) => false,
        }
    }
}
