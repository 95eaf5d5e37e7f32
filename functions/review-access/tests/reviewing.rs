//! Whether a grant was used, and what the function refuses to be configured with.

#![cfg(test)]

use serde::Deserialize;
use serde_json::{Value, json};
use trailreflex_lambda::Environment;
use trailreflex_review_access::{Config, Grant, Use};

fn record((place, caller): (usize, &String)) -> Value {
    let (account, error) = caller.split_once(' ').map_or((caller.as_str(), None), |(a, e)| (a, Some(e)));
    let mut record = json!({
        "eventVersion": "1.11", "eventID": format!("e-{place}"), "eventName": "AssumeRole", "eventSource": "sts.amazonaws.com",
        "eventTime": format!("2026-11-28T10:{place:02}:00Z"), "userIdentity": {"type": "AWSAccount", "accountId": account},
    });
    if let Some(error) = error {
        record["errorCode"] = error.into();
    }
    record
}

#[test]
fn a_grant_was_used_as_often_as_those_it_is_open_to_have_called() {
    #[derive(Deserialize)]
    struct Case {
        case: String,
        detail: Value,
        callers: Vec<String>,
        whole: bool,
        used: String,
    }
    let cases: Vec<Case> = serde_json::from_str(include_str!("cases/grants.json")).unwrap();
    for Case { case, detail, callers, whole, used } in cases {
        let records = callers.iter().enumerate().map(record).collect();
        let found = Grant::read(&detail).map_or(Use::NotShown, |grant| grant.used(records, whole));
        assert_eq!(found.to_string(), used, "{case}");
    }
}

fn variable(name: &str) -> Option<String> {
    Some(match name {
        "ACCOUNT_ID" => "111122223333".to_owned(),
        "KEY_AGE_DAYS" | "UNUSED_AFTER_DAYS" => "90".to_owned(),
        "ASK_ACCESS_ANALYZER" => "no".to_owned(),
        "ORGANIZATION_ID" | "ORGANIZATION_ACCOUNTS" | "RULES_URI" => String::new(),
        other => other.to_lowercase(),
    })
}

#[test]
fn what_is_wrong_with_the_configuration_is_told_at_once() {
    assert!(Config::from_environment(Environment::new(variable)).is_ok());
    let wrong = |name: &str| match name {
        "ACCESS_TABLE" => None,
        "ASK_ACCESS_ANALYZER" => Some("perhaps".to_owned()),
        "KEY_AGE_DAYS" => Some("-1".to_owned()),
        "ORGANIZATION_ACCOUNTS" => Some("444455556666".to_owned()),
        other => variable(other),
    };
    let error = Config::from_environment(Environment::new(wrong)).unwrap_err().to_string();
    for told in [
        "ACCESS_TABLE is missing",
        "KEY_AGE_DAYS: invalid digit found in string",
        "ORGANIZATION_ACCOUNTS is of no use without ORGANIZATION_ID",
        "ASK_ACCESS_ANALYZER must be yes or no, not `perhaps`",
    ] {
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn an_organization_is_trusted_with_each_resource_of_its_accounts() {
    let named = |name: &str| match name {
        "ORGANIZATION_ID" => Some("o-abcdefghij".to_owned()),
        "ORGANIZATION_ACCOUNTS" => Some("444455556666,777788889999".to_owned()),
        other => variable(other),
    };
    let config = Config::from_environment(Environment::new(named)).unwrap();
    let zone = config.organization.zone(&config.account_id);
    let holds = ["111122223333", "444455556666", "777788889999", "123456789012"].map(|one| zone.holds(one));
    assert_eq!(holds, [true, true, true, false]);
}
