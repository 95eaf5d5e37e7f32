//! What the credential report and roles lead to.
#![cfg(test)]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde::Deserialize;
use trailreflex_credentials::{
    Credentials, Key, Kind, Lapse, Limits, RULES, Role, finding, lapses_of_credentials, lapses_of_role, read,
};
use trailreflex_model::cloudtrail::Envelope;

const LIMITS: Limits = Limits { unused_after_days: 90, key_age_days: 90 };

fn now() -> Timestamp {
    "2026-11-28T00:00:00Z".parse().unwrap()
}

fn line(lapse: &Lapse) -> String {
    let key = lapse.key.map(|key| format!(" key {key}")).unwrap_or_default();
    let since = lapse.since.map(|since| format!(" since {since}")).unwrap_or_default();
    format!("{:?} {}{key}{since}", lapse.kind, lapse.arn.as_str())
}

fn report() -> Vec<Credentials> {
    read(include_str!("cases/report.csv")).unwrap()
}

#[test]
fn a_report_tells_what_is_unused_old_or_weak() {
    let lapses = report().iter().flat_map(|of| lapses_of_credentials(of, LIMITS, now())).collect::<Vec<_>>();
    let expected: Vec<String> = serde_json::from_str(include_str!("cases/lapses.json")).unwrap();
    assert_eq!(lapses.iter().map(line).collect::<Vec<_>>(), expected);
}

#[test]
fn a_role_is_unused_after_the_time_without_a_use() {
    #[derive(Deserialize)]
    struct Case {
        case: String,
        arn: String,
        created: Timestamp,
        last_used: Option<Timestamp>,
        unused_since: Option<Timestamp>,
    }
    let cases: Vec<Case> = serde_json::from_str(include_str!("cases/roles.json")).unwrap();
    for Case { case, arn, created, last_used, unused_since } in cases {
        let arn: trailreflex_model::Arn = arn.parse().unwrap();
        let role = Role { arn: arn.clone(), created, last_used };
        let expected =
            unused_since.map(|since| Lapse { kind: Kind::UnusedRole, arn, key: None, since: Some(since) });
        assert_eq!(lapses_of_role(&role, LIMITS, now()), expected, "{case}");
    }
}

#[test]
fn what_is_no_report_is_refused_with_the_reason() {
    #[derive(Deserialize)]
    struct Case {
        case: String,
        text: String,
        error: String,
    }
    let cases: Vec<Case> = serde_json::from_str(include_str!("cases/bad_reports.json")).unwrap();
    for Case { case, text, error } in cases {
        let found = read(&text).map_or_else(|error| error.to_string(), |rows| format!("{} rows", rows.len()));
        assert_eq!(found, error, "{case}");
    }
}

fn envelope(time: &str) -> Envelope {
    let event = serde_json::json!({
        "version": "0", "id": "e", "detail-type": "Scheduled Event", "source": "aws.events",
        "account": "111122223333", "time": time, "region": "eu-west-1", "resources": [], "detail": {},
    });
    Envelope::parse(event).unwrap()
}

#[test]
fn the_same_lapse_is_the_same_finding_a_week_later() {
    let lapses: Vec<_> = report().iter().flat_map(|of| lapses_of_credentials(of, LIMITS, now())).collect();
    let first: Vec<_> =
        lapses.iter().map(|lapse| finding(lapse, &envelope("2026-11-28T00:00:00Z"))).collect();
    let later: Vec<_> =
        lapses.iter().map(|lapse| finding(lapse, &envelope("2026-12-05T00:00:00Z"))).collect();
    let ids = |findings: &[trailreflex_model::Finding]| {
        findings.iter().map(|finding| finding.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&first), ids(&later));
    let distinct: std::collections::BTreeSet<_> = ids(&first).into_iter().collect();
    assert_eq!(distinct.len(), lapses.len());
}

#[test]
fn a_finding_tells_whose_it_is_since_when_and_what_to_do() {
    let key = lapses_of_credentials(&report()[3], LIMITS, now()).remove(1);
    let found = serde_json::to_value(finding(&key, &envelope("2026-11-28T00:00:00Z"))).unwrap();
    let expected: serde_json::Value = serde_json::from_str(include_str!("cases/finding.json")).unwrap();
    assert_eq!(found, expected, "{found:#}");
}

#[test]
fn every_kind_has_a_rule_of_its_own() {
    let ids: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!((ids.len(), RULES.len()), (Kind::ALL.len(), Kind::ALL.len()));
}

proptest! {
    #[test]
    fn what_was_used_or_made_within_the_time_is_never_told_as_unused(
        made in 0i64..2000, used in proptest::option::of(0i64..2000), days in 1u16..400, age in 1u16..400,
    ) {
        let ago = |days: i64| now() - SignedDuration::from_hours(days * 24);
        let arn: trailreflex_model::Arn = "arn:aws:iam::111122223333:user/a".parse().unwrap();
        let key = Key { number: 1, rotated: Some(ago(made)), last_used: used.map(ago) };
        let of = Credentials { arn, created: ago(3000), password: None, has_mfa: false, keys: vec![key] };
        let limits = Limits { unused_after_days: days, key_age_days: age };
        let kinds: Vec<_> = lapses_of_credentials(&of, limits, now()).iter().map(|lapse| lapse.kind).collect();
        let recent = made.min(used.unwrap_or(made));
        let expected = if recent > i64::from(days) {
            vec![Kind::UnusedKey]
        } else if made > i64::from(age) {
            vec![Kind::OldKey]
        } else {
            vec![]
        };
        prop_assert_eq!(kinds, expected);
    }
}
