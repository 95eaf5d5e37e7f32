//! The policies of queues, topics, repositories, secrets and keys: readings that are not as simple as they look.

use aws_sdk_ecr::operation::get_repository_policy::{GetRepositoryPolicyError, GetRepositoryPolicyOutput};
use aws_sdk_kms::operation::get_key_policy::{GetKeyPolicyError, GetKeyPolicyOutput};
use aws_sdk_secretsmanager::operation::get_resource_policy::{
    GetResourcePolicyError, GetResourcePolicyOutput,
};
use aws_sdk_sns::operation::get_topic_attributes::{GetTopicAttributesError, GetTopicAttributesOutput};
use aws_sdk_sqs::operation::get_queue_attributes::{GetQueueAttributesError, GetQueueAttributesOutput};
use aws_sdk_sqs::types::QueueAttributeName;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use aws_smithy_types::error::ErrorMetadata;
use std::collections::BTreeSet;
use trailreflex_aws::{ExposureAccount, PolicyClients, SdkConfig};
use trailreflex_response::{Account, Control, Governed, Reading, Setting};

const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;

fn code(code: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).build()
}

/// An account in which things are called `open`, `closed` (without a policy), `odd` (with one that is none) and `gone`.
fn account() -> ExposureAccount {
    let text = |name: Option<&str>| match name {
        Some("open") => Some(POLICY),
        Some("odd") => Some("{"),
        _ => None,
    };
    let queue = mock!(aws_sdk_sqs::Client::get_queue_attributes)
        .match_requests(|request| request.queue_url() != Some("gone"))
        .then_compute_output(move |request| {
            let attributes = GetQueueAttributesOutput::builder();
            match text(request.queue_url()) {
                Some(text) => attributes.attributes(QueueAttributeName::Policy, text).build(),
                None => attributes.build(),
            }
        });
    let no_queue = mock!(aws_sdk_sqs::Client::get_queue_attributes)
        .then_error(|| GetQueueAttributesError::generic(code("AWS.SimpleQueueService.NonExistentQueue")));
    let topic = mock!(aws_sdk_sns::Client::get_topic_attributes)
        .match_requests(|request| request.topic_arn() != Some("gone"))
        .then_compute_output(move |request| {
            let attributes = GetTopicAttributesOutput::builder().attributes("DisplayName", "t");
            match text(request.topic_arn()) {
                Some(text) => attributes.attributes("Policy", text).build(),
                None => attributes.build(),
            }
        });
    let no_topic = mock!(aws_sdk_sns::Client::get_topic_attributes)
        .then_error(|| GetTopicAttributesError::generic(code("NotFound")));
    let repository = mock!(aws_sdk_ecr::Client::get_repository_policy)
        .match_requests(|request| ["open", "odd"].contains(&request.repository_name().unwrap_or_default()))
        .then_compute_output(move |request| {
            let text = text(request.repository_name()).map(str::to_owned);
            GetRepositoryPolicyOutput::builder().set_policy_text(text).build()
        });
    let no_policy = mock!(aws_sdk_ecr::Client::get_repository_policy)
        .match_requests(|request| request.repository_name() == Some("closed"))
        .then_error(|| GetRepositoryPolicyError::generic(code("RepositoryPolicyNotFoundException")));
    let no_repository = mock!(aws_sdk_ecr::Client::get_repository_policy)
        .then_error(|| GetRepositoryPolicyError::generic(code("RepositoryNotFoundException")));
    let secret = mock!(aws_sdk_secretsmanager::Client::get_resource_policy)
        .match_requests(|request| request.secret_id() != Some("gone"))
        .then_compute_output(move |request| {
            let text = text(request.secret_id()).map(str::to_owned);
            GetResourcePolicyOutput::builder().set_resource_policy(text).build()
        });
    let no_secret = mock!(aws_sdk_secretsmanager::Client::get_resource_policy)
        .then_error(|| GetResourcePolicyError::generic(code("ResourceNotFoundException")));
    let key = mock!(aws_sdk_kms::Client::get_key_policy)
        .match_requests(|request| request.key_id() != Some("gone"))
        .then_compute_output(move |request| {
            let text = text(request.key_id()).map(str::to_owned);
            GetKeyPolicyOutput::builder().set_policy(text).build()
        });
    let no_key = mock!(aws_sdk_kms::Client::get_key_policy)
        .then_error(|| GetKeyPolicyError::generic(code("NotFoundException")));
    let config = SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::latest());
    let config = config.region(aws_config::Region::new("us-east-1")).build();
    ExposureAccount::new(&config).with_policies(PolicyClients {
        ecr: mock_client!(aws_sdk_ecr, RuleMode::MatchAny, [&repository, &no_policy, &no_repository]),
        kms: mock_client!(aws_sdk_kms, RuleMode::MatchAny, [&key, &no_key]),
        secrets: mock_client!(aws_sdk_secretsmanager, RuleMode::MatchAny, [&secret, &no_secret]),
        sns: mock_client!(aws_sdk_sns, RuleMode::MatchAny, [&topic, &no_topic]),
        sqs: mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [&queue, &no_queue]),
    })
}

#[tokio::test]
async fn a_policy_is_read_in_parts_and_its_absence_is_told_from_that_of_its_resource() {
    let account = account();
    let open = [
        r#"{"Action":"*","Effect":"Allow","Principal":{"AWS":"*"},"Resource":"*"}"#,
        r#"{"Version":"2012-10-17"}"#,
    ];
    let open: BTreeSet<_> = open.map(str::to_owned).into();
    for of in Governed::ALL {
        for (name, expected) in [
            ("open", Reading::Is(Setting::Words(open.clone()))),
            ("closed", Reading::Is(Setting::Words(BTreeSet::new()))),
            ("odd", Reading::Is(Setting::word("other"))),
            ("gone", Reading::Gone),
        ] {
            let control = Control::ResourcePolicy { of, name: name.parse().unwrap() };
            assert_eq!(account.read(&control).await.unwrap(), expected, "{}", control.key());
        }
    }
}
