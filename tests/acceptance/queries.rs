//! Saved queries of Logs Insights over the trail's log group: the template's and the page's, written from the list that
//! `trailreflex insights` runs.

use crate::generated::assert_part;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use trailreflex_insights::{QUERIES, Query};

const BEGIN: &str = "# ---- written from the saved queries: begin";
const END: &str = "# ---- written from the saved queries: end";

fn template() -> String {
    let mut text = String::new();
    for query in QUERIES {
        let Query { id, title, .. } = query;
        write!(
            text,
            "  {id}Query:\n    Type: AWS::Logs::QueryDefinition\n    Condition: HasTrailLogs\n    Properties:\n      \
             Name: !Sub ${{AWS::StackName}}/{title}\n      LogGroupNames: [!If [CreatesTrailLogs, !Ref TrailLogs, !Ref TrailLogGroup]]\n      \
             QueryString: |\n        {}\n\n",
            query.example().join("\n        | ")
        )
        .unwrap();
    }
    text
}

fn page() -> String {
    let mut text = String::from("\n| query | name | parameters | answers |\n|---|---|---|---|\n");
    for query in QUERIES {
        let name = |one: &trailreflex_insights::Parameter| {
            let optional = if one.is_optional { ", if wanted" } else { "" };
            format!("`{}`{optional}", one.name)
        };
        let parameters: Vec<_> = query.parameters.iter().map(name).collect();
        let Query { title, name, answers, .. } = query;
        writeln!(text, "| {title} | `{name}` | {} | {answers} |", parameters.join("; ")).unwrap();
    }
    text.push('\n');
    text
}

#[test]
fn the_templates_and_the_pages_saved_queries_are_these() {
    assert_part("template.yaml", BEGIN, END, &template());
    assert_part("docs/cloudtrail.md", "<!-- saved queries: begin", "<!-- saved queries: end", &page());
}

/// Fields of a record that queries use. Source: CloudTrail User Guide, "CloudTrail record contents".
const OF_A_RECORD: [&str; 15] = [
    "additionalEventData",
    "awsRegion",
    "errorCode",
    "errorMessage",
    "eventCategory",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "requestParameters",
    "responseElements",
    "sourceIPAddress",
    "userAgent",
    "userIdentity",
];

/// Words of the language. Source: CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax".
const OF_THE_LANGUAGE: [&str; 22] = [
    "and",
    "as",
    "asc",
    "bin",
    "by",
    "count",
    "count_distinct",
    "desc",
    "fields",
    "filter",
    "ispresent",
    "isIpInSubnet",
    "like",
    "limit",
    "max",
    "min",
    "not",
    "or",
    "sort",
    "stats",
    "sum",
    "1h",
];

/// Returns the words of a line outside of strings and regular expressions; an expression begins after `like `.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut closing, mut is_escaped) = (Vec::new(), String::new(), None, false);
    for sign in line.chars() {
        if let Some(end) = closing {
            closing = if sign == end && !is_escaped { None } else { closing };
            is_escaped = sign == '\\' && !is_escaped;
        } else if sign.is_alphanumeric() || matches!(sign, '.' | '_' | '@') {
            word.push(sign);
        } else {
            words.push(std::mem::take(&mut word));
            closing = matches!(sign, '"' | '/').then_some(sign);
        }
    }
    assert_eq!(closing, None, "{line} has an open string");
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn saved_queries_name_fields_of_records_bind_what_they_show_and_end() {
    let mut names = BTreeSet::new();
    for query in QUERIES {
        let Query { id, name, title, .. } = query;
        let lines = query.example();
        assert!(names.insert(name) && names.insert(title) && names.insert(id), "{name}");
        assert!(id.chars().all(char::is_alphanumeric), "{name}");
        assert!(name.chars().all(|sign| sign.is_ascii_lowercase() || sign == '-'), "{name}");
        assert!(lines.last().unwrap().starts_with("limit "), "{name} may return too much");
        let named: BTreeSet<_> = lines
            .iter()
            .flat_map(|line| line.split(" as ").skip(1))
            .filter_map(|rest| words(rest).into_iter().next())
            .collect();
        for word in lines.iter().flat_map(|line| words(line)) {
            let first = word.split('.').next().unwrap();
            let is_known = OF_A_RECORD.contains(&first)
                || OF_THE_LANGUAGE.contains(&word.as_str())
                || ["@timestamp", "@message"].contains(&word.as_str())
                || named.contains(&word)
                || word.chars().all(|sign| sign.is_ascii_digit());
            assert!(is_known, "{name}: {word}");
        }
        let sorted = lines.iter().find_map(|line| line.strip_prefix("sort ")?.split(' ').next());
        let sorted = sorted.unwrap_or_default();
        assert!(
            named.contains(sorted) || query.columns().contains(&sorted),
            "{name} sorts by what it does not show: {sorted}"
        );
    }
}

#[test]
fn no_query_asks_for_more_than_logs_insights_takes() {
    for query in QUERIES {
        // Source: CloudWatch Logs API reference, StartQuery and PutQueryDefinition.
        assert!(query.example().join("\n| ").len() < 10_000 && query.title.len() < 200, "{}", query.name);
    }
}
