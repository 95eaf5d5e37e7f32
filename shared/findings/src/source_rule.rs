//! What stands for a rule where another service has done the detecting.

use trailreflex_model::{Finding, RuleRef};

/// A kind of report that is taken for a finding. It is named in playbooks and metrics as a rule is.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceRule {
    /// Its id, which never changes.
    pub id: &'static str,
    /// Its short name, used in metrics.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Where to read on.
    pub reference: &'static str,
}

const HEALTH: &str = "https://docs.aws.amazon.com/health/latest/ug/cloudwatch-events-health.html";

/// AWS Health: AWS has found an access key in public.
pub const CREDENTIALS_EXPOSED: SourceRule = SourceRule {
    id: "cd43a7ca-2e90-48c1-8975-fc65aba61812",
    name: "aws_health_credentials_exposed",
    title: "AWS Health: credentials exposed",
    reference: HEALTH,
};

/// AWS Health: AWS has seen credentials or the console in somebody else's hands.
pub const CREDENTIALS_COMPROMISED: SourceRule = SourceRule {
    id: "b7cb7f22-bbe2-4ad4-a402-91f271822d35",
    name: "aws_health_credentials_compromised",
    title: "AWS Health: credentials compromised",
    reference: HEALTH,
};

/// AWS Health: AWS suspects that credentials are exposed or compromised.
pub const CREDENTIALS_SUSPECTED: SourceRule = SourceRule {
    id: "6d9dad0e-6b49-4cc5-8080-b6858f07f539",
    name: "aws_health_credentials_suspected",
    title: "AWS Health: credentials suspected to be exposed",
    reference: HEALTH,
};

/// Amazon GuardDuty: a finding about credentials or what is done with them, whichever way it arrives.
pub const GUARDDUTY: SourceRule = SourceRule {
    id: "df4d1805-b4aa-4d7d-b1b6-46fc876beaca",
    name: "guardduty_finding",
    title: "GuardDuty",
    reference: "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-active.html",
};

/// AWS Security Hub: a finding of another product about tactics, unusual behaviour or exposed data.
pub const SECURITY_HUB: SourceRule = SourceRule {
    id: "33ec6f0f-06c5-482b-acb2-2ff171d9252a",
    name: "security_hub_finding",
    title: "Security Hub",
    reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html",
};

const ANALYZER: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-eventbridge.html";

/// IAM Access Analyzer: somebody outside of the zone of trust has access.
pub const EXTERNAL_ACCESS: SourceRule = SourceRule {
    id: "2f6a7c1d-93b4-4e58-b0d2-5a1e8c47f936",
    name: "access_analyzer_external_access",
    title: "Access Analyzer: external access",
    reference: ANALYZER,
};

/// IAM Access Analyzer: access that nobody has used for long.
pub const UNUSED_ACCESS: SourceRule = SourceRule {
    id: "b81d3e60-4a7f-4c29-86f5-0e92d7a3c15b",
    name: "access_analyzer_unused_access",
    title: "Access Analyzer: unused access",
    reference: ANALYZER,
};

/// IAM Access Analyzer: somebody inside has access to a resource that is watched for that.
pub const INTERNAL_ACCESS: SourceRule = SourceRule {
    id: "75c09f4e-d12a-4b83-9e67-c3f8510b2a4d",
    name: "access_analyzer_internal_access",
    title: "Access Analyzer: internal access",
    reference: ANALYZER,
};

/// IAM Access Analyzer: what a proposed policy would let in could not be found out.
pub const ACCESS_PREVIEW_FAILED: SourceRule = SourceRule {
    id: "e94b62a8-0c5d-4f71-a3e8-7d16f2b9c083",
    name: "access_analyzer_preview_failed",
    title: "Access Analyzer: access preview failed",
    reference: ANALYZER,
};

/// All of them.
pub const SOURCE_RULES: [&SourceRule; 9] = [
    &CREDENTIALS_EXPOSED,
    &CREDENTIALS_COMPROMISED,
    &CREDENTIALS_SUSPECTED,
    &GUARDDUTY,
    &SECURITY_HUB,
    &EXTERNAL_ACCESS,
    &UNUSED_ACCESS,
    &INTERNAL_ACCESS,
    &ACCESS_PREVIEW_FAILED,
];

impl SourceRule {
    /// What a finding says of it.
    pub(crate) fn rule_ref(&self) -> RuleRef {
        RuleRef {
            id: self.id.to_owned(),
            name: Some(self.name.to_owned()),
            title: self.title.to_owned(),
            author: None,
            license: None,
            references: vec![self.reference.to_owned()],
        }
    }
}

/// Adds the report's type to the title of a rule that stands for many types.
pub(crate) fn with_type_in_title(mut finding: Finding) -> Finding {
    finding.rule.title = format!("{}: {}", finding.rule.title, finding.evidence.event_name);
    finding
}
