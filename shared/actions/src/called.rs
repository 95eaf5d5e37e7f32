//! Which actions a record of CloudTrail shows.

use crate::table::TABLE;
use crate::{Action, Service};
use trailreflex_model::cloudtrail::without_api_date;

/// What authorised a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// These actions; of some, which one it was depends on what was asked for.
    Actions(Vec<Action>),
    /// Nothing: the call needs no permission, or the record is of no call.
    Nothing,
    /// No action that is known: the operation is newer than the table, or not of a public API.
    Unknown,
}

/// Returns the actions that authorise an operation, as a record's `eventSource` and `eventName` name it.
///
/// Operations are mostly called as their action. What CloudTrail calls otherwise is in the table; versions of an API at the end
/// of a name (`CreateFunction20150331`) are left out if the whole name is none. Of records whose `eventType` is not
/// `AwsApiCall` it says nothing.
#[must_use]
pub fn called(event_source: &str, event_name: &str) -> Called {
    let label = event_source.strip_suffix(".amazonaws.com").unwrap_or(event_source);
    let service = Service::known_as(label);
    let prefix = service.map_or(label, |service| service.prefix());
    [Some(event_name), Some(without_api_date(event_name)), without_version(event_name)]
        .into_iter()
        .flatten()
        .find_map(|name| of_name(prefix, service, name))
        .unwrap_or(Called::Unknown)
}

fn of_name(prefix: &str, service: Option<Service>, name: &str) -> Option<Called> {
    // Other names first: what is called as another action is not that action.
    let operation = TABLE.operations.find(0..TABLE.operations.len(), &format!("{prefix}:{name}"));
    if let Some(granted) = operation.and_then(|operation| TABLE.granted.get(operation)) {
        let actions: Vec<_> = TABLE.actions.get(granted).filter_map(Action::number).collect();
        return Some(if actions.is_empty() { Called::Nothing } else { Called::Actions(actions) });
    }
    service?.action(name).map(|action| Called::Actions(vec![action]))
}

/// Returns the name without a version of one number: `GetBucketPolicyV2`.
fn without_version(name: &str) -> Option<&str> {
    let bare = name.trim_end_matches(|sign: char| sign.is_ascii_digit());
    bare.strip_suffix('V').filter(|_| bare.len() < name.len())
}
