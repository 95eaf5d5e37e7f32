//! `timeline`: an identity and all that it led to, in every form.

use crate::command::{folder, gzip, harmless, run, run_with_input, write};
use serde_json::{Value, json};

const SESSION: &str = "ASIAIOSFODNN7EXAMPLE";
/// What would run, hide or break something if it were taken for more than text.
const HOSTILE: &str = "=x\"><script>alert(1)</script>\u{1b}[2J\u{202e}</text><image href=x onerror=alert(1)>";

fn session(name: &str) -> Value {
    format!("arn:aws:sts::111122223333:assumed-role/admin/{name}").into()
}

/// alice assumes a role, and the session deletes a trail.
fn incident(name: &str) -> [Value; 3] {
    let mut assume = harmless();
    assume["eventName"] = "AssumeRole".into();
    assume["eventTime"] = "2026-11-24T10:01:00Z".into();
    assume["responseElements"] =
        json!({"credentials": {"accessKeyId": SESSION}, "assumedRoleUser": {"arn": session(name)}});
    let mut delete = harmless();
    delete["eventID"] = "00000000-0000-4000-8000-000000000005".into();
    delete["eventTime"] = "2026-11-24T10:02:00Z".into();
    delete["eventSource"] = "cloudtrail.amazonaws.com".into();
    delete["eventName"] = "DeleteTrail".into();
    delete["userAgent"] = name.into();
    delete["userIdentity"] = json!({
        "type": "AssumedRole", "principalId": "AROAEXAMPLE:x", "arn": session(name), "accessKeyId": SESSION,
        "accountId": "111122223333",
    });
    let mut other = harmless();
    other["userIdentity"]["userName"] = "carol".into();
    other["userIdentity"]["arn"] = "arn:aws:iam::111122223333:user/carol".into();
    other["userIdentity"]["accessKeyId"] = "AKIAI44QH8DHBEXAMPLE".into();
    [delete, other, assume]
}

/// The timeline of alice over two files, the later calls first.
fn timeline(folder_name: &str, name: &str, format: &str) -> String {
    let folder = folder(folder_name);
    let [delete, other, assume] = incident(name);
    write(&folder, "a.json.gz", gzip(json!({"Records": [delete, other]}).to_string()));
    write(&folder, "b.json", assume.to_string());
    let ran = run(&["timeline", "--format", format, "alice", folder.to_str().unwrap()]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.out
}

#[test]
fn json_has_identities_links_and_calls_in_the_order_of_time() {
    let out = timeline("timeline-json", "s1", "json");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let arn = session("s1");
    assert_eq!(
        lines[..3],
        [
            json!({"kind": "identity", "identity": 0, "name": "alice", "mark": null, "depth": 0}),
            json!({"kind": "identity", "identity": 1, "name": arn, "mark": SESSION, "depth": 1}),
            json!({
                "kind": "link", "from": 0, "to": 1, "how": "assumedRole", "time": "2026-11-24T10:01:00Z",
                "eventID": "00000000-0000-4000-8000-000000000001",
            }),
        ]
    );
    let calls: Vec<_> = lines[3..].iter().map(|line| (&line["identity"], &line["eventName"])).collect();
    assert_eq!(calls, [(&json!(0), &json!("AssumeRole")), (&json!(1), &json!("DeleteTrail"))]);
}

#[test]
fn a_table_shows_who_became_whom_and_what_they_did() {
    let out = timeline("timeline-table", "s1", "table");
    let rows: Vec<&str> = out.lines().collect();
    assert!(rows[0].starts_with("TIME ") && rows[0].ends_with("MARK"), "{out}");
    assert!(
        rows[1].contains("alice  assumed role  arn:aws:sts::111122223333:assumed-role/admin/s1  ASIA"),
        "{out}"
    );
    assert!(
        rows[4].starts_with("2026-11-24T10:01:00Z  alice ") && rows[4].contains("sts AssumeRole"),
        "{out}"
    );
    assert!(rows[5].contains("cloudtrail DeleteTrail"), "{out}");
    assert_eq!(rows.len(), 6);
}

#[test]
fn a_page_shows_hostile_names_as_text_and_loads_nothing() {
    let page = timeline("timeline-hostile", HOSTILE, "html");
    assert_eq!(page.matches("<script>").count(), 1, "the page's own");
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "{page}");
    for part in ["<image", "onerror=alert(1)>", "\u{202e}", "\u{1b}", "http:", "<a ", "url(", "style="] {
        assert!(!page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<rect ").count(), 2);
    assert_eq!(page.matches("<path d=\"M").count(), 1);
    assert!(page.contains(">assumed role 11-24 10:01</text>"), "{page}");
    assert!(
        page.contains("2 calls of 2 identities in 2 inputs, 2026-11-24T10:01:00Z to 2026-11-24T10:02:00Z."),
        "{page}"
    );
}

#[test]
fn csv_holds_harmless_texts_only() {
    let out = timeline("timeline-csv", HOSTILE, "csv");
    assert!(out.chars().all(|sign| sign == '\n' || !sign.is_control()), "{out}");
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter().flat_map(|row| row.iter()).all(|cell| !cell.starts_with(['=', '+', '-', '@'])),
        "{rows:?}"
    );
}

#[test]
fn what_cannot_be_done_is_refused_with_advice_and_damage_is_told_once() {
    let from_stdin = run_with_input(&["timeline", "alice", "-"], "{}");
    assert!(from_stdin.err.contains("write the records to a file first"), "{}", from_stdin.err);
    assert_eq!(from_stdin.code, 1);
    let folder = folder("timeline-bad");
    write(&folder, "a.json", "hello");
    write(&folder, "b.json", harmless().to_string());
    let ran = run(&["timeline", "--format", "json", "alice", folder.to_str().unwrap()]);
    assert_eq!((ran.lines().len(), ran.code), (2, 2));
    assert_eq!(ran.err.matches("holds no JSON that can be read").count(), 1, "{}", ran.err);
    let nobody = run(&["timeline", "--format", "json", "nobody", folder.join("b.json").to_str().unwrap()]);
    assert!(nobody.err.contains("no call of nobody was found"), "{}", nobody.err);
}
