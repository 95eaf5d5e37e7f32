//! The template's dashboard, written from the rows below.

use super::{Named, assert_exist};
use crate::generated::assert_part;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const BEGIN: &str = "# ---- written from the dashboard's rows: begin";
const END: &str = "# ---- written from the dashboard's rows: end";

/// A line of a graph.
enum Line {
    /// A metric of Trailreflex: name, dimensions, statistic, label.
    One(&'static str, &'static [(&'static str, &'static str)], &'static str, &'static str),
    /// All metrics of a name with one dimension: name, dimension, statistic.
    Each(&'static str, &'static str, &'static str),
    /// A metric of AWS's: namespace, name, dimension, value as the template knows it, statistic, label.
    Aws(&'static str, &'static str, &'static str, &'static str, &'static str, &'static str),
}

use Line::{Aws, Each, One};

/// A graph: title, width in columns of 24, lines.
type Graph = (&'static str, u64, &'static [Line]);

const ROWS: [(&str, &[Graph]); 4] = [
    (
        "Activity: what people and machines do",
        &[
            ("Calls", 8, &[One("Calls", &[], "Sum", "all")]),
            (
                "Errors, denied and throttled calls",
                8,
                &[
                    One("Errors", &[], "Sum", "errors"),
                    One("DeniedCalls", &[], "Sum", "denied"),
                    One("ThrottledCalls", &[], "Sum", "throttled"),
                ],
            ),
            ("Calls by service", 8, &[Each("Calls", "Service", "Sum")]),
            ("Calls by principal", 8, &[Each("Calls", "PrincipalType", "Sum")]),
            ("Writing calls by Region", 8, &[Each("WriteCalls", "Region", "Sum")]),
            ("Data events", 8, &[Each("DataEvents", "Operation", "Sum")]),
        ],
    ),
    (
        "Security",
        &[
            ("Findings by severity", 8, &[Each("Findings", "Severity", "Sum")]),
            ("What CIS asks to be watched", 8, &[Each("Monitored", "Control", "Sum")]),
            (
                "Root, new principals and denied sign-ins",
                8,
                &[
                    One("RootUse", &[], "Sum", "root user"),
                    One("NewPrincipals", &[], "Sum", "new principals"),
                    One("SignIns", &[("Outcome", "failed"), ("MFA", "no")], "Sum", "sign-ins that failed"),
                    One("SignIns", &[("Outcome", "succeeded"), ("MFA", "no")], "Sum", "sign-ins without MFA"),
                ],
            ),
        ],
    ),
    (
        "Responders",
        &[
            ("Plans", 8, &[Each("Plans", "Status", "Sum")]),
            (
                "Held back and bypassed",
                8,
                &[
                    One(
                        "HeldBack",
                        &[("Function", "contain-identity"), ("Reason", "budget")],
                        "Sum",
                        "budget is used up",
                    ),
                    One(
                        "HeldBack",
                        &[("Function", "contain-identity"), ("Reason", "killSwitch")],
                        "Sum",
                        "kill switch",
                    ),
                    One("ContainmentBypassed", &[("Function", "contain-identity")], "Sum", "bypassed"),
                ],
            ),
            (
                "Seconds to detect and to contain",
                8,
                &[
                    One("SecondsToDetect", &[], "p50", "detect, p50"),
                    One("SecondsToDetect", &[], "p95", "detect, p95"),
                    One("SecondsToContainment", &[], "p50", "contain, p50"),
                    One("SecondsToContainment", &[], "p95", "contain, p95"),
                ],
            ),
        ],
    ),
    (
        "Health",
        &[
            (
                "Seconds from a call to its event",
                8,
                &[
                    One("SecondsToCanary", &[], "p50", "canary, p50"),
                    One("SecondsToCanary", &[], "p95", "canary, p95"),
                    One("SecondsToMetric", &[], "p95", "all events, p95"),
                ],
            ),
            (
                "Errors of functions",
                8,
                &[
                    Aws("AWS/Lambda", "Errors", "FunctionName", "${DetectFunction}", "Sum", "detect"),
                    Aws(
                        "AWS/Lambda",
                        "Errors",
                        "FunctionName",
                        "${ContainIdentityFunction}",
                        "Sum",
                        "contain-identity",
                    ),
                    Aws(
                        "AWS/Lambda",
                        "Errors",
                        "FunctionName",
                        "${RestoreLoggingFunction}",
                        "Sum",
                        "restore-logging",
                    ),
                    Aws(
                        "AWS/Lambda",
                        "Errors",
                        "FunctionName",
                        "${CloseExposureFunction}",
                        "Sum",
                        "close-exposure",
                    ),
                    Aws("AWS/Lambda", "Errors", "FunctionName", "${NotifyFunction}", "Sum", "notify"),
                ],
            ),
            (
                "Kept because nobody could deal with it",
                8,
                &[
                    Aws(
                        "AWS/SQS",
                        "ApproximateNumberOfMessagesVisible",
                        "QueueName",
                        "${QuarantineQueue.QueueName}",
                        "Maximum",
                        "quarantined",
                    ),
                    Aws(
                        "AWS/SQS",
                        "ApproximateNumberOfMessagesVisible",
                        "QueueName",
                        "${FailedEventsQueue.QueueName}",
                        "Maximum",
                        "failed",
                    ),
                    Aws(
                        "AWS/SQS",
                        "ApproximateNumberOfMessagesVisible",
                        "QueueName",
                        "${UndeliveredEventsQueue.QueueName}",
                        "Maximum",
                        "undelivered",
                    ),
                ],
            ),
        ],
    ),
];

/// What functions have logged as errors and warnings, newest first.
const PROBLEMS: &str = "SOURCE '${DetectLogs}' | SOURCE '${ContainIdentityLogs}' | SOURCE '${RestoreLoggingLogs}' | \
    SOURCE '${CloseExposureLogs}' | SOURCE '${NotifyLogs}' | fields @timestamp, @log, level, fields.message | filter level in ['ERROR', 'WARN'] | \
    sort @timestamp desc | limit 50";

const HEIGHT: u64 = 6;

#[test]
fn the_templates_dashboard_shows_all_that_the_rows_name() {
    let widgets = widgets();
    let lines: Vec<_> = widgets.iter().map(|widget| format!("            {widget}")).collect();
    let text = format!("          {{\"widgets\": [\n{}\n          ]}}\n", lines.join(",\n"));
    assert_part("template.yaml", BEGIN, END, &format!("      DashboardBody: !Sub |-\n{text}"));
}

#[test]
fn the_dashboard_shows_metrics_that_exist() {
    let lines = ROWS.iter().flat_map(|(_, graphs)| graphs.iter().flat_map(|(_, _, lines)| lines.iter()));
    assert_exist("the dashboard", lines.filter_map(named));
}

fn named(line: &Line) -> Option<Named> {
    match line {
        One(name, dimensions, ..) => {
            let dimensions = dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Some(((*name).to_owned(), dimensions.collect()))
        }
        Each(name, dimension, _) => {
            Some(((*name).to_owned(), BTreeSet::from([((*dimension).to_owned(), String::new())])))
        }
        Aws(..) => None,
    }
}

fn widgets() -> Vec<Value> {
    let mut widgets = Vec::new();
    let mut y = 0;
    for (heading, graphs) in ROWS {
        widgets.push(json!({
            "type": "text", "x": 0, "y": y, "width": 24, "height": 1, "properties": {"markdown": format!("## {heading}")},
        }));
        y += 1;
        let mut x = 0;
        for (title, width, lines) in graphs {
            if x + width > 24 {
                (x, y) = (0, y + HEIGHT);
            }
            widgets.push(json!({
                "type": "metric", "x": x, "y": y, "width": width, "height": HEIGHT,
                "properties": {
                    "title": title, "view": "timeSeries", "region": "${AWS::Region}", "period": 300,
                    "metrics": lines.iter().enumerate().map(|(number, line)| metric(number, line)).collect::<Vec<_>>(),
                },
            }));
            x += width;
        }
        y += HEIGHT;
    }
    widgets.push(json!({
        "type": "log", "x": 0, "y": y, "width": 24, "height": HEIGHT,
        "properties": {"title": "Problems that functions tell of", "region": "${AWS::Region}", "view": "table", "query": PROBLEMS},
    }));
    widgets
}

fn metric(number: usize, line: &Line) -> Value {
    match line {
        One(name, dimensions, statistic, label) => {
            let mut parts = vec![json!("Trailreflex"), json!(name)];
            parts.extend(dimensions.iter().flat_map(|(name, value)| [json!(name), json!(value)]));
            parts.push(json!({"stat": statistic, "label": label}));
            Value::Array(parts)
        }
        Each(name, dimension, statistic) => json!([{
            "id": format!("each{number}"), "label": "",
            "expression": format!("SEARCH('{{Trailreflex,{dimension}}} MetricName=\"{name}\"', '{statistic}', 300)"),
        }]),
        Aws(namespace, name, dimension, value, statistic, label) => {
            json!([namespace, name, dimension, value, {"stat": statistic, "label": label}])
        }
    }
}
