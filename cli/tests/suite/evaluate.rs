//! `trailreflex evaluate`.

use crate::command::{
    Ran, evaluate, evaluate_text, folder, gzip, harmless, misuse, root, run, run_with_input, write,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Input and place of each finding.
fn places(ran: &Ran) -> Vec<(String, u64)> {
    let place = |line: &Value| (line["input"].as_str().unwrap().to_owned(), line["record"].as_u64().unwrap());
    ran.lines().iter().map(place).collect()
}

#[test]
fn every_event_with_a_record_gives_the_findings_that_it_should() {
    const FOLDERS: [&str; 3] = ["events/iam", "events/cloudtrail", "events/behaviour"];
    let text = std::fs::read_to_string(root().join("events/expected.yaml")).unwrap();
    let expected: Value = yaml_serde::from_str(&text).unwrap();
    let mut wanted = BTreeMap::new();
    for case in expected["detect"].as_array().unwrap() {
        let fires = case["fires"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
        let mut fires: Vec<_> = fires.collect();
        fires.sort();
        wanted.insert(format!("events/{}", case["file"].as_str().unwrap()), fires);
    }
    // The other folders hold reports of other services, which no rule is evaluated on.
    let has_a_record = |file: &str| FOLDERS.iter().any(|folder| file.starts_with(folder));
    wanted.retain(|file, fires| has_a_record(file) && !fires.is_empty());
    // Rules of the pack that have proofs of their own are not named there.
    let named: BTreeSet<_> = wanted.values().flatten().cloned().collect();
    let ran = run(&[&["evaluate"], FOLDERS.as_slice()].concat());
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in ran.lines() {
        if !named.contains(line["name"].as_str().unwrap()) {
            continue;
        }
        let names = found.entry(line["input"].as_str().unwrap().to_owned()).or_default();
        names.push(line["name"].as_str().unwrap().to_owned());
        names.sort();
    }
    assert_eq!(found, wanted);
    assert_eq!(ran.code, 0);
}

#[test]
fn a_finding_is_one_line_that_tells_all_about_it() {
    let ran = evaluate_text(&["-"], &misuse().to_string());
    let line = ran.lines().remove(0);
    let expected = json!({
        "rule": "0d6a4e0c-6c0d-4a3e-9d0e-3f6f8e3c7b11",
        "name": "tool",
        "title": "Access key used with a tool",
        "level": "high",
        "kind": "rule",
        "eventID": "00000000-0000-4000-8000-000000000002",
        "eventTime": "2026-11-24T10:00:00Z",
        "eventSource": "sts.amazonaws.com",
        "eventName": "GetCallerIdentity",
        "succeeded": true,
        "account": "111122223333",
        "region": "us-east-1",
        "caller": "IAM user alice of 111122223333",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "TruffleHog",
        "input": "-",
        "record": 0,
        "matched": [
            {"name": "tool", "fields": [{"field": "userAgent", "values": ["TruffleHog"]}]},
            {"name": "long_term_key", "fields": [
                {"field": "userIdentity.accessKeyId", "values": ["AKIAIOSFODNN7EXAMPLE"]},
            ]},
        ],
        "tags": ["attack.discovery", "attack.t1087.004"],
        "author": "Somebody",
        "license": "Apache-2.0",
        "references": ["https://example.com/tool"],
    });
    assert_eq!(line, expected);
}

#[test]
fn records_are_found_in_every_wrapping_and_counted_from_zero() {
    let (harmless, misuse) = (harmless(), misuse());
    let event = json!({"detail-type": "AWS API Call via CloudTrail", "detail": misuse});
    let folder = folder("wrappings");
    for (case, name, content, place) in [
        ("a log file", "log.json", json!({"Records": [harmless, misuse]}).to_string().into_bytes(), 1),
        ("a gzipped log file", "log.json.gz", gzip(json!({"Records": [harmless, misuse]}).to_string()), 1),
        ("a gzipped log file of another name", "log", gzip(json!({"Records": [misuse]}).to_string()), 0),
        ("an array", "array.json", json!([harmless, harmless, misuse]).to_string().into_bytes(), 2),
        ("lines", "lines.ndjson", format!("{harmless}\n{misuse}\n").into_bytes(), 1),
        ("an event", "event.json", event.to_string().into_bytes(), 0),
    ] {
        let file = write(&folder, name, content);
        let ran = evaluate(&[&file]);
        assert_eq!(places(&ran), [(file, place)], "{case}");
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{case}");
    }
}

#[test]
fn a_folder_is_read_at_any_depth_and_only_for_log_files() {
    let folder = folder("depth");
    std::fs::create_dir_all(folder.join("b/c")).unwrap();
    let deep = write(&folder.join("b/c"), "log.json", misuse().to_string());
    let flat = write(&folder, "a.jsonl", misuse().to_string());
    write(&folder, "notes.txt", misuse().to_string());
    let ran = evaluate(&[folder.to_str().unwrap()]);
    assert_eq!(places(&ran), [(flat, 0), (deep, 0)]);
}

#[test]
fn findings_below_the_asked_level_are_left_out() {
    for (level, expected) in [("high", 1), ("HIGH", 1), ("critical", 0), ("low", 1)] {
        let ran = evaluate_text(&["--min-level", level, "-"], &misuse().to_string());
        assert_eq!(ran.lines().len(), expected, "{level}");
    }
    let ran = evaluate(&["--min-level", "urgent", "-"]);
    assert!(ran.err.contains("use informational, low, medium, high or critical"), "{}", ran.err);
}

#[test]
fn rules_of_the_user_come_beside_the_built_in_ones_or_in_their_place() {
    let folder = folder("own-rules");
    let good = write(
        &folder,
        "own.yml",
        "title: Own\nid: own-1\nlogsource: {product: aws, service: cloudtrail}\n\
         detection: {call: {eventName: GetCallerIdentity}, condition: call}\nlevel: low\n",
    );
    write(
        &folder,
        "bad.yml",
        "title: Bad\nlogsource: {product: aws}\ndetection: {a: {b: 1}, condition: nothing}\n",
    );
    let titles = |arguments: &[&str]| {
        let ran = run_with_input(arguments, &misuse().to_string());
        let titles: Vec<_> = ran.lines().iter().map(|line| line["rule"].clone()).collect();
        (titles, ran.err, ran.code)
    };
    let both = titles(&["evaluate", "--rules", &good, "-"]).0;
    assert!(both.len() > 1 && both.contains(&json!("own-1")), "{both:?}");
    let (found, err, code) =
        titles(&["evaluate", "--rules", folder.to_str().unwrap(), "--only-rules-given", "-"]);
    assert_eq!((found, code), (vec![json!("own-1")], 0));
    assert!(err.starts_with("rule not used: ") && err.contains("bad.yml:3: "), "{err}");
    assert_eq!(titles(&["evaluate", "--rules", "nowhere.yml", "-"]).2, 1);
}

#[test]
fn statistics_go_to_standard_error() {
    let ran = evaluate_text(&["--stats", "-"], &format!("{}\n{}", harmless(), misuse()));
    let bytes = harmless().to_string().len() + misuse().to_string().len() + 1;
    assert!(ran.err.starts_with(&format!("inputs: 1, records: 2, bytes: {bytes}, seconds: ")), "{}", ran.err);
    assert!(ran.err.ends_with(", findings: 1\n"), "{}", ran.err);
}

#[test]
fn correlations_are_judged_over_all_inputs_whatever_their_order() {
    let folder = folder("correlation");
    let rules = write(
        &folder,
        "burst.yml",
        "title: Whoami\nname: whoami\nlogsource: {product: aws, service: cloudtrail}\n\
         detection: {call: {eventName: GetCallerIdentity}, condition: call}\n---\n\
         title: Burst\nname: burst\ncorrelation: {type: event_count, rules: [whoami], \
         group-by: [userIdentity.userName], timespan: 5m, condition: {gte: 3}}\nlevel: medium\n",
    );
    let at = |minute: u32| {
        let mut record = harmless();
        record["eventTime"] = format!("2026-11-24T10:0{minute}:00Z").into();
        record["eventID"] = format!("00000000-0000-4000-8000-00000000001{minute}").into();
        record
    };
    let late = write(&folder, "a.ndjson", format!("{}\n{}\n", at(0), at(2)));
    let early = write(&folder, "b.ndjson", at(1).to_string());
    let arguments = ["evaluate", "--rules", &rules, "--only-rules-given", &late, &early];
    let lines = run(&arguments).lines();
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    let seen = ["kind", "name", "eventID", "input", "record", "eventTime", "eventCount"]
        .map(|key| line[key].clone());
    let expected = json!([
        "correlation",
        "burst",
        "00000000-0000-4000-8000-000000000012",
        late,
        1,
        "2026-11-24T10:02:00Z",
        3
    ]);
    assert_eq!(json!(seen), expected);
    assert_eq!(
        line["matched"],
        json!([{"name": "group-by", "fields": [{"field": "userIdentity.userName", "values": ["alice"]}]}])
    );
}

#[test]
fn any_number_of_jobs_gives_the_same_lines_in_the_same_order() {
    let folder = folder("jobs");
    for number in 0..60 {
        let records = vec![harmless(); number % 7];
        let records = records.into_iter().chain([misuse()]).collect::<Vec<_>>();
        let log = json!({"Records": records}).to_string();
        write(&folder, &format!("{number:02}.json.gz"), gzip(log));
    }
    write(&folder, "30-bad.json", "{");
    let path = folder.to_str().unwrap();
    let expected = evaluate(&["--jobs", "1", path]);
    assert_eq!((expected.lines().len(), expected.code), (60, 2));
    for jobs in ["2", "16"] {
        assert_eq!(evaluate(&["--jobs", jobs, path]), expected, "{jobs}");
    }
    assert_eq!(evaluate(&[path]), expected);
    assert!(evaluate(&["--jobs", "0", path]).err.contains("--jobs"));
}

#[test]
fn a_large_input_of_lines_is_read_in_pieces_and_places_go_on_counting() {
    let quiet = format!("{}\n", harmless());
    let text = format!("{}{}\n7\n{}{}\n", quiet.repeat(10_000), misuse(), quiet.repeat(10_000), misuse());
    assert!(text.len() > 8 << 20, "two pieces at least");
    let file = write(&folder("large"), "large.ndjson", text);
    for jobs in ["1", "3"] {
        let ran = evaluate(&["--jobs", jobs, "--stats", &file]);
        assert_eq!(places(&ran), [(file.clone(), 10_000), (file.clone(), 20_002)], "{jobs}");
        assert!(ran.err.contains("large.ndjson: record 10001: the entry is not a record"), "{}", ran.err);
        assert!(ran.err.contains("records: 20002,"), "{}", ran.err);
    }
}

#[test]
fn what_is_found_is_the_same_whether_all_records_are_parsed_or_not() {
    let folder = folder("unparsed");
    let (good, other) = (misuse(), harmless());
    let enveloped =
        json!({"detail-type": "AWS API Call via CloudTrail", "source": "aws.iam", "detail": good});
    let twice = other.to_string().replacen('{', &format!("{{\"userAgent\":{},", good["userAgent"]), 1);
    let escaped = good.to_string().replace("\"userAgent\"", "\"user\\u0041gent\"");
    let records =
        [&other.to_string(), &good.to_string(), &enveloped.to_string(), &twice, &escaped, &good.to_string()];
    let texts = records.map(String::as_str);
    let file = |name: &str, start: &str, between: &str, end: &str| {
        write(&folder, name, gzip(format!("{start}{}{end}", texts.join(between))))
    };
    let files = [
        file("envelope.json.gz", "{\"Records\":[", ",", "]}"),
        file("array.json.gz", "[\n", "\n,\n", "]\n"),
        file("lines.json.gz", "", "\n", "\n"),
        write(&folder, "members.json.gz", [gzip(texts[0]), gzip(texts[1])].concat()),
        write(&folder, "empty.json", "{\"Records\":[]}"),
    ];
    for file in &files {
        let [ran, all] = [&[][..], &["--parse-all"]]
            .map(|more: &[&str]| run(&[&["evaluate", "--format", "json", "--stats", file], more].concat()));
        assert_eq!((&ran.out, ran.code), (&all.out, all.code), "{file}");
        let told = |ran: &Ran| ran.err.split(", seconds").next().map(str::to_owned);
        assert_eq!(told(&ran), told(&all), "{file}");
        assert_eq!(ran.out.is_empty(), file.ends_with("empty.json"), "{file}");
    }
}
