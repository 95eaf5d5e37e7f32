//! Findings as CSV and HTML, with values of an attacker's choice.

use crate::command::{evaluate, evaluate_text, folder, harmless, misuse, write};
use serde_json::{Value, json};

/// What would run, hide, forge or break something if it were taken for more than text.
const HOSTILE: &str = "=cmd|'/c calc'!A1,\"\u{1b}[2J\u{202e}</td><script>alert(1)</script><img src=x onerror=alert(1)>\
                       \r\n@trufflehog{{7*7}}";

fn hostile() -> Value {
    let mut record = misuse();
    record["userAgent"] = HOSTILE.into();
    record["userIdentity"]["userName"] = "\"><script>alert(2)</script>".into();
    record["sourceIPAddress"] = "@SUM(1+1)".into();
    record["eventID"] = "<b>id</b>".into();
    record
}

#[test]
fn a_csv_row_has_one_harmless_text_per_column() {
    let ran = evaluate_text(&["--format", "csv", "-"], &hostile().to_string());
    assert!(ran.out.chars().all(|sign| sign == '\n' || !sign.is_control()), "{}", ran.out);
    let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    let cell = |name: &str| &rows[0][headings.iter().position(|heading| heading == name).unwrap()];
    assert!(rows[0].iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{:?}", rows[0]);
    assert_eq!(cell("sourceIPAddress"), "'@SUM(1+1)");
    assert!(
        cell("userAgent").starts_with("'=cmd|'/c calc'!A1,\"\\u{1b}[2J\\u{202e}</td>"),
        "{}",
        cell("userAgent")
    );
    assert_eq!(
        ["level", "kind", "eventName", "input", "record"].map(cell),
        ["high", "rule", "GetCallerIdentity", "'-", "0"]
    );
    assert!(serde_json::from_str::<Value>(cell("matched")).unwrap().is_array());
}

#[test]
fn csv_without_findings_is_its_headings() {
    let ran = evaluate_text(&["--format", "csv", "-"], &harmless().to_string());
    assert_eq!((ran.out.lines().count(), ran.code), (1, 0));
    assert!(ran.out.starts_with("level,time,rule,name,title,kind,eventID,"), "{}", ran.out);
}

#[test]
fn a_page_shows_hostile_values_as_text_and_loads_nothing() {
    let ran = evaluate_text(&["--format", "html", "-"], &hostile().to_string());
    let page = &ran.out;
    assert_eq!(page.matches("<script>").count(), 1, "the page's own");
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "{page}");
    for part in
        ["<img", "<b>id", "onerror=alert(1)>", "\u{202e}", "\u{1b}", "http:", "<script src", "href=", "url("]
    {
        assert!(!page.contains(part), "{part}");
    }
    let policy =
        page.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(policy.starts_with("default-src &#39;none&#39;; style-src &#39;sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[test]
fn a_page_counts_by_level_and_rule_and_keeps_the_most_serious_rows() {
    let rules = "title: Whoami\nname: whoami\nlogsource: {product: aws}\nlevel: low\n\
                 detection: {call: {eventName: GetCallerIdentity}, condition: call}\n";
    let folder = folder("page");
    let rule = write(&folder, "whoami.yml", rules);
    let mut records = vec![harmless(); 5_500];
    records.push(misuse());
    let log = json!({"Records": records});
    let file = write(&folder, "log.json", log.to_string());
    let page = evaluate(&["--rules", &rule, "--format", "html", &file]).out;
    for part in [
        "<h1>Findings</h1>",
        "5502 in 5501 records of 1 inputs, 2026-11-24T10:00:00Z to 2026-11-24T10:00:00Z.",
        "aria-pressed=\"true\"><b>1</b>high</button>",
        "aria-pressed=\"true\"><b>5501</b>low</button>",
        "502 more, the least serious, are not on this page",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<tr data-level=").count(), 5_000);
    assert!(page.find("<tr data-level=\"high\"").unwrap() < page.find("<tr data-level=\"low\"").unwrap());
}
