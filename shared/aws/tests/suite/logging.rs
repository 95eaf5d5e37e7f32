//! What watches the account: readings that are not as simple as they look, and whole responses with their undo.

use aws_sdk_cloudtrail::operation::get_event_selectors::GetEventSelectorsOutput;
use aws_sdk_cloudtrail::operation::get_insight_selectors::GetInsightSelectorsError;
use aws_sdk_cloudtrail::operation::get_trail::{GetTrailError, GetTrailOutput};
use aws_sdk_cloudtrail::operation::put_event_selectors::PutEventSelectorsOutput;
use aws_sdk_cloudtrail::types::error::{InsightNotEnabledException, TrailNotFoundException};
use aws_sdk_cloudtrail::types::{AdvancedEventSelector, AdvancedFieldSelector, Trail};
use aws_sdk_guardduty::operation::get_detector::{GetDetectorError, GetDetectorOutput};
use aws_sdk_guardduty::types::DetectorStatus;
use aws_sdk_guardduty::types::error::BadRequestException;
use aws_sdk_kms::operation::cancel_key_deletion::CancelKeyDeletionError;
use aws_sdk_kms::operation::describe_key::DescribeKeyOutput;
use aws_sdk_kms::operation::disable_key::DisableKeyOutput;
use aws_sdk_kms::operation::enable_key::EnableKeyOutput;
use aws_sdk_kms::operation::schedule_key_deletion::ScheduleKeyDeletionOutput;
use aws_sdk_kms::primitives::DateTime;
use aws_sdk_kms::types::error::KmsInvalidStateException;
use aws_sdk_kms::types::{KeyMetadata, KeyState};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use trailreflex_aws::{LoggingAccount, LoggingClients, SdkConfig};
use trailreflex_model::{Finding, ResourceName, Target};
use trailreflex_response::{
    Account, AccountError, ActionKind, Control, Declared, Guardrails, MemoryJournal, Mode, OnExpiry,
    OutcomeStatus, Owner, Playbook, Reading, Setting, execute, observe, plan, undo,
};

const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/management";
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/0000";
/// What the stack declares of its rules.
const OWN_TARGETS: &str = r#"{"DeadLetterArn": "arn:aws:sqs:us-east-1:111122223333:queue", "Rules": {"Detect": {"detect": "lambda:detect"}},
    "Topics": {"AlarmsTopic": ["sqs queue"], "NotificationsTopic": ["email someone@example.com"]}}"#;
const DAY: i64 = 24 * 60 * 60;

fn now() -> Timestamp {
    "2026-11-24T10:00:30Z".parse().unwrap()
}

/// Clients that are never called, to put mocks in the place of some.
pub(crate) fn clients() -> LoggingClients {
    let config = SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::latest());
    LoggingClients::new(&config.region(aws_config::Region::new("us-east-1")).build())
}

pub(crate) fn account(clients: LoggingClients) -> LoggingAccount {
    LoggingAccount::with_clients(clients, now)
}

fn name(text: &str) -> ResourceName {
    text.parse().unwrap()
}

pub(crate) fn finding(resource: &str, name: &str) -> Finding {
    serde_json::from_value(json!({
        "id": "0123456789abcdef0123456789abcdef",
        "rule": {"id": "rule", "title": "Something stopped"},
        "severity": "high",
        "evidence": {
            "account": "111122223333", "region": "us-east-1", "eventId": "e-1",
            "eventTime": "2026-11-24T10:00:00Z", "eventSource": "cloudtrail.amazonaws.com",
            "eventName": "StopLogging", "succeeded": true
        },
        "actor": {"kind": "IAMUser"},
        "target": {"kind": "resource", "resource": resource, "name": name}
    }))
    .unwrap()
}

/// Responds to a finding and takes it back; returns what came of both.
pub(crate) async fn there_and_back(
    account: &LoggingAccount,
    kind: ActionKind,
    finding: &Finding,
    baselines: &str,
) -> [OutcomeStatus; 2] {
    let playbook = Playbook {
        id: "test".to_owned(),
        rules: BTreeSet::from(["rule".to_owned()]),
        actions: BTreeSet::from([kind]),
        mode: Mode::Act,
        expires_after_minutes: None,
        on_expiry: OnExpiry::Remind,
        approve_within_minutes: None,
        on_silence: trailreflex_response::OnSilence::Nothing,
    };
    let declared = Declared {
        own_prefix: "trailreflex-".to_owned(),
        baselines: baselines.parse().unwrap(),
        own_targets: OWN_TARGETS.parse().unwrap(),
    };
    let guardrails = Guardrails {
        account: "111122223333".parse().unwrap(),
        members: BTreeSet::new(),
        region: "us-east-1".parse().unwrap(),
        protected: Vec::new(),
        own_roles: Vec::new(),
        max_event_age_seconds: 3600,
        declared,
    };
    let journal = MemoryJournal::default();
    let target = finding.target.as_ref().unwrap();
    let facts = observe(finding, target, &playbook, (account, &journal, None)).await.unwrap();
    let plan = plan(finding, &playbook, &facts, (&guardrails, Mode::Act), (now(), false));
    let later = || now() + jiff::SignedDuration::from_secs(60);
    let done = execute(plan, account, &journal, &now).await.unwrap().outcome;
    let undone = undo(done.plan_id(), account, &journal, &later).await.unwrap().outcome;
    [done.status, undone.status]
}

#[tokio::test]
async fn trails_are_known_by_their_arns_from_the_first_call_on() {
    let found = mock!(aws_sdk_cloudtrail::Client::get_trail)
        .match_requests(|request| request.name() == Some("management"))
        .then_output(|| GetTrailOutput::builder().trail(Trail::builder().trail_arn(TRAIL).build()).build());
    let missing = mock!(aws_sdk_cloudtrail::Client::get_trail)
        .match_requests(|request| request.name() == Some("deleted"))
        .then_error(|| {
            let meta = aws_smithy_types::error::ErrorMetadata::builder().code("TrailNotFoundException");
            GetTrailError::TrailNotFoundException(
                TrailNotFoundException::builder().meta(meta.build()).build(),
            )
        });
    let cloudtrail = mock_client!(aws_sdk_cloudtrail, RuleMode::MatchAny, [&found, &missing]);
    let account = account(LoggingClients { cloudtrail, ..clients() });
    for (case, trail, expected) in
        [("by name", "management", Some(TRAIL)), ("deleted since", "deleted", None)]
    {
        let target = finding("trail", trail).target.unwrap();
        let owner = account.observe(&target, &BTreeSet::new()).await.unwrap();
        let found = match &owner {
            Owner::Resource(resource) => Some(resource.name.as_str()),
            Owner::Identity(_) | Owner::Root | Owner::Nobody => None,
        };
        assert_eq!(found, expected, "{case}");
    }
}

/// GuardDuty answers with one error to everything that is wrong with a request.
#[tokio::test]
async fn a_deleted_detector_is_told_from_a_request_that_guardduty_does_not_take() {
    let refusal = |id: &'static str, words: &'static str| {
        mock!(aws_sdk_guardduty::Client::get_detector)
            .match_requests(move |request| request.detector_id() == Some(id))
            .then_error(move || {
                let error = BadRequestException::builder().message(words);
                let meta = aws_smithy_types::error::ErrorMetadata::builder().message(words);
                let meta = meta.code("BadRequestException").build();
                GetDetectorError::BadRequestException(error.meta(meta).build())
            })
    };
    let gone = refusal(
        "gone",
        "The request is rejected because the input detectorId is not owned by the current account.",
    );
    let odd = refusal("odd", "The request is rejected since no such resource policy exists.");
    let suspended = mock!(aws_sdk_guardduty::Client::get_detector)
        .match_requests(|request| request.detector_id() == Some("suspended"))
        .then_output(|| GetDetectorOutput::builder().status(DetectorStatus::Disabled).build());
    let guardduty = mock_client!(aws_sdk_guardduty, RuleMode::MatchAny, [&gone, &odd, &suspended]);
    let account = account(LoggingClients { guardduty, ..clients() });
    let read = async |detector: &str| account.read(&Control::Detector { detector: name(detector) }).await;
    assert_eq!(read("gone").await.unwrap(), Reading::Gone);
    assert_eq!(read("suspended").await.unwrap(), Reading::Is(Setting::Absent));
    assert!(matches!(read("odd").await, Err(AccountError::Refused { .. })));
    let target: Target = finding("detector", "gone").target.unwrap();
    assert_eq!(account.observe(&target, &BTreeSet::new()).await.unwrap(), Owner::Nobody);
}

#[tokio::test]
async fn a_trail_without_insights_has_an_empty_list_of_them() {
    let none = mock!(aws_sdk_cloudtrail::Client::get_insight_selectors).then_error(|| {
        let meta = aws_smithy_types::error::ErrorMetadata::builder().code("InsightNotEnabledException");
        GetInsightSelectorsError::InsightNotEnabledException(
            InsightNotEnabledException::builder().meta(meta.build()).build(),
        )
    });
    let cloudtrail = mock_client!(aws_sdk_cloudtrail, RuleMode::MatchAny, [&none]);
    let account = account(LoggingClients { cloudtrail, ..clients() });
    let found = account.read(&Control::InsightSelectors { trail: name(TRAIL) }).await.unwrap();
    assert_eq!(found, Reading::Is(Setting::Document(json!([]))));
}

fn key(state: KeyState, deleted_in: Option<i64>, window: Option<i32>) -> DescribeKeyOutput {
    let date = deleted_in.map(|seconds| DateTime::from_secs(now().as_second() + seconds));
    let metadata = KeyMetadata::builder().key_id("0000").arn(KEY).key_state(state);
    let metadata = metadata.set_deletion_date(date).set_pending_deletion_window_in_days(window);
    DescribeKeyOutput::builder().key_metadata(metadata.build().unwrap()).build()
}

#[tokio::test]
async fn the_days_that_a_key_has_left_are_counted_up_and_are_seven_at_least() {
    let absent = || Setting::Absent;
    for (case, state, deleted_in, window, deletion, used) in [
        ("enabled", KeyState::Enabled, None, None, absent(), Setting::Present),
        ("disabled", KeyState::Disabled, None, None, absent(), absent()),
        ("13 days", KeyState::PendingDeletion, Some(13 * DAY), None, Setting::word("13"), absent()),
        ("a little less", KeyState::PendingDeletion, Some(13 * DAY - 1), None, Setting::word("13"), absent()),
        ("3 days", KeyState::PendingDeletion, Some(3 * DAY), None, Setting::word("7"), absent()),
        ("overdue", KeyState::PendingDeletion, Some(-5), None, Setting::word("7"), absent()),
        ("for replicas", KeyState::PendingReplicaDeletion, None, Some(20), Setting::word("20"), absent()),
        ("no material", KeyState::PendingImport, None, None, absent(), Setting::word("PendingImport")),
    ] {
        let described = mock!(aws_sdk_kms::Client::describe_key)
            .then_output(move || key(state.clone(), deleted_in, window));
        let kms = mock_client!(aws_sdk_kms, RuleMode::MatchAny, [&described]);
        let account = account(LoggingClients { kms, ..clients() });
        let found = account.read(&Control::KeyDeletion { key: name(KEY) }).await.unwrap();
        assert_eq!(found, Reading::Is(deletion), "{case}");
        let found = account.read(&Control::KeyUse { key: name(KEY) }).await.unwrap();
        assert_eq!(found, Reading::Is(used), "{case}");
    }
}

/// The SDK repeats a call whose answer was lost, and KMS then says that the key is in another state.
#[tokio::test]
async fn a_key_is_kept_although_an_answer_was_lost_and_goes_back_with_the_days_that_were_left() {
    let state = Arc::new(Mutex::new(KeyState::PendingDeletion));
    let becomes = |to: KeyState| {
        let state = state.clone();
        move || *state.lock().unwrap() = to.clone()
    };
    let seen = state.clone();
    let described = mock!(aws_sdk_kms::Client::describe_key).then_output(move || {
        let state = seen.lock().unwrap().clone();
        let left = (state == KeyState::PendingDeletion).then_some(13 * DAY);
        key(state, left, None)
    });
    let cancel = becomes(KeyState::Disabled);
    let cancelled = mock!(aws_sdk_kms::Client::cancel_key_deletion).then_error(move || {
        cancel();
        let meta = aws_smithy_types::error::ErrorMetadata::builder().code("KMSInvalidStateException");
        CancelKeyDeletionError::KmsInvalidStateException(
            KmsInvalidStateException::builder().meta(meta.build()).build(),
        )
    });
    let (enable, disable) = (becomes(KeyState::Enabled), becomes(KeyState::Disabled));
    let enabled = mock!(aws_sdk_kms::Client::enable_key)
        .match_requests(|request| request.key_id() == Some(KEY))
        .then_output(move || {
            enable();
            EnableKeyOutput::builder().build()
        });
    let disabled = mock!(aws_sdk_kms::Client::disable_key).then_output(move || {
        disable();
        DisableKeyOutput::builder().build()
    });
    let schedule = becomes(KeyState::PendingDeletion);
    let scheduled = mock!(aws_sdk_kms::Client::schedule_key_deletion)
        .match_requests(|request| request.pending_window_in_days() == Some(13))
        .then_output(move || {
            schedule();
            ScheduleKeyDeletionOutput::builder().build()
        });
    let rules = [&described, &cancelled, &enabled, &disabled, &scheduled];
    let kms = mock_client!(aws_sdk_kms, RuleMode::MatchAny, rules);
    let account = account(LoggingClients { kms, ..clients() });
    let ends = there_and_back(&account, ActionKind::KeepKey, &finding("key", "0000"), "{}").await;
    assert_eq!(ends, [OutcomeStatus::Contained, OutcomeStatus::Undone]);
    assert_eq!(*state.lock().unwrap(), KeyState::PendingDeletion);
    assert_eq!((enabled.num_calls(), disabled.num_calls(), scheduled.num_calls()), (1, 1, 1));
}

fn advanced(read_only: bool) -> Vec<AdvancedEventSelector> {
    let field = |field: &str, value: &str| {
        AdvancedFieldSelector::builder().field(field).equals(value).build().unwrap()
    };
    let selector = AdvancedEventSelector::builder().field_selectors(field("eventCategory", "Management"));
    let selector = if read_only { selector.field_selectors(field("readOnly", "true")) } else { selector };
    vec![selector.build().unwrap()]
}

#[tokio::test]
async fn advanced_selectors_are_set_to_the_baseline_and_back_without_loss() {
    let current = Arc::new(Mutex::new(advanced(true)));
    let trail = mock!(aws_sdk_cloudtrail::Client::get_trail)
        .then_output(|| GetTrailOutput::builder().trail(Trail::builder().trail_arn(TRAIL).build()).build());
    let seen = current.clone();
    let got = mock!(aws_sdk_cloudtrail::Client::get_event_selectors).then_output(move || {
        let selectors = Some(seen.lock().unwrap().clone());
        GetEventSelectorsOutput::builder().set_advanced_event_selectors(selectors).build()
    });
    let written = current.clone();
    let put = mock!(aws_sdk_cloudtrail::Client::put_event_selectors)
        .match_requests(move |request| {
            *written.lock().unwrap() = request.advanced_event_selectors().to_vec();
            request.trail_name() == Some(TRAIL) && request.event_selectors.is_none()
        })
        .then_output(|| PutEventSelectorsOutput::builder().build());
    let cloudtrail = mock_client!(aws_sdk_cloudtrail, RuleMode::MatchAny, [&trail, &got, &put]);
    let account = account(LoggingClients { cloudtrail, ..clients() });
    let baseline: Value = json!({"management": {"AdvancedEventSelectors": [
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]}});
    let kind = ActionKind::RestoreEventSelectors;
    let ends = there_and_back(&account, kind, &finding("trail", "management"), &baseline.to_string()).await;
    assert_eq!(ends, [OutcomeStatus::Contained, OutcomeStatus::Undone]);
    assert_eq!(put.num_calls(), 2);
    assert_eq!(*current.lock().unwrap(), advanced(true));
}
