//! Security Hub: what is sent to it, how it is signed, and what is made of each answer.

use crate::notify::service;
use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use jiff::Timestamp;
use serde_json::json;
use trailreflex_aws::{NotTaken, SecurityHub, Webhooks};

const BODY: &str = r#"{"Findings":[{"Id":"x"}]}"#;

fn now() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

fn account(endpoint: &str) -> SdkConfig {
    let credentials =
        Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", Some("token".to_owned()), None, "test");
    SdkConfig::builder()
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

/// An answer with that body.
fn answer(status: &str, body: &str) -> &'static str {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).leak()
}

#[tokio::test]
async fn a_finding_is_imported_or_comes_again_or_is_refused() {
    let later = |says: &str| Err(NotTaken::Later(says.to_owned()));
    let never = |says: &str| Err(NotTaken::Never(says.to_owned()));
    let failed = |code: &str| {
        let failed = json!([{"Id": "x", "ErrorCode": code, "ErrorMessage": "no\u{1b}[31m"}]);
        json!({"FailedCount": 1, "SuccessCount": 0, "FailedFindings": failed}).to_string()
    };
    for (case, status, body, expected) in [
        (
            "imported",
            "200 OK",
            r#"{"FailedCount":0,"SuccessCount":1,"FailedFindings":[]}"#.to_owned(),
            Ok(()),
        ),
        ("imported, in short", "200 OK", r#"{"FailedCount":0,"SuccessCount":1}"#.to_owned(), Ok(())),
        (
            "refused inside a success",
            "200 OK",
            failed("InvalidInput"),
            never("BatchImportFindings refuses the finding: InvalidInput no\u{1b}[31m"),
        ),
        (
            "failed inside a success",
            "200 OK",
            failed("InternalException"),
            later("BatchImportFindings refuses the finding: InternalException no\u{1b}[31m"),
        ),
        (
            "refused without a reason",
            "200 OK",
            r#"{"FailedCount":1,"SuccessCount":0,"FailedFindings":[]}"#.to_owned(),
            never("BatchImportFindings refuses the finding and does not say why"),
        ),
        (
            "no JSON",
            "200 OK",
            "<html>".to_owned(),
            later("BatchImportFindings answers what cannot be read: expected value at line 1 column 1"),
        ),
        (
            "not switched on",
            "401 Unauthorized",
            "not subscribed".to_owned(),
            later("BatchImportFindings answers 401: not subscribed"),
        ),
        ("denied", "403 Forbidden", "denied".to_owned(), later("BatchImportFindings answers 403: denied")),
        ("too many", "429 Slow", String::new(), later("BatchImportFindings answers 429: ")),
        ("down", "500 Down", String::new(), later("BatchImportFindings answers 500: ")),
        ("malformed", "400 Bad Request", "bad".to_owned(), never("BatchImportFindings answers 400: bad")),
    ] {
        let (url, served) = service(answer(status, &body), BODY).await;
        let hub = SecurityHub::new(&account(url.trim_end_matches("/hook/secret")), "eu-central-1".to_owned());
        assert_eq!(hub.import(&Webhooks::new(), &json!({"Id": "x"}), now()).await, expected, "{case}");
        let sent = served.await.unwrap();
        assert!(sent.starts_with("POST /findings/import HTTP/1.1\r\n"), "{case}: {sent}");
        assert!(sent.contains("x-amz-security-token: token\r\n"), "{case}: {sent}");
        assert!(sent.contains("x-amz-date: 20261120T100000Z\r\n"), "{case}: {sent}");
        let scope = "/eu-central-1/securityhub/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token";
        assert!(sent.contains(scope), "{case}: {sent}");
    }
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let hub = SecurityHub::new(&SdkConfig::builder().build(), "us-east-1".to_owned());
    let expected = NotTaken::Later("BatchImportFindings is not signed: there are no credentials".to_owned());
    assert_eq!(hub.import(&Webhooks::new(), &json!({}), now()).await, Err(expected));
}
