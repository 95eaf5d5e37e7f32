//! `review`: its files, and what it says of inputs that are bad, double or not there.

use crate::command::{Ran, folder, gzip, harmless, run, write};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What would run, hide or break something if it were taken for more than text.
const HOSTILE: &str = "=x\"><script>alert(1)</script>\u{1b}[2J\u{202e}</text><image href=x onerror=alert(1)>";

/// A record of a day in November, 1 to 30.
fn record(day: u32, hour: u32, number: u32) -> Value {
    let mut record = harmless();
    record["eventTime"] = format!("2026-11-{day:02}T{hour:02}:00:00Z").into();
    record["eventID"] = format!("00000000-0000-4000-8000-{:012}", day * 10_000 + hour * 100 + number).into();
    record
}

/// Three weeks of the same, each day a file, and on the last day a call from elsewhere by a program with a hostile name.
fn month(name: &str) -> PathBuf {
    let folder = folder(name);
    for day in 1..=21 {
        let mut records: Vec<_> = (9..17).map(|hour| record(day, hour, 0)).collect();
        if day == 21 {
            let mut odd = record(day, 12, 1);
            odd["userAgent"] = HOSTILE.into();
            odd["sourceIPAddress"] = HOSTILE.into();
            records.push(odd);
        }
        write(&folder, &format!("{day:02}.json.gz"), gzip(json!({"Records": records}).to_string()));
    }
    folder
}

fn review(inputs: &Path, more: &[&str]) -> (PathBuf, Ran) {
    let out = inputs.with_extension("review");
    let _ = std::fs::remove_dir_all(&out); // of an earlier run
    let arguments = ["review", inputs.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let ran = run(&[&arguments, more].concat());
    (out, ran)
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn a_review_is_a_page_json_and_a_sheet_for_each_table() {
    let (out, ran) = review(&month("review"), &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut names: Vec<_> =
        std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "accounts.csv",
            "failures.csv",
            "notable.csv",
            "principals.csv",
            "review.html",
            "review.json",
            "services.csv",
            "suggestions.csv"
        ]
    );
    let json: Value = serde_json::from_str(&read(&out, "review.json")).unwrap();
    assert_eq!(json["period"], json!({"from": "2026-11-15", "to": "2026-11-21"}));
    assert_eq!(json["reference"], json!({"from": "2026-11-01", "to": "2026-11-14"}));
    assert_eq!((&json["totals"]["calls"], &json["before"]["calls"]), (&json!(57), &json!(56)));
    let kinds: Vec<_> =
        json["notable"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["newNetwork", "newProgram"]);
    assert_eq!(read(&out, "notable.csv").lines().count(), 3);
    assert!(ran.out.contains("calls from a network for the first time"), "{}", ran.out);
    assert!(ran.err.contains("2026-11-15 to 2026-11-21: 57 calls, 2 notable; the page is "), "{}", ran.err);
}

#[test]
fn a_page_shows_hostile_names_as_text_and_loads_nothing() {
    let (out, ran) = review(&month("review-hostile"), &[]);
    let page = read(&out, "review.html");
    assert_eq!(page.matches("<script>").count(), 1, "the page's own");
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "{page}");
    for part in
        ["<image", "onerror=alert(1)>", "\u{202e}", "\u{1b}", "http:", "<script src", "href=x>", "url("]
    {
        assert!(!page.contains(part), "{part}");
    }
    for text in [ran.out, ran.err, read(&out, "notable.csv")] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    }
}

#[test]
fn a_bad_file_among_good_ones_and_copies_are_told_on_the_page() {
    let folder = month("review-bad");
    write(&folder, "21-again.json", json!({"Records": [record(21, 9, 0)]}).to_string());
    write(&folder, "damaged.json.gz", &gzip("{}")[..8]);
    write(&folder, "odd.json", json!({"Records": [7, record(20, 20, 0)]}).to_string());
    std::fs::remove_file(folder.join("18.json.gz")).unwrap();
    let (out, ran) = review(&folder, &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("damaged.json.gz: damaged: "), "{}", ran.err);
    let page = read(&out, "review.html");
    for part in [
        "1 inputs could not be read.",
        "1 records are malformed.",
        "1 records were there twice and count once.",
        "Days without any record: 1, the first 2026-11-18.",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn a_period_that_cannot_be_reviewed_is_refused_with_the_reason() {
    let folder = month("review-refused");
    for (arguments, expected) in [
        (
            &["--from", "2026-11-10", "--to", "2026-11-09"][..],
            "--from 2026-11-10 is later than --to 2026-11-09",
        ),
        (&["--from", "2027-01-01", "--to", "2027-01-07"], "no call was made on the days to be reviewed"),
        (&["--from", "yesterday"], "invalid value 'yesterday' for '--from <DATE>'"),
    ] {
        let (out, ran) = review(&folder, arguments);
        assert_eq!(
            (ran.code, out.join("review.html").exists()),
            (if expected.starts_with("inv") { 2 } else { 1 }, false)
        );
        assert!(ran.err.contains(expected), "{}", ran.err);
    }
}

#[test]
fn without_a_time_before_the_page_says_that_nothing_can_be_new() {
    let (out, ran) = review(&month("review-alone"), &["--from", "2026-11-01"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(read(&out, "review.html").contains("There are no records of the time before"));
}

/// One of the databases of addresses.
fn locations(name: &str) -> String {
    format!("{}/tests/locations/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn who_is_at_two_places_at_once_is_told_with_both_if_a_database_knows_them() {
    let folder = month("review-travel");
    let mut far = record(21, 9, 2);
    far["sourceIPAddress"] = "203.0.113.9".into();
    far["eventTime"] = "2026-11-21T09:20:00Z".into();
    write(&folder, "far.json", json!({"Records": [far]}).to_string());
    let (out, ran) = review(&folder, &["--locations", &locations("cities.mmdb")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let json: Value = serde_json::from_str(&read(&out, "review.json")).unwrap();
    let travel = json!({
        "kind": "impossibleTravel", "principal": "arn:aws:iam::111122223333:user/alice",
        "time": "2026-11-21T09:20:00Z", "count": 11_097,
        "values": ["198.51.100.7 Berlin, DE 2026-11-21T09:00:00Z", "203.0.113.9 Lima, PE 2026-11-21T09:20:00Z"],
    });
    assert_eq!(json["notable"][0], travel);
    let page = read(&out, "review.html");
    for part in ["was at two places at once", "11097 km", "--ip 198.51.100.7 --ip 203.0.113.9"] {
        assert!(page.contains(part), "{part}");
    }
    let (out, _) = review(&folder, &[]);
    assert!(!read(&out, "review.json").contains("impossibleTravel"), "nobody has said where addresses are");
}

#[test]
fn a_database_that_cannot_serve_is_named_with_what_would() {
    let folder = month("review-nowhere");
    let damaged = write(&folder, "damaged.mmdb", "\u{ab}no database");
    for (database, code, expected) in [
        (locations("countries.mmdb"), 0, "a database of cities has them"),
        (damaged, 1, "no database in MaxMind's format (.mmdb) can be read from it"),
        (locations("none.mmdb"), 1, "none.mmdb: no database in MaxMind's format (.mmdb) can be read from it"),
    ] {
        let (out, ran) = review(&folder, &["--locations", &database]);
        assert_eq!((ran.code, out.join("review.html").exists()), (code, code == 0), "{}", ran.err);
        assert!(ran.err.contains(expected), "{}", ran.err);
    }
}

#[test]
fn who_fires_a_rule_day_after_day_is_suggested_to_be_suppressed_on_the_page_and_as_a_file() {
    let folder = folder("review-suppress");
    for day in 1..=8 {
        let mut scan = record(day, 9, 0);
        scan["userAgent"] = "TruffleHog".into();
        write(&folder, &format!("{day}.json"), json!({"Records": [scan, record(day, 10, 0)]}).to_string());
    }
    let rules = ["--only-rules-given", "--rules", "cli/tests/rules/tool.yml"];
    let (out, ran) = review(&folder, &rules);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let page = read(&out, "review.html");
    let yaml = read(&out, "suppressions.yml");
    assert!(page.contains("<h2>Suppressions to consider</h2>"), "{page}");
    assert!(yaml.contains("reason: \"fired it 8 times of 8, on 8 days\""), "{yaml}");
    assert!(page.contains("fired it 8 times of 8, on 8 days"), "{page}");
    let as_file = run(&[&["rules", "suggest-suppressions", folder.to_str().unwrap()], &rules[..]].concat());
    assert_eq!(as_file.out, yaml, "the same as the command for it");
    for more in [vec!["--no-rules"], [&["--min-days", "9"], &rules[..]].concat()] {
        let (out, ran) = review(&folder, &more);
        assert_eq!((ran.code, out.join("suppressions.yml").exists()), (0, false), "{more:?}: {}", ran.err);
        assert!(!read(&out, "review.html").contains("Suppressions to consider"), "{more:?}");
    }
}
