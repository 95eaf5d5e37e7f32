//! What an error's code says of why a call failed, as far as that decides what to do about it.

use trailreflex_metering::is_throttling;

/// Why a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Permissions did not allow it.
    Denied,
    /// There were too many.
    Throttled,
    /// What it asks for is not there.
    NotFound,
    /// The service failed.
    ServerFault,
    /// Anything else.
    Other,
}

impl Cause {
    /// Reads a code, of which the caller knows whether permissions refused the call.
    pub(crate) fn of(code: &str, is_denied: bool) -> Self {
        match code {
            _ if is_denied => Self::Denied,
            code if is_throttling(code) => Self::Throttled,
            code if is_server_fault(code) => Self::ServerFault,
            code if is_not_found(code) => Self::NotFound,
            _ => Self::Other,
        }
    }
}

/// Returns whether an error says that the service failed, or took too long, whatever it was asked.
pub(crate) fn is_server_fault(code: &str) -> bool {
    const WITHIN: [&str; 7] = [
        "InternalFailure",
        "InternalError",
        "InternalServer",
        "InternalService",
        "ServiceUnavailable",
        "Timeout",
        "TimedOut",
    ];
    const WHOLE: [&str; 4] = ["Unavailable", "InternalException", "ServiceException", "ServerException"];
    let last = code.rsplit('.').next().unwrap_or_default();
    let is_status = || {
        let digits = code.get(..3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        digits.is_some_and(|digits| digits.starts_with('5')) && code.get(3..4).is_none_or(|next| next == " ")
    };
    // EC2 says `Server.` before all of its own faults. A timeout that was asked for and is not allowed is none of them.
    code.starts_with("Server.")
        || WHOLE.contains(&last)
        || (!last.starts_with("Invalid") && WITHIN.iter().any(|part| last.contains(part)))
        || is_status()
}

fn is_not_found(code: &str) -> bool {
    let last = code.rsplit('.').next().unwrap_or_default();
    let parts = ["NotFound", "NoSuch", "NotExist", "NonExistent", "DoesNotExist"];
    parts.iter().any(|part| code.contains(part)) || last.starts_with("Unknown") || last == "404"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_why_a_call_failed() {
        for (code, is_denied, expected) in [
            ("AccessDenied", true, Cause::Denied),
            ("ThrottlingException", false, Cause::Throttled),
            ("SlowDown", false, Cause::Throttled),
            ("NoSuchEntityException", false, Cause::NotFound),
            ("InvalidInstanceID.NotFound", false, Cause::NotFound),
            ("ResourceNotFoundException", false, Cause::NotFound),
            ("QueueDoesNotExist", false, Cause::NotFound),
            ("InternalFailure", false, Cause::ServerFault),
            ("Server.InternalError", false, Cause::ServerFault),
            ("Server.InsufficientInstanceCapacity", false, Cause::ServerFault),
            ("InternalServerErrorException", false, Cause::ServerFault),
            ("ServiceUnavailableException", false, Cause::ServerFault),
            ("EC2ThrottledException", false, Cause::Throttled),
            ("ModelTimeoutException", false, Cause::ServerFault),
            ("503", false, Cause::ServerFault),
            ("500 Internal", false, Cause::ServerFault),
            ("5034", false, Cause::Other),
            ("404", false, Cause::NotFound),
            ("InvalidTimeoutValue", false, Cause::Other),
            ("ValidationException", false, Cause::Other),
            ("", false, Cause::Other),
        ] {
            assert_eq!(Cause::of(code, is_denied), expected, "{code}");
        }
    }
}
