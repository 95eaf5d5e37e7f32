//! `sql`: rows in each form, and what is told of what cannot be read.

#[cfg(not(feature = "sql"))]
#[test]
fn a_build_without_sql_says_how_to_get_it() {
    let ran = crate::command::run(&["sql", "SELECT 1", "-"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("cargo build --profile cli -p trailreflex-cli --features sql"), "{}", ran.err);
}

#[cfg(feature = "sql")]
mod with_it {
    use crate::command::{folder, gzip, harmless, misuse, run, write};
    use serde_json::json;
    use std::process::{Command, Stdio};

    const CALLS: &str = "SELECT useragent, count(*) AS calls FROM cloudtrail GROUP BY 1 ORDER BY 1";

    #[test]
    fn a_query_is_answered_in_every_form_from_every_wrapping() {
        let folder = folder("sql");
        let records = [harmless(), misuse(), harmless()];
        let wrapped = json!({"Records": records}).to_string();
        let lines = records.iter().map(|record| format!("{record}\n")).collect::<String>();
        let query = write(&folder, "question.txt", CALLS);
        for input in [
            write(&folder, "log.json", &wrapped),
            write(&folder, "log.json.gz", gzip(&wrapped)),
            write(&folder, "lines.ndjson", lines),
        ] {
            for (format, expected) in [
                (
                    "json",
                    "{\"useragent\":\"TruffleHog\",\"calls\":1}\n{\"useragent\":\"aws-cli/2.31.22\",\"calls\":2}\n",
                ),
                ("csv", "useragent,calls\nTruffleHog,1\naws-cli/2.31.22,2\n"),
                ("table", "USERAGENT        CALLS\nTruffleHog       1\naws-cli/2.31.22  2\n"),
            ] {
                let ran = run(&["sql", "--format", format, &format!("@{query}"), &input]);
                assert_eq!(
                    (ran.out.as_str(), ran.code, ran.err.as_str()),
                    (expected, 0, ""),
                    "{format} {input}"
                );
            }
        }
    }

    #[test]
    fn an_export_is_asked_like_the_logs() {
        let folder = folder("sql-export");
        let log = write(&folder, "log.json", json!({"Records": [harmless(), misuse()]}).to_string());
        let export = folder.join("it's *.parquet");
        let export = export.to_str().unwrap();
        let ran = run(&["sql", "--format", "parquet", "-o", export, "SELECT * FROM cloudtrail", &log]);
        assert_eq!((ran.out.as_str(), ran.code, ran.err.as_str()), ("", 0, ""));
        let [of_export, of_log] = [export, &log].map(|input| run(&["sql", "--format", "csv", CALLS, input]));
        assert_eq!((of_export.err.as_str(), of_export.code), ("", 0));
        assert_eq!(of_export, of_log);
        let ran = run(&["sql", CALLS, export, &log]);
        assert!(ran.code == 1 && ran.err.contains("not both; export the logs first"), "{}", ran.err);
    }

    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_is_answered() {
        let folder = folder("sql-damage");
        let whole = write(&folder, "whole.json", json!({"Records": [harmless(), 7]}).to_string());
        let mut cut = gzip(json!({"Records": vec![misuse(); 500]}).to_string());
        cut.truncate(12);
        let cut = write(&folder, "cut.json.gz", cut);
        let ran = run(&[
            "sql",
            "--format",
            "json",
            "SELECT count(*) AS n FROM cloudtrail",
            &whole,
            &cut,
            "missing.json",
        ]);
        assert_eq!((ran.out.as_str(), ran.code), ("{\"n\":1}\n", 2), "{}", ran.err);
        for said in [
            "record 1: ",
            "cut.json.gz: damaged",
            "missing.json: cannot be opened",
            "unreadable inputs: 2, malformed records: 1",
        ] {
            assert!(ran.err.contains(said), "{said}: {}", ran.err);
        }
    }

    #[test]
    fn a_query_that_is_wrong_leaves_no_file() {
        let folder = folder("sql-wrong");
        let log = write(&folder, "log.json", harmless().to_string());
        let target = folder.join("out.csv");
        let target = target.to_str().unwrap();
        for (arguments, said) in [
            (
                &["--format", "csv", "-o", target, "SELECT nothing FROM cloudtrail"][..],
                "No field named nothing",
            ),
            (&["--format", "csv", "-o", target, "COPY cloudtrail TO 'x.csv'"], "DML not supported"),
            (
                &[
                    "--format",
                    "csv",
                    "-o",
                    target,
                    "SELECT from_iso8601_timestamp(eventname) FROM cloudtrail",
                ],
                "is no time",
            ),
            (&["--format", "table", "-o", target, "SELECT 1"], "add --format json, csv or parquet"),
            (&["--format", "parquet", "SELECT 1"], "add --output"),
            (&["@/nowhere.sql"], "cannot be opened"),
        ] {
            let ran = run(&[&["sql"], arguments, &[log.as_str()]].concat());
            assert!(ran.code == 1 && ran.err.contains(said), "{arguments:?}: {}", ran.err);
            let names: Vec<_> =
                std::fs::read_dir(&folder).unwrap().map(|one| one.unwrap().file_name()).collect();
            assert_eq!(names, ["log.json"], "{arguments:?}");
        }
    }

    #[test]
    fn hostile_values_do_not_reach_the_terminal_as_they_are() {
        let folder = folder("sql-hostile");
        let mut record = harmless();
        record["userAgent"] = "=1+1\u{1b}[31m\nx".into();
        let log = write(&folder, "log.json", record.to_string());
        for format in ["json", "csv", "table"] {
            let ran = run(&["sql", "--format", format, "SELECT useragent FROM cloudtrail", &log]);
            assert!(
                ran.code == 0 && !ran.out.contains('\u{1b}') && ran.out.lines().count() <= 2,
                "{format}: {}",
                ran.out
            );
            assert!(format != "csv" || ran.out.contains("'=1+1"), "{}", ran.out);
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_interrupted_query_shows_no_wrong_sum_and_leaves_no_file() {
        let folder = folder("sql-interrupt");
        let log = write(&folder, "log.json", json!({"Records": vec![harmless(); 3000]}).to_string());
        let target = folder.join("out.json");
        let mut all = vec!["sql".to_owned(), "--format".to_owned(), "json".to_owned(), "-o".to_owned()];
        all.push(target.to_str().unwrap().to_owned());
        all.push("SELECT count(*) FROM cloudtrail".to_owned());
        all.extend(vec![log; 2000]);
        let child = Command::new(env!("CARGO_BIN_EXE_trailreflex"))
            .args(&all)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let is_partial = |one: std::io::Result<std::fs::DirEntry>| {
            one.unwrap().file_name().to_string_lossy().ends_with(".partial")
        };
        while !std::fs::read_dir(&folder).unwrap().any(is_partial) {
            std::thread::yield_now();
        }
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
        let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|one| one.unwrap().file_name()).collect();
        assert_eq!(names, ["log.json"]);
    }
}
