//! `docs/metrics.md`: every metric, where it comes from and what it costs.

use super::alarms::control;
use super::catalogue::{Entry, Most, catalogue};
use crate::generated::assert_file;
use crate::template::template;
use std::fmt::Write as _;
use trailreflex_metrics::{DataOperation, Function, Metric, Monitored, NAMESPACE, PrincipalType, Unit};

/// Regions that an account has unless it opts in to more.
const REGIONS: usize = 17;

const HEAD: &str = "# Metrics

Written from the code and the template; do not edit it.

";

const ABOUT: &str = "No dimension takes a value that a caller
can choose, so nobody outside can make metrics, which is what costs money. Who has called what is a question to logs: `trailreflex search`.

## What people and machines do

By `meter`, from the events that reach EventBridge: management events of the stack's Region (of us-east-1 the global ones too) and data events
that a trail records. Each record counts once, in the minute of its `eventTime`, although EventBridge and SQS may deliver it twice and out of
order and although the function may be stopped between any two calls: what was counted is kept in a table for two weeks. If CloudWatch does
not answer, the call may have been received; it is sent again after some minutes, and `MetricWritesUncertain` says how many records may
therefore count twice. What CloudWatch refuses is kept on the quarantine queue with its values.

With `MeterActivity=log-files`, by `ingest`, from the trail's log files: of all Regions, and what EventBridge does not deliver too, but some
ten minutes later, and without `ActivityAlarms`, which would have looked before the numbers arrive. `meter` then gets no events but its own
calls. Both keep one table, so that a record counts once though both should have it. An entry of a file without an `eventID` cannot be told from
its copies: it is not counted, but in `Records` as `unidentified`.

";

#[test]
fn the_page_of_metrics_is_up_to_date() {
    let entries = catalogue();
    let (activities, own): (Vec<_>, Vec<_>) =
        entries.iter().partition(|entry| matches!(entry.metric, Metric::Activity(_)));
    let mut text = format!("{HEAD}All are in the CloudWatch namespace `{NAMESPACE}`. {ABOUT}");
    table(&activities, &mut text);
    write!(
        text,
        "\nValues of `PrincipalType`: {}. Of `Operation`: {}. Of `Service`: those in the parameter `MeteredServices`, and `other`.\n",
        words(PrincipalType::ALL.iter().map(|one| one.as_str())),
        words(DataOperation::ALL.iter().map(|one| one.as_str())),
    )
    .unwrap();
    controls(&mut text);
    text.push_str("\n## Trailreflex itself\n\n");
    table(&own, &mut text);
    cost(&activities, &mut text);
    assert_file("docs/metrics.md", &text);
}

fn table(entries: &[&Entry], text: &mut String) {
    text.push_str(
        "| metric | unit | dimensions | at most | published by | meaning |\n|---|---|---|--:|---|---|\n",
    );
    for entry in entries {
        let names: Vec<_> = entry.metric.dimensions().into_iter().map(|(name, _)| name).collect();
        let names = match (names.is_empty(), entry.most) {
            (_, Most::Services) => "none; `Service`".to_owned(),
            (true, _) => "none".to_owned(),
            (false, _) => words(names.iter().copied()),
        };
        let unit = match entry.metric.unit() {
            Unit::Count => "count",
            Unit::Seconds => "seconds",
        };
        let most = match entry.most {
            Most::Regions => format!("{REGIONS}: Regions"),
            Most::Rules => "rules that find".to_owned(),
            Most::Results => "results that occur".to_owned(),
            Most::Fixed(_) | Most::Functions | Most::Services => most(entry).to_string(),
        };
        let by = words(entry.functions.iter().map(|function| function.as_str()));
        writeln!(
            text,
            "| `{}` | {unit} | {names} | {most} | {by} | {} |",
            entry.metric.name(),
            entry.meaning
        )
        .unwrap();
    }
}

/// How many metrics of the kind there can be, with the template's own parameters.
fn most(entry: &Entry) -> usize {
    let services =
        template()["Parameters"]["MeteredServices"]["Default"].as_str().unwrap().split(',').count();
    match entry.most {
        Most::Fixed(number) => number,
        Most::Functions => entry.functions.len(),
        Most::Services => services + 2,
        Most::Regions => REGIONS,
        Most::Rules | Most::Results => panic!("{} has no fixed number", entry.metric.name()),
    }
}

fn controls(text: &mut String) {
    text.push_str(
        "\n### What CIS asks to be watched\n\nEach has an alarm (parameter `ActivityAlarms`), over five minutes. Left out is what AWS does by \
         itself: calls of service principals and service-linked roles, and sign-ins through an identity provider, whose second factor AWS \
         cannot see. Security Hub's controls for this section look for metric filters on a log group, not for metrics: they go on failing.\n\n\
         | control | alarm | sets it off | says |\n|---|---|--:|---|\n",
    );
    for monitored in Monitored::ALL {
        let (name, says, threshold) = control(*monitored);
        writeln!(text, "| `{}` | `{name}Alarm` | {threshold} | {says}. |", monitored.as_str()).unwrap();
    }
}

/// List prices of us-east-1 in USD.
const PRICES: [(&str, f64, &str); 6] = [
    ("metric a month", 0.30, "of the first 10,000"),
    ("alarm on a metric a month", 0.10, "an anomaly alarm counts as three, a composite alarm costs 0.50"),
    ("million requests to SQS", 0.40, "EventBridge sends one for each event"),
    ("million writes to DynamoDB", 0.625, "one for each event"),
    ("thousand calls of PutMetricData", 0.01, "one for each batch, with up to 1,000 metrics"),
    ("dashboard a month", 3.00, "three are free"),
];

fn cost(activities: &[&Entry], text: &mut String) {
    let metrics: usize = activities.iter().map(|entry| most(entry)).sum();
    text.push_str("\n## Cost\n\nList prices of us-east-1, USD, from AWS's price pages; look them up before you rely on them.\n\n| price | USD | |\n|---|--:|---|\n");
    for (what, price, note) in PRICES {
        writeln!(text, "| {what} | {price} | {note} |").unwrap();
    }
    let [(_, metric, _), _, (_, sqs, _), (_, dynamodb, _), (_, put, _), _] = PRICES;
    // SQS hands out ten messages at a time and deletes as many; a batch that is full holds 2,000 events.
    let million = sqs * 1.2 + dynamodb + put * 500.0 / 1000.0;
    write!(
        text,
        "\nWith the template's parameters `meter` makes at most {metrics} metrics of activity: {:.2} a month if each has values in every hour; \
         one without values costs nothing. A million events cost {million:.2} for SQS, DynamoDB and CloudWatch, and what Lambda costs: \
         `docs/performance.md`. {} functions publish the metrics of Trailreflex itself, as a rule some thirty.\n",
        metric * f64::from(u32::try_from(metrics).unwrap()),
        Function::ALL.len(),
    )
    .unwrap();
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
