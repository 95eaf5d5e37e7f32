//! The event files, and how they are reviewed here.

use serde_json::Value;
use std::path::Path;
use trailreflex_access::Zone;
use trailreflex_access_changes::{Known, Reviewed, review};
use trailreflex_findings::Carrier;
use trailreflex_model::cloudtrail::Record;

pub(crate) fn json(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file);
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap()
}

pub(crate) fn event(file: &str) -> Value {
    json(&format!("events/{file}.json"))
}

pub(crate) fn zone() -> Zone {
    Zone { account: "111122223333".to_owned(), ..Zone::default() }
}

pub(crate) fn carrier() -> Carrier {
    Carrier {
        account: "111122223333".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        time: None,
        replay_name: None,
    }
}

/// Reviews a record; `read` is what reading the policy back gives.
pub(crate) fn reviewed(record: Value, former: Option<&Known>, read: Option<&str>) -> Option<Reviewed> {
    let record = Record::parse(record).unwrap();
    review((&carrier(), &record), &zone(), former, read)
}

/// The name of the rule that a review fell under; empty if none.
pub(crate) fn rule(reviewed: &Reviewed) -> &str {
    reviewed.finding.as_ref().and_then(|finding| finding.rule.name.as_deref()).unwrap_or_default()
}
