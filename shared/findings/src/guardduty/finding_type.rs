//! The types of GuardDuty's findings: `purpose:resource/name`, and which of them are ours.

use std::fmt;

/// The type of a finding, such as `UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom`.
///
/// Source: GuardDuty User Guide, "GuardDuty finding format".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FindingType {
    purpose: String,
    resource: String,
    name: String,
}

/// Types that are ours: purpose and resource, `*` for any. What concerns hosts, containers, databases and networks only
/// is left to GuardDuty.
const OURS: [(&str, &str); 10] = [
    ("*", "IAMUser"),
    ("*", "IAM"),
    ("AttackSequence", "S3"),
    ("CredentialAccess", "*"),
    ("DefenseEvasion", "*"),
    ("DefenseImpairment", "*"),
    ("Exfiltration", "*"),
    ("Policy", "S3"),
    ("PrivilegeEscalation", "*"),
    ("Stealth", "*"),
];

/// How a type begins, and its ATT&CK techniques: the first entry that fits counts. Techniques that were renumbered
/// in ATT&CK v19 stand with both numbers.
const TECHNIQUES: [(&str, &[&str]); 13] = [
    ("UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration", &["T1552.005", "T1078.004"]),
    ("UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration", &["T1552.005", "T1078.004"]),
    ("UnauthorizedAccess:IAMUser/", &["T1078.004"]),
    ("CredentialAccess:IAMUser/CompromisedCredentials", &["T1078.004"]),
    ("CredentialAccess:IAMUser/", &["T1552"]),
    ("InitialAccess:IAMUser/", &["T1078.004"]),
    ("AttackSequence:IAM/", &["T1078.004"]),
    ("Policy:IAMUser/RootCredentialUsage", &["T1078.004"]),
    ("Stealth:IAMUser/CloudTrailLoggingDisabled", &["T1562.008", "T1685.002"]),
    ("Stealth:S3/ServerAccessLoggingDisabled", &["T1562.008", "T1685.002"]),
    ("Stealth:IAMUser/PasswordPolicyChange", &["T1556"]),
    ("Persistence:IAMUser/", &["T1098"]),
    ("Exfiltration:S3/", &["T1530"]),
];

impl FindingType {
    /// Reads a type as GuardDuty writes it. Any text is a type; what it is not said to be about is empty.
    pub(crate) fn parse(text: &str) -> Self {
        let (purpose, rest) = text.split_once(':').unwrap_or((text, ""));
        let (resource, name) = rest.split_once('/').unwrap_or((rest, ""));
        Self { purpose: purpose.to_owned(), resource: resource.to_owned(), name: name.to_owned() }
    }

    /// Reads a type as Security Hub writes it: `TTPs/UnauthorizedAccess:IAMUser-TorIPCaller`, or with the purpose as
    /// a category, `TTPs/Initial Access/IAMUser-AnomalousBehavior`.
    ///
    /// Source: GuardDuty User Guide, "Integrating with AWS Security Hub".
    pub(crate) fn parse_asff(text: &str) -> Self {
        let of = |purpose: &str, rest: &str| {
            let (resource, name) = rest.split_once(['-', '/']).unwrap_or((rest, ""));
            Self { purpose: purpose.to_owned(), resource: resource.to_owned(), name: name.to_owned() }
        };
        if let Some((before, rest)) = text.split_once(':') {
            return of(before.rsplit('/').next().unwrap_or_default(), rest);
        }
        let mut parts = text.rsplit('/');
        let rest = parts.next().unwrap_or_default();
        of(&parts.next().unwrap_or_default().replace(' ', ""), rest)
    }

    /// Returns whether it is about credentials or what is done with them.
    pub(crate) fn is_ours(&self) -> bool {
        let fits = |wanted: &str, found: &str| wanted == "*" || wanted == found;
        OURS.iter().any(|(purpose, resource)| fits(purpose, &self.purpose) && fits(resource, &self.resource))
    }

    /// Returns the ATT&CK techniques, where they are known.
    pub(crate) fn techniques(&self) -> Vec<String> {
        let text = self.to_string();
        let known = TECHNIQUES.iter().find(|(start, _)| text.starts_with(start));
        known
            .map(|(_, techniques)| techniques.iter().map(|id| (*id).to_owned()).collect())
            .unwrap_or_default()
    }
}

impl fmt::Display for FindingType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.purpose, self.resource)?;
        if self.name.is_empty() { Ok(()) } else { write!(formatter, "/{}", self.name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_about_credentials_are_ours_and_others_are_not() {
        for (text, expected) in [
            ("UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS", true),
            ("Policy:IAMUser/RootCredentialUsage", true),
            ("Recon:IAMUser/TorIPCaller", true),
            ("AttackSequence:IAM/CompromisedCredentials", true),
            ("AttackSequence:S3/CompromisedData", true),
            ("CredentialAccess:RDS/AnomalousBehavior.SuccessfulLogin", true),
            ("DefenseImpairment:EC2/DisableOrModifyTools", true),
            ("Exfiltration:S3/AnomalousBehavior", true),
            ("Policy:S3/BucketPublicAccessGranted", true),
            ("AttackSequence:EKS/CompromisedCluster", false),
            ("Policy:Kubernetes/ExposedDashboard", false),
            ("UnauthorizedAccess:EC2/SSHBruteForce", false),
            ("Discovery:S3/AnomalousBehavior", false),
            ("Backdoor:EC2/C&CActivity.B!DNS", false),
            ("IAMUser", false),
            ("", false),
        ] {
            assert_eq!(FindingType::parse(text).is_ours(), expected, "{text}");
        }
    }

    #[test]
    fn security_hubs_spelling_is_understood() {
        for (asff, expected) in [
            (
                "TTPs/UnauthorizedAccess:IAMUser-MaliciousIPCaller.Custom",
                "UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom",
            ),
            ("TTPs/Initial Access/IAMUser-AnomalousBehavior", "InitialAccess:IAMUser/AnomalousBehavior"),
            ("TTPs/PenTest:IAMUser/KaliLinux", "PenTest:IAMUser/KaliLinux"),
            (
                "Effects/Data Exfiltration/UnauthorizedAccess:IAMUser-InstanceCredentialExfiltration.OutsideAWS",
                "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
            ),
            ("TTPs/Command and Control/Backdoor:EC2-C&CActivity.B!DNS", "Backdoor:EC2/C&CActivity.B!DNS"),
        ] {
            assert_eq!(FindingType::parse_asff(asff), FindingType::parse(expected), "{asff}");
        }
    }
}
