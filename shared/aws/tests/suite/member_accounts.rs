//! Member accounts: how they are entered, and for how long.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sts::error::ErrorMetadata;
use aws_sdk_sts::operation::assume_role::{AssumeRoleError, AssumeRoleOutput};
use aws_sdk_sts::primitives::DateTime;
use aws_sdk_sts::types::{AssumedRoleUser, Credentials};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use jiff::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};
use trailreflex_aws::{Entrance, IamAccount, MemberAccounts, MemberRole};
use trailreflex_model::{AccountId, cause_chain};
use trailreflex_response::{Accounts, Held};

const MEMBER: &str = "444455556666";
const HOUR: i64 = 3600;

fn accounts(rule: &Rule, entrance: Option<Entrance>, now: fn() -> Timestamp) -> MemberAccounts<IamAccount> {
    let sts = mock_client!(aws_sdk_sts, RuleMode::MatchAny, [rule]);
    let config = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
    MemberAccounts::with_client(sts, config, IamAccount::new, entrance, now)
}

fn entrance() -> Option<Entrance> {
    let role = "arn:aws:iam::*:role/trailreflex-ContainIdentityRole-member".parse().unwrap();
    Some(Entrance { role, external_id: "a-text-that-both-know".to_owned() })
}

fn answer(account: &str) -> AssumeRoleOutput {
    let user = AssumedRoleUser::builder()
        .assumed_role_id("AROAMEMBERROLE000001:trailreflex")
        .arn(format!(
            "arn:aws:sts::{account}:assumed-role/trailreflex-ContainIdentityRole-member/trailreflex"
        ))
        .build()
        .unwrap();
    let credentials = Credentials::builder()
        .access_key_id("ASIAIOSFODNN7EXAMPLE")
        .secret_access_key("secret")
        .session_token("token")
        .expiration(DateTime::from_secs(HOUR))
        .build()
        .unwrap();
    AssumeRoleOutput::builder().assumed_role_user(user).credentials(credentials).build()
}

fn member() -> AccountId {
    MEMBER.parse().unwrap()
}

fn begin() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

#[tokio::test]
async fn a_member_is_entered_by_its_role_with_the_external_id_and_again_before_the_credentials_end() {
    static NOW: AtomicI64 = AtomicI64::new(0);
    let rule = mock!(aws_sdk_sts::Client::assume_role)
        .match_requests(|request| {
            request.role_arn()
                == Some("arn:aws:iam::444455556666:role/trailreflex-ContainIdentityRole-member")
                && request.external_id() == Some("a-text-that-both-know")
                && request.role_session_name() == Some("trailreflex")
        })
        .then_output(|| answer(MEMBER));
    let accounts =
        accounts(&rule, entrance(), || Timestamp::from_second(NOW.load(Ordering::SeqCst)).unwrap());
    let mut calls = Vec::new();
    for second in [0, HOUR - 301, HOUR - 300] {
        NOW.store(second, Ordering::SeqCst);
        let opened = accounts.open(Some(&member())).await.unwrap();
        assert_eq!(opened.own_roles, ["AROAMEMBERROLE000001".parse().unwrap()]);
        assert!(matches!(opened.account, Held::Member(_)));
        calls.push(rule.num_calls());
    }
    assert_eq!(calls, [1, 1, 2]);
    let own = accounts.open(None).await.unwrap();
    assert!(matches!(own.account, Held::Own(_)) && own.own_roles.is_empty());
    assert_eq!(rule.num_calls(), 2);
}

#[tokio::test]
async fn a_member_that_lets_nobody_in_is_named_with_the_reason() {
    let denied = mock!(aws_sdk_sts::Client::assume_role).then_error(|| {
        let denied = ErrorMetadata::builder().code("AccessDenied").message("not authorized").build();
        AssumeRoleError::generic(denied)
    });
    let another = mock!(aws_sdk_sts::Client::assume_role).then_output(|| answer("999900001111"));
    for (case, rule, entrance, expected) in [
        ("denied", &denied, entrance(), "not authorized"),
        ("an answer of another account", &another, entrance(), "a session of another account"),
        ("no members at all", &denied, None, "not in 444455556666"),
    ] {
        let error = accounts(rule, entrance, begin).open(Some(&member())).await.unwrap_err();
        let told = cause_chain(&error);
        assert!(!error.is_transient() && told.contains("sts:AssumeRole"), "{case}: {told}");
        assert!(told.contains(expected), "{case}: {told}");
    }
}

#[test]
fn a_role_of_members_names_no_account() {
    for (text, is_one) in [
        ("arn:aws:iam::*:role/trailreflex-ContainIdentityRole-member", true),
        ("arn:aws-cn:iam::*:role/a", true),
        ("arn:aws:iam::444455556666:role/a", false),
        ("arn:aws:iam::*:role/a*", false),
        ("arn:aws:iam::*:user/a", false),
        ("arn:aws:iam:*:444455556666:role/a", false),
        ("arn:aws:iam::444455556666:role/*", false),
        ("role", false),
    ] {
        assert_eq!(text.parse::<MemberRole>().is_ok(), is_one, "{text}");
    }
}
