//! Made-up log files: records of about 1,500 bytes in the shape and order of CloudTrail's, always the same.

use std::fmt::Write;

/// Numbers that look random and are the same in each run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let place = usize::try_from(self.below(from.len() as u64)).unwrap_or_default();
        from.get(place).copied().unwrap_or_default()
    }

    fn id(&mut self) -> String {
        let (one, two, three, four) = (self.next(), self.below(1 << 16), self.below(1 << 16), self.next());
        format!("{one:08x}-{two:04x}-4{:03x}-{three:04x}-{four:08x}{:04x}", two & 0xfff, three ^ two)
    }
}

const CALLS: [(&str, &str); 8] = [
    ("sts.amazonaws.com", "AssumeRole"),
    ("kms.amazonaws.com", "Decrypt"),
    ("s3.amazonaws.com", "GetObject"),
    ("ec2.amazonaws.com", "DescribeInstances"),
    ("iam.amazonaws.com", "PutRolePolicy"),
    ("dynamodb.amazonaws.com", "DescribeTable"),
    ("logs.amazonaws.com", "CreateLogStream"),
    ("cloudtrail.amazonaws.com", "StopLogging"),
];
const REGIONS: [&str; 4] = ["us-east-1", "eu-central-1", "ap-southeast-2", "us-west-2"];
const AGENTS: [&str; 5] = [
    "aws-cli/2.17.4 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.94 md/arch#x86_64 lang/python#3.11.8 cfg/retry-mode#standard",
    "Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#5.10 md/arch#aarch64 lang/python#3.12.3 Botocore/1.34.131",
    "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.750 Linux/5.10.216 OpenJDK_64-Bit_Server_VM/25.372-b08 java/1.8.0_372]",
    "APN/1.0 HashiCorp/1.0 Terraform/1.8.5 (+https://www.terraform.io) terraform-provider-aws/5.54.1",
    "lambda.amazonaws.com",
];

/// A log file of at least this many bytes, and the number of its records.
pub(crate) fn log_file(bytes: usize) -> (String, usize) {
    let mut chance = Chance(7);
    let mut file = String::with_capacity(bytes + 8192);
    file.push_str("{\"Records\":[");
    let mut count = 0;
    while file.len() < bytes {
        if count > 0 {
            file.push(',');
        }
        record(&mut file, &mut chance);
        count += 1;
    }
    file.push_str("]}");
    (file, count)
}

fn record(file: &mut String, chance: &mut Chance) {
    let call = usize::try_from(chance.below(CALLS.len() as u64)).unwrap_or_default();
    let (source, name) = CALLS.get(call).copied().unwrap_or_default();
    let account = 111_122_220_000 + chance.below(40);
    let (role, session) = (chance.below(300), chance.next());
    let (region, agent) = (chance.pick(&REGIONS), chance.pick(&AGENTS));
    let _ = write!(
        file,
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLE{role:010}:session-{session}","arn":"arn:aws:sts::{account}:assumed-role/service-role-{role}/session-{session}","accountId":"{account}","accessKeyId":"ASIAEXAMPLE{session:010}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAEXAMPLE{role:010}","arn":"arn:aws:iam::{account}:role/service-role-{role}","accountId":"{account}","userName":"service-role-{role}"}},"attributes":{{"creationDate":"2026-11-24T0{}:12:45Z","mfaAuthenticated":"false"}}}}}},"eventTime":"2026-11-24T1{}:{:02}:{:02}Z","eventSource":"{source}","eventName":"{name}","awsRegion":"{region}","sourceIPAddress":"10.{}.{}.{}","userAgent":"{agent}","#,
        chance.below(10),
        chance.below(10),
        chance.below(60),
        chance.below(60),
        chance.below(256),
        chance.below(256),
        chance.below(256),
    );
    if chance.below(20) == 0 {
        let _ = write!(
            file,
            r#""errorCode":"AccessDenied","errorMessage":"User: arn:aws:sts::{account}:assumed-role/service-role-{role}/session-{session} is not authorized to perform: {name}","requestParameters":null,"responseElements":null,"#
        );
    } else {
        payloads(file, chance, call, account);
    }
    let _ = write!(
        file,
        r#""requestID":"{}","eventID":"{}","readOnly":{},"resources":[{{"accountId":"{account}","type":"AWS::KMS::Key","ARN":"arn:aws:kms:{region}:{account}:key/{}"}}],"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"{account}","eventCategory":"Management","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{source}"}}}}"#,
        chance.id(),
        chance.id(),
        chance.below(2) == 0,
        chance.id(),
    );
}

fn payloads(file: &mut String, chance: &mut Chance, call: usize, account: u64) {
    let number = chance.below(1000);
    let _ = match call {
        4 => write!(
            file,
            r#""requestParameters":{{"roleName":"app-{number}","policyName":"access","policyDocument":"{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:PutObject\"], \"Resource\": \"arn:aws:s3:::bucket-{number}/*\"}}]\n}}"}},"responseElements":null,"#
        ),
        3 => write!(
            file,
            r#""requestParameters":{{"instancesSet":{{"items":[{{"instanceId":"i-0{number:016}"}},{{"instanceId":"i-1{number:016}"}}]}},"filterSet":{{}}}},"responseElements":null,"#
        ),
        0 => write!(
            file,
            r#""requestParameters":{{"roleArn":"arn:aws:iam::{account}:role/app-{number}","roleSessionName":"session-{number}","durationSeconds":3600}},"responseElements":{{"credentials":{{"accessKeyId":"ASIAEXAMPLE{number:010}","sessionToken":"IQoJb3JpZ2luX2VjE{number:060}","expiration":"Nov 24, 2026, 11:12:45 AM"}},"assumedRoleUser":{{"assumedRoleId":"AROAEXAMPLE{number:010}:session-{number}","arn":"arn:aws:sts::{account}:assumed-role/app-{number}/session-{number}"}}}},"#
        ),
        _ => write!(
            file,
            r#""requestParameters":{{"encryptionContext":{{"aws:s3:arn":"arn:aws:s3:::bucket-{number}/part-{}.parquet"}},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}},"responseElements":null,"additionalEventData":{{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"{}","bytesTransferredOut":{number}}},"#,
            chance.id(),
            chance.id()
        ),
    };
}
