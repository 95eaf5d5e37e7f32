//! Mistakes of other tools, each with the tests that keep this one from making it: `docs/reliability.md` lists them.

use crate::events::event;
use crate::generated::assert_part;
use crate::proofs::rules;
use crate::repository::{files, read};
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use trailreflex_findings::{Evaluated, Event};
use trailreflex_model::Target;
use trailreflex_response::ActionKind;

const BEGIN: &str = "<!-- written from tests/acceptance/peers.rs: begin -->";
const END: &str = "<!-- written from tests/acceptance/peers.rs: end -->";

/// A mistake that has been made elsewhere, and tests that fail if it is made here.
const MISTAKES: [(&str, &[&str]); 14] = [
    (
        "the issuer of a session, or a caller that is no user at all, is taken for an IAM user",
        &[
            "only_whom_a_response_can_contain_is_named_whatever_identity_calls",
            "the_root_users_key_is_refused_whoever_used_it",
        ],
    ),
    (
        "the caller is taken for the owner of a key that was made for somebody else, or for nobody",
        &["every_event_with_a_record_gives_the_findings_that_it_should"],
    ),
    (
        "a deny by the age of sessions is put on a user, whose long-term key goes on working",
        &["a_deny_of_a_user_has_no_condition"],
    ),
    (
        "samples, archived and unimportant findings are acted on",
        &[
            "a_report_names_whom_to_respond_to_only_if_that_is_one_key_or_user_that_can_be_contained",
            "guardrails_refuse_whatever_is_in_doubt_and_say_why",
        ],
    ),
    (
        "whatever cannot be dealt with is lost: no dead letters",
        &[
            "what_fails_is_kept_and_raises_an_alarm",
            "test_what_was_kept_is_done_when_it_is_delivered_again_after_the_fault",
        ],
    ),
    (
        "a fresh installation acts",
        &["a_fresh_deployment_changes_nothing", "mode_plan_changes_nothing_and_mode_act_contains"],
    ),
    (
        "a policy of the same name is overwritten, and nothing can bring it back",
        &[
            "what_an_action_must_not_touch_is_refused_with_the_reason",
            "undo_restores_what_was_before_and_asking_twice_is_harmless",
        ],
    ),
    (
        "a setting that cannot be read counts as a yes",
        &[
            "while_the_kill_switch_does_not_answer_nothing_is_changed_and_lambda_tries_again",
            "while_the_kill_switch_is_off_nothing_is_changed_and_the_plan_says_why",
            "without_the_journal_no_limit_is_known_and_nothing_is_changed",
        ],
    ),
    (
        "the last administrator is locked out, or every key of a user because one is old",
        &[
            "what_an_action_must_not_touch_is_refused_with_the_reason",
            "an_older_key_that_the_plan_has_left_alone_stays_alone",
        ],
    ),
    ("keys and users are deleted", &["no_action_may_remove_what_nobody_can_make_again"]),
    (
        "one bad file or message of a batch hides the others, and the invocation counts as good",
        &[
            "what_is_no_record_costs_no_other",
            "test_one_unusable_message_holds_up_no_other",
            "test_copies_count_once_and_what_is_malformed_is_kept",
        ],
    ),
    (
        "failed sign-ins, sign-ins through a provider, and what AWS does by itself raise alarms about people",
        &[
            "what_is_no_news_does_not_count",
            "every_change_on_the_list_counts_as_its_kind_if_it_happened_and_nobody_but_a_service_made_it",
        ],
    ),
    (
        "an archive or a file larger than memory, or a damaged one, ends the program or hides what stands before",
        &["test_a_zip_bomb_is_refused_and_kept", "of_a_file_that_is_cut_off_what_came_before_is_read"],
    ),
    (
        "keys of objects are decoded in one way although they come in two",
        &[
            "files_are_announced_in_many_forms",
            "announcements_wait_for_detect_come_again_alone_and_end_in_dead_letters",
        ],
    ),
];

#[test]
fn each_mistake_of_other_tools_is_kept_out_by_tests_that_exist() {
    let sources = [
        files("shared", &["rs"]),
        files("functions", &["rs"]),
        files("tests", &["rs", "py"]),
        files("cli", &["rs"]),
    ]
    .concat();
    let code: Vec<(String, String)> =
        sources.into_iter().map(|file| (read(&file), file)).map(|(text, file)| (file, text)).collect();
    let mut text = String::from("| made elsewhere | kept out by |\n|---|---|\n");
    for (mistake, tests) in MISTAKES {
        let mut places = Vec::new();
        for test in tests {
            let declared = [format!("fn {test}()"), format!("fn {test}(\n"), format!("def {test}(")];
            let found = code.iter().find(|(_, text)| declared.iter().any(|one| text.contains(one)));
            let (file, _) = found.unwrap_or_else(|| panic!("there is no test {test}"));
            places.push(format!("`{test}` ({file})"));
        }
        writeln!(text, "| {mistake} | {} |", places.join(", ")).unwrap();
    }
    assert_part("docs/reliability.md", BEGIN, END, &text);
}

#[test]
fn only_whom_a_response_can_contain_is_named_whatever_identity_calls() {
    let issuer = json!({"sessionIssuer": {
        "type": "Role", "principalId": "AROAEXAMPLEROLE00001", "arn": "arn:aws:iam::111122223333:role/alice",
        "accountId": "111122223333", "userName": "alice",
    }});
    let assumed = "arn:aws:sts::111122223333:assumed-role/alice/session";
    for (kind, identity, expected) in [
        ("IAMUser", json!({"userName": "alice", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"}), "accessKey"),
        // Named so that somebody is told; the responder refuses it (`the_root_users_key_is_refused_whoever_used_it`).
        ("Root", json!({"accessKeyId": "AKIAIOSFODNN7EXAMPLE"}), "accessKey"),
        (
            "AssumedRole",
            json!({"principalId": "AROAEXAMPLEROLE00001:session", "arn": assumed, "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
                   "sessionContext": issuer}),
            "nobody",
        ),
        ("Role", json!({"arn": "arn:aws:iam::111122223333:role/alice"}), "nobody"),
        (
            "FederatedUser",
            json!({"principalId": "111122223333:alice", "arn": "arn:aws:sts::111122223333:federated-user/alice",
                   "accessKeyId": "ASIAIOSFODNN7EXAMPLE"}),
            "nobody",
        ),
        (
            "AWSAccount",
            json!({"accountId": "999988887777", "principalId": "AIDACKCEVSQ6C2EXAMPLE"}),
            "nobody",
        ),
        ("AWSService", json!({"invokedBy": "ec2.amazonaws.com"}), "nobody"),
        ("SAMLUser", json!({"userName": "alice"}), "nobody"),
        ("WebIdentityUser", json!({"userName": "alice"}), "nobody"),
        ("IdentityCenterUser", json!({"onBehalfOf": {"userId": "alice"}}), "nobody"),
        ("Directory", json!({"userName": "alice"}), "nobody"),
        ("Unknown", json!({"userName": "alice"}), "nobody"),
    ] {
        let mut called = event("behaviour/caller-identity-from-trufflehog.json");
        let mut whole = json!({"type": kind, "accountId": "111122223333"});
        for (key, value) in identity.as_object().unwrap() {
            whole[key] = value.clone();
        }
        called["detail"]["userIdentity"] = whole;
        let Evaluated { findings, .. } = Event::read(called).unwrap().evaluate(&rules());
        let named =
            |target: &Target| serde_json::to_value(target).unwrap()["kind"].as_str().unwrap().to_owned();
        let named: BTreeSet<String> =
            findings.iter().filter_map(|finding| finding.target.as_ref()).map(named).collect();
        let expected: BTreeSet<String> =
            [expected].into_iter().filter(|word| *word != "nobody").map(str::to_owned).collect();
        assert_eq!(named, expected, "{kind}");
    }
}

#[test]
fn a_deny_of_a_user_has_no_condition() {
    let action = read("shared/response/src/action/deny_user.rs");
    assert!(!action.contains("Condition") && !action.contains("TokenIssueTime"), "{action}");
}

#[test]
fn no_action_may_remove_what_nobody_can_make_again() {
    // What these remove is a word or a document, which an undo writes again.
    let can_be_made_again: BTreeSet<&str> = [
        "access-analyzer:DeleteAnalyzer",
        "ecr:DeleteRepositoryPolicy",
        "iam:DeleteRolePolicy",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteUserPermissionsBoundary",
        "iam:DeleteUserPolicy",
        "lambda:DeleteFunctionConcurrency",
        "secretsmanager:DeleteResourcePolicy",
    ]
    .into();
    for kind in ActionKind::ALL {
        for permission in kind.permissions() {
            let removes =
                ["Delete", "Terminate", "Deregister", "Purge"].iter().any(|verb| permission.contains(verb));
            let is_harmless =
                can_be_made_again.contains(permission) || *permission == "kms:ScheduleKeyDeletion";
            assert!(!removes || is_harmless, "{kind:?}: {permission}");
        }
    }
}
