//! The tables of a review as CSV, for spreadsheets.

use super::query::command;
use crate::{NotWritten, row};
use trailreflex_activity::{Counts, Review};

pub(super) fn notable(review: &Review) -> Result<Vec<u8>, NotWritten> {
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

pub(super) fn principals(review: &Review) -> Result<Vec<u8>, NotWritten> {
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

pub(super) fn services(review: &Review) -> Result<Vec<u8>, NotWritten> {
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

pub(super) fn failures(review: &Review) -> Result<Vec<u8>, NotWritten> {
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

pub(super) fn suggestions(review: &Review) -> Result<Vec<u8>, NotWritten> {
    let headings =
        ["what", "subject", "operation", "code", "region", "time", "count", "of", "values", "suggestion"];
    let mut sheet = row(&headings.map(str::to_owned))?;
    for one in &review.insights {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        sheet.append(&mut row(&[
            one.kind.title().to_owned(),
            one.subject.clone(),
            text(&one.operation),
            text(&one.code),
            text(&one.region),
            one.time.map(|time| time.to_string()).unwrap_or_default(),
            one.count.to_string(),
            one.of.to_string(),
            one.values.join(" "),
            one.suggestion.to_owned(),
        ])?);
    }
    Ok(sheet)
}

pub(super) fn accounts(review: &Review) -> Result<Vec<u8>, NotWritten> {
    let headings =
        ["from", "to", "new", "calls", "writes", "errors", "denied", "throttled", "days", "operations"];
    let mut sheet = row(&headings.map(str::to_owned))?;
    for one in &review.accounts {
        let [calls, writes, errors, denied, throttled] = numbers(one.counts);
        sheet.append(&mut row(&[
            one.from.clone(),
            one.to.clone(),
            one.is_new.to_string(),
            calls,
            writes,
            errors,
            denied,
            throttled,
            one.days.to_string(),
            one.operations.join(" "),
        ])?);
    }
    Ok(sheet)
}

fn numbers(counts: Counts) -> [String; 5] {
    [counts.calls, counts.writes, counts.errors, counts.denied, counts.throttled]
        .map(|number| number.to_string())
}
