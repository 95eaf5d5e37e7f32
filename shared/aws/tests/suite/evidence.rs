//! Evidence: pages of the event history, settings of which some cannot be read, and evidence that is there before.

use aws_sdk_cloudtrail::operation::lookup_events::{LookupEventsError, LookupEventsOutput};
use aws_sdk_cloudtrail::types::Event;
use aws_sdk_iam::operation::get_group::GetGroupOutput;
use aws_sdk_iam::operation::get_group_policy::GetGroupPolicyOutput;
use aws_sdk_iam::operation::list_attached_group_policies::ListAttachedGroupPoliciesError;
use aws_sdk_iam::operation::list_group_policies::ListGroupPoliciesOutput;
use aws_sdk_iam::types::Group;
use aws_sdk_s3::operation::put_object::{PutObjectError, PutObjectOutput};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use aws_smithy_types::DateTime;
use aws_smithy_types::error::ErrorMetadata;
use jiff::Timestamp;
use serde_json::{Value, json};
use trailreflex_aws::{EventHistory, EvidenceStore, HistoryPage, Identities, LookedUp, Stored};
use trailreflex_model::IdentityKind;

fn event(text: &str) -> Event {
    Event::builder().cloud_trail_event(text).build()
}

#[tokio::test(start_paused = true)]
async fn a_page_of_everything_names_no_attribute_and_counts_what_is_no_json() {
    let all = mock!(aws_sdk_cloudtrail::Client::lookup_events)
        .match_requests(|request| {
            request.lookup_attributes().is_empty()
                && request.start_time().is_none()
                && request.end_time().map(DateTime::secs) == Some(1_795_777_201)
                && request.next_token() == Some("1")
        })
        .then_output(|| {
            LookupEventsOutput::builder().events(event("no JSON")).events(event("{}")).next_token("").build()
        });
    let history = EventHistory::with_client(mock_client!(aws_sdk_cloudtrail, RuleMode::MatchAny, [&all]));
    let looked_up = LookedUp { attribute: None, since: None, until: at("2026-11-27T11:00:00Z") };
    let page = history.page(&looked_up, Some("1".to_owned())).await.unwrap();
    assert_eq!(page, HistoryPage { records: vec![json!({})], unreadable: 1, next: None });
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_history_is_read_page_by_page_up_to_a_limit() {
    let last = mock!(aws_sdk_cloudtrail::Client::lookup_events)
        .match_requests(|request| request.next_token() == Some("2"))
        .then_output(|| {
            LookupEventsOutput::builder().events(event("no JSON")).events(event(r#"{"eventID":"b"}"#)).build()
        });
    let first = mock!(aws_sdk_cloudtrail::Client::lookup_events)
        .match_requests(|request| {
            let attribute = &request.lookup_attributes()[0];
            attribute.attribute_key().as_str() == "Username"
                && attribute.attribute_value() == "alice"
                && request.start_time().map(DateTime::secs) == Some(1_795_773_600)
                && request.end_time().map(DateTime::secs) == Some(1_795_777_201)
                && request.next_token().is_none()
        })
        .then_output(|| {
            LookupEventsOutput::builder().events(event(r#"{"eventID":"a"}"#)).next_token("2").build()
        });
    let history =
        EventHistory::with_client(mock_client!(aws_sdk_cloudtrail, RuleMode::MatchAny, [&last, &first]));
    let found = history
        .records("Username", "alice", at("2026-11-27T10:00:00Z"), at("2026-11-27T11:00:00Z"))
        .await
        .unwrap();
    assert_eq!(
        (found.records, found.is_whole),
        (vec![json!({"eventID": "a"}), json!({"eventID": "b"})], true)
    );

    let endless = mock!(aws_sdk_cloudtrail::Client::lookup_events).then_output(|| {
        let page = (0..50).map(|_| event("{}")).collect();
        LookupEventsOutput::builder().set_events(Some(page)).next_token("more").build()
    });
    let history = EventHistory::with_client(mock_client!(aws_sdk_cloudtrail, RuleMode::MatchAny, [&endless]));
    let found = history.records("Username", "alice", Timestamp::MIN, Timestamp::MAX).await;
    let found = found.unwrap();
    assert_eq!((found.records.len(), found.is_whole, endless.num_calls()), (500, false, 10));

    let denied = mock!(aws_sdk_cloudtrail::Client::lookup_events).then_error(|| {
        LookupEventsError::generic(ErrorMetadata::builder().code("AccessDeniedException").build())
    });
    let history = EventHistory::with_client(mock_client!(aws_sdk_cloudtrail, [&denied]));
    let error =
        history.records("Username", "alice", at("2026-11-27T10:00:00Z"), at("2026-11-27T11:00:00Z")).await;
    assert_eq!(error.unwrap_err().call, "cloudtrail:LookupEvents");
}

#[tokio::test]
async fn a_group_is_described_and_what_cannot_be_read_is_named() {
    let group = mock!(aws_sdk_iam::Client::get_group).then_output(|| {
        let group = Group::builder().path("/").group_name("admins").group_id("AGPAEXAMPLEGROUP0001");
        let group =
            group.arn("arn:aws:iam::111122223333:group/admins").create_date(DateTime::from_secs(0)).build();
        GetGroupOutput::builder().group(group.unwrap()).set_users(Some(Vec::new())).build().unwrap()
    });
    let denied = mock!(aws_sdk_iam::Client::list_attached_group_policies).then_error(|| {
        ListAttachedGroupPoliciesError::generic(
            ErrorMetadata::builder().code("AccessDenied").message("no").build(),
        )
    });
    let names = mock!(aws_sdk_iam::Client::list_group_policies)
        .then_output(|| ListGroupPoliciesOutput::builder().policy_names("own").build().unwrap());
    let policy = mock!(aws_sdk_iam::Client::get_group_policy).then_output(|| {
        let output = GetGroupPolicyOutput::builder().group_name("admins").policy_name("own");
        output.policy_document("%7B%22Statement%22%3A%5B%5D%7D").build().unwrap()
    });
    let iam = mock_client!(aws_sdk_iam, RuleMode::MatchAny, [&group, &denied, &names, &policy]);
    let described =
        Identities::with_client(iam).describe(IdentityKind::Group, &"admins".parse().unwrap()).await;
    assert_eq!(
        Value::Object(described.settings),
        json!({"arn": "arn:aws:iam::111122223333:group/admins", "uniqueId": "AGPAEXAMPLEGROUP0001",
            "createdAt": "1970-01-01T00:00:00Z", "users": [], "inlinePolicies": {"own": {"Statement": []}}})
    );
    let [problem] = &described.problems[..] else { panic!("{:?}", described.problems) };
    assert!(problem.contains("iam:ListAttachedGroupPolicies"), "{problem}");
}

#[tokio::test]
async fn what_is_kept_is_never_written_over() {
    let stored = mock!(aws_sdk_s3::Client::put_object)
        .match_requests(|request| request.key() == Some("new") && request.if_none_match() == Some("*"))
        .then_output(|| PutObjectOutput::builder().build());
    let taken = mock!(aws_sdk_s3::Client::put_object)
        .match_requests(|request| request.key() == Some("old"))
        .then_error(|| PutObjectError::generic(ErrorMetadata::builder().code("PreconditionFailed").build()));
    let denied = mock!(aws_sdk_s3::Client::put_object)
        .then_error(|| PutObjectError::generic(ErrorMetadata::builder().code("AccessDenied").build()));
    let s3 = mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&stored, &taken, &denied]);
    let store = EvidenceStore::with_client(s3, "evidence".to_owned());
    assert_eq!(store.put("new", b"{}".to_vec()).await.unwrap(), Stored::Now);
    assert_eq!(store.put("old", b"{}".to_vec()).await.unwrap(), Stored::Before);
    assert!(!store.put("other", b"{}".to_vec()).await.unwrap_err().is_transient);
}
