//! What queries may not do.

use crate::kept::{Answer, Kept, LIMITS, ask, records};
use serde_json::json;
use std::sync::Arc;
use trailreflex_sql::{Engine, Flow, Limits, Logs, ReadError, RecordBatch, Scan, SqlError};

#[test]
fn a_query_reads_the_table_and_nothing_else() {
    let folder = std::env::temp_dir().join(format!("trailreflex-sql-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let secret = folder.join("secret.csv");
    std::fs::write(&secret, "a\nsecret\n").unwrap();
    let file = secret.display();
    for (query, said) in [
        (format!("SELECT * FROM '{file}'"), "not found"),
        (format!("SELECT * FROM \"{file}\""), "not found"),
        (format!("SELECT * FROM read_csv('{file}')"), "not found"),
        (format!("CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '{file}'"), "DDL not supported"),
        ("CREATE TABLE x AS SELECT * FROM cloudtrail".to_owned(), "DDL not supported"),
        ("DROP TABLE cloudtrail".to_owned(), "DDL not supported"),
        ("INSERT INTO cloudtrail VALUES (1)".to_owned(), ""),
        (format!("COPY cloudtrail TO '{}/out.csv'", folder.display()), "DML not supported"),
        ("SET datafusion.execution.batch_size = 1".to_owned(), "Statement not supported"),
        ("SELECT 1; SELECT 2".to_owned(), "only"),
        ("SELECT * FROM information_schema.tables".to_owned(), "not found"),
        ("SELECT eventnam FROM cloudtrail".to_owned(), "No field named eventnam"),
        ("SELEC".to_owned(), "SELEC"),
        (String::new(), "No SQL"),
        ("SELECT json_extract_scalar(requestparameters, 'x') FROM cloudtrail".to_owned(), "write `$."),
        ("SELECT from_iso8601_timestamp('soon')".to_owned(), "write 2026-11-24T10:00:00Z"),
    ] {
        let error = ask(Arc::new(Kept::of(records())), &query).expect_err(&query).to_string();
        assert!(error.to_lowercase().contains(&said.to_lowercase()), "{query}: {error}");
        assert!(!error.contains("backtrace") && !error.contains("secret\n"), "{query}: {error}");
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "nothing was written");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_query_that_needs_more_than_it_may_is_refused_and_told_what_helps() {
    let many =
        (0..20_000).map(|number| json!({"eventID": format!("{number}-{}", "x".repeat(200))})).collect();
    let limits = Limits { memory: 1 << 20, spill: 1 << 10, ..LIMITS };
    let engine = Engine::over_logs(Arc::new(Kept::of(many)), limits).unwrap();
    let query = "SELECT eventid FROM cloudtrail ORDER BY eventid";
    let error = engine.run(query, &mut Answer::default()).unwrap_err().to_string();
    assert!(error.contains("raise --max-memory or --max-spill"), "{error}");
}

#[test]
fn what_does_not_fit_in_memory_is_spilled_and_the_answer_is_the_same() {
    let many = (0..200_000)
        .rev()
        .map(|number| json!({"eventID": format!("{number:06}-{}", "x".repeat(200))}))
        .collect();
    let limits = Limits { memory: 32 << 20, spill: 1 << 30, ..LIMITS };
    let engine = Engine::over_logs(Arc::new(Kept::of(many)), limits).unwrap();
    let mut answer = Answer::default();
    engine.run("SELECT substr(eventid, 1, 6) FROM cloudtrail ORDER BY eventid", &mut answer).unwrap();
    let expected: Vec<_> = (0..200_000).map(|number| vec![format!("{number:06}")]).collect();
    assert!(answer.rows == expected);
}

/// Logs whose reading fails after some rows.
#[derive(Debug)]
struct Breaking(Kept);

impl Logs for Breaking {
    fn read(&self, scan: &Scan, take: &mut dyn FnMut(RecordBatch) -> Flow) -> Result<(), ReadError> {
        self.0.read(scan, take)?;
        Err("the bucket is gone".into())
    }
}

#[test]
fn no_sum_is_shown_if_reading_fails() {
    let engine = Engine::over_logs(Arc::new(Breaking(Kept::of(records()))), LIMITS).unwrap();
    let mut answer = Answer::default();
    let error = engine.run("SELECT count(*) FROM cloudtrail", &mut answer).unwrap_err();
    assert!(
        matches!(error, SqlError::Query(_)) && error.to_string().contains("the bucket is gone"),
        "{error}"
    );
    assert!(answer.rows.is_empty());
}
