//! What queries answer.

use crate::kept::{Kept, ask, records};
use serde_json::json;
use std::sync::Arc;

fn answer(query: &str) -> Vec<Vec<String>> {
    ask(Arc::new(Kept::of(records())), query).unwrap_or_else(|error| panic!("{query}: {error}")).rows
}

#[test]
fn columns_hold_what_records_hold() {
    for (case, query, expected) in [
        ("a text", "SELECT eventname FROM cloudtrail LIMIT 1", vec![vec!["ListUsers"]]),
        ("names in any case", "SELECT EventName FROM CloudTrail LIMIT 1", vec![vec!["ListUsers"]]),
        (
            "a truth value",
            "SELECT readonly FROM cloudtrail WHERE eventname = 'CreateUser'",
            vec![vec!["false"]],
        ),
        ("a number", "SELECT apiversion FROM cloudtrail WHERE eventsource LIKE 'ec2%'", vec![vec!["404"]]),
        (
            "nothing",
            "SELECT count(*), count(errorcode), count(requestparameters), count(tlsdetails) FROM cloudtrail",
            vec![vec!["6", "1", "4", "0"]],
        ),
        (
            "a member of a member",
            "SELECT DISTINCT useridentity.sessioncontext.sessionissuer.username AS role FROM cloudtrail ORDER BY 1",
            vec![vec!["deploy"], vec![""]],
        ),
        (
            "a list of members, spelt as CloudTrail spells them",
            "SELECT resources[1]['arn'], cardinality(resources) FROM cloudtrail WHERE resources IS NOT NULL",
            vec![vec!["arn:aws:iam::111122223333:role/deploy", "1"]],
        ),
        (
            "JSON as it was",
            "SELECT requestparameters FROM cloudtrail WHERE eventname = 'CreateUser'",
            vec![vec![r#"{"userName":"eve","tags":[{"key":"a","value":7}]}"#]],
        ),
        (
            "partitions of a file whose name tells nothing",
            "SELECT account, region, day, count(*) FROM cloudtrail GROUP BY 1, 2, 3 ORDER BY 3",
            vec![
                vec!["111122223333", "eu-west-1", "2026/11/24", "5"],
                vec!["111122223333", "eu-west-1", "2026/11/25", "1"],
            ],
        ),
        (
            "two readings",
            "SELECT count(*) FROM cloudtrail a JOIN cloudtrail b ON a.eventid = b.eventid",
            vec![vec!["6"]],
        ),
    ] {
        assert_eq!(answer(query), expected, "{case}");
    }
}

#[test]
fn functions_answer_as_those_of_athena() {
    let of = |expression: &str| {
        let rows = answer(&format!("SELECT {expression} FROM cloudtrail WHERE eventname = 'CreateUser'"));
        rows[0][0].clone()
    };
    for (expression, expected) in [
        ("json_extract_scalar(requestparameters, '$.userName')", "eve"),
        ("json_extract_scalar(requestparameters, '$[''userName'']')", "eve"),
        ("json_extract_scalar(requestparameters, '$.tags[0].value')", "7"),
        ("json_extract_scalar(requestparameters, '$.tags')", ""),
        ("json_extract_scalar(requestparameters, '$.none')", ""),
        ("json_extract_scalar(errormessage, '$.none')", ""),
        ("json_extract_scalar(responseelements, '$.none')", ""),
        ("json_extract(requestparameters, '$.tags[0]')", r#"{"key":"a","value":7}"#),
        ("from_iso8601_timestamp(eventtime)", "2026-11-24T10:05:00Z"),
        ("from_iso8601_timestamp('2026-11-24')", "2026-11-24T00:00:00Z"),
        ("date_trunc('hour', from_iso8601_timestamp(eventtime))", "2026-11-24T10:00:00Z"),
        ("regexp_like(sourceipaddress, '^198\\.')", "true"),
        ("split_part(useridentity.arn, '/', 2)", "alice"),
        ("eventname LIKE 'createuser'", "false"),
    ] {
        assert_eq!(of(expression), expected, "{expression}");
    }
}

#[test]
fn what_is_no_record_as_expected_is_null_and_not_lost() {
    let odd = json!({"eventID": "odd", "userIdentity": "who", "resources": {"a": 1}, "tlsDetails": [1],
        "eventName": ["a"], "eventTime": "later"});
    let logs = Arc::new(Kept::of(vec![odd]));
    let rows = ask(
        logs,
        "SELECT eventid, useridentity, resources, tlsdetails, eventname, eventtime, day FROM cloudtrail",
    );
    assert_eq!(rows.unwrap().rows, [["odd", "", "", "", "[\"a\"]", "later", ""]]);
}
