//! What is told of findings, outcomes, alarms and what was left behind, and what of messages that are neither.

use crate::support::{alarm, finding, notifier, now};
use serde_json::{Value, json};
use trailreflex_metrics::{Blind, Example, Sensor};
use trailreflex_model::{Finding, Severity};
use trailreflex_notify::sinks::{asff, email, ocsf, pager_duty, slack, teams};
use trailreflex_notify::{Behind, Fact, Notice, OutboxInMemory, Sink, Unusable, read};
use trailreflex_response::{Entry, Outcome, Plan, Playbook, Reason, Token};

async fn told(message: &Value, calls: &[Example]) -> Option<Notice> {
    told_behind(message, &Behind { calls: calls.to_vec(), blind: Vec::new() }).await
}

async fn told_behind(message: &Value, behind: &Behind) -> Option<Notice> {
    let outbox = OutboxInMemory::default();
    let message = read(&message.to_string()).unwrap();
    let end = notifier(&[(Sink::Topic, Severity::Informational)])
        .handle("m1", &message, behind, &outbox, now())
        .await;
    assert_eq!((end.again, end.refused.len()), (Vec::new(), 0));
    let sent = outbox.sent.lock().unwrap().pop();
    sent.map(|(_, notice)| notice)
}

fn facts(notice: &Notice) -> Vec<(&str, &str)> {
    notice.facts.iter().map(|Fact { label, value }| (label.as_str(), value.as_str())).collect()
}

#[tokio::test]
async fn a_finding_says_who_what_from_where_and_since_when() {
    let notice = told(&finding(&[]), &[]).await.unwrap();
    assert_eq!(
        facts(&notice),
        [
            ("Who", "arn:aws:iam::111122223333:user/alice with key AKIAIOSFODNN7EXAMPLE"),
            ("What", "StopLogging (cloudtrail.amazonaws.com)"),
            ("From", "198.51.100.7"),
            ("With", "aws-cli/2.15"),
            ("Since", "2026-11-20T09:58:30Z"),
            ("Account", "111122223333 in us-east-1"),
            ("Because", "eventName is StopLogging"),
            ("Event", "b7f1d2a0-0000-4000-8000-000000000001"),
        ]
    );
    assert_eq!((notice.severity, notice.headline().as_str()), (Severity::High, "A trail was stopped"));
    let commands: Vec<_> = notice.commands.iter().map(|command| command.value.as_str()).collect();
    assert_eq!(
        commands,
        [
            "fields eventTime, eventSource, eventName, errorCode, sourceIPAddress | filter userIdentity.arn = \
             \"arn:aws:iam::111122223333:user/alice\" | sort eventTime desc | limit 100",
            "trailreflex timeline arn:aws:iam::111122223333:user/alice LOGS",
        ]
    );
}

#[tokio::test]
async fn texts_of_whoever_is_watched_make_no_lines_and_hide_nothing() {
    let agent = "curl\nSeverity: low\n\u{202E}evil\u{200B} <script>alert(1)</script>";
    let notice = told(
        &finding(&[
            ("/actor/userAgent", json!(agent)),
            ("/rule/title", json!(format!("{}\u{2028}x", "t".repeat(10_000)))),
            ("/evidence/succeeded", json!(false)),
        ]),
        &[],
    )
    .await
    .unwrap();
    let values = facts(&notice);
    assert!(values.contains(&("With", "curl Severity: low evil <script>alert(1)</script>")), "{values:?}");
    assert!(
        values.contains(&("What", "StopLogging (cloudtrail.amazonaws.com), without success")),
        "{values:?}"
    );
    assert_eq!(notice.title.chars().count(), 140);
}

#[tokio::test]
async fn what_was_left_behind_is_told_by_kind_of_call_and_never_as_less_than_high() {
    let call = |call: &str, id: &str| json!({"eventTime": format!("2026-11-20T09:5{id}:00Z"), "call": call, "eventId": id});
    let message = json!({"source": "trailreflex.keep-evidence", "detail-type": "Trailreflex Left Behind", "detail": {
        "account": "111122223333", "plan": "0123456789abcdef0123456789abcdef", "title": "A key was exposed", "severity": "low",
        "subject": "arn:aws:iam::111122223333:user/alice", "since": "2026-11-20T08:58:30Z",
        "evidence": "111122223333/2026/11/20/0123/contained-e-later.json", "total": 3,
        "calls": [call("iam:CreateUser", "1"), call("iam:CreateAccessKey", "2"), call("iam:CreateUser", "3")],
    }});
    let notice = told(&message, &[]).await.unwrap();
    assert_eq!(
        facts(&notice),
        [
            ("Whom", "arn:aws:iam::111122223333:user/alice"),
            ("Account", "111122223333"),
            ("Call", "iam:CreateAccessKey at 2026-11-20T09:52:00Z (event 2)"),
            ("Call", "iam:CreateUser 2 times since 2026-11-20T09:51:00Z (event 1)"),
            ("Calls altogether", "3"),
            ("Evidence", "111122223333/2026/11/20/0123/contained-e-later.json"),
            ("Plan", "0123456789abcdef0123456789abcdef"),
        ]
    );
    let title = "Left behind, and not taken back by the containment: A key was exposed";
    assert_eq!((notice.severity, notice.headline().as_str()), (Severity::High, title));
    let mut malformed = message;
    malformed["detail"]["total"] = json!("many");
    let expected = "Malformed leftBehind: invalid type: string \"many\", expected usize";
    assert_eq!(read(&malformed.to_string()).unwrap_err().to_string(), expected);
}

#[tokio::test]
async fn an_alarm_names_the_newest_calls_that_set_it_off() {
    let example = |second: i64, who: &str| Example {
        at: jiff::Timestamp::from_second(1_795_168_000 + second).unwrap(),
        who: who.to_owned(),
        what: "UpdateTrail (cloudtrail.amazonaws.com)".to_owned(),
        from: "198.51.100.7".to_owned(),
        event: format!("event-{second}"),
    };
    let examples: Vec<_> =
        (0..7).map(|number| example(number, "arn:aws:iam::111122223333:user/alice")).collect();
    let message = alarm("ALARM", &json!([{"name": "Control", "value": "4.5-cloudtrail-changes"}]));
    let notice = told(&message, &examples).await.unwrap();
    let values = facts(&notice);
    let calls: Vec<_> =
        values.iter().filter(|(label, _)| *label == "Call").map(|(_, value)| *value).collect();
    assert_eq!(calls.len(), 5);
    assert_eq!(
        calls[0],
        "arn:aws:iam::111122223333:user/alice: UpdateTrail (cloudtrail.amazonaws.com) from 198.51.100.7 at 2026-11-20T09:46:46Z \
         (event event-6)"
    );
    assert_eq!(values[2], ("Since", "2026-11-20T09:59:00Z"));
    assert_eq!((notice.severity, notice.is_over), (Severity::High, false));
}

#[tokio::test]
async fn an_alarm_of_blind_sensors_names_them() {
    let blind = |region: &str, heard: Option<&str>| Blind {
        sensor: Sensor { account: "444455556666".parse().unwrap(), region: region.parse().unwrap() },
        heard: heard.map(|heard| heard.parse().unwrap()),
    };
    let behind = Behind {
        calls: Vec::new(),
        blind: vec![blind("eu-west-1", Some("2026-11-20T09:00:00Z")), blind("us-west-2", None)],
    };
    let notice = told_behind(&alarm("ALARM", &json!([])), &behind).await.unwrap();
    let named: Vec<_> =
        facts(&notice).into_iter().filter(|(label, _)| *label == "Blind").map(|(_, value)| value).collect();
    let expected = [
        "eu-west-1 of account 444455556666, since 2026-11-20T09:00:00Z",
        "us-west-2 of account 444455556666, from the beginning",
    ];
    assert_eq!(named, expected);
}

#[tokio::test]
async fn an_alarm_that_is_over_has_the_id_of_its_beginning() {
    let on = told(&alarm("ALARM", &json!([])), &[]).await.unwrap();
    let over = told(&alarm("OK", &json!([])), &[]).await.unwrap();
    assert_eq!((on.id.clone(), over.is_over, over.severity), (over.id, true, Severity::Informational));
    assert_eq!(told(&alarm("INSUFFICIENT_DATA", &json!([])), &[]).await, None);
    let mut composite = alarm("ALARM", &json!([]));
    composite["AlarmRule"] = json!("ALARM(a) OR ALARM(b)");
    assert_eq!(told(&composite, &[]).await.unwrap().severity, Severity::Critical);
}

#[test]
fn a_message_in_the_envelope_of_sns_is_the_same_alarm() {
    let inner = alarm("ALARM", &json!([{"name": "Control", "value": "4.3-root-use"}]));
    let outer = json!({"Type": "Notification", "Message": inner.to_string(), "TopicArn": "arn:aws:sns:us-east-1:1:t"});
    assert_eq!(read(&outer.to_string()), read(&inner.to_string()));
    let trailreflex_notify::Message::Alarm(alarm) = read(&outer.to_string()).unwrap() else {
        panic!("an alarm")
    };
    assert_eq!(alarm.control(), Some("4.3-root-use"));
}

#[test]
fn what_is_neither_finding_nor_outcome_nor_alarm_is_told_apart() {
    for (case, body, expected) in [
        ("no JSON", "{".to_owned(), "NotJson: EOF while parsing an object at line 1 column 1"),
        (
            "another event",
            json!({"detail-type": "EC2 Instance State-change"}).to_string(),
            "UnknownMessage: neither a finding, nor an outcome, nor an alarm by way of SNS: EC2 Instance State-change",
        ),
        (
            "a text by way of SNS",
            json!({"Type": "Notification", "Message": "hello"}).to_string(),
            "NotJson: expected value at line 1 column 1",
        ),
        (
            "a list",
            "[]".to_owned(),
            "UnknownMessage: neither a finding, nor an outcome, nor an alarm by way of SNS: []",
        ),
        (
            "a finding without its parts",
            json!({"detail-type": "Trailreflex Finding", "detail": {}}).to_string(),
            "Malformed finding: missing field `id`",
        ),
        (
            "an outcome that is none",
            json!({"detail-type": "Trailreflex Outcome"}).to_string(),
            "Malformed outcome: invalid type: null, expected struct Outcome",
        ),
        (
            "an alarm in no known state",
            json!({"AlarmName": "a", "NewStateValue": "MAYBE", "StateChangeTime": ""}).to_string(),
            "Malformed alarm: unknown variant `MAYBE`, expected one of `ALARM`, `OK`, `INSUFFICIENT_DATA`",
        ),
    ] {
        let found: Unusable = read(&body).unwrap_err();
        assert_eq!(found.to_string(), expected, "{case}");
    }
}

/// A plan that a person is asked about.
fn asking(token: &Token) -> Value {
    let finding: Finding = serde_json::from_value(finding(&[])["detail"].clone()).unwrap();
    let playbook =
        json!({"id": "a", "rules": [finding.rule.id], "actions": ["deny_user"], "mode": "approve"});
    let playbook: Playbook = serde_json::from_value(playbook).unwrap();
    let plan = Plan::refusing(&finding, Some(&playbook), Reason::NoTarget, now());
    let entry = Entry::awaiting(Plan { refused: None, ..plan }, &finding, &playbook, token, now());
    json!({"detail-type": "Trailreflex Outcome", "detail": Outcome::asking(&entry, token.clone())})
}

#[tokio::test]
async fn who_is_asked_about_a_plan_gets_a_link_and_the_commands() {
    let token = Token::of([7; 32]);
    let message = asking(&token);
    let plan = message["detail"]["plan"]["id"].as_str().unwrap().to_owned();
    let notice = told(&message, &[]).await.unwrap();
    let token = token.as_str();
    assert_eq!(notice.title, "Approve or deny: A trail was stopped");
    assert!(facts(&notice).contains(&("Decide by", "2026-11-20T11:00:00Z")), "{:?}", notice.facts);
    assert_eq!(
        notice.link.as_ref().map(|link| (link.text.as_str(), link.url.as_str())),
        Some(("Look and decide", format!("https://approve.example/?plan={plan}&token={token}").as_str()))
    );
    let command = |word: &str| {
        format!(
            "aws lambda invoke --function-name contain --cli-binary-format raw-in-base64-out --payload \
             '{{\"{word}\":\"{plan}\",\"token\":\"{token}\"}}' /dev/stdout"
        )
    };
    let commands: Vec<_> =
        notice.commands.iter().map(|fact| (fact.label.clone(), fact.value.clone())).collect();
    assert_eq!(commands, [("Approve".to_owned(), command("approve")), ("Deny".to_owned(), command("deny"))]);
}

#[tokio::test]
async fn a_plan_about_a_member_account_names_it() {
    let mut message = asking(&Token::of([7; 32]));
    assert!(!facts(&told(&message, &[]).await.unwrap()).iter().any(|(label, _)| *label == "Account"));
    message["detail"]["plan"]["account"] = json!("444455556666");
    let notice = told(&message, &[]).await.unwrap();
    assert!(facts(&notice).contains(&("Account", "444455556666")), "{:?}", notice.facts);
}

#[tokio::test]
async fn a_token_is_told_to_people_and_not_to_what_many_can_read() {
    let token = Token::of([7; 32]);
    let notice = told(&asking(&token), &[]).await.unwrap();
    let product = "arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default".parse().unwrap();
    for (channel, body, is_told) in [
        ("e-mail", email::render(&notice).1, true),
        ("Slack", slack::render(&notice).to_string(), true),
        ("Teams", teams::render(&notice).to_string(), true),
        ("PagerDuty", pager_duty::render(&notice, "k").to_string(), true),
        ("OCSF", ocsf::render(&notice).to_string(), false),
        ("Security Hub", asff::render(&notice, &product, now()).to_string(), false),
    ] {
        assert_eq!(body.contains(token.as_str()), is_told, "{channel}: {body}");
    }
}

#[tokio::test]
async fn who_is_asked_again_is_told_again() {
    let (first, second) = (asking(&Token::of([1; 32])), asking(&Token::of([2; 32])));
    let (one, other) = (told(&first, &[]).await.unwrap(), told(&second, &[]).await.unwrap());
    assert_ne!(one.id, other.id);
}

#[tokio::test]
async fn a_thousand_plans_about_one_target_that_nothing_came_of_are_one_message() {
    let planned = |event: &str, who: &str| {
        let mut detail = finding(&[("/evidence/eventId", json!(event))])["detail"].clone();
        detail["target"] = json!({"kind": "user", "userName": who});
        let finding: Finding = serde_json::from_value(detail).unwrap();
        let plan = Plan::refusing(&finding, None, Reason::NoPlaybook, now());
        json!({"detail-type": "Trailreflex Outcome", "detail": Outcome::unchanged(plan)})
    };
    let (outbox, notifier) = (OutboxInMemory::default(), notifier(&[(Sink::Topic, Severity::Informational)]));
    for number in 0..1000 {
        let message = read(&planned(&format!("event-{number}"), "alice").to_string()).unwrap();
        notifier.handle(&format!("m{number}"), &message, &Behind::default(), &outbox, now()).await;
    }
    let other = read(&planned("event-0", "bob").to_string()).unwrap();
    notifier.handle("m", &other, &Behind::default(), &outbox, now()).await;
    assert_eq!(outbox.sent.lock().unwrap().len(), 2);
}
