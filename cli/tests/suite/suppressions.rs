//! Suppressions in the command: what they hide is counted, and they cannot hide what a rule is for.

use crate::command::{evaluate, evaluate_text, folder, harmless, misuse, run, write};
use serde_json::json;

fn suppressions(rule: &str, when: &str, expires: &str) -> String {
    format!(
        "suppressions:\n    - id: scan\n      rule: {rule}\n      when: {{scan: {when}, condition: scan}}\n      \
         owner: platform team\n      reason: our own scanner\n      expires: {expires}\n"
    )
}

const ALICE: &str = "{userIdentity.userName: alice}";
/// Always within a year: what is tested must not end some day.
fn tomorrow() -> String {
    #[expect(clippy::disallowed_methods, reason = "the command reads the clock, too")]
    let now = jiff::Timestamp::now();
    (now + jiff::Span::new().hours(24)).strftime("%Y-%m-%d").to_string()
}

#[test]
fn a_suppressed_finding_is_counted_and_shown_on_request() {
    let file = write(&folder("suppressed"), "s.yml", suppressions("tool", ALICE, &tomorrow()));
    let mut by_bob = misuse();
    by_bob["userIdentity"]["userName"] = "bob".into();
    let records = json!([misuse(), by_bob, misuse()]).to_string();
    let ran = evaluate_text(&["--suppressions", &file, "--stats", "-"], &records);
    assert_eq!(ran.lines().iter().map(|line| line["record"].clone()).collect::<Vec<_>>(), [json!(1)]);
    assert!(ran.err.starts_with("suppressed findings: 2 (scan 2)\n"), "{}", ran.err);
    assert!(ran.err.ends_with(", findings: 1\n"), "{}", ran.err);
    let shown = |format: &str| {
        let arguments = ["--suppressions", &file, "--show-suppressed", "--format", format, "-"];
        evaluate_text(&arguments, &records).out
    };
    let lines = evaluate_text(&["--suppressions", &file, "--show-suppressed", "-"], &records).lines();
    let by: Vec<_> = lines.iter().map(|line| line.get("suppressedBy").cloned().unwrap_or_default()).collect();
    assert_eq!(json!(by), json!(["scan", null, "scan"]));
    assert_eq!(shown("table").matches("(suppressed by scan) ").count(), 2);
    assert_eq!(shown("csv").matches(",scan\n").count(), 2);
    assert_eq!(shown("html").matches("class=\"suppressed\"").count(), 2);
    let hidden = evaluate_text(&["--suppressions", &file, "--format", "html", "-"], &records).out;
    assert!(hidden.contains("2 more are suppressed; <code>--show-suppressed</code> shows them."), "{hidden}");
}

#[test]
fn what_has_expired_or_is_refused_hides_nothing_and_is_said() {
    let folder = folder("unsuppressed");
    for (case, text, expected) in [
        (
            "expired",
            suppressions("tool", ALICE, "2026-01-31"),
            "suppression `scan` of platform team has expired on 2026-01-31 and hides nothing",
        ),
        ("refused", suppressions("nobody", ALICE, &tomorrow()), "suppression not used: "),
        (
            "no owner",
            suppressions("tool", ALICE, &tomorrow()).replace("      owner: platform team\n", ""),
            "missing field `owner`",
        ),
    ] {
        let file = write(&folder, "s.yml", text);
        let ran = evaluate_text(&["--suppressions", &file, "-"], &misuse().to_string());
        assert_eq!((ran.lines().len(), ran.code), (1, 0), "{case}");
        assert!(ran.err.contains(expected), "{case}: {}", ran.err);
    }
    let file = write(&folder, "rules.yml", "title: none\n");
    for (path, expected) in [
        (file.as_str(), "rules.yml: holds no `suppressions:`"),
        ("nowhere.yml", "nowhere.yml: cannot be opened"),
    ] {
        let ran = evaluate(&["--suppressions", path, "events"]);
        assert!(ran.err.contains(expected) && ran.code == 1, "{}", ran.err);
    }
}

#[test]
fn a_correlation_does_not_count_suppressed_records() {
    let folder = folder("uncounted");
    let rules = write(
        &folder,
        "burst.yml",
        "title: Whoami\nname: whoami\nlogsource: {product: aws, service: cloudtrail}\n\
         detection: {call: {eventSource: sts.amazonaws.com, eventName: GetCallerIdentity}, condition: call}\n---\n\
         title: Burst\nname: burst\ncorrelation: {type: event_count, rules: [whoami], \
         group-by: [recipientAccountId], timespan: 5m, condition: {gte: 3}}\nlevel: medium\n",
    );
    let file = write(&folder, "s.yml", suppressions("burst", ALICE, &tomorrow()));
    let by = |name: &str, number: u32| {
        let mut record = harmless();
        record["userIdentity"]["userName"] = name.into();
        record["eventID"] = format!("00000000-0000-4000-8000-00000000001{number}").into();
        record
    };
    let records = json!([by("alice", 1), by("bob", 2), by("carol", 3)]);
    let own = ["--rules", &rules];
    let ran = evaluate_text(&[&own[..], &["-"]].concat(), &records.to_string());
    assert_eq!(ran.lines().len(), 1);
    let ran = evaluate_text(&[&own[..], &["--suppressions", &file, "-"]].concat(), &records.to_string());
    assert_eq!(ran.lines().len(), 0);
    assert_eq!(ran.err, "suppressed records that correlations do not count: 1 (scan 1)\n");
}

#[test]
fn rules_check_knows_suppressions_and_refuses_those_that_hide_what_proves_a_rule() {
    let folder = folder("check-suppressions");
    let narrow = "{userIdentity.arn: 'arn:aws:iam::444455556666:role/scanner'}";
    let everything = "{eventName|re: .}";
    for (case, rule, when, expected) in [
        ("narrow", "access_key_quarantined_by_aws", narrow, "s.yml: ok"),
        (
            "everything",
            "access_key_quarantined_by_aws",
            everything,
            "s.yml: suppression `scan`: would hide what proves `access_key_quarantined_by_aws`: `",
        ),
        ("no such rule", "nobody", narrow, "s.yml: suppression `scan`: no rule is called `nobody`"),
    ] {
        let file = write(&folder, "s.yml", suppressions(rule, when, &tomorrow()));
        let ran = run(&["rules", "check", &file]);
        assert!(ran.out.contains(expected), "{case}: {}{}", ran.out, ran.err);
        assert_eq!(ran.code, i32::from(case != "narrow"), "{case}");
        let ran = evaluate(&[
            "--rules",
            "rules/iam",
            "--suppressions",
            &file,
            "events/iam/quarantine-detached.json",
        ]);
        assert_eq!(ran.err.contains("suppression not used: "), case != "narrow", "{case}: {}", ran.err);
    }
}

#[test]
fn suppressions_are_written_for_functions_only_if_none_is_refused() {
    let folder = folder("built-suppressions");
    let rules = ["--only-rules-given", "--rules", "cli/tests/rules/tool.yml"];
    let output = folder.join("own.suppressions");
    let build = |file: &str, output: &std::path::Path| {
        run(&[&["rules", "build-suppressions"], &rules[..], &["-o", output.to_str().unwrap(), file]].concat())
    };
    let good = write(&folder, "good.yml", suppressions("tool", ALICE, &tomorrow()));
    let bad =
        write(&folder, "bad.yml", suppressions("tool", ALICE, &tomorrow()).replace("platform team", "\"\""));
    let refused = build(&bad, &output);
    assert!(
        refused.err.contains("own.suppressions is not written: 1 suppressions are refused"),
        "{}",
        refused.err
    );
    assert_eq!((refused.code, output.exists()), (1, false));
    let misnamed = build(&good, &folder.join("own.json"));
    assert!(misnamed.err.contains("must end with `.suppressions`"), "{}", misnamed.err);
    assert_eq!(misnamed.code, 1);
    let built = build(&good, &output);
    assert_eq!((built.code, built.out.as_str()), (0, ""), "{}", built.err);
    assert!(built.err.ends_with("own.suppressions: 1 suppressions\n"), "{}", built.err);
    let written =
        trailreflex_suppression::Suppressions::from_json(&std::fs::read_to_string(output).unwrap()).unwrap();
    assert_eq!(written.all().iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["scan"]);
}
