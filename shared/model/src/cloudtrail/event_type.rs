//! What kind of event a record reports, and in which category CloudTrail files it.

/// The `eventType` of a record.
///
/// Source: CloudTrail User Guide, "CloudTrail record contents".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventType {
    /// `AwsApiCall`: somebody called an API.
    ApiCall,
    /// `AwsServiceEvent`: an AWS service did something by itself.
    ServiceEvent,
    /// `AwsConsoleSignIn`, in AWS's own examples also `AwsConsoleSignin`.
    ConsoleSignIn,
    /// `AwsConsoleAction`: something done in the console that is no public API call.
    ConsoleAction,
    /// `AwsVpceEvent`: a call through a VPC endpoint, in the category of network activity.
    VpceEvent,
    /// `AwsCloudTrailInsight`: an unusual rate of calls or errors.
    Insight,
    /// Any other text, such as `Rds Data Service`.
    Unrecognised(String),
}

impl From<&str> for EventType {
    fn from(text: &str) -> Self {
        match text {
            "AwsApiCall" => Self::ApiCall,
            "AwsServiceEvent" => Self::ServiceEvent,
            "AwsConsoleSignIn" | "AwsConsoleSignin" => Self::ConsoleSignIn,
            "AwsConsoleAction" => Self::ConsoleAction,
            "AwsVpceEvent" => Self::VpceEvent,
            "AwsCloudTrailInsight" => Self::Insight,
            other => Self::Unrecognised(other.to_owned()),
        }
    }
}

/// The `eventCategory` of a record: which kind of event selector delivers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventCategory {
    /// Operations on resources of the account.
    Management,
    /// Operations on or within a resource: objects, items, invocations.
    Data,
    /// Unusual activity that CloudTrail found.
    Insight,
    /// Calls through VPC endpoints.
    NetworkActivity,
    /// Any other text.
    Unrecognised(String),
}

impl From<&str> for EventCategory {
    fn from(text: &str) -> Self {
        match text {
            "Management" => Self::Management,
            "Data" => Self::Data,
            "Insight" => Self::Insight,
            "NetworkActivity" => Self::NetworkActivity,
            other => Self::Unrecognised(other.to_owned()),
        }
    }
}
