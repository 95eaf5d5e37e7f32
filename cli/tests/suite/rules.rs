//! `trailreflex rules`.

use crate::command::{folder, run, write};

const GOOD: &str = "title: Good\nname: good\nlogsource: {product: aws, service: cloudtrail}\n\
                    detection: {call: {eventName: StopLogging}, condition: call}\nlevel: low\n";

#[test]
fn the_rules_of_this_repository_are_honoured() {
    let ran = run(&["rules", "check", "rules"]);
    assert!(ran.out.lines().all(|line| line.ends_with(".yml: ok")), "{}", ran.out);
    assert!(ran.out.lines().count() >= 4);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn each_file_has_one_line_that_says_ok_or_what_is_wrong_where() {
    let folder = folder("check");
    for (name, text, expected) in [
        ("good.yml", GOOD.to_owned(), "good.yml: ok"),
        ("both.yml", format!("{GOOD}---\n{}", GOOD.replace("good", "better")), "both.yml: ok"),
        (
            "level.yml",
            GOOD.replace("level: low", "level: urgent"),
            "level.yml:5: `urgent` is not a level; use informational, low, medium, high or critical",
        ),
        (
            "condition.yml",
            GOOD.replace("condition: call", "condition: nothing"),
            "condition.yml:4: condition `nothing`: `nothing` is not defined",
        ),
        ("empty.yml", "# nothing\n".to_owned(), "empty.yml:1: holds no rule"),
        ("two.yml", format!("{GOOD}---\ntitle: [1]\n"), "two.yml:7: "),
    ] {
        let file = write(&folder, name, &text);
        let ran = run(&["rules", "check", &file]);
        let shown = ran.out.strip_prefix(&format!("{}/", folder.display())).unwrap().trim_end();
        if expected.ends_with(": ") {
            assert!(shown.starts_with(expected), "{name}: {shown}");
        } else {
            assert_eq!(shown, expected, "{name}");
        }
        assert_eq!(ran.out.lines().count(), 1, "{name}");
        assert_eq!(ran.code, i32::from(!expected.ends_with(": ok")), "{name}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_rejected_and_the_others_are_checked() {
    let folder = folder("check-unreadable");
    let good = write(&folder, "good.yml", GOOD);
    let latin = write(&folder, "latin.yml", b"title: \xe9");
    let ran = run(&["rules", "check", &latin, "nowhere.yml", &good]);
    let lines: Vec<_> = ran.out.lines().collect();
    assert!(lines[0].contains("latin.yml: is not UTF-8: "), "{}", ran.out);
    assert!(lines[1].starts_with("nowhere.yml: cannot be opened: "), "{}", ran.out);
    assert_eq!((lines[2], lines.len(), ran.code), (format!("{good}: ok").as_str(), 3, 1));
}

#[test]
fn a_list_names_every_rule() {
    let ran = run(&["rules", "list", "--format", "table"]);
    let line = ran.out.lines().find(|line| line.contains("access_key_quarantined_by_aws")).unwrap();
    assert_eq!(
        line.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect::<Vec<_>>(),
        [
            "critical",
            "access_key_quarantined_by_aws",
            "Access key quarantined by AWS",
            "T1552.001 T1078.004",
            "241d3195-d98e-4ac0-8ed7-eb00d35cee2e"
        ]
    );
    let ran = run(&["rules", "list", "--format", "json"]);
    assert!(ran.lines().iter().any(|rule| rule["name"] == "access_key_quarantined_by_aws"));
}

#[test]
fn an_explanation_shows_selections_and_values() {
    let event = "events/iam/quarantine-attached-in-the-users-name.json";
    let ran = run(&["rules", "explain", "access_key_quarantined_by_aws", event]);
    let expected = "events/iam/quarantine-attached-in-the-users-name.json:0: `access_key_quarantined_by_aws` \
                    matches AttachUserPolicy\n  attached\n    eventSource = iam.amazonaws.com\n    \
                    eventName = AttachUserPolicy\n    requestParameters.policyArn = \
                    arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3\n";
    assert_eq!((ran.out.as_str(), ran.code), (expected, 0));
    let ran = run(&["rules", "explain", "logging_stopped_by_access_key", event]);
    let expected = "events/iam/quarantine-attached-in-the-users-name.json:0: `logging_stopped_by_access_key` \
                    does not match AttachUserPolicy\n";
    assert_eq!((ran.out.as_str(), ran.code), (expected, 0));
}

#[test]
fn a_rule_that_is_not_there_cannot_be_explained() {
    let ran = run(&["rules", "explain", "nobody", "events/iam/quarantine-detached.json"]);
    assert_eq!(ran.err, "error: no rule is called `nobody`; `trailreflex rules list` shows all\n");
    assert_eq!(ran.code, 1);
}
