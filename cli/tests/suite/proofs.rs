//! `trailreflex rules test`.

use crate::command::{folder, run, write};

const RULE: &str = "title: Stopped\nname: stopped\nlogsource: {product: aws, service: cloudtrail}\n\
                    detection: {call: {eventSource: cloudtrail.amazonaws.com, eventName: StopLogging}, condition: call}\nlevel: low\n";
const PROOF: &str = "tests:\n- {what: Stops, record: {eventSource: cloudtrail.amazonaws.com, eventName: StopLogging}, fires: [stopped]}\n\
                     - {what: Starts, record: {eventName: StartLogging}, fires: []}\n";

#[test]
fn proofs_that_hold_end_well() {
    let folder = folder("proofs-hold");
    write(&folder, "stopped.yml", RULE);
    write(&folder, "stopped.tests.yml", PROOF);
    let ran = run(&["rules", "test", &folder.display().to_string()]);
    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err.as_str()),
        (0, "proofs: 2, failed: 0, rules not proven: 0\n", "")
    );
}

#[test]
fn proofs_that_fail_say_how_and_unproven_rules_are_named() {
    let folder = folder("proofs-fail");
    write(&folder, "stopped.yml", format!("{RULE}---\n{}", RULE.replace("stopped", "other")));
    write(&folder, "stopped.tests.yml", PROOF);
    write(&folder, "broken.tests.yml", "tests: [{what: x}]");
    let path = folder.display();
    let ran = run(&["rules", "test", &path.to_string()]);
    let expected = format!(
        "{path}/broken.tests.yml: tests[0]: missing field `fires` at line 1 column 9\n\
         {path}/stopped.tests.yml: `Stops`: fired besides: other\n\
         other: has no proof\n\
         proofs: 2, failed: 2, rules not proven: 1\n"
    );
    assert_eq!((ran.code, ran.out.as_str()), (1, expected.as_str()));
}

#[test]
fn rules_without_any_proof_are_an_error() {
    let folder = folder("proofs-none");
    write(&folder, "stopped.yml", RULE);
    let ran = run(&["rules", "test", &folder.display().to_string()]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (1, "error: no proofs (`NAME.tests.yml`) stand beside these rules\n")
    );
}
