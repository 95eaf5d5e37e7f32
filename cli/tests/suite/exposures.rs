//! `trailreflex plan` about calls that open something to others: what they leave behind is read from their records.

use crate::command::run_with_input;
use serde_json::{Value, json};

fn event(source: &str, name: &str, parameters: &Value, answer: &Value) -> String {
    let record = json!({
        "eventVersion": "1.11", "eventID": "2f1d4a5e-6b7c-4d8e-9f0a-1b2c3d4e5f60", "eventTime": "2026-11-28T09:00:00Z",
        "eventSource": format!("{source}.amazonaws.com"), "eventName": name, "awsRegion": "us-east-1",
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLEUSER00001", "userName": "alice",
            "arn": "arn:aws:iam::111122223333:user/alice", "accountId": "111122223333", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2", "requestParameters": parameters,
        "responseElements": answer, "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true,
        "recipientAccountId": "111122223333", "eventCategory": "Management",
    });
    json!({"version": "0", "id": record["eventID"], "detail-type": "AWS API Call via CloudTrail",
        "source": format!("aws.{source}"), "account": "111122223333", "time": "2026-11-28T09:00:00Z",
        "region": "us-east-1", "resources": [], "detail": record})
    .to_string()
}

#[test]
fn what_a_call_has_opened_is_planned_to_be_closed_by_the_exact_call() {
    let policy = |principal: Value| {
        let statement =
            json!({"Sid": "s", "Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"});
        json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
    };
    let closed = r#"{"Version":"2012-10-17","Statement":[{"Action":"*","Effect":"Allow","Principal":{"AWS":"111122223333"},"Resource":"*","Sid":"s"}]}"#;
    let none = &Value::Null;
    let rules = json!({"securityGroupRuleSet": {"items": [{"securityGroupRuleId": "sgr-1", "ipProtocol": "tcp",
        "fromPort": 22, "toPort": 22, "cidrIpv4": "0.0.0.0/0"}]}});
    for (source, name, parameters, answer, command) in [
        (
            "ec2",
            "ModifySnapshotAttribute",
            json!({"snapshotId": "snap-1", "attributeType": "CREATE_VOLUME_PERMISSION",
                "createVolumePermission": {"add": {"items": [{"group": "all"}]}}}),
            none,
            "aws ec2 modify-snapshot-attribute --snapshot-id snap-1 --attribute createVolumePermission \
             --operation-type remove --group-names '[\"all\"]'"
                .to_owned(),
        ),
        (
            "ssm",
            "ModifyDocumentPermission",
            json!({"name": "runbook", "permissionType": "Share", "accountIdsToAdd": ["all"]}),
            none,
            "aws ssm modify-document-permission --name runbook --permission-type Share --account-ids-to-remove \
             '[\"all\"]'"
                .to_owned(),
        ),
        (
            "ec2",
            "AuthorizeSecurityGroupIngress",
            json!({"groupId": "sg-1", "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
                "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}),
            &rules,
            "aws ec2 revoke-security-group-ingress --group-id sg-1 --ip-permissions '[{\"IpProtocol\":\"tcp\",\
             \"FromPort\":22,\"ToPort\":22,\"IpRanges\":[{\"CidrIp\":\"0.0.0.0/0\"}]}]'"
                .to_owned(),
        ),
        (
            "lambda",
            "AddPermission20150331v2",
            json!({"functionName": "checkout", "statementId": "open", "action": "lambda:InvokeFunction", "principal": "*"}),
            none,
            "aws lambda remove-permission --function-name checkout --statement-id open".to_owned(),
        ),
        (
            "secretsmanager",
            "PutResourcePolicy",
            json!({"secretId": "shop", "resourcePolicy": policy(json!("*"))}),
            none,
            format!("aws secretsmanager put-resource-policy --secret-id shop --resource-policy '{closed}'"),
        ),
        (
            "sns",
            "SetTopicAttributes",
            json!({"topicArn": "arn:aws:sns:us-east-1:111122223333:alerts", "attributeName": "Policy",
                "attributeValue": policy(json!({"AWS": "*"}))}),
            none,
            format!(
                "aws sns set-topic-attributes --topic-arn arn:aws:sns:us-east-1:111122223333:alerts \
                 --attribute-name Policy --attribute-value '{closed}'"
            ),
        ),
        (
            "sqs",
            "AddPermission",
            json!({"queueUrl": "https://queue", "label": "partner", "aWSAccountIds": ["999988887777"], "actions": ["*"]}),
            none,
            "aws sqs set-queue-attributes --queue-url https://queue --attributes '{\"Policy\":\"\"}'".to_owned(),
        ),
    ] {
        let event = event(source, name, &parameters, answer);
        let ran = run_with_input(&["plan", "--format", "json", "-"], &event);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name}");
        // The record alone, as it stands in log files, is as good.
        let record = serde_json::from_str::<Value>(&event).unwrap()["detail"].to_string();
        assert_eq!(run_with_input(&["plan", "--format", "json", "-"], &record).out, ran.out, "{name}");
        let planned = |line: &Value| -> Vec<String> {
            let steps = line["plan"]["steps"].as_array().into_iter().flatten();
            let calls = steps.flat_map(|step| step["calls"].as_array().into_iter().flatten());
            calls.filter_map(|call| call["command"].as_str().map(str::to_owned)).collect()
        };
        let commands: Vec<_> = ran.lines().iter().flat_map(planned).collect();
        assert_eq!(commands, [command], "{source} {name}");
    }
}
