//! The tables of a review as CSV, for spreadsheets.

use super::query::command;
use crate::sheet::row;
use trailreflex_activity::{Counts, Review};

pub(super) fn notable(review: &Review) -> anyhow::Result<Vec<u8>> {
    let mut sheet =
        row(&["what", "principal", "since", "count", "usual", "values", "command"].map(str::to_owned))?;
    for one in &review.notable {
        sheet.append(&mut row(&[
            one.kind.title().to_owned(),
            one.principal.clone(),
            one.time.to_string(),
            one.count.to_string(),
            one.usual.map(|usual| usual.to_string()).unwrap_or_default(),
            one.values.join(" "),
            command(one, review.period),
        ])?);
    }
    Ok(sheet)
}

pub(super) fn principals(review: &Review) -> anyhow::Result<Vec<u8>> {
    let headings = [
        "principal",
        "calls",
        "writes",
        "errors",
        "denied",
        "throttled",
        "before",
        "days",
        "networks",
        "regions",
    ];
    let mut sheet = row(&headings.map(str::to_owned))?;
    for one in &review.principals {
        let [calls, writes, errors, denied, throttled] = numbers(one.counts);
        let (before, days) = (one.before.to_string(), one.days.to_string());
        let (networks, regions) = (one.networks.to_string(), one.regions.to_string());
        let name = one.name.clone();
        sheet.append(&mut row(&[
            name, calls, writes, errors, denied, throttled, before, days, networks, regions,
        ])?);
    }
    Ok(sheet)
}

pub(super) fn services(review: &Review) -> anyhow::Result<Vec<u8>> {
    let headings = ["service", "calls", "writes", "errors", "denied", "throttled", "before"];
    let mut sheet = row(&headings.map(str::to_owned))?;
    for one in &review.services {
        let [calls, writes, errors, denied, throttled] = numbers(one.counts);
        sheet.append(&mut row(&[
            one.name.clone(),
            calls,
            writes,
            errors,
            denied,
            throttled,
            one.before.to_string(),
        ])?);
    }
    Ok(sheet)
}

pub(super) fn failures(review: &Review) -> anyhow::Result<Vec<u8>> {
    let mut sheet = row(&["operation", "code", "denied", "count", "principals"].map(str::to_owned))?;
    for one in &review.failures {
        sheet.append(&mut row(&[
            one.operation.clone(),
            one.code.clone(),
            one.is_denied.to_string(),
            one.count.to_string(),
            one.principals.join(" "),
        ])?);
    }
    Ok(sheet)
}

fn numbers(counts: Counts) -> [String; 5] {
    [counts.calls, counts.writes, counts.errors, counts.denied, counts.throttled]
        .map(|number| number.to_string())
}
