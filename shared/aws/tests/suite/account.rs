//! The account: pages, absent users, the root user, and failures told apart.

use aws_sdk_iam::operation::attach_user_policy::{AttachUserPolicyError, AttachUserPolicyOutput};
use aws_sdk_iam::operation::get_access_key_last_used::{
    GetAccessKeyLastUsedError, GetAccessKeyLastUsedOutput,
};
use aws_sdk_iam::operation::get_user::{GetUserError, GetUserOutput};
use aws_sdk_iam::operation::get_user_policy::GetUserPolicyOutput;
use aws_sdk_iam::operation::list_access_keys::ListAccessKeysOutput;
use aws_sdk_iam::operation::list_attached_user_policies::ListAttachedUserPoliciesOutput;
use aws_sdk_iam::primitives::DateTime;
use aws_sdk_iam::types::error::{LimitExceededException, NoSuchEntityException};
use aws_sdk_iam::types::{AccessKeyMetadata, AttachedPolicy, StatusType, User};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use aws_smithy_types::error::ErrorMetadata;
use std::collections::BTreeSet;
use trailreflex_aws::IamAccount;
use trailreflex_model::{IdentityKind, Target, cause_chain};
use trailreflex_response::{
    Account, AccountError, Action, ActionKind, Change, Control, IdentityFacts, IdentityRef, KeyFacts,
    KeyStatus, Owner, Plan, Reading, Recorded, Setting,
};

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const OTHER_KEY: &str = "AKIAI44QH8DHBEXAMPLE";

fn reference() -> IdentityRef {
    IdentityRef {
        kind: IdentityKind::User,
        name: "alice".parse().unwrap(),
        unique_id: "AIDACKCEVSQ6C2EXAMPLE".parse().unwrap(),
        arn: "arn:aws:iam::111122223333:user/alice".parse().unwrap(),
    }
}

fn user() -> GetUserOutput {
    let user = User::builder()
        .path("/")
        .user_name("alice")
        .user_id("AIDACKCEVSQ6C2EXAMPLE")
        .arn("arn:aws:iam::111122223333:user/alice")
        .create_date(DateTime::from_secs(1_577_836_800))
        .build()
        .unwrap();
    GetUserOutput::builder().user(user).build()
}

fn key(id: &str, status: StatusType) -> AccessKeyMetadata {
    AccessKeyMetadata::builder().access_key_id(id).status(status).build()
}

fn keys(status: StatusType) -> ListAccessKeysOutput {
    ListAccessKeysOutput::builder().access_key_metadata(key(KEY, status)).build().unwrap()
}

fn key_status() -> Control {
    Control::AccessKeyStatus { identity: reference(), access_key_id: KEY.parse().unwrap() }
}

fn attachment(policy: &str) -> Control {
    Control::PolicyAttachment { identity: reference(), policy_arn: policy.parse().unwrap() }
}

async fn observe(iam: aws_sdk_iam::Client, target: &Target) -> Result<Owner, AccountError> {
    let kinds = BTreeSet::from([ActionKind::DeactivateAccessKeys]);
    IamAccount::with_client(iam).observe(target, &kinds).await
}

fn target_key() -> Target {
    Target::AccessKey { access_key_id: KEY.parse().unwrap() }
}

#[tokio::test]
async fn every_page_of_keys_and_policies_is_read() {
    let owner = mock!(aws_sdk_iam::Client::get_access_key_last_used)
        .match_requests(|request| request.access_key_id() == Some(KEY))
        .then_output(|| GetAccessKeyLastUsedOutput::builder().user_name("alice").build());
    let get_user = mock!(aws_sdk_iam::Client::get_user)
        .match_requests(|request| request.user_name() == Some("alice"))
        .then_output(user);
    let first_keys = mock!(aws_sdk_iam::Client::list_access_keys)
        .match_requests(|request| request.marker().is_none())
        .then_output(|| {
            let page = ListAccessKeysOutput::builder().access_key_metadata(key(KEY, StatusType::Active));
            page.is_truncated(true).marker("2").build().unwrap()
        });
    let more_keys = mock!(aws_sdk_iam::Client::list_access_keys)
        .match_requests(|request| request.marker() == Some("2"))
        .then_output(|| {
            let page =
                ListAccessKeysOutput::builder().access_key_metadata(key(OTHER_KEY, StatusType::Inactive));
            page.build().unwrap()
        });
    let iam = mock_client!(aws_sdk_iam, RuleMode::MatchAny, [&owner, &get_user, &first_keys, &more_keys]);
    let expected = IdentityFacts {
        reference: reference(),
        created_at: Some("2020-01-01T00:00:00Z".parse().unwrap()),
        keys: vec![
            KeyFacts { id: KEY.parse().unwrap(), status: KeyStatus::Active, created_at: None },
            KeyFacts { id: OTHER_KEY.parse().unwrap(), status: KeyStatus::Inactive, created_at: None },
        ],
        credentials: Vec::new(),
        is_last_administrator: false,
    };
    assert_eq!(observe(iam, &target_key()).await.unwrap(), Owner::Identity(expected));
}

#[tokio::test]
async fn every_page_of_attached_policies_is_read() {
    let get_user = mock!(aws_sdk_iam::Client::get_user).then_output(user);
    let policies = mock!(aws_sdk_iam::Client::list_attached_user_policies)
        .match_requests(|request| request.marker().is_none())
        .then_output(|| ListAttachedUserPoliciesOutput::builder().is_truncated(true).marker("2").build());
    let more_policies = mock!(aws_sdk_iam::Client::list_attached_user_policies)
        .match_requests(|request| request.marker() == Some("2"))
        .then_output(|| {
            let policy =
                AttachedPolicy::builder().policy_arn("arn:aws:iam::aws:policy/ReadOnlyAccess").build();
            ListAttachedUserPoliciesOutput::builder().attached_policies(policy).build()
        });
    let iam = mock_client!(aws_sdk_iam, RuleMode::MatchAny, [&get_user, &policies, &more_policies]);
    let account = IamAccount::with_client(iam);
    for (policy, expected) in [
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", Setting::Present),
        ("arn:aws:iam::aws:policy/AWSDenyAll", Setting::Absent),
    ] {
        assert_eq!(account.read(&attachment(policy)).await.unwrap(), Reading::Is(expected), "{policy}");
    }
}

#[tokio::test]
async fn an_inline_policy_is_read_as_the_document_that_was_written() {
    let get_user = mock!(aws_sdk_iam::Client::get_user).then_output(user);
    let policy = mock!(aws_sdk_iam::Client::get_user_policy).then_output(|| {
        let document = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";
        let output = GetUserPolicyOutput::builder().user_name("alice").policy_name("p");
        output.policy_document(document).build().unwrap()
    });
    let iam = mock_client!(aws_sdk_iam, RuleMode::MatchAny, [&get_user, &policy]);
    let control = Control::InlinePolicy { identity: reference(), policy_name: "p".parse().unwrap() };
    let expected = Setting::Document(serde_json::json!({"Version": "2012-10-17", "Statement": []}));
    let found = IamAccount::with_client(iam).read(&control).await.unwrap();
    assert_eq!(found, Reading::Is(expected));
}

#[tokio::test]
async fn a_later_user_of_the_same_name_is_another_one() {
    let get_user = mock!(aws_sdk_iam::Client::get_user).then_output(user);
    let iam = mock_client!(aws_sdk_iam, RuleMode::MatchAny, [&get_user]);
    let unique_id = "AIDAPREDECESSOR00001".parse().unwrap();
    let control = Control::PermissionsBoundary { identity: IdentityRef { unique_id, ..reference() } };
    assert_eq!(IamAccount::with_client(iam).read(&control).await.unwrap(), Reading::Gone);
}

#[tokio::test]
async fn the_owner_of_a_key_may_be_the_root_user_or_nobody() {
    let named = |name: Option<&'static str>| {
        mock!(aws_sdk_iam::Client::get_access_key_last_used).then_output(move || {
            GetAccessKeyLastUsedOutput::builder().set_user_name(name.map(str::to_owned)).build()
        })
    };
    let unknown = mock!(aws_sdk_iam::Client::get_access_key_last_used).then_error(|| {
        GetAccessKeyLastUsedError::generic(ErrorMetadata::builder().code("NoSuchEntity").build())
    });
    for (case, rule, expected) in [
        ("no name", named(None), Owner::Root),
        ("a name that no user can bear", named(Some("<root_account>")), Owner::Root),
        ("no such key", unknown, Owner::Nobody),
    ] {
        let iam = mock_client!(aws_sdk_iam, RuleMode::MatchAny, [&rule]);
        assert_eq!(observe(iam, &target_key()).await.unwrap(), expected, "{case}");
    }
}

#[tokio::test]
async fn failures_are_told_apart_by_whether_trying_again_may_help() {
    let failing = |code: &'static str, status: u16| {
        mock!(aws_sdk_iam::Client::get_user).then_http_response(move || {
            let body = format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>why</Message></Error></ErrorResponse>"
            );
            let status = aws_smithy_runtime_api::http::StatusCode::try_from(status).unwrap();
            aws_smithy_runtime_api::client::orchestrator::HttpResponse::new(status, body.into())
        })
    };
    for (case, code, status, transient) in [
        ("throttled", "Throttling", 400, true),
        ("changed by somebody else", "ConcurrentModification", 409, true),
        ("AWS's own failure", "InternalFailure", 500, true),
        ("unavailable", "ServiceUnavailable", 503, true),
        ("denied", "AccessDenied", 403, false),
        ("malformed", "ValidationError", 400, false),
    ] {
        let rule = failing(code, status);
        let iam = mock_client!(aws_sdk_iam, RuleMode::MatchAny, [&rule], |config| {
            config.retry_config(aws_sdk_iam::config::retry::RetryConfig::disabled())
        });
        let target = Target::User { user_name: "alice".parse().unwrap() };
        let error = observe(iam, &target).await.unwrap_err();
        assert_eq!(error.is_transient(), transient, "{case}: {}", cause_chain(&error));
        assert!(cause_chain(&error).contains("why"), "{case}: AWS's own words are kept");
    }
}

#[tokio::test]
async fn a_full_quota_is_no_reason_to_try_again() {
    let rule = mock!(aws_sdk_iam::Client::attach_user_policy).then_error(|| {
        let meta = ErrorMetadata::builder().code("LimitExceeded").message("10 policies").build();
        AttachUserPolicyError::LimitExceededException(LimitExceededException::builder().meta(meta).build())
    });
    let iam = mock_client!(aws_sdk_iam, RuleMode::MatchAny, [&rule]);
    let error = deny(&IamAccount::with_client(iam)).await.unwrap_err();
    assert!(matches!(error, AccountError::Refused { permission: "iam:AttachUserPolicy", .. }), "{error}");
}

/// Applies a deny as `execute` does: the proof that it is recorded comes from a journal.
async fn deny(account: &IamAccount) -> Result<(), AccountError> {
    let journal = trailreflex_response::MemoryJournal::default();
    let clock = || "2026-11-24T10:00:30Z".parse().unwrap();
    let control = attachment("arn:aws:iam::aws:policy/AWSDenyAll");
    let (before, after) = (Setting::Absent, Setting::Present);
    let action = Action { kind: ActionKind::DenyUser, control, before, after };
    let plan: Plan = serde_json::from_value(serde_json::json!({
        "id": "0123456789abcdef0123456789abcdef", "mode": "act", "decidedAt": "2026-11-24T10:00:30Z",
        "cause": {"finding": "f", "rule": "r", "title": "t", "severity": "high", "eventId": "e"},
        "class": "contain-identity",
        "steps": [{
            "action": action, "current": "absent", "verdict": {"kind": "Execute"},
            "calls": [], "undo": {"kind": "Nothing"}
        }]
    }))
    .unwrap();
    let probe = Probe { account, error: std::sync::Mutex::default() };
    let _ = trailreflex_response::execute(plan, &probe, &journal, &clock).await;
    probe.error.into_inner().unwrap().map_or(Ok(()), Err)
}

/// Keeps the error that applying gave.
struct Probe<'a> {
    account: &'a IamAccount,
    error: std::sync::Mutex<Option<AccountError>>,
}

impl Account for Probe<'_> {
    async fn observe(&self, _: &Target, _: &BTreeSet<ActionKind>) -> Result<Owner, AccountError> {
        Ok(Owner::Nobody)
    }

    async fn read(&self, _: &Control) -> Result<Reading, AccountError> {
        Ok(Reading::Is(Setting::Present))
    }

    async fn change(&self, change: &Recorded<Change<'_>>) -> Result<(), AccountError> {
        if let Err(error) = self.account.change(change).await {
            *self.error.lock().unwrap() = Some(error);
        }
        Ok(())
    }

    async fn read_back(
        &self,
        control: &Control,
        _: &(dyn Fn(&Setting) -> bool + Sync),
    ) -> Result<Reading, AccountError> {
        self.read(control).await
    }
}

#[tokio::test]
async fn an_attached_deny_names_the_managed_policy_of_the_partition() {
    let rule = mock!(aws_sdk_iam::Client::attach_user_policy)
        .match_requests(|request| {
            request.user_name() == Some("alice")
                && request.policy_arn() == Some("arn:aws:iam::aws:policy/AWSDenyAll")
        })
        .then_output(|| AttachUserPolicyOutput::builder().build());
    let iam = mock_client!(aws_sdk_iam, RuleMode::MatchAny, [&rule]);
    deny(&IamAccount::with_client(iam)).await.unwrap();
    assert_eq!(rule.num_calls(), 1);
}

fn is_inactive(setting: &Setting) -> bool {
    *setting == KeyStatus::Inactive.setting()
}

#[tokio::test(start_paused = true)]
async fn reading_back_waits_for_iam_to_become_consistent() {
    let get_user = mock!(aws_sdk_iam::Client::get_user).then_output(user);
    let listed = mock!(aws_sdk_iam::Client::list_access_keys)
        .sequence()
        .output(|| keys(StatusType::Active))
        .times(2)
        .output(|| keys(StatusType::Inactive))
        .repeatedly()
        .build();
    let iam = mock_client!(aws_sdk_iam, RuleMode::MatchAny, [&get_user, &listed]);
    let reading = IamAccount::with_client(iam).read_back(&key_status(), &is_inactive).await.unwrap();
    assert_eq!((reading, listed.num_calls()), (Reading::Is(KeyStatus::Inactive.setting()), 3));
}

#[tokio::test(start_paused = true)]
async fn reading_back_believes_after_four_seconds_that_somebody_works_against_it() {
    let get_user = mock!(aws_sdk_iam::Client::get_user).then_output(user);
    let listed = mock!(aws_sdk_iam::Client::list_access_keys).then_output(|| keys(StatusType::Active));
    let iam = mock_client!(aws_sdk_iam, RuleMode::MatchAny, [&get_user, &listed]);
    let begin = tokio::time::Instant::now();
    let reading = IamAccount::with_client(iam).read_back(&key_status(), &is_inactive).await.unwrap();
    let waited = begin.elapsed().as_millis();
    assert_eq!((reading, waited), (Reading::Is(KeyStatus::Active.setting()), 3700));
}

#[tokio::test]
async fn a_user_who_is_gone_is_not_waited_for() {
    let rule = mock!(aws_sdk_iam::Client::get_user).then_error(|| {
        let meta = ErrorMetadata::builder().code("NoSuchEntity").build();
        GetUserError::NoSuchEntityException(NoSuchEntityException::builder().meta(meta).build())
    });
    let iam = mock_client!(aws_sdk_iam, RuleMode::MatchAny, [&rule]);
    let reading = IamAccount::with_client(iam).read_back(&key_status(), &is_inactive).await.unwrap();
    assert_eq!((reading, rule.num_calls()), (Reading::Gone, 1));
}
