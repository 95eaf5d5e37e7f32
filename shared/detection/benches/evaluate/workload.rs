//! Rules and records to measure with: made up, but with the shapes and sizes of real ones.

use serde_json::{Map, Value, json};

/// Calls that make up much of a real log, and that many rules are about.
const HOT: [(&str, &str); 10] = [
    ("sts.amazonaws.com", "AssumeRole"),
    ("kms.amazonaws.com", "Decrypt"),
    ("s3.amazonaws.com", "GetObject"),
    ("s3.amazonaws.com", "PutObject"),
    ("ec2.amazonaws.com", "DescribeInstances"),
    ("ssm.amazonaws.com", "UpdateInstanceInformation"),
    ("logs.amazonaws.com", "CreateLogStream"),
    ("sts.amazonaws.com", "GetCallerIdentity"),
    ("s3.amazonaws.com", "ListBuckets"),
    ("dynamodb.amazonaws.com", "DescribeTable"),
];

/// Which rules are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// Each about a call of its own.
    Distinct,
    /// A fifth of them about hot calls, 2 % about each; the others about a call of their own.
    Hot,
    /// None names a call.
    Unpinned,
}

/// Returns `count` rules.
pub(crate) fn rules(kind: Rules, count: usize) -> Vec<Value> {
    (0..count).map(|number| rule(kind, number)).collect()
}

fn rule(kind: Rules, number: usize) -> Value {
    let hot = HOT.get(number % 50).filter(|_| kind == Rules::Hot);
    let mut call = Map::from_iter([("errorCode".to_owned(), Value::Null)]);
    let detail = match number % 10 {
        // Spread over hot calls, too, as 50 is no multiple of 7.
        _ if hot.is_some() || kind == Rules::Unpinned => match (number / 7) % 10 {
            0..=5 => json!({"requestParameters.roleName": format!("role-{number}")}),
            6..=8 => json!({"userAgent|contains": format!("tool-{number}/")}),
            _ => json!({"userIdentity.arn|re": format!("assumed-role/.*/session-{number}$")}),
        },
        0..=4 => {
            json!({"requestParameters.policyArn|endswith": ["/AdministratorAccess", "/PowerUserAccess"]})
        }
        5..=7 => json!({"userIdentity.type": ["IAMUser", "AssumedRole", "Root"]}),
        _ => json!({"requestParameters.publiclyAccessible": true}),
    };
    if kind != Rules::Unpinned {
        let (source, name) = match hot {
            Some((source, name)) => ((*source).to_owned(), (*name).to_owned()),
            None => own_call(number),
        };
        call.insert("eventSource".to_owned(), source.into());
        call.insert("eventName".to_owned(), name.into());
    }
    json!({
        "title": format!("Rule {number}"),
        "id": format!("00000000-0000-4000-8000-{number:012}"),
        "level": "medium",
        "logsource": {"product": "aws", "service": "cloudtrail"},
        "detection": {
            "call": call,
            "detail": detail,
            "filter_service": {"userIdentity.invokedBy|endswith": ".amazonaws.com"},
            "filter_tool": {"userAgent|contains": ["HashiCorp", "cloudformation.amazonaws.com"]},
            "condition": "call and detail and not 1 of filter_*",
        },
    })
}

fn own_call(number: usize) -> (String, String) {
    (format!("service{}.amazonaws.com", number % 150), format!("UpdateThing{number}"))
}

/// Returns a thousand records: a third hot calls, a fifth calls of the first rules, the rest calls of no rule.
pub(crate) fn records() -> Vec<Value> {
    (0..1000).map(record).collect()
}

fn record(number: usize) -> Value {
    let (source, name) = match number % 15 {
        0..=4 => {
            let (source, name) = HOT.iter().cycle().nth(number / 15).copied().unwrap_or_default();
            (source.to_owned(), name.to_owned())
        }
        5..=7 => own_call(number % 60),
        _ => (format!("service{}.amazonaws.com", number % 150), format!("DescribeThing{}", number % 400)),
    };
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": format!("AROAEXAMPLEEXAMPLE{number:03}:session-{number}"),
            "arn": format!("arn:aws:sts::123456789012:assumed-role/application-{}/session-{number}", number % 40),
            "accountId": "123456789012",
            "accessKeyId": format!("ASIAEXAMPLEEXAMP{number:04}"),
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAEXAMPLEEXAMPLE",
                    "arn": format!("arn:aws:iam::123456789012:role/application-{}", number % 40),
                    "accountId": "123456789012",
                    "userName": format!("application-{}", number % 40),
                },
                "attributes": {"creationDate": "2024-11-25T22:00:58Z", "mfaAuthenticated": "false"},
            },
        },
        "eventTime": "2024-11-25T22:10:58Z",
        "eventSource": source,
        "eventName": name,
        "awsRegion": "eu-central-1",
        "sourceIPAddress": format!("192.0.2.{}", number % 250),
        "userAgent": format!("aws-sdk-java/2.{}.1 Linux/5.10 OpenJDK_64-Bit_Server_VM/17.0.9 vendor/Amazon.com", number % 30),
        "requestParameters": {
            "roleName": format!("role-{}", number * 13 % 5000),
            "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "durationSeconds": 3600,
            "tags": [{"key": "team", "value": format!("team-{}", number % 9)}],
        },
        "responseElements": null,
        "requestID": format!("a1b2c3d4-0000-4000-8000-{number:012}"),
        "eventID": format!("e1b2c3d4-0000-4000-8000-{number:012}"),
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": "sts.eu-central-1.amazonaws.com"},
    })
}
