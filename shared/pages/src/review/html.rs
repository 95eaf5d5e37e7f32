//! A review as one page for a browser: numbers and pictures first, then what is notable, then the tables.

use super::picture::{self, Bar, Cell};
use super::query::command;
use super::suggestions::{Suggestion, suggestions};
use super::{Beside, SuggestedSuppression};
use crate::{Look, NotWritten, cell, shown};
use askama::Template;
use trailreflex_activity::{Kind, LeftOut, Notable, Read, Review, Totals};
use trailreflex_metrics::Answers;

#[derive(Template)]
#[template(path = "review.html")]
struct Document<'r> {
    look: Look,
    review: &'r Review,
    read: &'r Read,
    cards: [Card; 5],
    bars: Vec<Bar>,
    most: u64,
    cells: Vec<Cell>,
    weekdays: Vec<(&'static str, String)>,
    hours: Vec<(String, String)>,
    rows: Vec<Row>,
    suggestions: Vec<Suggestion>,
    answers: Option<&'r Answers>,
    suppressions: &'r [SuggestedSuppression],
    /// What the review does not know, in words.
    gaps: Vec<String>,
}

/// A number of the period next to that before.
#[derive(Debug)]
struct Card {
    what: &'static str,
    number: String,
    change: Option<String>,
}

/// Something notable, made safe for a browser.
#[derive(Debug)]
struct Row {
    what: &'static str,
    who: String,
    since: String,
    count: u64,
    unit: &'static str,
    usual: Option<String>,
    values: Vec<String>,
    command: String,
}

/// Returns the page.
///
/// # Errors
/// None that is known: the template is checked when the command is built.
pub(super) fn document(review: &Review, read: &Read, beside: Beside<'_>) -> Result<String, NotWritten> {
    let (bars, most) = picture::bars(review);
    let document = Document {
        look: Look::new(),
        review,
        read,
        cards: cards(review),
        bars,
        most,
        cells: picture::cells(review),
        weekdays: picture::weekdays(),
        hours: picture::hours(),
        rows: rows(review),
        suggestions: suggestions(review),
        answers: beside.answers.filter(|answers| !answers.is_empty()),
        suppressions: beside.suppressions,
        gaps: gaps(review, read),
    };
    Ok(document.render()?)
}

fn cards(review: &Review) -> [Card; 5] {
    let card = |what, number: u64, before: Option<u64>| Card {
        what,
        number: grouped(number),
        change: before.map(|before| changed(number, before)),
    };
    let (now, before) = (review.totals, review.before);
    let principals = |totals: Totals| u64::try_from(totals.principals).unwrap_or(u64::MAX);
    [
        card("calls", now.counts.calls, before.map(|before| before.counts.calls)),
        card("changes", now.counts.writes, before.map(|before| before.counts.writes)),
        card("errors", now.counts.errors, before.map(|before| before.counts.errors)),
        card("refused", now.counts.denied, before.map(|before| before.counts.denied)),
        card("principals", principals(now), before.map(principals)),
    ]
}

/// How a number differs from the one before, in percent.
fn changed(now: u64, before: u64) -> String {
    if before == 0 {
        return if now == 0 { "as before: none".to_owned() } else { "none before".to_owned() };
    }
    let percent = u128::from(now.abs_diff(before)).saturating_mul(100) / u128::from(before);
    match (percent, now >= before) {
        (0, _) => format!("as before: {}", grouped(before)),
        (percent, true) => format!("▲ {percent} % from {}", grouped(before)),
        (percent, false) => format!("▼ {percent} % from {}", grouped(before)),
    }
}

/// A number with a thin space between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 3 == first {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

fn rows(review: &Review) -> Vec<Row> {
    let row = |one: &Notable| Row {
        what: one.kind.title(),
        who: cell(&one.principal),
        since: one.time.to_string(),
        count: one.count,
        unit: unit(one.kind, one.count == 1),
        usual: one.usual.map(|usual| format!("{usual:.0}")),
        values: one.values.iter().map(|value| cell(value)).collect(),
        command: shown(&command(one, review.period)),
    };
    review.notable.iter().map(row).collect()
}

/// What is counted of a kind.
#[must_use]
pub fn unit(kind: Kind, is_one: bool) -> &'static str {
    match (kind, is_one) {
        (Kind::AwakeAgain, _) => "days of silence",
        (Kind::ImpossibleTravel, _) => "km",
        (Kind::OffHours, true) => "hour",
        (Kind::OffHours, false) => "hours",
        (
            Kind::RootUsed
            | Kind::SignInWithoutMfa
            | Kind::NewPrincipal
            | Kind::MoreDenied
            | Kind::NewRegion
            | Kind::NewNetwork
            | Kind::NewProgram
            | Kind::NewService
            | Kind::NewOperations
            | Kind::MoreErrors
            | Kind::MoreCalls,
            is_one,
        ) => {
            if is_one {
                "call"
            } else {
                "calls"
            }
        }
    }
}

/// Says what the review does not know; nobody should take its silence for quiet.
#[must_use]
pub fn gaps(review: &Review, read: &Read) -> Vec<String> {
    let LeftOut { copies, of_other_principals, values, failures, insights, sightings } = review.left_out;
    let mut gaps = Vec::new();
    if review.reference.is_none() {
        gaps.push(
            "There are no records of the time before, so nothing can be called new or unusual.".to_owned(),
        );
    }
    if let (Some(first), more) = (review.missing.first(), review.missing.len()) {
        gaps.push(format!("Days without any record: {more}, the first {first}."));
    }
    for (number, what) in [
        (read.unreadable, "inputs could not be read"),
        (read.malformed, "records are malformed"),
        (read.unchecked, "records were too many to know whether some of them were there twice"),
        (read.late, "records came when the review of their day had been written, and are in none"),
        (copies, "records were there twice and count once"),
        (
            of_other_principals,
            "calls are of principals beyond the 50,000 that are told apart; they are in the totals only",
        ),
        (
            values,
            "values, such as networks, are beyond the 2,000 that are told apart for a principal; nothing of that kind is called new for it",
        ),
        (
            insights,
            "calls are beyond what is kept by the hour, by Region or between accounts; suggestions may lack them",
        ),
        (
            sightings,
            "calls are beyond the 200,000 of which it is kept where they came from; journeys may lack them",
        ),
        (failures, "failures are beyond the 20,000 kinds that are told apart"),
    ] {
        if number > 0 {
            gaps.push(format!("{} {what}.", grouped(number)));
        }
    }
    gaps
}
