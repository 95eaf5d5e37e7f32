//! What `review-access` reads and keeps: the credential report that IAM makes first, roles page by page, states of policies.

use aws_sdk_accessanalyzer::operation::check_no_public_access::CheckNoPublicAccessOutput;
use aws_sdk_accessanalyzer::types::{AccessCheckResourceType, CheckNoPublicAccessResult};
use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_sdk_iam::operation::generate_credential_report::GenerateCredentialReportOutput;
use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::operation::get_credential_report::{GetCredentialReportError, GetCredentialReportOutput};
use aws_sdk_iam::types::error::CredentialReportExpiredException;
use aws_sdk_iam::types::{EntityType, ReportStateType, RoleDetail, RoleLastUsed};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::{Blob, DateTime};
use serde_json::json;
use trailreflex_aws::{AccessStates, IamCredentials, Kept, Opinion, Roles, SecondOpinion};
use trailreflex_credentials::Role;

fn iam(rules: &[&Rule]) -> IamCredentials {
    IamCredentials::with_client(mock_client!(aws_sdk_iam, RuleMode::MatchAny, rules))
}

fn state(state: &ReportStateType) -> GenerateCredentialReportOutput {
    GenerateCredentialReportOutput::builder().state(state.clone()).build()
}

#[tokio::test(start_paused = true)]
async fn a_report_is_read_when_iam_has_made_it() {
    let making = mock!(aws_sdk_iam::Client::generate_credential_report)
        .sequence()
        .output(|| state(&ReportStateType::Started))
        .output(|| state(&ReportStateType::Inprogress))
        .output(|| state(&ReportStateType::Complete))
        .build();
    let report = mock!(aws_sdk_iam::Client::get_credential_report)
        .then_output(|| GetCredentialReportOutput::builder().content(Blob::new("user,arn\n")).build());
    assert_eq!(iam(&[&making, &report]).report().await.unwrap(), "user,arn\n");
    assert_eq!((making.num_calls(), report.num_calls()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_not_there_yet_may_be_later() {
    let making = mock!(aws_sdk_iam::Client::generate_credential_report)
        .then_output(|| state(&ReportStateType::Inprogress));
    let made = mock!(aws_sdk_iam::Client::generate_credential_report)
        .then_output(|| state(&ReportStateType::Complete));
    let gone = mock!(aws_sdk_iam::Client::get_credential_report).then_error(|| {
        GetCredentialReportError::CredentialReportExpiredException(
            CredentialReportExpiredException::builder().build(),
        )
    });
    let binary = mock!(aws_sdk_iam::Client::get_credential_report)
        .then_output(|| GetCredentialReportOutput::builder().content(Blob::new([0xff])).build());
    let cases: [(&str, Vec<&Rule>, (&str, bool)); 3] = [
        ("still at it", vec![&making], ("iam:GenerateCredentialReport", true)),
        ("expired in between", vec![&made, &gone], ("iam:GetCredentialReport", true)),
        ("no text", vec![&made, &binary], ("iam:GetCredentialReport", false)),
    ];
    for (case, rules, expected) in cases {
        let failed = iam(&rules).report().await.unwrap_err();
        assert_eq!((failed.call, failed.is_transient), expected, "{case}");
    }
}

fn role(name: &str, last_used: Option<i64>) -> RoleDetail {
    let used = last_used.map(|at| RoleLastUsed::builder().last_used_date(DateTime::from_secs(at)).build());
    RoleDetail::builder()
        .arn(format!("arn:aws:iam::111122223333:role/{name}"))
        .create_date(DateTime::from_secs(0))
        .set_role_last_used(used)
        .build()
}

#[tokio::test]
async fn roles_are_read_page_by_page_and_what_lacks_something_is_counted() {
    let second = mock!(aws_sdk_iam::Client::get_account_authorization_details)
        .match_requests(|request| request.marker() == Some("2"))
        .then_output(|| {
            GetAccountAuthorizationDetailsOutput::builder()
                .role_detail_list(role("b", None))
                .role_detail_list(RoleDetail::builder().build())
                .marker("of no use at the end")
                .build()
        });
    let first = mock!(aws_sdk_iam::Client::get_account_authorization_details)
        .match_requests(|request| request.marker().is_none() && request.filter() == [EntityType::Role])
        .then_output(|| {
            GetAccountAuthorizationDetailsOutput::builder()
                .role_detail_list(role("a", Some(86_400)))
                .is_truncated(true)
                .marker("2")
                .build()
        });
    let expected = |name: &str, last_used: Option<&str>| Role {
        arn: format!("arn:aws:iam::111122223333:role/{name}").parse().unwrap(),
        created: "1970-01-01T00:00:00Z".parse().unwrap(),
        last_used: last_used.map(|at| at.parse().unwrap()),
    };
    let roles = vec![expected("a", Some("1970-01-02T00:00:00Z")), expected("b", None)];
    assert_eq!(iam(&[&second, &first]).roles().await.unwrap(), Roles { roles, unreadable: 1 });
}

#[tokio::test]
async fn access_analyzer_is_asked_about_types_that_it_checks() {
    let said = |result: CheckNoPublicAccessResult| {
        mock!(aws_sdk_accessanalyzer::Client::check_no_public_access)
            .match_requests(|request| {
                request.resource_type().map(AccessCheckResourceType::as_str)
                    == Some("AWS::IAM::AssumeRolePolicyDocument")
            })
            .then_output(move || CheckNoPublicAccessOutput::builder().result(result.clone()).build())
    };
    let cases = [
        ("passed", said(CheckNoPublicAccessResult::Pass), "AWS::IAM::Role", Some(Opinion::NotPublic)),
        ("failed", said(CheckNoPublicAccessResult::Fail), "AWS::IAM::Role", Some(Opinion::Public)),
        ("not checked", said(CheckNoPublicAccessResult::Fail), "AWS::ECR::Repository", None),
    ];
    for (case, rule, resource_type, expected) in cases {
        let client = mock_client!(aws_sdk_accessanalyzer, RuleMode::MatchAny, [&rule]);
        let found = SecondOpinion::with_client(client).on("{}", resource_type).await.unwrap();
        assert_eq!((found, rule.num_calls()), (expected, usize::from(expected.is_some())), "{case}");
    }
}

fn states(rules: &[&Rule]) -> AccessStates {
    AccessStates::with_client(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules), "access".to_owned())
}

fn kept() -> Kept {
    Kept { at: 1_796_000_000, event: "e-1".to_owned(), state: json!({"public": true}) }
}

#[tokio::test]
async fn a_state_is_read_as_it_was_written_and_what_is_damaged_is_not_known() {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let whole = [
        ("resource", text("r")),
        ("at", AttributeValue::N("1796000000".to_owned())),
        ("event", text("e-1")),
        ("state", text(r#"{"public":true}"#)),
    ];
    let mut damaged = whole.clone();
    damaged[3].1 = text("{");
    let cases = [
        ("whole", Some(whole.to_vec()), Some(kept())),
        ("damaged", Some(damaged.to_vec()), None),
        ("without a time", Some(whole[2..].to_vec()), None),
        ("none", None, None),
    ];
    for (case, item, expected) in cases {
        let item: Option<std::collections::HashMap<_, _>> =
            item.map(|item| item.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
        let get = mock!(aws_sdk_dynamodb::Client::get_item)
            .match_requests(|request| request.consistent_read() == Some(true))
            .then_output(move || GetItemOutput::builder().set_item(item.clone()).build());
        assert_eq!(states(&[&get]).get("r").await.unwrap(), expected, "{case}");
    }
}

#[tokio::test]
async fn a_state_of_a_later_call_stays() {
    let put = mock!(aws_sdk_dynamodb::Client::put_item)
        .match_requests(|request| {
            request.condition_expression()
                == Some("attribute_not_exists(#resource) OR #at < :at OR #event = :event")
                && request.item().unwrap()["state"] == AttributeValue::S(r#"{"public":true}"#.to_owned())
        })
        .then_output(|| PutItemOutput::builder().build());
    assert!(states(&[&put]).put("r", &kept()).await.unwrap());
    let later = mock!(aws_sdk_dynamodb::Client::put_item).then_error(|| {
        PutItemError::ConditionalCheckFailedException(ConditionalCheckFailedException::builder().build())
    });
    assert!(!states(&[&later]).put("r", &kept()).await.unwrap());
    assert_eq!(later.num_calls(), 2);
}

#[tokio::test]
async fn of_two_calls_within_a_second_nothing_is_known() {
    let there = mock!(aws_sdk_dynamodb::Client::put_item)
        .match_requests(|request| request.condition_expression() != Some("#at = :at"))
        .then_error(|| {
            PutItemError::ConditionalCheckFailedException(ConditionalCheckFailedException::builder().build())
        });
    let forgotten = mock!(aws_sdk_dynamodb::Client::put_item)
        .match_requests(|request| {
            let item = request.item().unwrap();
            request.condition_expression() == Some("#at = :at")
                && item["state"] == AttributeValue::S("null".to_owned())
                && item["event"] == AttributeValue::S(String::new())
        })
        .then_output(|| PutItemOutput::builder().build());
    assert!(!states(&[&there, &forgotten]).put("r", &kept()).await.unwrap());
    assert_eq!((there.num_calls(), forgotten.num_calls()), (1, 1));
}
