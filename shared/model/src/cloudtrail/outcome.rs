//! How the call that a record reports ended.

/// How a call ended.
///
/// An error code alone does not tell: a failed console sign-in has none, and a dry run that would have
/// succeeded has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallOutcome {
    /// It was carried out.
    Succeeded,
    /// AWS refused it: no permission, or credentials that are not accepted.
    Denied {
        /// The error code as recorded.
        code: String,
    },
    /// It failed for another reason.
    Failed {
        /// The error code as recorded, `Failure` if there is none.
        code: String,
    },
    /// A dry run that permissions allow: nothing was done (`Client.DryRunOperation`).
    WouldHaveSucceeded,
}

/// Parts of codes that mean "denied". Services invent their own (`VpceAccessDenied`, `KMSAccessDeniedException`).
const DENIED_PARTS: [&str; 3] = ["denied", "unauthorized", "forbidden"];

/// Codes that mean "denied" and say so in other words, in lower case. The part before the last `.` may differ.
/// Sources: records seen; "Common errors" in the API references; EC2 User Guide, "Error codes".
const DENIED_CODES: [&str; 12] = [
    "authfailure",
    "authorizationerror",
    "expiredtoken",
    "expiredtokenexception",
    "invalidaccessexception",
    "invalidclienttokenid",
    "invalidclienttokenidexception",
    "notauthorized",
    "notauthorizedexception",
    "requestexpired",
    "signaturedoesnotmatch",
    "unrecognizedclientexception",
];

impl CallOutcome {
    /// Reads a non-empty error code.
    pub(super) fn from_code(code: &str) -> Self {
        let lower = code.to_ascii_lowercase();
        let last_part = lower.rsplit('.').next().unwrap_or_default();
        if last_part == "dryrunoperation" {
            return Self::WouldHaveSucceeded;
        }
        let is_denied =
            DENIED_PARTS.iter().any(|part| lower.contains(part)) || DENIED_CODES.contains(&last_part);
        let code = code.to_owned();
        if is_denied { Self::Denied { code } } else { Self::Failed { code } }
    }

    /// A failure for which CloudTrail gives no code.
    pub(super) fn failed_without_code() -> Self {
        Self::Failed { code: "Failure".to_owned() }
    }

    /// Returns whether the call was carried out.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        *self == Self::Succeeded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_denied_is_known_and_dry_runs_are_told_apart() {
        let denied = |code: &str| CallOutcome::Denied { code: code.to_owned() };
        let failed = |code: &str| CallOutcome::Failed { code: code.to_owned() };
        for code in [
            "AccessDenied",
            "AccessDeniedException",
            "accessdenied",
            "Client.UnauthorizedOperation",
            "UnauthorizedOperation",
            "UnauthorizedException",
            "VpceAccessDenied",
            "ForbiddenException",
            "InvalidAccessException",
            "InvalidClientTokenId",
            "Client.InvalidClientTokenIdException",
            "RequestExpired",
            "UnrecognizedClientException",
            "Client.AuthFailure",
            "ExpiredToken",
        ] {
            assert_eq!(CallOutcome::from_code(code), denied(code), "{code}");
        }
        for code in
            ["NoSuchBucketPolicy", "Client.InvalidParameterValue", "ThrottlingException", "InternalFailure"]
        {
            assert_eq!(CallOutcome::from_code(code), failed(code), "{code}");
        }
        for code in ["Client.DryRunOperation", "DryRunOperation"] {
            assert_eq!(CallOutcome::from_code(code), CallOutcome::WouldHaveSucceeded, "{code}");
        }
    }
}
