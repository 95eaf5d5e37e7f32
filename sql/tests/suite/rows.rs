//! How rows leave: JSON, Parquet, and Parquet as a table again.

use crate::kept::{Answer, Kept, LIMITS, ask, records};
use serde_json::{Value, json};
use std::sync::Arc;
use trailreflex_sql::{Engine, ParquetFile, json_lines};

#[test]
fn json_has_a_line_for_each_row_and_leaves_null_out() {
    let query = "SELECT eventname, errorcode, useridentity.sessioncontext AS session, resources FROM cloudtrail ORDER BY eventtime LIMIT 3";
    let answer = ask(Arc::new(Kept::of(records())), query).unwrap();
    let lines: Vec<Value> = answer
        .batches
        .iter()
        .flat_map(|batch| {
            let text = String::from_utf8(json_lines(batch).unwrap()).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()
        })
        .collect();
    let role = json!([{"arn": "arn:aws:iam::111122223333:role/deploy", "accountid": "111122223333", "type": "AWS::IAM::Role"}]);
    let expected = [
        json!({"eventname": "ListUsers"}),
        json!({"eventname": "CreateUser", "errorcode": "AccessDenied"}),
        json!({"eventname": "AssumeRole", "resources": role}),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn an_export_answers_as_the_logs_do() {
    let answer = ask(Arc::new(Kept::of(records())), "SELECT * FROM cloudtrail").unwrap();
    let schema = answer.batches[0].schema();
    let mut file = ParquetFile::begin(Vec::new(), &schema).unwrap();
    for batch in &answer.batches {
        file.add(batch).unwrap();
    }
    let path = std::env::temp_dir().join(format!("trailreflex-{}.parquet", std::process::id()));
    std::fs::write(&path, file.finish().unwrap()).unwrap();
    let engine = Engine::over_parquet(&[path.display().to_string()], LIMITS).unwrap();
    for query in [
        "SELECT * FROM cloudtrail ORDER BY eventtime",
        "SELECT useridentity.arn, json_extract_scalar(requestparameters, '$.key'), day FROM cloudtrail ORDER BY eventtime",
        "SELECT eventname, count(*) FROM cloudtrail WHERE eventsource = 's3.amazonaws.com' GROUP BY 1",
    ] {
        let mut exported = Answer::default();
        engine.run(query, &mut exported).unwrap();
        let original = ask(Arc::new(Kept::of(records())), query).unwrap();
        assert_eq!((exported.headings, exported.rows), (original.headings, original.rows), "{query}");
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn what_is_no_parquet_is_refused() {
    let path = std::env::temp_dir().join(format!("trailreflex-no-{}.parquet", std::process::id()));
    std::fs::write(&path, "{}").unwrap();
    let error = Engine::over_parquet(&[path.display().to_string()], LIMITS).unwrap_err().to_string();
    assert!(error.contains("Parquet"), "{error}");
    std::fs::remove_file(path).unwrap();
}
