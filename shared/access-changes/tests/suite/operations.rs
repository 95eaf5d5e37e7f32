//! The table of operations: that all of it is read, names real operations, and fits the rules that deliver their records.

use std::collections::BTreeSet;
use trailreflex_access_changes::{NAME_STARTS, Operation, event_names, operations};
use trailreflex_actions::{Called, called};

/// What the table of actions does not know: an operation that it names otherwise, and one that is newer.
const UNKNOWN: [(&str, &str); 2] =
    [("s3", "DeleteAccountPublicAccessBlock"), ("sagemaker", "PutEndpointPolicy")];

fn opening() -> impl Iterator<Item = Operation> {
    operations().filter(|operation| operation.writes.opens() && operation.service != "*")
}

#[test]
fn every_line_of_the_table_is_read() {
    let table = include_str!("../../src/operations.txt");
    let lines = table.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(operations().count(), lines);
}

#[test]
fn the_table_is_as_large_as_it_is_said_to_be() {
    let services: BTreeSet<_> = opening().map(|operation| operation.service).collect();
    let closing = operations().filter(|operation| !operation.writes.opens()).count();
    assert_eq!((opening().count(), services.len(), closing), (143, 81, 102));
}

#[test]
fn each_operation_is_one_that_some_action_authorises() {
    let unknown: Vec<_> = operations()
        .filter(|operation| operation.service != "*")
        .filter(|operation| {
            let source = format!("{}.amazonaws.com", operation.service);
            called(&source, operation.event_name) == Called::Unknown
        })
        .map(|operation| (operation.service, operation.event_name))
        .collect();
    assert_eq!(unknown, UNKNOWN);
}

#[test]
fn each_name_is_delivered_in_full_or_by_its_beginning() {
    let names = event_names();
    let lost: Vec<_> = operations()
        .map(|operation| operation.event_name)
        .filter(|name| !names.contains(name) && !NAME_STARTS.iter().any(|start| name.starts_with(start)))
        .collect();
    assert_eq!(lost, Vec::<&str>::new());
    assert!(names.contains("AddPermission20150331v2"), "as Lambda's records have it");
}
