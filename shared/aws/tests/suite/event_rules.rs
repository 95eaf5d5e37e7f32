//! EventBridge's rules: all pages are read, and a refused target is an error though the answer is 200.

use aws_sdk_eventbridge::operation::describe_rule::DescribeRuleOutput;
use aws_sdk_eventbridge::operation::list_rule_names_by_target::ListRuleNamesByTargetOutput;
use aws_sdk_eventbridge::operation::list_rules::ListRulesOutput;
use aws_sdk_eventbridge::operation::put_rule::PutRuleOutput;
use aws_sdk_eventbridge::operation::put_targets::PutTargetsOutput;
use aws_sdk_eventbridge::types::{PutTargetsResultEntry, Rule, RuleState};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use trailreflex_aws::{EventRules, NewEventRule};
use trailreflex_delivery::DeployedRule;
use trailreflex_model::cause_chain;

fn rule() -> NewEventRule {
    NewEventRule {
        name: "trail-own-1".to_owned(),
        description: "d".to_owned(),
        pattern: "{}".to_owned(),
        state: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
        function: "arn:aws:lambda:us-east-1:111122223333:function:detect".to_owned(),
        dead_letters: Some("arn:aws:sqs:us-east-1:111122223333:undelivered".to_owned()),
    }
}

#[tokio::test]
async fn rules_of_all_pages_are_listed() {
    let first = mock!(aws_sdk_eventbridge::Client::list_rules)
        .match_requests(|request| request.next_token().is_none() && request.name_prefix() == Some("trail-"))
        .then_output(|| {
            let rule = Rule::builder().name("trail-a").state(RuleState::Enabled).event_pattern("{}").build();
            ListRulesOutput::builder().rules(rule).next_token("more").build()
        });
    let second = mock!(aws_sdk_eventbridge::Client::list_rules)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(|| {
            let rule = Rule::builder().name("trail-b").state(RuleState::Disabled).build();
            ListRulesOutput::builder().rules(rule).build()
        });
    let client = mock_client!(aws_sdk_eventbridge, RuleMode::MatchAny, [&first, &second]);
    let rule = |name: &str, state: &str, pattern: Option<&str>| DeployedRule {
        name: name.to_owned(),
        state: state.to_owned(),
        pattern: pattern.map(str::to_owned),
    };
    let listed = EventRules::with_client(client).list("trail-").await.unwrap();
    assert_eq!(listed, [rule("trail-a", "ENABLED", Some("{}")), rule("trail-b", "DISABLED", None)]);
}

#[tokio::test]
async fn rules_with_a_target_are_listed_with_state_and_pattern() {
    const BUS: &str = "arn:aws:events:us-east-1:111122223333:event-bus/default";
    let first = mock!(aws_sdk_eventbridge::Client::list_rule_names_by_target)
        .match_requests(|request| request.next_token().is_none() && request.target_arn() == Some(BUS))
        .then_output(|| ListRuleNamesByTargetOutput::builder().rule_names("a").next_token("more").build());
    let second = mock!(aws_sdk_eventbridge::Client::list_rule_names_by_target)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(|| ListRuleNamesByTargetOutput::builder().rule_names("b").build());
    let described = |name: &'static str, state: RuleState| {
        mock!(aws_sdk_eventbridge::Client::describe_rule)
            .match_requests(move |request| request.name() == Some(name))
            .then_output(move || {
                DescribeRuleOutput::builder().name(name).state(state.clone()).event_pattern("{}").build()
            })
    };
    let (a, b) = (described("a", RuleState::Enabled), described("b", RuleState::Disabled));
    let client = mock_client!(aws_sdk_eventbridge, RuleMode::MatchAny, [&first, &second, &a, &b]);
    let rule = |name: &str, state: &str| DeployedRule {
        name: name.to_owned(),
        state: state.to_owned(),
        pattern: Some("{}".to_owned()),
    };
    let listed = EventRules::with_client(client).sending_to(BUS).await.unwrap();
    assert_eq!(listed, [rule("a", "ENABLED"), rule("b", "DISABLED")]);
}

#[tokio::test]
async fn a_rule_is_put_with_its_state_its_target_and_its_queue() {
    let put = mock!(aws_sdk_eventbridge::Client::put_rule)
        .match_requests(|request| {
            let state = Some(&RuleState::EnabledWithAllCloudtrailManagementEvents);
            request.name() == Some("trail-own-1") && request.state() == state
        })
        .then_output(|| PutRuleOutput::builder().build());
    let targets = mock!(aws_sdk_eventbridge::Client::put_targets)
        .match_requests(|request| {
            let target = &request.targets()[0];
            let queue = target.dead_letter_config().and_then(|config| config.arn());
            target.arn().ends_with(":detect") && queue.is_some_and(|arn| arn.ends_with(":undelivered"))
        })
        .then_output(|| PutTargetsOutput::builder().build());
    let client = mock_client!(aws_sdk_eventbridge, RuleMode::MatchAny, [&put, &targets]);
    EventRules::with_client(client).put(&rule()).await.unwrap();
    assert_eq!((put.num_calls(), targets.num_calls()), (1, 1));
}

#[tokio::test]
async fn a_refused_target_is_an_error() {
    let put = mock!(aws_sdk_eventbridge::Client::put_rule).then_output(|| PutRuleOutput::builder().build());
    let targets = mock!(aws_sdk_eventbridge::Client::put_targets).then_output(|| {
        let refused = PutTargetsResultEntry::builder().error_code("Refused").error_message("why").build();
        PutTargetsOutput::builder().failed_entry_count(1).failed_entries(refused).build()
    });
    let client = mock_client!(aws_sdk_eventbridge, RuleMode::MatchAny, [&put, &targets]);
    let error = EventRules::with_client(client).put(&rule()).await.unwrap_err();
    assert_eq!(
        (cause_chain(&error).as_str(), error.is_transient),
        ("`events:PutTargets` failed: Refused: why", false)
    );
}
