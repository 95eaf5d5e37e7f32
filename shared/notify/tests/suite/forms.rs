//! The form of each channel: what its service documents, with texts that an attacker chose.

use crate::support::{finding, notifier, now};
use serde_json::{Value, json};
use trailreflex_model::Severity;
use trailreflex_notify::sinks::{asff, email, ocsf, pager_duty, slack, teams};
use trailreflex_notify::{Behind, Notice, OutboxInMemory, Sink, read};

/// Texts that try to be markup somewhere.
const HOSTILE: [&str; 7] = [
    "<!channel> <@U12345> <https://evil.example|your bank>",
    "*bold* _it_ ~gone~ `code` ```block```",
    "[link](https://evil.example) ![x](https://evil.example/x.png) <at>everyone</at>",
    "<script>alert(1)</script>&lt;b&gt;",
    "=HYPERLINK(\"https://evil.example\")",
    "\u{202E}\u{2066}txet\u{200F}\r\nSubject: forged",
    "\"quoted\" \\ and \u{0} and \u{1F600}",
];

async fn notice(agent: &str, title: &str) -> Notice {
    let outbox = OutboxInMemory::default();
    let changes = [
        ("/actor/userAgent", json!(agent)),
        ("/rule/title", json!(title)),
        ("/actor/sourceAddress", json!(agent)),
    ];
    let message = read(&finding(&changes).to_string()).unwrap();
    notifier(&[(Sink::Topic, Severity::Low)]).handle("m", &message, &Behind::default(), &outbox, now()).await;
    let (_, notice) = outbox.sent.lock().unwrap().pop().unwrap();
    notice
}

async fn all() -> Vec<Notice> {
    let mut notices = vec![notice("aws-cli/2.15", "A trail was stopped").await];
    let long: Vec<String> = HOSTILE.iter().map(|text| text.repeat(2000)).collect();
    for text in HOSTILE.iter().copied().chain(long.iter().map(String::as_str)) {
        notices.push(notice(text, text).await);
        notices.push(notice(text, text).await.again(4999));
    }
    notices
}

/// All strings in a value, with their keys.
fn texts(value: &Value, found: &mut Vec<(String, String)>, key: &str) {
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| texts(value, found, key)),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found, key)),
        Value::String(text) => found.push((key.to_owned(), text.clone())),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn strings(value: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    texts(value, &mut found, "");
    found
}

#[tokio::test]
async fn an_e_mail_has_a_subject_that_sns_takes_and_one_line_for_each_fact() {
    for notice in all().await {
        let (subject, text) = email::render(&notice);
        assert!(subject.len() <= 100 && subject.bytes().all(|b| (0x20..0x7f).contains(&b)), "{subject}");
        assert!(subject.starts_with("[high] "), "{subject}");
        assert!(text.len() < 256 * 1024);
        let forged =
            text.lines().filter(|line| line.starts_with("Subject:") || line.starts_with("Severity:")).count();
        assert_eq!(forged, 1, "{text}");
    }
}

#[tokio::test]
async fn an_e_mail_reads_like_this() {
    let (subject, text) = email::render(&notice("aws-cli/2.15", "A trail was stopped").await.again(12));
    let expected = include_str!("../cases/email.txt");
    assert_eq!(format!("{subject}\n{text}"), expected);
}

#[tokio::test]
async fn slack_takes_the_blocks_and_finds_no_markup_in_texts() {
    for notice in all().await {
        let body = slack::render(&notice);
        let blocks = body["blocks"].as_array().unwrap();
        assert!(blocks.len() <= 50);
        assert!(body.to_string().len() < 100_000);
        for block in blocks {
            match block["type"].as_str().unwrap() {
                "header" => assert!(block["text"]["text"].as_str().unwrap().chars().count() <= 150),
                "section" => {
                    let fields = block["fields"].as_array().cloned().unwrap_or_default();
                    assert!(fields.len() <= 10);
                    for text in fields.iter().chain(block.get("text")) {
                        let text = text["text"].as_str().unwrap();
                        assert!((1..=2000).contains(&text.chars().count()), "{text}");
                    }
                }
                "actions" => assert!(block["elements"][0]["url"].as_str().unwrap().len() <= 3000),
                other => panic!("{other}"),
            }
        }
        for (key, text) in strings(&body) {
            // The header is plain text to Slack.
            let is_header = blocks[0]["text"]["text"] == json!(text);
            assert!(is_header || !text.contains(['<', '>']), "{key}: {text}");
        }
    }
}

#[tokio::test]
async fn teams_takes_the_card_and_finds_no_link_but_the_consoles() {
    for notice in all().await {
        let body = teams::render(&notice);
        assert!(body.to_string().len() < 28 * 1024, "{}", body.to_string().len());
        let card = &body["attachments"][0]["content"];
        assert_eq!((&card["type"], &card["version"]), (&json!("AdaptiveCard"), &json!("1.5")));
        for (key, text) in strings(card) {
            let markup = text.contains("](") || text.contains("<at>") || text.contains("<script");
            assert!(!markup, "{key}: {text}");
        }
        let url = card["actions"][0]["url"].as_str().unwrap();
        assert!(url.starts_with("https://us-east-1.console.aws.amazon.com/"), "{url}");
    }
}

#[tokio::test]
async fn pager_duty_takes_the_event() {
    for notice in all().await {
        let body = pager_duty::render(&notice, "0123456789abcdef0123456789abcdef");
        let payload = &body["payload"];
        assert!((1..=1024).contains(&payload["summary"].as_str().unwrap().chars().count()));
        assert!(["critical", "error", "warning", "info"].contains(&payload["severity"].as_str().unwrap()));
        let labels: Vec<_> = payload["custom_details"].as_object().unwrap().keys().take(3).collect();
        assert_eq!(labels, ["Who", "What", "From"]);
        assert!(body["dedup_key"].as_str().unwrap().len() <= 255);
        assert!(!payload["source"].as_str().unwrap().is_empty());
        assert!(body.to_string().len() < 512 * 1024);
        assert_eq!(body["event_action"], "trigger");
    }
}

#[tokio::test]
async fn a_finding_in_ocsf_has_what_the_class_demands() {
    let notice = notice("aws-cli/2.15", "A trail was stopped").await;
    let body = ocsf::render(&notice);
    let mut facts = body.clone();
    facts.as_object_mut().unwrap().remove("observables");
    assert_eq!(
        facts,
        json!({
            "activity_id": 1, "activity_name": "Create", "category_uid": 2, "category_name": "Findings", "class_uid": 2004,
            "class_name": "Detection Finding", "type_uid": 200_401, "type_name": "Detection Finding: Create", "severity_id": 4,
            "severity": "High", "status_id": 1, "status": "New", "time": 1_795_168_710_000_i64,
            "message": "A trail was stopped", "count": 1,
            "finding_info": {
                "uid": notice.id, "title": "A trail was stopped", "created_time": 1_795_168_710_000_i64,
                "src_url": "https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events/b7f1d2a0-0000-4000-8000-000000000001",
            },
            "metadata": {"version": "1.3.0", "product": {"name": "Trailreflex", "vendor_name": "Trailreflex"}},
        })
    );
    assert_eq!(body["observables"].as_array().unwrap().len(), notice.facts.len());
}

fn product() -> asff::Product {
    "arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default".parse().unwrap()
}

#[tokio::test]
async fn a_finding_in_asff_is_this() {
    let notice = notice("aws-cli/2.15", "A trail was stopped").await;
    let id = notice.id.clone();
    let mut finding = asff::render(&notice, &product(), now());
    let fields = finding.as_object_mut().unwrap().remove("ProductFields").unwrap();
    assert_eq!(
        fields["trailreflex/Who"],
        "arn:aws:iam::111122223333:user/alice with key AKIAIOSFODNN7EXAMPLE"
    );
    let (command, description) =
        (fields["trailreflex/Logs Insights"].as_str().unwrap(), finding["Description"].clone());
    assert!(description.as_str().unwrap().starts_with("Who: arn:aws:iam::111122223333:user/alice with key"));
    assert_eq!(
        finding,
        json!({
            "SchemaVersion": "2018-10-08", "Id": format!("trailreflex/{id}"), "GeneratorId": "trailreflex",
            "ProductArn": "arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default",
            "AwsAccountId": "111122223333", "Types": ["Unusual Behaviors/User"], "CreatedAt": "2026-11-20T09:58:30Z",
            "UpdatedAt": "2026-11-20T10:00:00Z", "Severity": {"Label": "HIGH"},
            "FindingProviderFields": {"Severity": {"Label": "HIGH"}, "Types": ["Unusual Behaviors/User"]},
            "Title": "A trail was stopped", "Description": description, "RecordState": "ACTIVE",
            "SourceUrl": notice.link.unwrap().url, "Remediation": {"Recommendation": {"Text": format!("Logs Insights: {command}")}},
            "Resources": [
                {"Type": "AwsIamUser", "Id": "arn:aws:iam::111122223333:user/alice", "Partition": "aws"},
                {"Type": "AwsAccount", "Id": "AWS::::Account:111122223333", "Partition": "aws", "Region": "us-east-1"},
            ],
        })
    );
}

#[tokio::test]
async fn security_hub_takes_the_finding_whatever_it_says() {
    for notice in all().await {
        let finding = asff::render(&notice, &product(), now());
        let length = |pointer: &str| finding.pointer(pointer).unwrap().as_str().unwrap().chars().count();
        assert!((1..=256).contains(&length("/Title")) && (1..=1024).contains(&length("/Description")));
        assert!((1..=512).contains(&length("/Remediation/Recommendation/Text")) && length("/Id") <= 512);
        let fields = finding["ProductFields"].as_object().unwrap();
        assert!(fields.len() <= 50);
        for (key, value) in fields {
            assert!(key.len() <= 128 && value.as_str().unwrap().chars().count() <= 2048, "{key}");
        }
        assert!(finding.to_string().len() < 240_000);
    }
}

#[tokio::test]
async fn a_finding_that_is_over_is_archived_under_the_id_of_its_beginning() {
    let mut notice = notice("aws-cli/2.15", "A trail was stopped").await;
    let begun = asff::render(&notice, &product(), now());
    notice.is_over = true;
    let over = asff::render(&notice, &product(), "2026-11-20T10:07:00Z".parse().unwrap());
    assert_eq!(
        (&over["Id"], &over["RecordState"], &over["UpdatedAt"]),
        (&begun["Id"], &json!("ARCHIVED"), &json!("2026-11-20T10:07:00Z"))
    );
}

#[test]
fn a_product_is_an_accounts_own_or_refused() {
    for (case, arn, region) in [
        (
            "an account's own",
            "arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default",
            Some("us-east-1"),
        ),
        (
            "in China",
            "arn:aws-cn:securityhub:cn-north-1:111122223333:product/111122223333/default",
            Some("cn-north-1"),
        ),
        ("GuardDuty's", "arn:aws:securityhub:us-east-1::product/aws/guardduty", None),
        (
            "another account's",
            "arn:aws:securityhub:us-east-1:111122223333:product/444455556666/default",
            None,
        ),
        ("no Region", "arn:aws:securityhub::111122223333:product/111122223333/default", None),
        ("no ARN", "default", None),
    ] {
        let product: Result<asff::Product, _> = arn.parse();
        assert_eq!(product.as_ref().ok().map(asff::Product::region), region, "{case}");
        if let Err(error) = product {
            assert!(error.to_string().ends_with("product/ACCOUNT/default"), "{case}: {error}");
        }
    }
}
