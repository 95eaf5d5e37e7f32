//! How long a verdict takes, from the text of the policy on.

use divan::{Bencher, black_box};
use serde_json::{Value, json};
use trailreflex_access::{Policy, Target, Zone, decide};

fn main() {
    divan::main();
}

/// A bucket policy of at least so many bytes: Allows for accounts, organizations and networks, and four Denies.
fn policy(bytes: usize) -> String {
    let mut statements: Vec<Value> = Vec::new();
    let condition = |number: usize| match number % 4 {
        0 => json!({"StringEquals": {"aws:PrincipalOrgID": "o-own1111111"}}),
        1 => {
            json!({"ArnLike": {"aws:PrincipalArn": format!("arn:aws:iam::{:012}:role/app-*", 400_000_000_000 + number)}})
        }
        2 => json!({"IpAddress": {"aws:SourceIp": format!("203.0.{}.0/24", number % 256)}}),
        _ => {
            json!({"StringLike": {"s3:prefix": format!("team-{number}/*")}, "StringEquals": {"aws:PrincipalAccount": "111122223333"}})
        }
    };
    let denies = [
        json!({"Bool": {"aws:SecureTransport": "false"}}),
        json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ["o-own1111111", "o-other11111"]},
            "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app-*"}, "NotIpAddress": {"aws:SourceIp": "203.0.0.0/16"}}),
        json!({"StringLike": {"s3:prefix": "private/*"}}),
        json!({"NumericLessThan": {"s3:TlsVersion": 1.2}}),
    ];
    for deny in denies {
        statements.push(json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"], "Condition": deny}));
    }
    for number in 0.. {
        let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        if text.len() >= bytes {
            return text;
        }
        statements.push(json!({"Sid": format!("team{number}"), "Effect": "Allow", "Principal": "*",
            "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": format!("arn:aws:s3:::bucket/team-{number}/*"),
            "Condition": condition(number)}));
    }
    String::new()
}

fn verdict(text: &str) -> bool {
    let zone = Zone {
        account: "111122223333".to_owned(),
        organization: Some("o-own1111111".to_owned()),
        ..Zone::default()
    };
    let target = Target { arn: Some("arn:aws:s3:::bucket".to_owned()), resource_type: None };
    Policy::from_text(text).is_ok_and(|policy| decide(&policy, &[], &target, &zone).public)
}

#[divan::bench(sample_count = 20, args = [1_000, 5_000, 20_000, 100_000])]
fn decided(bencher: Bencher<'_, '_>, bytes: usize) {
    let text = policy(bytes);
    bencher.bench_local(|| verdict(black_box(&text)));
}
