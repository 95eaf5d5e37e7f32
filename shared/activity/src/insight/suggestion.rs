//! What is suggested to people.

use crate::error_code::Cause;

pub(super) const THROTTLED: &str = "Let it retry with exponential backoff and jitter, and cache or batch the calls; if they are \
     all needed, ask for a higher quota in Service Quotas.";

pub(super) const POLLING: &str = "Let an EventBridge rule tell of changes instead of asking for them, or ask less often and cache the answer.";

pub(super) const FAILING_FOR_SERVICES: &str = "Look at the error codes, then at the permissions of the role that the services use, \
     at key and resource policies, and whether what they call still exists.";

pub(super) const SERVER_FAULTS: &str = "Look at the AWS Health Dashboard for that time, and let callers time out early and retry \
     with backoff; if it lasts, open a support case.";

pub(super) const UNUSED_REGION: &str = "Look whether anything in it still costs money; if nobody needs it, close it with a service \
     control policy on `aws:RequestedRegion`.";

pub(super) const UNUSED_SERVICE: &str =
    "Look in Cost Explorer whether anything of it still costs money, and delete what nobody needs.";

pub(super) const TOP_TALKER: &str = "Look whether it needs all of these calls: they use up quotas that others share, and data events \
     and further trails are paid for by the event. Caching or batching its first operations helps most.";

/// What to look at if the same error comes again and again.
pub(super) fn of_storm(cause: Cause) -> &'static str {
    match cause {
        Cause::Denied => {
            "Give the principal the permission, or stop whatever tries: no retry of a refused call succeeds. If nobody knows \
             why it tries, treat it as a probe."
        }
        Cause::Throttled => {
            "It retries faster than the quota allows: use exponential backoff with jitter, and a limit of retries."
        }
        Cause::NotFound => {
            "It asks for something that is gone or was never there: correct the name, account or Region in its \
             configuration, or remember that it is missing."
        }
        Cause::ServerFault => {
            "Look at the AWS Health Dashboard for that hour; retry with backoff, and stop after a few failures in a row."
        }
        Cause::Other => {
            "Read the error's message in one of the records: the call itself is wrong as a rule, so correct it instead of \
             retrying it."
        }
    }
}
