//! `search`: what is found, in which form, and what is told of what cannot be read.

use crate::command::{folder, gzip, harmless, misuse, run, run_with_input, write};
use serde_json::{Value, json};
use std::path::Path;

/// A call that was denied, of another user, in another Region.
fn denied() -> Value {
    let mut record = harmless();
    record["eventID"] = "00000000-0000-4000-8000-000000000003".into();
    record["eventTime"] = "2026-11-25T08:00:00Z".into();
    record["eventName"] = "DeleteTrail".into();
    record["eventSource"] = "cloudtrail.amazonaws.com".into();
    record["awsRegion"] = "eu-west-1".into();
    record["errorCode"] = "AccessDenied".into();
    record["requestParameters"] = json!({"name": "main"});
    record["userIdentity"]["userName"] = "bob".into();
    record["userIdentity"]["arn"] = "arn:aws:iam::111122223333:user/bob".into();
    record["sourceIPAddress"] = "203.0.113.9".into();
    record
}

fn ids(out: &[Value]) -> Vec<&str> {
    out.iter().map(|record| record["eventID"].as_str().unwrap().rsplit('0').next().unwrap()).collect()
}

#[test]
fn each_filter_narrows_what_is_found_in_every_wrapping() {
    let folder = folder("search");
    let records = [harmless(), misuse(), denied()];
    let lines = records.iter().map(|record| format!("{record}\n")).collect::<String>();
    let wrapped = json!({"Records": records}).to_string();
    let inputs = [
        write(&folder, "log.json", &wrapped),
        write(&folder, "log.json.gz", gzip(&wrapped)),
        write(&folder, "lines.ndjson", &lines),
    ];
    for input in &inputs {
        for (arguments, expected) in [
            (&[][..], vec!["1", "2", "3"]),
            (&["--actor", "bob"], vec!["3"]),
            (&["--actor", "bob", "--actor", "ali*"], vec!["1", "2", "3"]),
            (&["--event", "Delete*"], vec!["3"]),
            (&["--source", "sts", "--event", "getcalleridentity"], vec!["1", "2"]),
            (&["--ip", "203.0.113.0/24"], vec!["3"]),
            (&["--region", "us-east-1"], vec!["1", "2"]),
            (&["--error", "*Denied"], vec!["3"]),
            (&["--key", "AKIAIOSFODNN7EXAMPLE"], vec!["1", "2", "3"]),
            (&["--resource", "main"], vec!["3"]),
            (&["--from", "2026-11-25"], vec!["3"]),
            (&["--to", "2026-11-24"], vec!["1", "2"]),
            (&["--account", "444455556666"], vec![]),
            (&["--rule", "cli/tests/rules/tool.yml"], vec!["2"]),
            (&["--rule", "cli/tests/rules/tool.yml", "--actor", "bob"], vec![]),
        ] {
            let ran = run(&[&["search", input], arguments].concat());
            assert_eq!(
                (ids(&ran.lines()), ran.code, ran.err.as_str()),
                (expected, 0, ""),
                "{arguments:?} {input}"
            );
        }
    }
}

#[test]
fn a_record_is_shown_as_it_was_recorded() {
    let ran = run_with_input(&["search", "--event", "DeleteTrail", "-"], &denied().to_string());
    assert_eq!(ran.lines(), [denied()]);
}

#[test]
fn a_csv_row_holds_harmless_texts_only() {
    let mut record = denied();
    record["userAgent"] = "=cmd|'/c calc'!A1\u{1b}[2J".into();
    let ran = run_with_input(&["search", "--format", "csv", "-"], &record.to_string());
    let expected = "time,eventID,eventSource,eventName,outcome,account,region,caller,accessKeyId,sourceIPAddress,userAgent,requestParameters,input\n\
        2026-11-25T08:00:00Z,00000000-0000-4000-8000-000000000003,cloudtrail.amazonaws.com,DeleteTrail,AccessDenied,111122223333,eu-west-1,\
        IAM user bob of 111122223333,AKIAIOSFODNN7EXAMPLE,203.0.113.9,'=cmd|'/c calc'!A1\\u{1b}[2J,\"{\"\"name\"\":\"\"main\"\"}\",'-\n";
    assert_eq!(ran.out, expected);
}

#[test]
fn a_table_has_one_row_per_record() {
    let ran = run_with_input(
        &["search", "--format", "table", "--event", "DeleteTrail", "-"],
        &denied().to_string(),
    );
    let rows: Vec<Vec<&str>> = ran
        .out
        .lines()
        .map(|line| line.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect())
        .collect();
    assert_eq!(rows[0], ["TIME", "CALL", "BY", "FROM", "KEY", "OUTCOME", "WHERE", "ID"]);
    assert_eq!(rows[1][..2], ["2026-11-25T08:00:00Z", "cloudtrail DeleteTrail"]);
    assert_eq!(rows.len(), 2);
}

/// Writes a file with the name that CloudTrail gives it.
fn deliver(folder: &Path, region: &str, time: &str, content: &[u8]) {
    write(folder, &format!("111122223333_CloudTrail_{region}_{time}_abc.json.gz"), content);
}

#[test]
fn files_whose_names_exclude_what_is_meant_are_not_opened() {
    let folder = folder("search-names");
    let log = gzip(json!({"Records": [denied()]}).to_string());
    deliver(&folder, "eu-west-1", "20261125T0805Z", &log);
    deliver(&folder, "ap-south-1", "20261125T0805Z", b"not even gzip");
    deliver(&folder, "eu-west-1", "20261101T0805Z", b"not even gzip");
    deliver(&folder, "eu-west-1", "20261225T0805Z", b"not even gzip");
    let path = folder.to_str().unwrap();
    let ran = run(&["search", "--region", "eu-west-1", "--from", "2026-11-25", "--to", "2026-11-25", path]);
    assert_eq!((ran.lines(), ran.code, ran.err.as_str()), (vec![denied()], 0, ""));
    let all = run(&["search", path]);
    assert_eq!((all.lines().len(), all.code), (1, 2));
    assert!(all.err.contains("unreadable inputs: 3"), "{}", all.err);
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_searched() {
    let folder = folder("search-bad");
    let whole = gzip(json!({"Records": vec![denied(); 400]}).to_string());
    write(&folder, "a-cut.json.gz", &whole[..whole.len() - 20]);
    write(&folder, "b-text.json", "hello");
    write(&folder, "c-good.json", denied().to_string());
    let ran = run(&["search", "--event", "DeleteTrail", folder.to_str().unwrap()]);
    assert!(ran.lines().len() > 1, "{}", ran.out);
    assert!(ran.err.contains("a-cut.json.gz: its end is missing"), "{}", ran.err);
    assert!(ran.err.contains("b-text.json: holds no JSON that can be read"), "{}", ran.err);
    assert_eq!(ran.code, 2);
}

#[test]
fn what_makes_no_sense_is_refused_with_advice() {
    for (arguments, advice) in [
        (&["--from", "yesterday"][..], "write a day, 2026-11-24"),
        (&["--from", "2026-11-24T10:00"], "with its offset"),
        (&["--from", "2026-11-25", "--to", "2026-11-24"], "is later than --to"),
        (&["--ip", "10.0.0.0/99"], "198.51.100.0/24"),
        (&["--event", ""], "`*` stands for any value"),
        (&["--format", "table", "--output", "x.txt"], "add --format json"),
        (&["--rule", "cli/tests/rules/none.yml"], "cannot be opened"),
        (&["--rule", "Cargo.toml"], "--rule Cargo.toml"),
    ] {
        let ran = run_with_input(&[&["search", "-"], arguments].concat(), &denied().to_string());
        assert_ne!(ran.code, 0, "{arguments:?}");
        assert!(ran.err.contains(advice), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn a_limit_is_kept_and_told() {
    let log = json!({"Records": vec![denied(); 5]}).to_string();
    let ran = run_with_input(&["search", "--limit", "2", "-"], &log);
    assert_eq!((ran.lines().len(), ran.code), (2, 0));
    assert!(ran.err.contains("stopped after 2 records"), "{}", ran.err);
}

#[test]
fn an_output_file_is_whole_or_not_there() {
    let folder = folder("search-output");
    let (good, target) = (write(&folder, "log.json", denied().to_string()), folder.join("found/out.json"));
    let target_text = target.to_str().unwrap();
    let no_folder = run(&["search", "--format", "json", "-o", target_text, &good]);
    assert_eq!(no_folder.code, 1);
    std::fs::create_dir(folder.join("found")).unwrap();
    let ran = run(&["search", "--format", "json", "-o", target_text, &good]);
    assert_eq!((ran.out.as_str(), ran.code), ("", 0));
    let names = std::fs::read_dir(folder.join("found")).unwrap().map(|one| one.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["out.json"]);
    assert_eq!(serde_json::from_str::<Value>(&std::fs::read_to_string(&target).unwrap()).unwrap(), denied());
}

#[cfg(unix)]
#[test]
fn an_interrupted_search_leaves_whole_lines_and_no_file() {
    use std::process::{Command, Stdio};
    let folder = folder("search-interrupt");
    let log = write(&folder, "log.json", json!({"Records": vec![denied(); 3000]}).to_string());
    let target = folder.join("out.json");
    let mut inputs = vec![log; 2000];
    let mut all = vec!["search".to_owned(), "--format".to_owned(), "json".to_owned(), "-o".to_owned()];
    all.push(target.to_str().unwrap().to_owned());
    all.append(&mut inputs);
    let child =
        Command::new(env!("CARGO_BIN_EXE_trailreflex")).args(&all).stderr(Stdio::piped()).spawn().unwrap();
    while !std::fs::read_dir(&folder)
        .unwrap()
        .any(|one| one.unwrap().file_name().to_string_lossy().ends_with(".partial"))
    {
        std::thread::yield_now();
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let names = std::fs::read_dir(&folder).unwrap().map(|one| one.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["log.json"]);
}
