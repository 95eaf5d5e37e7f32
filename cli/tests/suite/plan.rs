//! `trailreflex plan`.

use crate::command::{root, run};
use serde_json::{Value, json};

/// Half a minute after the calls of the events.
const NOW: &str = "2026-11-24T10:00:30Z";
const QUARANTINED: &str = "events/findings/quarantined-user.json";

fn plan(arguments: &[&str]) -> Value {
    let ran = run(&[&["plan", "--format", "json", "--at", NOW], arguments].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
    ran.lines().remove(0)
}

fn steps(line: &Value) -> Value {
    let steps = line["plan"]["steps"].as_array().unwrap().iter();
    let planned = steps.filter(|step| step["verdict"]["kind"] != "Fallback");
    planned.map(|step| step["action"]["kind"].clone()).collect()
}

#[test]
fn every_event_for_contain_identity_gives_the_answer_that_it_should() {
    let text = std::fs::read_to_string(root().join("events/expected.yaml")).unwrap();
    let expected: Value = yaml_serde::from_str(&text).unwrap();
    for case in expected["contain-identity"].as_array().unwrap() {
        let file = format!("events/{}", case["file"].as_str().unwrap());
        let line = plan(&["--account", "111122223333", &file]);
        let answer = &case["answer"];
        let given = match line["decision"].as_str().unwrap() {
            "planned" => json!({"planned": steps(&line)}),
            "refused" => json!({"refused": line["plan"]["refused"]}),
            "invalid" => {
                let reason = line["reason"].as_str().unwrap();
                let wanted = answer["invalid"].as_str().unwrap_or_default();
                assert!(reason.starts_with(wanted), "{file}: {reason}");
                answer.clone()
            }
            other => json!(other),
        };
        assert_eq!(given, *answer, "{file}");
    }
}

#[test]
fn an_event_for_detect_leads_to_the_same_plan_as_its_finding() {
    let of_record = plan(&["events/iam/quarantine-attached-in-the-users-name.json"]);
    let of_finding = plan(&[QUARANTINED]);
    assert_eq!(of_record["plan"], of_finding["plan"]);
    assert_eq!(of_record["finding"], of_finding["finding"]);
}

#[test]
fn an_event_that_matches_two_rules_gives_two_answers_with_one_plan() {
    let ran = run(&["plan", "--format", "json", "events/cloudtrail/logging-stopped-with-pacu.json"]);
    let lines = ran.lines();
    // A third rule is about the trail, which is restarted by a plan of its own.
    let about_key = |line: &&Value| line["finding"]["target"]["kind"] == "accessKey";
    let planned: Vec<_> =
        lines.iter().filter(|line| line["decision"] == "planned").filter(about_key).collect();
    assert!(planned.len() >= 2, "{}", ran.out);
    assert!(planned.iter().all(|line| line["plan"]["id"] == planned[0]["plan"]["id"]), "{}", ran.out);
}

#[test]
fn an_event_that_matches_nothing_leads_to_nothing() {
    let line = plan(&["events/iam/quarantine-detached.json"]);
    assert_eq!(line["decision"], "noFinding");
}

#[test]
fn a_protected_user_is_left_alone() {
    for entry in ["alice", "AIDACKCEVSQ6C2EXAMPLE", "arn:aws:iam::*:user/al*"] {
        let line = plan(&["--protect", entry, QUARANTINED]);
        assert_eq!(line["plan"]["refused"], "Protected", "{entry}");
    }
}

#[test]
fn calls_permissions_and_undo_are_spelled_out() {
    let line = plan(&[QUARANTINED]);
    let commands = |pointer: &str| {
        let calls = line.pointer(pointer).unwrap().as_array().unwrap();
        calls.iter().map(|call| call["command"].as_str().unwrap()).collect::<Vec<_>>().join("; ")
    };
    let user = "--user-name alice";
    assert_eq!(line["plan"]["steps"][1]["verdict"], json!({"kind": "Fallback"}));
    let deny = format!("{user} --policy-arn arn:aws:iam::aws:policy/AWSDenyAll");
    let key = format!("aws iam update-access-key {user} --access-key-id AKIAIOSFODNN7EXAMPLE");
    assert_eq!(commands("/plan/steps/0/calls"), format!("aws iam attach-user-policy {deny}"));
    assert_eq!(commands("/plan/steps/0/undo/calls"), format!("aws iam detach-user-policy {deny}"));
    assert_eq!(commands("/plan/steps/3/calls"), format!("{key} --status Inactive"));
    assert_eq!(commands("/plan/steps/3/undo/calls"), format!("{key} --status Active"));
    assert_eq!(
        line["permissions"]["acting"],
        json!([
            "iam:AttachUserPolicy",
            "iam:DeleteUserPermissionsBoundary",
            "iam:DeleteUserPolicy",
            "iam:DetachUserPolicy",
            "iam:PutUserPermissionsBoundary",
            "iam:PutUserPolicy",
            "iam:UpdateAccessKey"
        ])
    );
}

#[test]
fn people_are_told_that_it_was_a_rehearsal() {
    let notice = "rehearsal on a simulated account: nothing was read from or changed in AWS";
    assert_eq!(plan(&[QUARANTINED])["notice"], notice);
    let ran = run(&["plan", "--format", "table", QUARANTINED]);
    assert!(ran.out.ends_with(&format!("\n{notice}\n")), "{}", ran.out);
    assert!(
        ran.out.contains("decision    planned; carried out if the stack's mode is `act`\n"),
        "{}",
        ran.out
    );
}

#[test]
fn an_event_that_cannot_be_read_is_named_and_the_others_are_planned() {
    let ran = run(&["plan", "--format", "json", "nowhere.json", QUARANTINED]);
    assert!(ran.err.starts_with("nowhere.json: cannot be opened: "), "{}", ran.err);
    assert_eq!((ran.lines().len(), ran.code), (1, 2));
}
