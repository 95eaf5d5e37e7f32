//! The list of accounts, organizations and principals that a resource is shared with.

use crate::change::{What, Why};
use crate::operation::Operation;
use crate::statement::texts;
use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_access::is_account_id;
use trailreflex_model::cloudtrail::Record;

/// What Lake Formation calls whoever IAM lets in: nobody outside.
const OWN_PRINCIPALS: [&str; 2] = ["IAM_ALLOWED_PRINCIPALS", "ALLIAMPrincipals"];

/// Who is added and who is removed; nothing if the call is about something else of the resource.
pub(crate) fn what(operation: &Operation, record: &Record) -> Option<What> {
    let (mut added, mut removed) = (BTreeSet::new(), BTreeSet::new());
    for place in operation.place.unwrap_or_default().split('|') {
        if let Some(place) = place.strip_prefix('+') {
            added.extend(names(record, place));
        } else if let Some(place) = place.strip_prefix('-') {
            removed.extend(names(record, place));
        }
    }
    if !added.is_empty() || !removed.is_empty() {
        let outsiders =
            |names: BTreeSet<String>| names.into_iter().filter_map(|name| outsider(&name)).collect();
        return Some(What::Shares { added: outsiders(added), removed: outsiders(removed) });
    }
    // An attribute with `permission` in its name was set, and nobody is where they should be.
    let attribute = record.parameter("attributeType").or_else(|| record.parameter("attribute"));
    let is_list = |name: &str| name.to_ascii_lowercase().contains("permission");
    let is_about_shares = attribute.and_then(Value::as_str).is_some_and(is_list);
    (is_about_shares || record.request_parameters().is_none()).then_some(What::ReadBack(Why::NotInRecord))
}

/// The texts at a path, in which a part after `[].` is looked up in each item.
fn names(record: &Record, place: &str) -> Vec<String> {
    let Some((list, rest)) = place.split_once("[].") else {
        return texts(record.parameter(place));
    };
    let items = record.parameter(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let inside = |item: &Value| texts(rest.split('.').try_fold(item, |value, key| value.get(key)));
    items.iter().flat_map(inside).collect()
}

/// Whom a name may let in from outside: AWS's own services are not meant, which a list cannot narrow to a source.
fn outsider(name: &str) -> Option<String> {
    let is_service = !name.contains(':') && name.ends_with(".amazonaws.com");
    if is_service || name == "AWS Internal" || OWN_PRINCIPALS.contains(&name) {
        return None;
    }
    // `111122223333:IAMPrincipals`, and `111122223333:aws:ec2-infrastructure:i-…` for what EC2 does for the account.
    let account = name.split_once(':').map(|(account, _)| account);
    Some(account.filter(|account| is_account_id(account)).unwrap_or(name).to_owned())
}
