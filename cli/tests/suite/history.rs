//! What past records say of rules: backtests and suggested suppressions.

use crate::command::{Ran, folder, harmless, misuse, run, write};
use serde_json::{Value, json};
use std::path::Path;

const RULES: [&str; 3] = ["--only-rules-given", "--rules", "cli/tests/rules/tool.yml"];

/// A call on a day of November by a role's session, that the tests' own rule matches.
fn by_role(day: u32, role: &str, number: u32) -> Value {
    let mut record = misuse();
    record["eventTime"] = format!("2026-11-{day:02}T10:00:00Z").into();
    record["eventID"] = format!("00000000-0000-4000-8000-{day:06}{number:06}").into();
    record["userAgent"] = "trufflehog/3.9 of ours".into();
    record["userIdentity"] = json!({
        "type": "AssumedRole", "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/session-{number}"),
        "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "accountId": "111122223333",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": format!("arn:aws:iam::111122223333:role/{role}")}},
    });
    record
}

/// Six days of a scanner, and others now and then.
fn past() -> Vec<Value> {
    let mut records: Vec<_> =
        (1..=6).flat_map(|day| [by_role(day, "scan*ner", 1), by_role(day, "scan*ner", 2)]).collect();
    records.extend([by_role(2, "deploy", 3), by_role(2, "deploy", 4), by_role(9, "admin", 5), harmless()]);
    records
}

fn command(folder: &Path, arguments: &[&str], records: &[Value], more: &[&str]) -> Ran {
    let file = write(folder, "past.json", json!({"Records": records}).to_string());
    run(&[arguments, &RULES, &[file.as_str()], more].concat())
}

#[test]
fn a_backtest_counts_findings_days_and_principals() {
    let ran = command(&folder("backtest"), &["backtest"], &past(), &[]);
    let lines = ran.lines();
    assert_eq!((lines.len(), ran.code, ran.err.as_str()), (1, 0, ""));
    let role = |name: &str| json!({"userIdentity.sessionContext.sessionIssuer.arn": format!("arn:aws:iam::111122223333:role/{name}")});
    let expected = json!({
        "rule": "0d6a4e0c-6c0d-4a3e-9d0e-3f6f8e3c7b11", "name": "tool", "title": "Access key used with a tool",
        "level": "high", "kind": "rule", "findings": 15, "days": 7,
        "first": "2026-11-01T10:00:00Z", "last": "2026-11-09T10:00:00Z",
        "topPrincipals": [
            {"principal": role("scan*ner"), "findings": 12, "days": 6},
            {"principal": role("deploy"), "findings": 2, "days": 1},
            {"principal": role("admin"), "findings": 1, "days": 1},
        ],
        "suggestions": [{"id": "tool-scanner", "hides": 12, "when": {
            "caller": {
                "userIdentity.sessionContext.sessionIssuer.arn": "arn:aws:iam::111122223333:role/scan\\*ner",
                "userAgent|startswith": "trufflehog",
            },
            "condition": "caller",
        }}],
        "responses": [],
    });
    assert_eq!(lines[0], expected);
    let table = command(&folder("backtest-table"), &["backtest", "--format", "table"], &past(), &[]).out;
    for part in [
        "high   15        7     2026-11-01  2026-11-09  tool\n",
        "  by     12 on 6 days  arn:aws:iam::111122223333:role/scan*ner\n",
        "  noise  suppression `tool-scanner` would hide 12 of 15; see `rules suggest-suppressions`\n",
        "15 findings in 16 records from 2026-11-01T10:00:00Z to 2026-11-24T10:00:00Z\n",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
}

#[test]
fn a_backtest_tells_what_the_playbooks_would_have_done() {
    let ran = run(&["backtest", "events/iam"]);
    let lines = ran.lines();
    let of = |name: &str| lines.iter().find(|line| line["name"] == name).unwrap()["responses"].clone();
    let expected = json!([{
        "playbook": "contain-quarantined-user", "mode": "act", "actions": ["DenyUser", "DeactivateAccessKeys"], "findings": 7,
    }]);
    assert_eq!(of("access_key_quarantined_by_aws"), expected);
    let foreign = of("access_key_created_for_another_user");
    assert_eq!(foreign[0]["mode"], "plan", "{foreign}");
}

#[test]
fn a_suggestion_is_a_file_of_suppressions_that_lacks_only_its_owner() {
    let folder = folder("suggest");
    let ran = command(&folder, &["rules", "suggest-suppressions"], &past(), &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let value: Value = yaml_serde::from_str(&ran.out).unwrap();
    let list = value["suppressions"].as_array().unwrap();
    assert_eq!(list.len(), 1);
    let keys: Vec<_> = ["id", "rule", "owner", "reason"].map(|key| list[0][key].as_str().unwrap()).to_vec();
    assert_eq!(keys, ["tool-scanner", "tool", "", "fired it 12 times of 15, on 6 days"]);
    let records = past();
    let evaluate = |text: String| {
        let file = write(&folder, "s.yml", text);
        command(&folder, &["evaluate", "--suppressions", &file], &records, &[])
    };
    let refused = evaluate(ran.out.clone());
    assert!(refused.err.contains("`owner` is empty; say it"), "{}", refused.err);
    assert_eq!(refused.lines().len(), 15);
    let accepted = evaluate(ran.out.replace("owner: \"\"", "owner: security team"));
    assert_eq!(accepted.lines().len(), 3);
    assert_eq!(accepted.err, "suppressed findings: 12 (tool-scanner 12)\n");
}

#[test]
fn nothing_is_suggested_for_what_is_rare_critical_or_done_by_root() {
    let folder = folder("no-suggestion");
    let suggested = |records: &[Value], arguments: &[&str]| {
        let ran = command(&folder, &["rules", "suggest-suppressions"], records, arguments);
        (ran.out.matches("- id: ").count(), ran.code)
    };
    let on_days = |count: u32| (1..=count).map(|day| by_role(day, "scanner", 1)).collect::<Vec<_>>();
    let on_one_day: Vec<_> = (1..=20).map(|number| by_role(3, "scanner", number)).collect();
    let mut root = on_days(9);
    for record in &mut root {
        record["userIdentity"] = json!({"type": "Root", "arn": "arn:aws:iam::111122223333:root", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"});
    }
    let many: Vec<_> = (1..=9).flat_map(|day| ["a", "b", "c"].map(|role| by_role(day, role, 1))).collect();
    for (case, records, arguments, expected) in [
        ("on five days", on_days(5), vec![], 1),
        ("on four days", on_days(4), vec![], 0),
        ("on four days, which are enough", on_days(4), vec!["--min-days", "4"], 1),
        ("on one day", on_one_day, vec!["--min-days", "2"], 0),
        ("root", root, vec![], 0),
        ("a third each", many.clone(), vec![], 0),
        ("a third each, which is enough", many, vec!["--min-share", "33"], 3),
    ] {
        assert_eq!(suggested(&records, &arguments), (expected, 0), "{case}");
    }
    let critical = std::fs::read_to_string(crate::command::root().join("cli/tests/rules/tool.yml")).unwrap();
    let rule = write(&folder, "critical.yml", critical.replace("level: high", "level: critical"));
    let file = write(&folder, "past.json", json!(on_days(9)).to_string());
    let ran = run(&["rules", "suggest-suppressions", "--only-rules-given", "--rules", &rule, &file]);
    assert_eq!(ran.err, "nothing to suggest: nobody fires a rule habitually\n");
    assert!(run(&["rules", "suggest-suppressions", "--min-days", "1", &file]).err.contains("--min-days"));
}

#[test]
fn hostile_names_stay_values_in_what_is_suggested() {
    let name = "x\"\n      when: {a: {b|exists: true}}\n# \u{202e}*?\\";
    let mut records: Vec<_> = (1..=6).map(|day| by_role(day, "x", 1)).collect();
    for record in &mut records {
        record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = name.into();
        record["userAgent"] = "trufflehog\"\nowner:/1".into();
    }
    let ran = command(&folder("hostile-names"), &["rules", "suggest-suppressions"], &records, &[]);
    assert!(!ran.out.contains('\u{202e}'));
    let value: Value = yaml_serde::from_str(&ran.out).unwrap();
    let escaped = name.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?");
    let caller = &value["suppressions"][0]["when"]["caller"];
    assert_eq!(caller["userIdentity.sessionContext.sessionIssuer.arn"], escaped.as_str());
    assert_eq!(caller["userAgent|startswith"], "trufflehog\"\nowner:");
}

#[test]
fn a_bundle_is_written_only_if_every_rule_can_be_honoured() {
    let folder = folder("bundle");
    let output = folder.join("rules.bundle");
    let output = output.to_str().unwrap();
    let ran = run(&["rules", "build", "-o", output]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let row = ran.lines().into_iter().find(|row| row["name"] == "access_key_quarantined_by_aws").unwrap();
    let seen = ["playbook", "mode", "actions", "hasTarget", "level"].map(|key| row[key].clone());
    let expected =
        json!(["contain-quarantined-user", "act", ["deny_user", "deactivate_access_keys"], true, "critical"]);
    assert_eq!(json!(seen), expected);
    assert!(ran.lines().iter().any(|row| row["playbook"].is_null()));
    let bytes = std::fs::read(output).unwrap();
    let bundle = trailreflex_detection::Bundle::from_bytes(bytes).unwrap();
    assert!(ran.err.contains(&format!("SHA-256 {}\n", bundle.hash())), "{}", ran.err);
    assert!(bundle.load().unwrap().rule("access_key_quarantined_by_aws").is_some());
    let bad = write(
        &folder,
        "bad.yml",
        "title: Bad\nlogsource: {product: aws}\ndetection: {a: {b: 1}, condition: c}\n",
    );
    let other = folder.join("other.bundle");
    let ran = run(&["rules", "build", "--rules", &bad, "-o", other.to_str().unwrap()]);
    assert!(
        ran.err.contains("bad.yml:") && ran.err.contains("is not written: 1 rules cannot be honoured"),
        "{}",
        ran.err
    );
    assert_eq!((ran.code, other.exists()), (1, false));
}
